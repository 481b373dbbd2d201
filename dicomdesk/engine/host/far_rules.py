"""The rules that the engine's process carries out, as the window's process sees them."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, cast

from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.routing.route_job import RouteResult
from dicomdesk.errors import HostLostError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dicomdesk.engine.host.engine_host import EngineHost
    from dicomdesk.engine.host.news import RuleNews
    from dicomdesk.engine.peers.known_peer import KnownPeer
    from dicomdesk.engine.routing.facts import RuleFact
    from dicomdesk.engine.routing.route_book import Doing, LastDone
    from dicomdesk.engine.rules.candidates import Candidate
    from dicomdesk.engine.rules.deciding import Verdict
    from dicomdesk.engine.rules.rule import Rule, RuleSet

__all__ = ["FarRuleBook", "FarRules"]


class FarRuleBook:
    """What rules have done; see ``RouteBook``. For any thread that may wait; raises HostLostError besides."""

    def __init__(self, host: "EngineHost") -> None:
        self._host = host

    def judge(self, target_key: str, candidate: "Candidate") -> "Verdict":
        """See ``RouteBook``."""
        return cast("Verdict", self._host.ask("ask_rules", "judge", (target_key, candidate)))

    def doings(self, rule: str) -> "list[Doing]":
        """See ``RouteBook``."""
        return cast("list[Doing]", self._host.ask("ask_rules", "doings", (rule,)))

    def last_done(self, rule: "Rule") -> "LastDone | None":
        """See ``RouteBook``."""
        return cast("LastDone | None", self._host.ask("ask_rules", "last_done", (rule,)))


class FarRules:
    """Rules under way in a process; ``done`` has a HostLostError where that is lost. See ``RouteJob``."""

    def __init__(self, host: "EngineHost", sink: "Callable[[RuleFact], None]") -> None:
        """``sink`` is told what the window shows of what rules report; on a thread of its own."""
        self.id = "rules"
        self.book = FarRuleBook(host)
        self.done: Future[RouteResult] = Future()
        self.done.set_running_or_notify_cancel()
        self._host = host
        self._sink = sink

    def begin(self, rules: "RuleSet", peers: "Iterable[KnownPeer]", received_folder: "Path | None") -> None:
        """Carry rules out from now on; the journal has to be open. Waits; raises DicomdeskError."""
        self._host.rules = self
        self._host.ask("carry_out_rules", rules, tuple(peers), received_folder)

    def set_rules(self, rules: "RuleSet") -> None:
        """Work by these rules from now on."""
        self._host.post("set_rules", rules)

    def know_peers(self, peers: "Iterable[KnownPeer]") -> None:
        """These are the peers of the address book."""
        self._host.post("know_peers", tuple(peers))

    # -- for the host

    def take(self, news: "RuleNews") -> None:
        """Take what was told."""
        for fact in news.facts:
            self._sink(fact)
        if news.result is not None:
            self._host.rules = None
            self._finish(news.result)

    def mourn(self, words: str) -> None:
        """The process is lost."""
        self._finish(RouteResult(outcome=JobOutcome.FAILED, error=HostLostError(words)))

    def _finish(self, result: RouteResult) -> None:
        if not self.done.done():
            self.done.set_result(result)

"""JSON Lines of a station: what listener and senders report as ``json_lines`` has it, and these.

=====================  =================================================================================================
``rule-sent``          ``rule``, ``destination``, ``errand``, ``study_instance_uid``, ``instances``, ``opens_at`` (ISO
                       8601 with offset, where it waits for its hours; else null)
``rule-withheld``      ``rule``, ``destination``, ``verdict`` (to-sender, to-us, before, too-often),
                       ``study_instance_uid``, ``instances``
``sending-ended``      ``rule``, ``destination``, ``errand``, ``stored``, ``failed``, ``reason``
``file-handled``       ``path``, ``new_path`` ("" where it was deleted), ``problem`` ("" where that was done)
``file-unusable``      ``path``, ``reason``
``rules-troubled``     ``about`` (a folder or a destination), ``text``
``rules-mended``       ``about``
``peer-paused``        ``peer``, ``until`` (ISO 8601 with offset), ``reason``
``peer-free``          ``peer``
=====================  =================================================================================================

``--list``, ``--test`` and ``--history`` write ``rule`` (``name``, ``on``, ``text``, ``last_at``, ``last``,
``instances_today``, ``studies_today``), ``study-tried`` (``study_instance_uid``, ``instances``, ``results``: ``rule``,
``destination``, ``verdict``, ``instances``, ``reason``), ``file-unusable`` and ``rule-did`` (``rule``, ``at``,
``text``).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from dicomdesk.cli.output.json_lines import Fields, JsonLinesReporter, Words, keys, optional
from dicomdesk.engine import events
from dicomdesk.engine.outbox.facts import OutboxFact, PeerFree, PeerPaused
from dicomdesk.engine.routing.facts import (
    FileHandled,
    FileUnusable,
    RuleSent,
    RulesMended,
    RulesTroubled,
    RuleWithheld,
    SendingEnded,
)
from dicomdesk.engine.routing.station import StationFact
from dicomdesk.engine.stats import Progress
from dicomdesk.human import printable

__all__ = ["RouteJsonReporter"]

_FACTS: dict[type, tuple[str, Callable[[Any], Fields]]] = {
    RuleSent: (
        "rule-sent",
        keys(
            "rule destination errand=errand_id study_instance_uid instances opens_at",
            study_instance_uid=printable,
            opens_at=optional(datetime.isoformat),
        ),
    ),
    RuleWithheld: (
        "rule-withheld",
        keys("rule destination verdict=verdict.value study_instance_uid instances", study_instance_uid=printable),
    ),
    SendingEnded: (
        "sending-ended",
        keys("rule destination errand=errand_id stored failed reason", reason=printable),
    ),
    FileHandled: ("file-handled", keys("path new_path problem", path=printable, new_path=printable)),
    FileUnusable: ("file-unusable", keys("path reason", path=printable, reason=printable)),
    RulesTroubled: ("rules-troubled", keys("about text", about=printable)),
    RulesMended: ("rules-mended", keys("about", about=printable)),
    PeerPaused: ("peer-paused", keys("peer until reason", until=datetime.isoformat, reason=printable)),
    PeerFree: ("peer-free", keys("peer")),
}


class RouteJsonReporter:
    """Writes what a station reports to stdout; see ``JsonReporter``. Used by the main thread only."""

    def __init__(self, words: Words) -> None:
        """``words`` are those of the tool that receives."""
        self._reporter = JsonLinesReporter(words)

    @property
    def is_lost(self) -> bool:
        """See ``JsonReporter``."""
        return self._reporter.is_lost

    def show(self, batch: Sequence[StationFact]) -> None:
        """See ``JsonReporter``."""
        for fact in batch:
            known = _FACTS.get(type(fact))
            if known is not None:
                self.write(known[0], known[1](fact))
            elif not isinstance(fact, OutboxFact | events.JobFinished):
                self._reporter.show([fact])  # type: ignore[list-item]  # an event

    def show_progress(self, progress: Progress) -> None:
        """See ``JsonReporter``."""
        self._reporter.show_progress(progress)

    def write(self, name: str, fields: Fields) -> None:
        """Write an object of the tool's own."""
        self._reporter.write([(name, fields)])

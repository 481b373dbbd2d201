import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, ItemOutcome
from dicomdesk.engine.facts.arrivals import ReceptionSum, StoredSum
from dicomdesk.engine.host.desk.condenser import Condenser
from dicomdesk.engine.host.desk.reception import Reception
from dicomdesk.engine.host.desk.routing import Routing
from dicomdesk.engine.host.desk.sending import Sending
from dicomdesk.engine.host.desk.teller import Teller
from dicomdesk.engine.host.news import ReceptionNews, RuleNews, SendingNews
from dicomdesk.engine.journal.records import ErrandState, InstanceState, SettingValue
from dicomdesk.engine.outbox.errands import Destination
from dicomdesk.engine.outbox.facts import ErrandChanged, InstanceBegan, InstanceEnded, RunEnded, RunStarted
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.routing.facts import RuleSent, RuleWithheld, SendingEnded
from dicomdesk.engine.routing.route_book import LastDone
from dicomdesk.engine.rules.deciding import Verdict
from dicomdesk.engine.rules.rule import QuietStudy, RuleSet
from dicomdesk.errors import DicomdeskError, HostLostError
from tests.helpers.data.studies import write_study
from tests.helpers.jobs.outbox import errand_for
from tests.helpers.jobs.receiving import receive_request
from tests.helpers.jobs.routing import make_rule
from tests.helpers.jobs.sending import send, send_request
from tests.helpers.peers.fake_peer import FakePeer
from tests.unit.engine.facts.test_arrivals import item

DEADLINE_S = 20.0


@dataclass
class Desk:
    """Receiving and sending of one process, with what is told."""

    teller: Teller
    reception: Reception
    sending: Sending
    routing: Routing
    told: list[object]
    ports: dict[str, int]
    """Where its peers listen."""

    def facts(self) -> list[object]:
        """All facts that were told so far."""
        self.teller.tell_all()
        news = [each for each in self.told if isinstance(each, ReceptionNews | SendingNews)]
        ruled = [fact for each in self.told if isinstance(each, RuleNews) for fact in each.facts]
        return [*(fact for each in news for _, fact in each.facts), *ruled]

    def until(self, condition: Callable[[list[object]], bool]) -> list[object]:
        """Facts as soon as that is true of them."""
        ends = threading.Event()
        timer = threading.Timer(DEADLINE_S, ends.set)
        timer.start()
        while not condition(facts := self.facts()):
            assert not ends.is_set(), facts
        timer.cancel()
        timer.join()
        return facts


@pytest.fixture
def desk() -> Iterator[Desk]:
    told: list[object] = []
    engines, teller, ports = (Engine(), Engine()), Teller(), dict[str, int]()

    def resolve(peer: str, _settings: Mapping[str, SettingValue]) -> Destination:
        return Destination(request=send_request(ports[peer], ()))

    sending = Sending(engines[0], teller, told.append, resolve)
    reception = Reception(engines[1], teller, told.append, sending.reports)
    routing = Routing(teller, told.append, reception, sending)
    teller.sources = (reception.tell_news, sending.tell_news, routing.tell_news)
    thread = threading.Thread(target=teller.run)
    thread.start()
    yield Desk(teller, reception, sending, routing, told, ports)
    routing.end_rules()
    sending.break_off()
    for engine in engines:
        engine.close(abort=True)
    teller.stop()
    thread.join()


def test_what_is_sent_to_oneself_is_told_in_sums_by_both_sides(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    job_id, port = desk.reception.listen(receive_request(tmp_path / "in"))
    desk.ports["HERE"] = port
    desk.sending.open_outbox(tmp_path / "journal.sqlite", True)
    errand = errand_for("HERE", write_study(tmp_path / "out", 4))
    errand_id = desk.sending.ask_outbox("add", (errand,), {})
    facts = desk.until(lambda facts: any(isinstance(each, RunEnded) for each in facts))
    stored = [number for each in facts if isinstance(each, StoredSum) for number in each.numbers]
    assert stored == [0, 1, 2, 3]
    assert not [each for each in facts if isinstance(each, InstanceEnded)]
    last = [each for each in facts if isinstance(each, ErrandChanged)][-1]
    assert (last.errand.id, last.errand.state) == (errand_id, ErrandState.DONE)
    sums = [each for each in facts if isinstance(each, ReceptionSum)]
    sent = [each for each in sums if each.job_id != job_id]
    assert sum(one.stored for each in sent for one in each.associations) == 4
    assert sum(one.stored for each in sums for one in each.associations) == 8
    run = next(each for each in facts if isinstance(each, RunStarted))
    kept = [desk.sending.sent_messages(run.job_id, number, 0)[0] for number in (1, 2)]
    assert sum(kept) == 4
    assert desk.reception.book.here == 4
    assert desk.sending.journal_state() == ("", "", "")


def test_what_has_ended_is_not_told_to_have_begun(desk: Desk) -> None:
    desk.sending.open_outbox(None, True)
    for number in range(3):
        desk.sending._take(InstanceBegan(1, number, 1))
    desk.sending._take(InstanceEnded(1, 0, "/a", "1.2", InstanceState.STORED, 0, "", 1))
    desk.sending._take(InstanceEnded(1, 2, "/a", "1.2", InstanceState.STORED, 0xB000, "odd", 1))
    told = [type(each).__name__ for each in desk.facts()]
    assert told == ["InstanceEnded", "StoredSum", "InstanceBegan"]
    assert desk.facts() == desk.facts()


def test_what_was_stored_is_told_before_a_state_of_the_errand_that_counts_it(desk: Desk, tmp_path: Path) -> None:
    desk.sending.open_outbox(None, True)
    errand_id = desk.sending.outbox.add(replace(errand_for("", write_study(tmp_path / "out", 1)), is_held=True))
    errand = desk.sending.outbox.errand(errand_id)
    before = len(desk.facts())
    for number in range(4):
        desk.sending._take(InstanceEnded(errand_id, number, "/a", "1.2", InstanceState.STORED, 0, "", 1))
        if number % 2:
            desk.sending._take(ErrandChanged(errand=errand))
            desk.sending._take(RunEnded(job_id="send-1", peer="HERE"))
    told: list[object] = []
    for each in desk.facts()[before:]:
        told += each.numbers if isinstance(each, StoredSum) else [type(each).__name__]
    assert [each for each in told if each != "ErrandChanged"] == [0, 1, "RunEnded", 2, 3, "RunEnded"]
    assert told[-2] == "ErrandChanged"


def test_nothing_but_what_is_public_is_called_by_its_name(desk: Desk) -> None:
    with pytest.raises(DicomdeskError, match="not open"):
        desk.sending.ask_journal("errands", (), {})
    desk.sending.open_outbox(None, True)
    desk.sending.open_outbox(None, True)
    for name in ("_take_up", "__class__", "transactions", "gone"):
        with pytest.raises(DicomdeskError, match="nothing is called"):
            desk.sending.ask_outbox(name, (), {})
    assert desk.sending.ask_journal("kept_all", ("rules",), {}) == []


def test_messages_of_very_many_associations_are_bounded() -> None:
    condenser: Condenser[Event] = Condenser()
    for index in range(52_000):
        condenser.take(item(index // 10, "1", "8", ItemOutcome.STORED, index))
    assert condenser._kept <= 50_000
    assert condenser.messages("j", 0, 0) == (10, ())
    assert len(condenser.messages("j", 5199, 0)[1]) == 10


def test_rules_send_on_what_is_received_but_not_to_ourselves(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    desk.sending.open_outbox(None, True)
    rule = make_rule("all", "HERE", "PACS", trigger=QuietStudy(quiet_s=0.05))
    with FakePeer() as peer:
        _, port = desk.reception.listen(receive_request(tmp_path / "in"))
        known = [KnownPeer(name=name, ae_title=name, host="127.0.0.1", port=1) for name in ("HERE", "PACS")]
        known = [replace(each, port=at) for each, at in zip(known, (port, peer.port), strict=True)]
        desk.ports["PACS"] = peer.port
        desk.routing.carry_out_rules(RuleSet(rules=(rule,)), known, tmp_path / "in")
        send(port, write_study(tmp_path / "out", 3))
        facts = desk.until(lambda facts: any(isinstance(each, SendingEnded) for each in facts))
        assert len(peer.stores) == 3
    assert [each.destination for each in facts if isinstance(each, RuleSent)] == ["PACS"]
    withheld = [(each.destination, each.verdict) for each in facts if isinstance(each, RuleWithheld)]
    assert withheld == [("HERE", Verdict.TO_US)]
    last = desk.routing.ask_rules("last_done", (rule,))
    assert isinstance(last, LastDone)
    assert last.instances == 3
    assert desk.routing.ask_rules("doings", ("all",))
    with pytest.raises(DicomdeskError, match="note_doing"):
        desk.routing.ask_rules("note_doing", ("all", "text"))
    desk.routing.end_rules()
    desk.teller.tell_all()
    ended = [each.result for each in desk.told if isinstance(each, RuleNews) and each.result is not None]
    assert [each.error for each in ended] == [None]
    with pytest.raises(HostLostError):
        desk.routing.carry_out_rules(RuleSet(), (), None)

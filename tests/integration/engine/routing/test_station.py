"""A station: listener, rules and outbox in one job."""

import threading
from pathlib import Path

import pytest

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import JobFinished, JobOutcome
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.routing.facts import SendingEnded
from dicomdesk.engine.routing.peer_lookup import PeerLookup
from dicomdesk.engine.routing.station import StationFact, StationRequest
from dicomdesk.engine.rules.rule import QuietStudy, Rule, RuleSet
from dicomdesk.errors import PortInUseError
from tests.helpers.jobs.receiving import receive_request
from tests.helpers.jobs.recorder import DEADLINE_S
from tests.helpers.jobs.routing import make_rule, write_instance
from tests.helpers.peers.fake_peer import FakePeer
from tests.integration.engine.routing.test_routing import send


def station(folder: Path, port: int, *rules: Rule) -> StationRequest:
    peer = KnownPeer(name="PACS", ae_title="PACS", host="127.0.0.1", port=port)
    lookup = PeerLookup((peer,), folder / "none.json", "US")
    return StationRequest(
        rules=RuleSet(rules=rules),
        journal=MemoryJournal(),
        find_peer=lookup.find,
        resolve=lookup.resolve,
        receive=receive_request(folder),
    )


@pytest.mark.long
def test_a_station_sends_on_and_ends_in_order(tmp_path: Path) -> None:
    facts: list[StationFact] = []
    came = threading.Event()

    def note(fact: StationFact) -> None:
        facts.append(fact)
        if isinstance(fact, SendingEnded):
            came.set()

    (tmp_path / "in").mkdir()
    rule = make_rule("r", "PACS", trigger=QuietStudy(quiet_s=0.1))
    with FakePeer() as peer, Engine() as engine:
        job = engine.submit(station(tmp_path / "in", peer.port, rule), note)
        send(engine, [write_instance(tmp_path / "ct")], job.port)
        assert came.wait(DEADLINE_S)
        assert job.progress().items_done == 1
        job.cancel()
        assert job.done.result(DEADLINE_S).outcome is JobOutcome.COMPLETED
        assert len(peer.stores) == 1
    assert [type(fact) for fact in facts if isinstance(fact, JobFinished)] == [JobFinished]
    assert isinstance(facts[-1], JobFinished)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dicomdesk-")]


def test_a_station_that_cannot_listen_leaves_nothing(tmp_path: Path) -> None:
    with FakePeer() as peer, Engine() as engine:
        request = station(tmp_path, 1, make_rule("r", "PACS"))
        assert request.receive is not None
        taken = receive_request(tmp_path, port=peer.port)
        with pytest.raises(PortInUseError):
            engine.submit(StationRequest(**{**_fields(request), "receive": taken}), lambda _fact: None)  # type: ignore[arg-type]  # its own fields
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dicomdesk-")]


def _fields(request: StationRequest) -> dict[str, object]:
    return {name: getattr(request, name) for name in ("rules", "journal", "find_peer", "resolve")}

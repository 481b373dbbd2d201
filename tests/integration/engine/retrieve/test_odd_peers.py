"""Peers that do anything, legal or not: the job ends, its counts add up, nothing is stored twice, nothing is left."""

import gc
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import ItemFinished, ItemOutcome, ItemStarted
from dicomdesk.engine.retrieve.diagnosis.causes import DiagnosisKind
from dicomdesk.engine.retrieve.facts import RetrieveAnswered, RetrieveFact
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
from dicomdesk.engine.retrieve.request import WAYS, ExpectedInstance, RetrieveMethod
from dicomdesk.network.dimse.command_sets import read_command_set
from tests.helpers.archives.served_archives import ARCHIVE, encoded, running
from tests.helpers.data.datasets import EXPLICIT
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.querying import of
from tests.helpers.jobs.recorder import DEADLINE_S
from tests.helpers.jobs.retrieving import CT, element, getting, moving, retrieve, study
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response, roles
from tests.helpers.peers.requestors import (
    ABORT,
    ASSOCIATE_AC,
    P_DATA,
    RELEASE_RQ,
    Proposal,
    connected,
    data_pdu,
    echo_command,
    pdu,
    store_command,
)

pytestmark = pytest.mark.long

STUDY = "1.2.3"
KNOWN = [f"1.2.3.{number}" for number in range(1, 5)]
"""What a query has told of."""
NEW, STRANGE = "1.2.3.77", "9.9.9.1"
"""What came later, and what belongs to another study."""
EXPECTED = tuple(ExpectedInstance(sop_instance_uid=uid, sop_class_uid=CT) for uid in KNOWN)
PENDING = 0xFF00


def data_of(uid: str) -> bytes:
    return encoded(uid, "9.9.9" if uid == STRANGE else STUDY)


@dataclass
class Told:
    """What a peer has said and done."""

    sent: list[str] = field(default_factory=list)
    """UIDs of what it sent whole, and was told is stored."""
    steps: int = 0


Step = Callable[[Asked, Message, Told, int], bool]
"""One thing that a peer does, with the port that a C-MOVE sends to, 0 for none; whether it goes on after it."""


def stores(uid: str, *, data: bytes | None = None) -> Step:
    def step(asked: Asked, message: Message, told: Told, to_port: int) -> bool:
        content = data_of(uid) if data is None else data
        if to_port:
            with connected(to_port) as requestor:
                requestor.send(Proposal(contexts=[(1, CT, [EXPLICIT])], called=b"ASKER", calling=b"PACS").encode())
                if requestor.read_pdu()[0] != ASSOCIATE_AC:
                    return False  # the job is over
                requestor.send(data_pdu(1, 3, store_command(uid)), data_pdu(1, 2, content))
                kind, answer_pdu = requestor.read_pdu()
                if kind == P_DATA and read_command_set(answer_pdu[6:]).number(0x0900) == 0:
                    told.sent.append(uid)
            return True
        contexts = {sop_class: number for number, (sop_class, _) in asked.contexts.items()}
        if CT not in contexts:
            return False
        asked.send(data_pdu(contexts[CT], 3, store_command(uid)), data_pdu(contexts[CT], 2, content))
        answer = asked.read_message()
        if answer is None:
            return False
        if answer.command.number(0x0900) == 0:
            told.sent.append(uid)
        return True

    return step


def answers(status: int, data: bytes | None = None, offset: int = 0, **counts: int) -> Step:
    def step(asked: Asked, message: Message, _told: Told, _to_port: int) -> bool:
        changes: dict[str, int | bytes] = dict(counts)
        if offset:
            changes["x0120"] = message.message_id + offset
        asked.send(response(message, status, data, **changes))
        return True

    return step


def sends(made: Callable[[Message], bytes]) -> Step:
    def step(asked: Asked, message: Message, _told: Told, _to_port: int) -> bool:
        asked.send(made(message))
        return True

    return step


def ends(asked: Asked, _message: Message, _told: Told, _to_port: int) -> bool:
    asked.send(pdu(ABORT, bytes(4)))
    return False


COUNTS = st.fixed_dictionaries({}, optional={f"x{number}": st.integers(0, 9) for number in (1020, 1021, 1022, 1023)})
STATUSES = st.sampled_from([0, 0xB000, 0xB006, 0xA701, 0xA702, 0xA801, 0xA900, 0xC001, 0xFE00, 0x0122, 0x1234])
LISTS = st.none() | st.sampled_from([element(0x0058, "1.2.3.1\\1.2.3.2"), element(0x0058, ""), b"\x08\0\x58\0UI\xff"])
LEGAL = st.one_of(
    st.sampled_from([*KNOWN, *KNOWN, NEW, STRANGE]).map(stores),
    COUNTS.map(lambda counts: answers(PENDING, None, 0, **counts)),
)
ILLEGAL = st.one_of(
    st.sampled_from([b"", b"\x08\0\x16\0UI\xff\x7f12", bytes(50)]).map(lambda data: stores(KNOWN[0], data=data)),
    st.just(answers(PENDING, b"\x08\0\x52\0CS\0\0")),
    st.integers(1, 3).map(lambda offset: answers(PENDING, offset=offset)),
    st.just(sends(lambda message: data_pdu(message.context_id, 3, echo_command()))),
    st.just(sends(lambda _message: pdu(RELEASE_RQ, bytes(4)))),
    st.binary(min_size=1, max_size=20).map(lambda junk: sends(lambda message: data_pdu(message.context_id, 3, junk))),
    st.just(ends),
)
FINAL = st.builds(lambda status, data, counts: answers(status, data, 0, **counts), STATUSES, LISTS, COUNTS)
AFTER = st.lists(st.one_of(FINAL, LEGAL), max_size=1)
SCRIPTS = st.tuples(st.lists(st.one_of(LEGAL, LEGAL, LEGAL, ILLEGAL), max_size=6), st.lists(FINAL, max_size=1), AFTER)
FULL = [stores(uid) for uid in KNOWN]


def carry_out(
    steps: list[Step], method: RetrieveMethod, folder: Path, *, knows: bool
) -> tuple[RetrieveOutcome, list[RetrieveFact], Told]:
    told = Told()
    to_port = free_port() if method is RetrieveMethod.MOVE else 0

    def answer(asked: Asked, message: Message) -> None:
        if told.steps:  # it is asked once more, and goes away
            asked.send(pdu(ABORT, bytes(4)))
            return
        for step in steps:
            told.steps += 1
            if not step(asked, message, told, to_port):
                return

    expected = EXPECTED if knows else ()
    with AnsweringPeer(answer, roles) as peer:
        request = (
            getting(peer.port, folder, study(STUDY), expected=expected, storage_sop_classes=(CT,))
            if method is RetrieveMethod.GET
            else moving(peer.port, to_port, folder, study(STUDY), expected=expected)
        )
        outcome, facts = retrieve(request)
    return outcome, facts, told


def check(outcome: RetrieveOutcome, facts: list[RetrieveFact], told: Told, folder: Path, *, knows: bool) -> None:
    begun = Counter((fact.job_id, fact.association, fact.index) for fact in of(facts, ItemStarted))
    over = Counter((fact.job_id, fact.association, fact.index) for fact in of(facts, ItemFinished))
    assert begun == over
    assert set(begun.values()) <= {1}
    stored = [fact for fact in of(facts, ItemFinished) if fact.outcome is ItemOutcome.STORED]
    names = {Path(fact.path).name for fact in stored}
    assert {path.name for path in folder.iterdir()} == names
    kept = {name.removeprefix("CT.") for name in names}
    assert set(told.sent) <= kept
    asked_for = {uid for uid in kept if uid != STRANGE}
    assert outcome.stored == len(asked_for)
    assert outcome.arrived is not None
    assert outcome.arrived >= len(asked_for)
    assert outcome.unasked == sum(name == f"CT.{STRANGE}" for name in (Path(fact.path).name for fact in stored))
    assert len(of(facts, RetrieveAnswered)) <= told.steps
    if knows:
        assert outcome.announced == len(KNOWN)
        assert set(outcome.missing) == set(KNOWN) - asked_for
        assert len(outcome.missing) + len(asked_for & set(KNOWN)) == outcome.announced
    if outcome.missing:
        assert outcome.diagnoses
    for one in outcome.diagnoses:
        assert "127.0.0.1" in one.text
        assert one.advice
        assert (one.text + one.advice).isprintable()
        assert all(line.isprintable() for line in one.lines)


@pytest.mark.parametrize("method", WAYS)
@example(script=(FULL, [answers(0, x1021=4, x1022=0, x1023=0)], []), knows=True)
@example(script=([], [answers(0)], [answers(0)]), knows=True)
@example(script=(FULL, [answers(0, x1021=9)], [stores(KNOWN[0])]), knows=False)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(script=SCRIPTS, knows=st.booleans())
def test_whatever_a_peer_does_the_job_ends_and_its_counts_add_up(
    script: tuple[list[Step], list[Step], list[Step]], method: RetrieveMethod, knows: bool
) -> None:
    before, final, after = script
    with TemporaryDirectory() as folder:
        steps = [*before, *final, *(after if final else [ends])]
        outcome, facts, told = carry_out(steps, method, Path(folder), knows=knows)
        check(outcome, facts, told, Path(folder), knows=knows)


def test_an_instance_that_stops_half_way_at_our_listener_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dicomdesk.engine.retrieve.retrieve._LAST_ASSOCIATIONS_S", 0.2)
    port = free_port()
    with ExitStack() as stack:

        def answer(asked: Asked, message: Message) -> None:
            requestor = stack.enter_context(connected(port))
            requestor.associate(Proposal(contexts=[(1, CT, [EXPLICIT])], called=b"ASKER", calling=b"PACS"))
            requestor.send(data_pdu(1, 3, store_command(KNOWN[0])), data_pdu(1, 0, data_of(KNOWN[0])[:50]))
            asked.send(response(message, 0, x1021=1, x1022=0, x1023=0))

        peer = stack.enter_context(AnsweringPeer(answer))
        outcome, facts = retrieve(moving(peer.port, port, tmp_path / "in", study(STUDY), expected=EXPECTED[:1]))
    assert (outcome.stored, outcome.missing) == (0, (KNOWN[0],))
    assert [fact.outcome for fact in of(facts, ItemFinished)] == [ItemOutcome.FAILED]
    assert outcome.refused == ()
    broken = next(one for one in outcome.diagnoses if one.kind is DiagnosisKind.BROKEN_OFF)
    assert broken.uids == (KNOWN[0],)
    assert "stood still" in broken.text
    assert list((tmp_path / "in").iterdir()) == []


def test_connections_that_ask_for_nothing_are_no_rejections_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dicomdesk.engine.retrieve.retrieve._LAST_ASSOCIATIONS_S", 0.2)
    port = free_port()
    with ExitStack() as stack:

        def answer(asked: Asked, message: Message) -> None:
            for _ in range(3):
                stack.enter_context(connected(port))
            asked.send(response(message, 0, x1021=1, x1022=0, x1023=0))

        peer = stack.enter_context(AnsweringPeer(answer))
        outcome, _ = retrieve(moving(peer.port, port, tmp_path / "in", study(STUDY), expected=EXPECTED[:1]))
    assert [one.kind for one in outcome.diagnoses] == [DiagnosisKind.NEVER_CONNECTED]


def test_thousands_of_answers_and_failures_are_told_in_few_lines(tmp_path: Path) -> None:
    count = 3000
    failed = [f"1.2.3.4.{number}" for number in range(count)]

    def answer(asked: Asked, message: Message) -> None:
        for number in range(count):
            asked.send(response(message, PENDING, x1020=count - number, x1021=0, x1022=0, x1023=number))
        listed = element(0x0058, "\\".join(failed))
        asked.send(response(message, 0xB000, listed, x1021=0, x1022=count, x1023=count))

    kept: list[RetrieveFact] = []
    with AnsweringPeer(answer, roles) as peer, Engine() as engine:
        request = getting(peer.port, tmp_path / "in", study(STUDY), storage_sop_classes=(CT,))
        job = engine.submit(request, lambda fact: None if isinstance(fact, RetrieveAnswered) else kept.append(fact))
        outcome = job.done.result(DEADLINE_S)
    assert (outcome.reported.failed, outcome.reported.warning) == (count, count)
    assert len(kept) < 30
    assert sum(isinstance(thing, RetrieveAnswered) for thing in gc.get_objects()) < count // 10
    (cause,) = [one for one in outcome.diagnoses if one.kind is DiagnosisKind.SUB_OPERATIONS_FAILED]
    assert len(cause.uids) == count
    assert len(cause.lines) == 22


@pytest.mark.parametrize("method", WAYS)
def test_a_study_that_two_jobs_retrieve_at_once_is_there_once(method: RetrieveMethod, tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    known = {"ASKER": ports[0], "OTHER": ports[1]}
    folder = tmp_path / "in"
    with running(tmp_path / "archive", peers=known) as archive, Engine() as engine:
        archive.put(*map(data_of, KNOWN))
        requests = [
            getting(archive.port, folder, study(STUDY), called=ARCHIVE, asks_first=True)
            if method is RetrieveMethod.GET
            else moving(
                archive.port, port, folder, study(STUDY), called=ARCHIVE, asks_first=True, destination=destination
            )
            for destination, port in known.items()
        ]
        jobs = [engine.submit(request, lambda _fact: None) for request in requests]
        outcomes = [job.done.result(DEADLINE_S) for job in jobs]
    assert [(outcome.stored, outcome.missing, outcome.diagnoses) for outcome in outcomes] == [(4, (), ())] * 2
    assert sorted(path.name for path in folder.iterdir()) == [f"CT.{uid}" for uid in KNOWN]


def test_without_any_pending_answer_all_is_counted(tmp_path: Path) -> None:
    def silent(asked: Asked, message: Message) -> None:
        told = Told()
        assert all(step(asked, message, told, 0) for step in FULL)
        asked.send(response(message, 0))

    with AnsweringPeer(silent, roles) as peer:
        outcome, facts = retrieve(getting(peer.port, tmp_path / "in", study(STUDY), expected=EXPECTED))
    assert of(facts, RetrieveAnswered) == []
    assert (outcome.arrived, outcome.stored, outcome.missing, outcome.diagnoses) == (4, 4, (), ())

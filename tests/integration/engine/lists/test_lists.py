"""Lists worked off with real archives and peers that behave oddly."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dicomdesk.dicom.lists.entries import ListEntry
from dicomdesk.dicom.query.sop_classes import Service
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import (
    AssociationAccepted,
    AssociationReleased,
    JobFinished,
    JobOutcome,
    JobStarted,
    Notice,
)
from dicomdesk.engine.job import JobControl, ThreadStarter
from dicomdesk.engine.lists.facts import LineEnded, LineStarted, ListFact, ListPaused, ListResumed
from dicomdesk.engine.lists.line_asker import LineAsker
from dicomdesk.engine.lists.list_job import Clock, ListJob
from dicomdesk.engine.lists.request import ListRequest
from dicomdesk.engine.lists.results import LineState, ListOutcome
from dicomdesk.engine.lists.window import read_window
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.engine.receive.request import Storage
from dicomdesk.engine.retrieve.request import RetrieveMethod, RetrieveRequest
from dicomdesk.errors import ListStateError
from dicomdesk.settings import Peer, PlaceRules
from tests.helpers.archives.listed_studies import asked, entries_of, instance_uids, sent, study
from tests.helpers.archives.served_archives import ARCHIVE, Running, make_settings, running, serving
from tests.helpers.data.datasets import Builder
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.querying import SETTINGS, of
from tests.helpers.jobs.recorder import DEADLINE_S
from tests.helpers.jobs.retrieving import CT, storing
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response
from tests.helpers.peers.fake_peer import Accept

FETCHED, FOUND, NOT_FOUND = LineState.FETCHED, LineState.FOUND, LineState.NOT_FOUND
AMBIGUOUS, FAILED, WAITING = LineState.AMBIGUOUS, LineState.FAILED, LineState.WAITING
C_FIND, C_GET = 0x0020, 0x0010
Reaction = Callable[[ListJob, ListFact], None]


@dataclass
class SteppedClock:
    """A clock that goes on only by waiting."""

    time: datetime
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def wait(self, control: JobControl, seconds: float) -> bool:
        self.waits.append(seconds)
        self.time += timedelta(seconds=seconds)
        return not control.is_stopping


@dataclass(frozen=True)
class Clocked:
    """A request whose job goes by another clock."""

    request: ListRequest
    clock: Clock | None

    def make_job(self, sink: Callable[[ListFact], None], start_thread: ThreadStarter, /) -> ListJob:
        return ListJob(self.request, sink, start_thread, self.clock)


def to(port: int, entries: Sequence[ListEntry], called: str = ARCHIVE, **changes: object) -> ListRequest:
    return ListRequest(
        peer=Peer(host="127.0.0.1", port=port, ae_title=called),
        entries=tuple(entries),
        association=SETTINGS,
        **changes,  # type: ignore[arg-type]  # any field of the request
    )


def getting(port: int, folder: Path, **changes: object) -> RetrieveRequest:
    folder.mkdir(exist_ok=True)
    return RetrieveRequest(
        peer=Peer(host="127.0.0.1", port=port, ae_title=ARCHIVE),
        identifiers=(),
        association=SETTINGS,
        method=RetrieveMethod.GET,
        storage=Storage(folder=folder),
        **changes,  # type: ignore[arg-type]  # any field of the request
    )


def work(
    request: ListRequest, react: Reaction | None = None, clock: Clock | None = None
) -> tuple[ListOutcome, list[ListFact]]:
    """The result of the job, and its facts; ``react`` is told of each on the job's threads."""
    facts: list[ListFact] = []
    jobs: list[ListJob] = []
    known = threading.Event()

    def take(fact: ListFact) -> None:
        facts.append(fact)
        if react is not None and known.wait(DEADLINE_S):
            react(jobs[0], fact)

    with Engine() as engine:
        jobs.append(engine.submit(Clocked(request, clock), take))
        known.set()
        outcome = jobs[0].done.result(DEADLINE_S)
        total = jobs[0].progress()
    assert isinstance(facts[0], JobStarted)
    assert isinstance(facts[-1], JobFinished)
    assert sum(isinstance(fact, JobFinished) for fact in facts) == 1
    assert total.items_total == len(request.entries)
    return outcome, facts


def states(outcome: ListOutcome) -> list[LineState]:
    return [result.state for result in outcome.results]


def put(archive: Running, *studies: list[bytes]) -> None:
    archive.put(*(data for each in studies for data in each))


def stored(folder: Path) -> list[str]:
    return sorted(path.name.partition(".")[2] for path in folder.iterdir())


# -- asking and fetching


def test_each_line_is_asked_for_over_one_association(tmp_path: Path) -> None:
    with running(tmp_path / "archive") as archive:
        put(archive, study(1), study(2), study(3, called=2))
        entries = entries_of("Accession", "A001", "A002", "A009", "A001", "*")
        outcome, facts = work(to(archive.port, entries))
        assert asked(archive, Service.FIND) == 3
    assert states(outcome) == [FOUND, AMBIGUOUS, NOT_FOUND, FOUND, FAILED]
    assert [result.matches for result in outcome.results] == [1, 2, 0, 1, 0]
    assert outcome.results[0].uids == ("1.2.1",)
    assert outcome.results[3].reason == "The same as line 2"
    assert len(of(facts, AssociationAccepted)) == len(of(facts, AssociationReleased)) == 1
    assert sorted(fact.result.number for fact in of(facts, LineEnded)) == [1, 2, 3, 4, 5]
    assert (outcome.outcome, outcome.is_all_well) == (JobOutcome.COMPLETED, False)


def test_what_is_found_is_fetched_and_what_is_here_is_not_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with running(tmp_path / "archive") as archive:
        put(archive, study(1), study(2))
        request = to(archive.port, entries_of("Accession", "A001", "A002"), fetch=getting(archive.port, folder))
        outcome, _ = work(request)
        assert states(outcome) == [FETCHED, FETCHED]
        assert [(one.announced, one.stored, one.missing) for one in outcome.results] == [(3, 3, 0)] * 2
        assert stored(folder) == sorted(instance_uids(1, 3) + instance_uids(2, 3))
        next(path for path in folder.iterdir() if path.name.endswith("1.2.2.1.3")).unlink()
        again, _ = work(request)
        assert states(again) == [FETCHED, FETCHED]
        assert sent(archive) == {uid: 1 + (uid == "1.2.2.1.3") for uid in instance_uids(1, 3) + instance_uids(2, 3)}
    assert len(stored(folder)) == 6


def test_it_is_fetched_by_c_move_into_a_listener_of_the_job(tmp_path: Path) -> None:
    from tests.helpers.jobs.retrieving import moving  # noqa: PLC0415 - named like the function above

    port = free_port()
    with running(tmp_path / "archive", peers={"ASKER": port}) as archive:
        put(archive, study(1), study(2), study(3))
        fetch = moving(archive.port, port, tmp_path / "out", called=ARCHIVE)
        entries = entries_of("Accession", "A001", "A002", "A003")
        outcome, _ = work(to(archive.port, entries, fetch=fetch, parallel=3))
        assert set(sent(archive).values()) == {1}
    assert states(outcome) == [FETCHED] * 3
    assert len(stored(tmp_path / "out")) == 9


def test_all_studies_of_a_patient_are_meant_by_the_patient_id(tmp_path: Path) -> None:
    with running(tmp_path / "archive") as archive:
        put(archive, study(1, patient="P7"), study(2, patient="P7"), study(3, patient="P8"))
        fetch = getting(archive.port, tmp_path / "out")
        outcome, _ = work(to(archive.port, entries_of("PatientID", "P7"), fetch=fetch))
    assert (states(outcome), outcome.results[0].matches) == ([FETCHED], 2)
    assert stored(tmp_path / "out") == sorted(instance_uids(1, 3) + instance_uids(2, 3))


@pytest.mark.parametrize("takes_all", [False, True])
def test_what_is_ambiguous_is_fetched_only_where_all_is_to_be_taken(tmp_path: Path, takes_all: bool) -> None:
    with running(tmp_path / "archive") as archive:
        put(archive, study(1), study(2, called=1))
        fetch = getting(archive.port, tmp_path / "out")
        request = to(archive.port, entries_of("Accession", "A001"), fetch=fetch, takes_all=takes_all)
        outcome, _ = work(request)
    assert states(outcome) == [FETCHED if takes_all else AMBIGUOUS]
    assert len(stored(tmp_path / "out")) == (6 if takes_all else 0)


@pytest.mark.parametrize("model", [QueryModel.STUDY_ROOT, QueryModel.PATIENT_ROOT])
def test_series_and_instances_are_fetched_by_their_uids(tmp_path: Path, model: QueryModel) -> None:
    with running(tmp_path / "archive") as archive:
        put(archive, study(1))
        fetch = getting(archive.port, tmp_path / "out")
        if model is QueryModel.PATIENT_ROOT:
            lines = ("PatientID,StudyInstanceUID,SeriesInstanceUID,SOPInstanceUID", "P1,1.2.1,1.2.1.1,1.2.1.1.2")
            keys = lines[0].split(",")
        else:
            lines, keys = ("StudyInstanceUID,SeriesInstanceUID,SOPInstanceUID", "1.2.1,1.2.1.1,1.2.1.1.2"), []
        entries = entries_of(*lines, keys=keys)
        request = to(archive.port, entries, fetch=replace(fetch, model=fetch.model), model=model)
        outcome, _ = work(request)
    assert states(outcome) == [FETCHED]
    assert stored(tmp_path / "out") == ["1.2.1.1.2"]


# -- stopping and going on


def test_a_list_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    state = tmp_path / "state"
    entries = entries_of("Accession", *(f"A{number:03}" for number in range(1, 9)))

    def stop(job: ListJob, fact: ListFact) -> None:
        if isinstance(fact, LineEnded) and fact.result.number == 3:
            job.cancel()

    with running(tmp_path / "archive") as archive:
        put(archive, *(study(number, instances=2) for number in range(1, 9)))
        request = to(archive.port, entries, fetch=getting(archive.port, tmp_path / "out"), state_file=state)
        stopped, _ = work(request, stop)
        assert stopped.outcome is JobOutcome.CANCELLED
        assert states(stopped) == [FETCHED] * 3 + [WAITING] * 5
        outcome, facts = work(request)
        assert [fact.number for fact in of(facts, LineStarted)] == [4, 5, 6, 7, 8]
        assert len(of(facts, ListResumed)[0].results) == 3
        assert states(outcome) == [FETCHED] * 8
        assert set(sent(archive).values()) == {1}
        asked_before = asked(archive, Service.FIND)
        done, _ = work(request)
        assert states(done) == [FETCHED] * 8
        assert asked(archive, Service.FIND) == asked_before


def test_what_had_failed_is_tried_again(tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "out"
    entries = entries_of("Accession", "A001", "A002")
    with running(tmp_path / "archive") as archive:
        put(archive, study(1), study(2))
        fetch = getting(archive.port, folder, storage_sop_classes=("1.2.840.10008.5.1.4.1.1.4",))
        request = to(archive.port, entries, fetch=fetch, state_file=state)
        refused, _ = work(request)
        assert states(refused) == [FAILED, FAILED]
        assert all(result.reason for result in refused.results)
        again = replace(request, fetch=getting(archive.port, folder))
        stopped, _ = work(again, lambda job, fact: job.cancel() if isinstance(fact, LineStarted) else None)
        assert stopped.outcome is JobOutcome.CANCELLED
        outcome, _ = work(again)
    assert states(outcome) == [FETCHED, FETCHED]
    assert [result.attempts for result in outcome.results] == [2, 2]


def test_a_list_that_was_asked_for_is_fetched_with_the_same_state(tmp_path: Path) -> None:
    entries = entries_of("Accession", "A001", "A009")
    with running(tmp_path / "archive") as archive:
        put(archive, study(1))
        request = to(archive.port, entries, state_file=tmp_path / "state")
        assert states(work(request)[0]) == [FOUND, NOT_FOUND]
        outcome, facts = work(replace(request, fetch=getting(archive.port, tmp_path / "out")))
    assert states(outcome) == [FETCHED, NOT_FOUND]
    assert [fact.number for fact in of(facts, LineStarted)] == [1]


# -- bounds


def test_no_more_lines_are_under_way_than_the_bound_says(tmp_path: Path) -> None:
    entries = entries_of("Accession", *(f"A{number:03}" for number in range(1, 13)))
    under_way: set[int] = set()
    most: list[int] = []

    def count(_job: ListJob, fact: ListFact) -> None:
        if isinstance(fact, LineStarted):
            under_way.add(fact.number)
            most.append(len(under_way))
        if isinstance(fact, LineEnded):
            under_way.discard(fact.result.number)

    with running(tmp_path / "archive") as archive:
        put(archive, *(study(number, instances=1) for number in range(1, 13)))
        outcome, facts = work(
            to(archive.port, entries, fetch=getting(archive.port, tmp_path / "out"), parallel=3), count
        )
        assert set(sent(archive).values()) == {1}
    assert states(outcome) == [FETCHED] * 12
    assert max(most) <= 3
    assert len(of(facts, AssociationAccepted)) >= 3


def test_there_is_a_pause_between_lines_and_over_long_ones_no_association_is_kept(tmp_path: Path) -> None:
    entries = entries_of("Accession", "A001", "A002", "A003")
    with running(tmp_path / "archive") as archive:
        for pause_s, associations in ((2.0, 1), (20.0, 3)):
            clock = SteppedClock(datetime.fromisoformat("2026-11-30T12:00:00+01:00"))
            _, facts = work(to(archive.port, entries, pause_s=pause_s), clock=clock)
            assert clock.waits == [pause_s, pause_s]
            assert len(of(facts, AssociationReleased)) == associations


def test_lines_begin_only_while_the_window_is_open(tmp_path: Path) -> None:
    entries = entries_of("Accession", *(f"A{number:03}" for number in range(1, 6)))
    clock = SteppedClock(datetime.fromisoformat("2026-11-30T12:00:00+01:00"))
    window = read_window("20:00-06:00")
    begun: list[datetime] = []

    def note(_job: ListJob, fact: ListFact) -> None:
        if isinstance(fact, LineStarted):
            begun.append(clock.time)

    with running(tmp_path / "archive") as archive:
        hours_3 = 3 * 3600.0
        outcome, facts = work(to(archive.port, entries, window=window, pause_s=hours_3), note, clock)
    assert states(outcome) == [NOT_FOUND] * 5
    assert [f"{time:%d %H:%M}" for time in begun] == ["30 20:00", "30 23:00", "01 02:00", "01 05:00", "01 20:00"]
    paused = of(facts, ListPaused)
    assert [f"{fact.until:%d %H:%M}" for fact in paused] == ["30 20:00", "01 20:00"]
    assert paused[0].reason == "Lines are asked for between 20:00 and 06:00"


def test_a_list_that_waits_for_its_window_can_be_stopped(tmp_path: Path) -> None:
    def stop(job: ListJob, fact: ListFact) -> None:
        if isinstance(fact, ListPaused):
            job.cancel()

    now = datetime.now().astimezone()
    later = now + timedelta(hours=2)
    window = read_window(f"{later:%H}:00-{later + timedelta(hours=1):%H}:00")
    outcome, _ = work(to(free_port(), entries_of("Accession", "A001"), window=window), stop)
    assert (outcome.outcome, states(outcome)) == (JobOutcome.CANCELLED, [WAITING])


# -- peers


def test_a_peer_that_cannot_be_reached_ends_the_list_and_its_lines_wait(tmp_path: Path) -> None:
    request = to(free_port(), entries_of("Accession", "A001", "A002"), state_file=tmp_path / "state")
    outcome, _ = work(request)
    assert (outcome.outcome, states(outcome)) == (JobOutcome.FAILED, [WAITING, WAITING])
    assert not outcome.was_associated
    assert "2 to do" in outcome.text


def test_a_peer_that_goes_away_is_tried_again_until_patience_ends(tmp_path: Path) -> None:
    entries = entries_of("Accession", "A001", "A002")
    clock = SteppedClock(datetime.fromisoformat("2026-11-30T12:00:00+01:00"))
    gone = threading.Event()
    with running(tmp_path / "archive") as archive:
        port = archive.port

        def end(_job: ListJob, fact: ListFact) -> None:
            if isinstance(fact, LineEnded) and not gone.is_set():
                gone.set()
                archive.archive.stop()

        outcome, facts = work(to(port, entries, pause_s=10, patience_s=30), end, clock)
    assert states(outcome) == [NOT_FOUND, WAITING]
    assert (outcome.outcome, outcome.was_associated) == (JobOutcome.FAILED, True)
    assert clock.waits[1:] == [2.0, 4.0, 8.0, 16.0]
    assert len(of(facts, ListPaused)) == 4


def test_a_peer_that_takes_no_queries_ends_the_list_at_once() -> None:
    entries = entries_of("Accession", "A001", "A002")
    with AnsweringPeer(lambda _asked, _message: None, Accept(refused={1: 3})) as peer:
        outcome, _ = work(to(peer.port, entries, called="PACS"))
        assert peer.associations == 1
    assert (outcome.outcome, states(outcome)) == (JobOutcome.FAILED, [WAITING, WAITING])
    assert "does not accept queries" in outcome.text


def test_a_peer_with_one_place_for_us_is_asked_for_one_line_after_the_other(tmp_path: Path) -> None:
    entries = entries_of("Accession", *(f"A{number:03}" for number in range(1, 9)))
    settings = make_settings(tmp_path / "archive", places=PlaceRules(wait_s=0, room_after_s=None))
    one_place = replace(settings.configuration, max_associations=1)
    with serving(replace(settings, configuration=one_place)) as archive:
        outcome, facts = work(to(archive.port, entries, parallel=4))
    assert states(outcome) == [NOT_FOUND] * 8
    assert any(fact.text.startswith("Fewer lines at once: ") for fact in of(facts, Notice))


def match(uid: str, accession: str) -> bytes:
    build = Builder()
    return build.element(0x00080050, "SH", accession) + build.element(0x0020000D, "UI", uid)


def test_an_association_that_was_lost_between_lines_is_opened_again() -> None:
    entries = entries_of("Accession", "A001", "A002", "A003")

    def answer(asked: Asked, message: Message) -> None:
        if message.association == 1 and len(asked.peer.requests) == 2:
            asked.requestor.socket.close()
            return
        asked.send(response(message, 0))

    with AnsweringPeer(answer) as peer:
        outcome, facts = work(to(peer.port, entries, called="PACS"))
    assert states(outcome) == [NOT_FOUND] * 3
    assert len(of(facts, AssociationAccepted)) == 2


def test_an_asker_has_an_association_from_the_first_question_to_its_release() -> None:
    facts: list[object] = []
    (entry,) = entries_of("Accession", "A001")
    with AnsweringPeer(lambda asked, message: asked.send(response(message, 0))) as peer:
        asker = LineAsker(
            to(peer.port, (entry,), called="PACS"),
            job_id="list",
            control=JobControl(),
            report=facts.append,
            next_number=lambda: 7,
        )
        asker.release()
        assert facts == []
        for _ in range(2):
            assert asker.ask(entry).fitting == ()
        asker.release()
    assert asker.was_associated
    assert [fact.association for fact in of(facts, AssociationAccepted)] == [7]
    assert len(of(facts, AssociationReleased)) == 1


def test_a_peer_that_breaks_off_each_query_fails_each_line_and_no_more() -> None:
    entries = entries_of("Accession", "A001", "A002", "A003")
    with AnsweringPeer(lambda asked, _message: asked.requestor.socket.close()) as peer:
        outcome, facts = work(to(peer.port, entries, called="PACS"))
    assert (outcome.outcome, states(outcome)) == (JobOutcome.COMPLETED, [FAILED] * 3)
    assert all(result.reason for result in outcome.results)
    assert len(of(facts, AssociationAccepted)) == 3


@pytest.mark.parametrize("parallel", [1, 3])
def test_where_results_cannot_be_kept_the_list_ends(tmp_path: Path, parallel: int) -> None:
    def lose(job: ListJob, fact: ListFact) -> None:
        if isinstance(fact, LineEnded) and fact.result.number == 1:
            job._state.close()  # as a disk that goes away

    entries = entries_of("Accession", *(f"A{number:03}" for number in range(1, 30)))
    with AnsweringPeer(lambda asked, message: asked.send(response(message, 0))) as peer:
        request = to(peer.port, entries, called="PACS", state_file=tmp_path / "state", parallel=parallel)
        outcome, _ = work(request, lose)
    assert outcome.outcome is JobOutcome.FAILED
    assert isinstance(outcome.error, ListStateError)
    assert states(outcome)[0] is NOT_FOUND
    assert states(outcome).count(WAITING) >= len(entries) - 1 - parallel


def test_answers_that_do_not_fit_are_not_fetched_and_told() -> None:
    def answer(asked: Asked, message: Message) -> None:
        asked.send(response(message, 0xFF00, match("1.2", "B")), response(message, 0))

    with AnsweringPeer(answer) as peer:
        outcome, _ = work(to(peer.port, entries_of("Accession", "A001"), called="PACS"))
    assert states(outcome) == [NOT_FOUND]
    assert outcome.results[0].reason == "The peer has answered with 1 that do not fit the line"


@pytest.mark.parametrize(("told", "requests"), [("1", 1), ("5", 2)])
def test_where_more_is_said_to_exist_than_is_named_what_is_here_is_asked_for_too(
    tmp_path: Path, told: str, requests: int
) -> None:
    build = Builder()
    levels = {
        b"STUDY": match("1.2", "A001") + build.element(0x00201208, "IS", told),
        b"SERIES": build.element(0x0020000D, "UI", "1.2") + build.element(0x0020000E, "UI", "1.2.3"),
        b"IMAGE": build.element(0x00080016, "UI", CT) + build.element(0x00080018, "UI", "1.2.3.4"),
    }

    def answer(asked: Asked, message: Message) -> None:
        if message.field == C_FIND:
            level = next(level for level in levels if level in (message.data or b"")[:40])
            asked.send(response(message, 0xFF00, levels[level]), response(message, 0))
        else:
            storing(["1.2.3.4"])(asked, message)

    with AnsweringPeer(answer) as peer:
        request = to(peer.port, entries_of("Accession", "A001"), called="PACS")
        request = replace(request, fetch=getting(peer.port, tmp_path / "out"))
        assert states(work(request)[0]) == states(work(request)[0]) == [FETCHED]
        assert [each.field for each in peer.requests].count(C_GET) == requests
    assert stored(tmp_path / "out") == ["1.2.3.4"]


def test_an_answer_that_seems_to_be_cut_is_told() -> None:
    def answer(asked: Asked, message: Message) -> None:
        for number in range(100):
            asked.send(response(message, 0xFF00, match(f"1.2.{number}", "")))
        asked.send(response(message, 0))

    with AnsweringPeer(answer) as peer:
        outcome, _ = work(to(peer.port, entries_of("PatientID", "P1"), called="PACS"))
    assert (states(outcome), outcome.results[0].matches) == ([FOUND], 100)
    assert "100 answers" in outcome.results[0].reason


def test_no_association_is_kept_while_something_is_fetched(tmp_path: Path) -> None:
    standing: list[int] = []
    count = 0

    def note(_job: ListJob, fact: ListFact) -> None:
        nonlocal count
        if isinstance(fact, AssociationAccepted):
            count += 1
            standing.append(count)
        if isinstance(fact, AssociationReleased):
            count -= 1

    with running(tmp_path / "archive") as archive:
        put(archive, study(1), study(2))
        entries = entries_of("Accession", "A001", "A002")
        outcome, _ = work(to(archive.port, entries, fetch=getting(archive.port, tmp_path / "out")), note)
    assert states(outcome) == [FETCHED, FETCHED]
    assert set(standing) == {1}


def test_a_refusal_is_the_fault_of_its_line_and_says_what_may_help() -> None:
    def answer(asked: Asked, message: Message) -> None:
        asked.send(response(message, 0xA900 if len(asked.peer.requests) == 1 else 0))

    with AnsweringPeer(answer) as peer:
        outcome, _ = work(to(peer.port, entries_of("SeriesInstanceUID", "1.2.3.4", "1.2.3.5"), called="PACS"))
    assert states(outcome) == [FAILED, NOT_FOUND]
    assert "(A900H)" in outcome.results[0].reason
    assert outcome.results[0].reason.endswith("it may want the Study Instance UID too, in a column of its own")


def test_endless_answers_to_one_line_are_cancelled() -> None:
    def answer(asked: Asked, message: Message) -> None:
        data = response(message, 0xFF00, match("1.2", "A001"))
        for _ in range(12):
            asked.send(data * 100)
        asked.send(response(message, 0xFE00))

    with AnsweringPeer(answer) as peer:
        outcome, _ = work(to(peer.port, entries_of("Accession", "A001"), called="PACS"))
    assert states(outcome) == [FAILED]
    assert "1,000 matches and more" in outcome.results[0].reason

import io
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.files.part10 import has_same_start
from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import FoundInstance, InputSelection
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationReceived,
    AssociationReleased,
    JobFinished,
    JobOutcome,
)
from dicomdesk.engine.facts.arrivals import ReceptionSum, StoredSum
from dicomdesk.engine.host import child
from dicomdesk.engine.host.book_mirror import BookMirror
from dicomdesk.engine.host.child import WORD, begin_child, end_words
from dicomdesk.engine.host.desk.condenser import KeptMessage
from dicomdesk.engine.host.desk.reception import Reception
from dicomdesk.engine.host.engine_host import LOOKS_UNTIL_SILENT, EngineHost, HostFact
from dicomdesk.engine.host.far_outbox import far_journal, far_outbox
from dicomdesk.engine.host.far_rules import FarRules
from dicomdesk.engine.host.host_process import Host
from dicomdesk.engine.host.line import Line
from dicomdesk.engine.host.news import JobResult, RuleNews
from dicomdesk.engine.host.wire import Answer, Ask, pack, read_message
from dicomdesk.engine.journal.records import ErrandState, InstanceState
from dicomdesk.engine.outbox.errands import Destination
from dicomdesk.engine.outbox.facts import RunEnded
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.receive.book.book_news import BookLost, BookNews
from dicomdesk.engine.receive.book.completeness import CountSource
from dicomdesk.engine.routing.facts import RuleFact, RuleWithheld, SendingEnded
from dicomdesk.engine.routing.route_book import LastDone
from dicomdesk.engine.routing.route_job import RouteResult
from dicomdesk.engine.rules.deciding import Verdict
from dicomdesk.engine.rules.rule import FilesAtRest, Rule, RuleSet
from dicomdesk.errors import (
    AssociationRejectedError,
    ConfigurationError,
    DicomdeskError,
    HostLostError,
    KeyPassPhraseError,
    PortInUseError,
    SettingsError,
)
from dicomdesk.settings import TlsSettings
from tests.helpers.data.studies import write_study
from tests.helpers.jobs.outbox import errand_for
from tests.helpers.jobs.receiving import receive_request
from tests.helpers.jobs.routing import folder_rule, write_instance
from tests.helpers.jobs.sending import send, send_request
from tests.helpers.peers.fake_peer import FakePeer
from tests.helpers.peers.known_peers import FULL
from tests.helpers.peers.requestors import connected
from tests.unit.engine.rules.test_rules_file import RULES

DEADLINE_S = 30.0


class Told:
    """What a host tells; a book is kept up to date with it."""

    def __init__(self, host: EngineHost) -> None:
        self.book = BookMirror(host)
        self.facts: list[HostFact] = []
        self._changed = threading.Condition()
        host.told = self

    def __call__(self, fact: HostFact) -> None:
        with self._changed:
            if isinstance(fact, BookNews):
                self.book.take_news(fact)
            elif isinstance(fact, BookLost):
                self.book.clear()
            self.facts.append(fact)
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, DEADLINE_S)


@pytest.fixture(scope="module")
def host() -> Iterator[EngineHost]:
    found = EngineHost()
    yield found
    found.close()
    assert found.process_id == 0 or not Path(f"/proc/{found.process_id}").exists()


@pytest.fixture
def told(host: EngineHost) -> Told:
    return Told(host)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder to receive into."""
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


# -- the wire


@pytest.mark.parametrize(
    "error",
    [
        PortInUseError("port 104 is taken"),
        KeyPassPhraseError("locked", is_missing=True),
        ConfigurationError("wrong", problems=("a", "b")),
        AssociationRejectedError("no", result=1, source=2, reason=3),
        HostLostError("gone"),
    ],
)
def test_errors_come_as_they_are(error: DicomdeskError) -> None:
    read, write = os.pipe()
    with open(read, "rb") as incoming, open(write, "wb") as outgoing:
        outgoing.write(pack(Answer(3, None, error)))
        outgoing.flush()
        answer = read_message(incoming)
    assert isinstance(answer, Answer)
    assert type(answer.error) is type(error)
    assert (str(answer.error), answer.error.__dict__) == (str(error), error.__dict__)


class Harmful:
    def __init__(self, function: Callable[..., object], *values: object) -> None:
        self.call = (function, values)

    def __reduce__(self) -> tuple[object, ...]:
        return self.call


HARMS = [
    *(Harmful(os.system, "true"), Harmful(eval, "1"), Harmful(exec, "1"), Harmful(getattr, 1, "real")),
    *(Harmful(getattr, JobOutcome, "mro"), Harmful(getattr, JobOutcome, "__init__"), Harmful(getattr, Ask, "number")),
    subprocess.Popen,
]


@pytest.mark.parametrize("harm", HARMS)
def test_what_is_no_value_is_not_read(harm: object, tmp_path: Path) -> None:
    (tmp_path / "message").write_bytes(pack(harm))
    with (tmp_path / "message").open("rb") as stream, pytest.raises(pickle.UnpicklingError, match=r"no (value|member)"):
        read_message(stream)


def test_members_of_enumerations_come_in_either_form_of_python_311() -> None:
    """Before 3.11.4 as an attribute of the class, since then by value."""
    for form in (Harmful(getattr, JobOutcome, "COMPLETED"), Harmful(JobOutcome, JobOutcome.COMPLETED.value)):
        assert read_message(io.BytesIO(pack(form))) is JobOutcome.COMPLETED


def test_a_file_that_another_process_has_found_is_known_again_unless_it_has_changed(tmp_path: Path) -> None:
    (path,) = write_study(tmp_path, 1)
    (found,) = scan(InputSelection(paths=(str(path),)))
    assert isinstance(found, FoundInstance)
    again = read_message(io.BytesIO(pack(found)))
    assert isinstance(again, FoundInstance)
    content = path.read_bytes()
    assert has_same_start(again.header, content)
    place = content.index(found.header.study_instance_uid.encode())
    assert not has_same_start(again.header, content[:place] + b"7" + content[place + 1 :])


@given(rules=st.lists(RULES, max_size=3).map(tuple))
@settings(max_examples=60)
def test_rules_peers_and_what_rules_tell_come_as_they_are(rules: tuple[Rule, ...]) -> None:
    ask = Ask(0, "set_rules", (RuleSet(rules=rules, peers=(FULL,)), (FULL,), Path("/data/in")))
    assert read_message(io.BytesIO(pack(ask))) == ask
    facts = (
        RuleWithheld(rule="a", destination="b", verdict=Verdict.TO_US, study_instance_uid="1.2", instances=1),
        SendingEnded(rule="a", destination="b", errand_id=1, stored=1, failed=0),
    )
    news = RuleNews(facts=facts, result=RouteResult(outcome=JobOutcome.COMPLETED))
    assert read_message(io.BytesIO(pack(news))) == news
    done = Answer(1, LastDone(at=datetime.now().astimezone(), text="a", instances=1, studies=1), None)
    assert read_message(io.BytesIO(pack(done))) == done


@given(cut=st.integers(0, 60), values=st.lists(st.one_of(st.integers(), st.text(max_size=9)), max_size=4))
@settings(max_examples=60)
def test_a_message_is_read_whole_or_not_at_all(cut: int, values: list[object]) -> None:
    message = pack(Ask(1, "listen", tuple(values)))
    read, write = os.pipe()
    with open(read, "rb") as incoming:
        with open(write, "wb") as outgoing:
            outgoing.write(message + message[: min(cut, len(message) - 1)])
        assert read_message(incoming) == Ask(1, "listen", tuple(values))
        assert read_message(incoming) is None


# -- the line


@dataclass
class Ends:
    ours: Line
    theirs: Line
    told: list[object]
    lost: threading.Event


def pipe() -> tuple[IO[bytes], IO[bytes]]:
    read, write = os.pipe()
    return os.fdopen(read, "rb"), os.fdopen(write, "wb")


def do(operation: str, values: tuple[object, ...]) -> object:
    match operation:
        case "echo":
            return values
        case "refuse":
            raise SettingsError("not so")
        case "unsayable":
            return lambda: 0
        case _:
            raise ZeroDivisionError(operation)


@pytest.fixture
def ends() -> Iterator[Ends]:
    (our_in, their_out), (their_in, our_out) = pipe(), pipe()
    told, lost = list[object](), threading.Event()
    ours = Line(our_in, our_out, do, told.append, lost.set)
    theirs = Line(their_in, their_out, do, told.append, lambda: None)
    ours.begin()
    theirs.begin()
    yield Ends(ours, theirs, told, lost)
    for each in (ours, theirs):
        each.close()
    for each in (ours, theirs):
        each.join()
    for stream in (our_in, their_in):
        stream.close()


def test_both_ends_ask_and_are_answered(ends: Ends) -> None:
    assert ends.ours.ask("echo", 1, "two") == (1, "two")
    assert ends.theirs.ask("echo", 3) == (3,)
    with pytest.raises(SettingsError, match="not so"):
        ends.ours.ask("refuse")


def test_whoever_asks_is_answered_whatever_goes_wrong(ends: Ends, announce_log: Callable[[str], None]) -> None:
    announce_log("divide failed")
    for operation in ("divide", "unsayable"):
        with pytest.raises(DicomdeskError, match="internal error"):
            ends.ours.ask(operation)


def test_who_waits_for_an_answer_is_told_that_the_other_end_is_gone(ends: Ends) -> None:
    ends.theirs.close()
    assert ends.lost.wait(DEADLINE_S)
    with pytest.raises(HostLostError):
        ends.ours.ask("echo")


def test_facts_come_in_their_order_before_the_answer_that_was_given_later(ends: Ends) -> None:
    facts = [("fact", number) for number in range(500)]
    for fact in facts:
        ends.theirs.tell(fact)
    ends.theirs.ask("echo")
    ends.theirs.drain(DEADLINE_S)
    ends.ours.ask("echo")
    assert ends.told == facts


# -- the process


def test_a_frozen_program_begins_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert child._command() == [sys.executable, "-P", "-m", "dicomdesk", child.WORD]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child._command() == [sys.executable, child.WORD]


def test_what_is_sent_is_here_and_told_in_sums(host: EngineHost, told: Told, inbox: Path, tmp_path: Path) -> None:
    files = write_study(tmp_path / "out", 5)
    events: list[HostFact] = []
    job = host.submit(receive_request(inbox), events.append)
    for _ in range(2):
        send(job.port, files)
    told.wait_for(lambda: told.book.here == 5 and told.book.again == 5)
    (study,) = told.book.studies()
    told.wait_for(lambda: not study.is_open)
    assert {Path(file.path).parent for file in told.book.files(study.uid)} == {inbox}
    (series,) = study.series.values()
    assert told.book.first_path(series) == told.book.latest_files(series, 0, 1)[0].path
    told.book.expect(study.uid, 7, CountSource.USER)
    assert study.completeness.missing == 2
    job.cancel()
    assert job.done.result(DEADLINE_S).outcome is JobOutcome.COMPLETED
    assert isinstance(events[-1], JobFinished)
    sums = [event for event in events if isinstance(event, ReceptionSum)]
    assert sum(each.stored for one in sums for each in one.associations) == 10
    assert job.progress().items_done == 10
    count, messages = cast(tuple[int, tuple[KeptMessage, ...]], host.ask("messages", job.id, 1, 2))
    assert (count, len(messages)) == (5, 3)
    assert all(each.status == 0 for each in messages)
    deletion = told.book.delete(study.uid, None, None)
    assert (len(deletion.deleted), list((inbox).iterdir())) == (5, [])


def test_every_fact_is_told_while_somebody_listens(host: EngineHost, inbox: Path, tmp_path: Path) -> None:
    heard: list[str] = []
    over = threading.Event()

    def hear(event: object) -> None:
        heard.append(type(event).__name__)
        if isinstance(event, JobFinished):
            over.set()

    host.heard = hear
    host.hear()
    job = host.submit(receive_request(inbox), lambda _fact: None)
    send(job.port, write_study(tmp_path / "out", 2))
    job.cancel()
    assert over.wait(DEADLINE_S)
    host.hear_no_more()
    assert heard.count("ItemStarted") == heard.count("ItemFinished") == 2
    assert heard[-1] == "JobFinished"


def test_a_port_that_is_taken_is_said_as_by_an_engine_of_ones_own(host: EngineHost, inbox: Path) -> None:
    job = host.submit(receive_request(inbox), lambda _fact: None)
    with pytest.raises(PortInUseError):
        host.submit(receive_request(inbox, port=job.port), lambda _fact: None)
    job.cancel()
    job.done.result(DEADLINE_S)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc elsewhere")
def test_secrets_stand_in_no_argument_and_no_environment(host: EngineHost, inbox: Path, tmp_path: Path) -> None:
    tls = TlsSettings(certificate_file=tmp_path / "gone.pem", pass_phrase="very secret")
    with pytest.raises(SettingsError):
        host.submit(receive_request(inbox, tls=tls), lambda _fact: None)
    about = Path(f"/proc/{host.process_id}")
    assert WORD.encode() in (about / "cmdline").read_bytes()
    for name in ("cmdline", "environ"):
        assert b"very secret" not in (about / name).read_bytes()


def test_a_process_that_is_killed_is_told_and_what_was_acknowledged_is_found_by_the_next(
    inbox: Path, tmp_path: Path
) -> None:
    host = EngineHost()
    told, events = Told(host), list[HostFact]()
    is_known = threading.Event()

    def hear(event: HostFact) -> None:
        events.append(event)
        kinds = [type(each) for each in events]
        if kinds.count(AssociationReceived) == 2 and AssociationReleased in kinds:
            is_known.set()

    try:
        request = receive_request(inbox)
        job = host.submit(request, hear)
        send(job.port, write_study(tmp_path / "out", 4))
        told.wait_for(lambda: told.book.here == 4)
        with connected(job.port) as peer:
            peer.associate()
            assert is_known.wait(DEADLINE_S)
            os.kill(host.process_id, 9)
            result = job.done.result(DEADLINE_S)
        assert isinstance(result.error, HostLostError)
        assert "killed by signal 9" in str(result.error)
        assert (told.book.here, told.book.studies()) == (0, [])
        assert isinstance(events[-1], JobFinished)
        received = [event for event in events if isinstance(event, AssociationReceived)]
        aborted = [event for event in events if isinstance(event, AssociationAborted)]
        assert len(aborted) == len(received) - 1  # one was released
        with pytest.raises(HostLostError):
            host.ask("files", "1", None)
        again = host.submit(replace(request, port=job.port), events.append)
        assert again.port == job.port
        told.wait_for(lambda: told.book.here == 4)
    finally:
        host.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no process is stopped there")
def test_a_process_that_hangs_is_noticed_by_counted_looks_and_can_be_given_up(inbox: Path, tmp_path: Path) -> None:
    host = EngineHost()
    told, events = Told(host), list[HostFact]()
    try:
        assert host.look_after() == 0
        request = receive_request(inbox)
        job = host.submit(request, events.append)
        send(job.port, write_study(tmp_path / "out", 2))
        told.wait_for(lambda: told.book.here == 2)
        first = host.process_id
        os.kill(first, signal.SIGSTOP)
        while host.look_after() < LOOKS_UNTIL_SILENT:  # what it has said before it was stopped may still be heard
            pass
        os.kill(first, signal.SIGCONT)
        assert host.ask("files", "1", None) == []
        assert host.look_after() == 0
        os.kill(first, signal.SIGSTOP)
        host.give_up()
        result = job.done.result(DEADLINE_S)
        assert str(result.error) == "The process of the engine did not answer and was ended"
        again = host.submit(replace(request, port=job.port), events.append)
        told.wait_for(lambda: told.book.here == 2)
        again.cancel()
        again.done.result(DEADLINE_S)
        os.kill(host.process_id, signal.SIGSTOP)
        for _ in range(LOOKS_UNTIL_SILENT + 1):
            host.look_after()
        host.abort()
        assert not Path(f"/proc/{first}").exists()
    finally:
        host.close()


def test_a_process_whose_window_is_killed_ends_and_holds_no_port(tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from dicomdesk.engine.host.engine_host import EngineHost\n"
        "from tests.helpers.jobs.receiving import receive_request\n"
        "host = EngineHost()\n"
        "job = host.submit(receive_request(Path(sys.argv[1])), lambda _fact: None)\n"
        "print(job.port, host.process_id, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as window:
        assert window.stdout is not None
        assert window.stderr is not None
        port, process_id = map(int, window.stdout.readline().split())
        with connected(port) as peer:
            peer.associate()
            window.kill()
            with suppress(OSError):
                while peer.socket.recv(1 << 16):
                    pass
        assert window.stderr.read() == ""  # its end comes when the last process is gone that can write there
    host = EngineHost()
    try:
        job = host.submit(receive_request(tmp_path, port=port), lambda _fact: None)
        assert job.port == port
        assert host.process_id != process_id
    finally:
        host.close()


def test_closing_ends_jobs_in_order_and_tells_all_of_it(inbox: Path, tmp_path: Path) -> None:
    host = EngineHost()
    told, events = Told(host), list[HostFact]()
    job = host.submit(receive_request(inbox), events.append)
    send(job.port, write_study(tmp_path / "out", 3))
    host.close()
    assert job.done.result(0).outcome is JobOutcome.COMPLETED
    assert told.book.here == 3
    assert isinstance(events[-1], JobFinished)
    with pytest.raises(HostLostError):
        host.submit(receive_request(inbox), events.append)


def test_the_process_has_no_qt_and_starts_for_nobody_else() -> None:
    code = (
        "import sys\n"
        f"from {Host.__module__} import Host\n"
        "assert not [name for name in sys.modules if name.startswith(('PySide6', 'qasync'))]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=DEADLINE_S)
    with begin_child() as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(DEADLINE_S) == 0
    assert end_words(0) == "exit code 0"
    assert Reception.listen.__name__ == "listen"
    assert JobResult.__name__ == "JobResult"


def test_outbox_and_journal_are_asked_from_afar_as_if_they_were_here(inbox: Path, tmp_path: Path) -> None:
    host = EngineHost()
    host.resolve = lambda _peer, _settings: Destination(request=send_request(job.port, ()))
    over, told = threading.Event(), list[object]()

    def take(fact: object) -> None:
        told.append(fact)
        if isinstance(fact, RunEnded):
            over.set()

    host.told_sending = take
    try:
        job = host.submit(receive_request(inbox), lambda _fact: None)
        host.at_begin("open_outbox", tmp_path / "journal.sqlite", True)
        outbox, journal = far_outbox(host), far_journal(host)
        errand_id = outbox.add(errand_for("HERE", write_study(tmp_path / "out", 3)))
        assert over.wait(DEADLINE_S)
        host.catch_up()
        assert outbox.errand(errand_id).state is ErrandState.DONE
        assert [each.state for each in journal.instances(errand_id)] == [InstanceState.STORED] * 3
        assert len(list(inbox.iterdir())) == 3
        with pytest.raises(KeyError):
            journal.errand(77)
        assert sum(len(each.numbers) for each in told if isinstance(each, StoredSum)) == 3
    finally:
        host.close()


def test_rules_are_carried_out_in_the_process_and_end_with_it(tmp_path: Path) -> None:
    told: list[RuleFact] = []
    handled = threading.Event()

    def tell(fact: RuleFact) -> None:
        told.append(fact)
        if isinstance(fact, SendingEnded):
            handled.set()

    host = EngineHost()
    host.begin()
    rules = FarRules(host, tell)
    with pytest.raises(DicomdeskError, match="journal is not open"):
        rules.begin(RuleSet(), (), None)
    with FakePeer() as peer:
        host.resolve = lambda _peer, _settings: Destination(request=send_request(peer.port, ()))
        host.at_begin("open_outbox", None, True)
        rules.begin(RuleSet(), (), None)
        write_instance(tmp_path / "watched" / "a")
        trigger = FilesAtRest(folder=str(tmp_path / "watched"), rest_s=0.05)
        rule = folder_rule("all", tmp_path / "watched", "PACS", trigger=trigger)
        rules.know_peers((KnownPeer(name="PACS", ae_title="PACS", host="127.0.0.1", port=peer.port),))
        rules.set_rules(RuleSet(rules=(rule,)))
        assert handled.wait(DEADLINE_S)
        assert len(peer.stores) == 1
    last = rules.book.last_done(rule)
    assert last is not None
    assert last.instances == 1
    assert [doing.text for doing in rules.book.doings("all")] == [
        "1 instance to PACS",
        "1 of 1 instance stored by PACS",
    ]
    os.kill(host.process_id, signal.SIGKILL)
    assert isinstance(rules.done.result(DEADLINE_S).error, HostLostError)
    again = FarRules(host, tell)
    host.begin()
    again.begin(RuleSet(), (), None)
    host.close()
    assert again.done.result(DEADLINE_S).error is None

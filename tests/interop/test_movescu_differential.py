"""The same movescu command lines through DCMTK's program and ours: what the peer sees, lines, files, exit codes."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.helpers.archives.opened_archives import dcmtk_archive
from tests.helpers.archives.stored_studies import ROOT, write_studies
from tests.helpers.data.datasets import Builder
from tests.helpers.dcmtk.commands import dcmtks, ours, run
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.dcmtk.query_tools import (
    both,
    compare_before_peer,
    counts,
    differing,
    differing_files,
    in_any_order,
    write_query_files,
)
from tests.helpers.peers.fake_peer import Abort, Accept, Action, Answer, AwaitCancel, Reject, Silence

pytestmark = pytest.mark.dcmtk

ID = "-k 0010,0010"
MISTAKES = (
    "",
    "h",
    f"h 0 {ID}",
    f"-q h 0 {ID}",
    "h 104",
    "h 104 nofile",
    "-k FooBar h 104",
    "-k FooBar=1 -to 0 h 104",
    "-k (0010,0010)=x h 104",
    "-k 0010 h 104",
    "-k '' h 104",
    "-k Rows=x h 104",
    "-k 0040,0100=x h 104",
    f"{ID} -to -1 h 104",
    f"{ID} -pdu 1 h 104",
    f"{ID} --repeat 0 h 104",
    f"{ID} --cancel -1 h 104",
    f"{ID} --cancel -1 --repeat 0 -pdu 1 h 104",
    f"{ID} +P 0 h 104",
    f"{ID} +P 70000 h 104",
    f"{ID} +P x -to 0 h 104",
    f"{ID} -od . h 104",
    f"{ID} +P 24556 -od nodir h 104",
    f"{ID} +P 24556 +B +te h 104",
    f"{ID} +xa +te h 104",
    f"{ID} +xs +te h 104",
    f"{ID} +B -u h 104",
    f"{ID} +B +g h 104",
    f"{ID} +B -e h 104",
    f"{ID} +B +p 1 2 h 104",
    f"{ID} -F +p 2 2 h 104",
    f"{ID} +p x 2 h 104",
    f"{ID} +td +cl 10 h 104",
    f"{ID} -ts 3 h 104",
    f"{ID} +v h 104",
    f"{ID} -W h 104",
)


@pytest.mark.parametrize("words", MISTAKES)
def test_mistake_is_answered_alike(words: str, tmp_path: Path) -> None:
    theirs = run(dcmtks("movescu"), *shlex.split(words), folder=tmp_path)
    found = run(ours("movescu"), *shlex.split(words), folder=tmp_path)
    assert (found.code, found.error) == (theirs.code, theirs.error)


def test_absent_peers_are_told_alike(tmp_path: Path) -> None:
    for words in (f"-v {ID} 127.0.0.1 1", f"-q {ID} 127.0.0.1 1", f"{ID} -ac +ac -dhl -up no-such-host.invalid 104"):
        theirs, found, *_ = both("movescu", shlex.split(words), tmp_path)
        assert differing(theirs, found) == []


BUILDER = Builder()
LIST = BUILDER.element(0x00080058, "UI", "1.2.3.45")


DONE: Sequence[Sequence[Action]] = [[Answer(0xFF00, elements=counts(1, 0)), Answer(0, elements=counts(None, 1))]]
ODD: Sequence[Sequence[Action]] = [[Answer(0xFF00, LIST, counts(1, 0)), Answer(0, elements=counts(None, 1))]]
KEYS = "-k QueryRetrieveLevel=STUDY -k StudyInstanceUID=1.2.3"
STATUSES = (0xA701, 0xA702, 0xA801, 0xA900, 0xB001, 0xC000, 0x0122, 0x0110)
PEERS: dict[str, tuple[str, Sequence[Sequence[Action]], dict[str, object]]] = {
    "plain": (KEYS, DONE, {}),
    "verbose": (f"-v {KEYS}", DONE, {}),
    "debugging": (f"-d {KEYS}", DONE, {}),
    "repeated": (f"-v --repeat 2 {KEYS}", DONE, {}),
    "aborted at the end": (f"-v --abort {KEYS}", DONE, {}),
    "titles": (f"-v -aet ME -aec YOU -aem THERE {KEYS}", DONE, {}),
    "warning": (KEYS, [[Answer(0xB000, LIST, counts(None, 1, 2, 3))]], {}),
    "warning, then failure": (f"-v --repeat 2 {KEYS}", [[Answer(0xB000)], [Answer(0xC001)]], {}),
    "failure, then warning": (f"-v --repeat 2 {KEYS}", [[Answer(0xC001)], [Answer(0xB000)]], {}),
    **{
        f"status {status:04X}": (f"-v {KEYS}", [[Answer(status, elements=counts(None, 1, 2, 3))]], {})
        for status in STATUSES
    },
    "status A801, debugging": (f"-d {KEYS}", [[Answer(0xA801, elements=counts(None, 1, 2, 3))]], {}),
    "cancelled": (
        f"-v --cancel 1 {KEYS}",
        [[Answer(0xFF00, elements=counts(1, 0)), AwaitCancel(), Answer(0xFE00, elements=counts(1, 0))]],
        {},
    ),
    "aborted": (f"-v {KEYS}", [[Abort()]], {}),
    "silent": (f"-v -td 1 {KEYS}", [[Silence()]], {}),
    "no context": (f"-v {KEYS}", DONE, {"associate": [Accept(refuse_all=True)]}),
    "no context for the request": (f"-v {KEYS}", DONE, {"associate": [Accept(refused={3: 3})]}),
    "no context for C-FIND": (f"-v {KEYS}", DONE, {"associate": [Accept(refused={1: 3})]}),
    "rejected": (f"-v {KEYS}", DONE, {"associate": [Reject(1, 1, 7)]}),
    "association aborted": (f"-v {KEYS}", DONE, {"associate": [Abort()]}),
    "release aborted": (f"-v {KEYS}", DONE, {"release": Abort()}),
    "data set where none belongs": (f"-v -pr {KEYS}", ODD, {}),
    "patient root": (f"-v -P {KEYS}", DONE, {}),
    "study root": (f"-v -S {KEYS}", DONE, {}),
    "patient/study only": (f"-v -O {KEYS}", DONE, {}),
    "implicit only": (f"-v -xi --repeat 2 {KEYS}", DONE, {}),
    "big endian first": (f"-v -xb {KEYS}", DONE, {}),
    "deflated": (f"-v -xd +cl 9 {KEYS}", DONE, {}),
    "file": ("{files}/keys.dcm -v", DONE, {}),
    "file and key": ("{files}/keys.dcm -v -k StudyInstanceUID=1.2.4", DONE, {}),
    "two files": ("{files}/keys.dcm {files}/keys.dcm -v", DONE, {}),
    "no DICOM": ("{files}/text.dcm -v", DONE, {}),
    "empty file": ("{files}/keys.dcm {files}/empty.dcm -v", DONE, {}),
}
LINES_DIFFER = {"data set where none belongs": "DCMTK's warns of it though it was told to expect it"}
ENDS_DIFFER = {"no context": "DCMTK leaves without a word where no context was accepted; ours aborts"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Query files."""
    return write_query_files(tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize(("words", "answers", "manners"), PEERS.values(), ids=PEERS.keys())
def test_peer_sees_and_user_reads_the_same(
    words: str,
    answers: Sequence[Sequence[Action]],
    manners: dict[str, object],
    files: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    name = request.node.callspec.id
    found = compare_before_peer("movescu", words, tmp_path, files, answers, manners)
    assert bool(found.lines) == (name in LINES_DIFFER), found.lines
    assert (found.files, found.requests) == ([], [])
    assert bool(found.ends) == (name in ENDS_DIFFER), found.ends


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The port of DCMTK's archive, and the one that it knows MOVESCU by."""
    folder = tmp_path_factory.mktemp("archive")
    port = free_port()
    hosts = {"hosts": {"MOVESCU": ("127.0.0.1", port)}}
    with dcmtk_archive(folder / "theirs", write_studies(folder / "instances"), configuration=hosts) as archive_port:
        yield archive_port, port


STUDY = f"-S -k QueryRetrieveLevel=STUDY -k StudyInstanceUID={ROOT}.1"
ARCHIVE_LINES = (
    STUDY,
    f"-v {STUDY}",
    f"-v +B {STUDY}",
    f"-v --ignore {STUDY}",
    f"-v --repeat 2 {STUDY}",
    f"-F {STUDY}",
    f"+te {STUDY}",
    f"+tb {STUDY}",
    f"+ti {STUDY}",
    f"+td {STUDY}",
    f"+g -e {STUDY}",
    f"-g {STUDY}",
    f"+p 512 64 {STUDY}",
    f"+xi {STUDY}",
    f"+xb {STUDY}",
    f"+xa {STUDY}",
    f"-v -od . {STUDY}",
    f"-v -S -k QueryRetrieveLevel=SERIES -k StudyInstanceUID={ROOT}.1 -k SeriesInstanceUID={ROOT}.1.2",
    "-v -P -k QueryRetrieveLevel=PATIENT -k PatientID=P1",
    "-v -S -k QueryRetrieveLevel=STUDY -k StudyInstanceUID=1.2.3",
    f"-v -aem NOBODY {STUDY}",
    "-v -S -k QueryRetrieveLevel=NONSENSE",
)


@pytest.mark.parametrize("words", ARCHIVE_LINES)
def test_archive_sends_the_same(words: str, archive: tuple[int, int], tmp_path: Path) -> None:
    arguments = [*shlex.split(words), "+P", str(archive[1]), "-aec", "ARCHIVE", "127.0.0.1", str(archive[0])]
    theirs, found, their_folder, our_folder = both("movescu", arguments, tmp_path)
    # Responses and what is sent come over two associations.
    assert differing(in_any_order(theirs), in_any_order(found)) == []
    assert differing_files(their_folder, our_folder) == []


def test_a_port_in_use_is_told_alike(archive: tuple[int, int], tmp_path: Path) -> None:
    arguments = [*shlex.split(STUDY), "+P", str(archive[0]), "127.0.0.1", "1"]
    theirs, found, *_ = both("movescu", arguments, tmp_path)
    assert differing(theirs, found) == []

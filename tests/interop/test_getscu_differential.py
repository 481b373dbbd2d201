"""The same getscu command lines through DCMTK's program and ours: what the peer sees, lines, files, exit codes."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.helpers.archives.opened_archives import dcmtk_archive
from tests.helpers.archives.stored_studies import ROOT, write_studies
from tests.helpers.dcmtk.commands import dcmtks, ours, run
from tests.helpers.dcmtk.query_tools import (
    both,
    compare_before_peer,
    counts,
    differing,
    differing_files,
    write_query_files,
)
from tests.helpers.peers.fake_peer import Abort, Accept, Action, Answer, Close, FakePeer, Reject, Silence

pytestmark = pytest.mark.dcmtk

MISTAKES = (
    "",
    "h",
    "h 0 -k a",
    "-q h 0 -k a",
    "h 104",
    "h 104 nofile",
    "h 104 nofile -to 0",
    "-k a -to -1 h 104",
    "-k a -ta 0 -pdu 1 h 104",
    "-k a -td 0 --repeat 0 h 104",
    "-k a --repeat 0 -pdu 1 h 104",
    "-k a --repeat 0 -od nodir h 104",
    "-k a -ts 5 h 104",
    "-k a --cancel 1 h 104",
    "-k a +cl 3 h 104",
    "-k a -W h 104",
    "-k a +v h 104",
    "-k a --ignore -od . h 104",
    "-k a --ignore +B h 104",
    "-k a -B --ignore h 104",
    "-k a --ignore -od x +B -to 0 h 104",
    "-k a -od nodir h 104",
    "-k a +xa h 104",
)


@pytest.mark.parametrize("words", MISTAKES)
def test_mistake_is_answered_alike(words: str, tmp_path: Path) -> None:
    theirs = run(dcmtks("getscu"), *shlex.split(words), folder=tmp_path)
    found = run(ours("getscu"), *shlex.split(words), folder=tmp_path)
    assert (found.code, found.error) == (theirs.code, theirs.error)


def test_absent_peers_are_told_alike(tmp_path: Path) -> None:
    for words in ("-v -k a 127.0.0.1 1", "-q -k a 127.0.0.1 1", "-k a no-such-host.invalid 104"):
        theirs, found, *_ = both("getscu", words.split(), tmp_path)
        assert differing(theirs, found) == []


DONE: Sequence[Sequence[Action]] = [[Answer(0xFF00, elements=counts(1, 0)), Answer(0, elements=counts(None, 1))]]
KEYS = "-k QueryRetrieveLevel=STUDY -k StudyInstanceUID=1.2.3"
STATUSES = (0xA701, 0xA702, 0xA900, 0xC000, 0xFE00, 0x0122, 0x0110)
PEERS: dict[str, tuple[str, Sequence[Sequence[Action]], dict[str, object]]] = {
    "plain": (KEYS, DONE, {}),
    "verbose": (f"-v {KEYS}", DONE, {}),
    "debugging": (f"-d {KEYS}", DONE, {}),
    "contexts": (f"-v +v {KEYS}", DONE, {}),
    "repeated": (f"-v --repeat 2 {KEYS}", DONE, {}),
    "aborted at the end": (f"-v --abort {KEYS}", DONE, {}),
    "titles": (f"-v -aet ME -aec YOU {KEYS}", DONE, {}),
    "no counts": (f"-v {KEYS}", [[Answer(0)]], {}),
    "warning": (f"-v {KEYS}", [[Answer(0xB000, elements=counts(None, 1, 2, 3))]], {}),
    "warning, debugging": (f"-d {KEYS}", [[Answer(0xB000, elements=counts(None, 1, 2, 3))]], {}),
    **{
        f"status {status:04X}": (f"-v {KEYS}", [[Answer(status, elements=counts(None, 1, 2, 3))]], {})
        for status in STATUSES
    },
    "aborted": (f"-v {KEYS}", [[Abort()]], {}),
    "hung up": (f"-v {KEYS}", [[Close()]], {}),
    "silent": (f"-v -td 1 {KEYS}", [[Silence()]], {}),
    "no context": (f"-v {KEYS}", DONE, {"associate": [Accept(refuse_all=True)]}),
    "no context for the request": (f"-v {KEYS}", DONE, {"associate": [Accept(refused={1: 3})]}),
    "rejected": (f"-v {KEYS}", DONE, {"associate": [Reject(1, 1, 7)]}),
    "association aborted": (f"-v {KEYS}", DONE, {"associate": [Abort()]}),
    "patient root": (f"-v -P {KEYS}", DONE, {}),
    "study root": (f"-v -S {KEYS}", DONE, {}),
    "patient/study only": (f"-v -O {KEYS}", DONE, {}),
    "big endian first": (f"-v -xb {KEYS}", DONE, {}),
    "deflated": (f"-v -xd {KEYS}", DONE, {}),
    "storage of JPEG 2000": (f"-v +xv {KEYS}", DONE, {}),
    "storage of RLE": (f"-v +xr {KEYS}", DONE, {}),
    "storage big endian first": (f"-v +xb {KEYS}", DONE, {}),
    "storage deflated": (f"-v +xd {KEYS}", DONE, {}),
    "storage of MPEG": (f"-v +xm {KEYS}", DONE, {}),
    "bad key": (f"-v -k FooBar=1 {KEYS}", DONE, {}),
    "bad value": (f"-v -k Rows=x {KEYS}", DONE, {}),
    "bad key alone": ("-v -k FooBar=1", DONE, {}),
    "no key": ("-v -k =x -k ''", DONE, {}),
    "file": ("{files}/keys.dcm -v", DONE, {}),
    "file and key": ("{files}/keys.dcm -v -k StudyInstanceUID=1.2.4", DONE, {}),
    "two files": ("{files}/keys.dcm {files}/keys.dcm -v", DONE, {}),
    "no DICOM": ("{files}/text.dcm -v", DONE, {}),
    "empty file": ("{files}/keys.dcm {files}/empty.dcm -v", DONE, {}),
}
LINES_DIFFER = {"two files": "DCMTK's crashes when it reports on more than one file"}
ENDS_DIFFER = {
    "two files": "DCMTK's crashes",
    "no context": "DCMTK leaves without a word; ours aborts",
    "no context for the request": "DCMTK leaves without a word; ours aborts",
    "silent": "DCMTK leaves without a word; ours aborts",
    "bad key alone": "DCMTK leaves without a word; ours aborts",
    "no key": "DCMTK leaves without a word; ours aborts",
    "no DICOM": "DCMTK leaves without a word; ours aborts",
    "empty file": "DCMTK leaves without a word; ours aborts",
}


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
    found = compare_before_peer("getscu", words, tmp_path, files, answers, manners)
    assert bool(found.lines) == (name in LINES_DIFFER), found.lines
    assert found.files == []
    assert found.requests == []
    assert bool(found.ends) == (name in ENDS_DIFFER), found.ends


@pytest.mark.parametrize("words", ["-xi", "+xi"])
def test_implicit_only_is_what_it_says(words: str, tmp_path: Path) -> None:
    """DCMTK's getscu proposes explicit VR little endian there."""
    with FakePeer(answers=DONE) as peer:
        run(ours("getscu"), words, *shlex.split(KEYS), "127.0.0.1", str(peer.port), folder=tmp_path)
    offered = peer.associations[0].contexts[1 if words == "-xi" else 3][1]
    assert offered == ["1.2.840.10008.1.2"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of DCMTK's archive."""
    folder = tmp_path_factory.mktemp("archive")
    with dcmtk_archive(folder / "theirs", write_studies(folder / "instances")) as port:
        yield port


STUDY = f"-S -k QueryRetrieveLevel=STUDY -k StudyInstanceUID={ROOT}.1"
ARCHIVE_LINES = (
    STUDY,
    f"-v {STUDY}",
    f"-v +B {STUDY}",
    f"-v --ignore {STUDY}",
    f"-d {STUDY}",
    f"-v --repeat 2 {STUDY}",
    f"-v +xi {STUDY}",
    f"-v +xb {STUDY}",
    f"-v -od . {STUDY}",
    f"-v -S -k QueryRetrieveLevel=SERIES -k StudyInstanceUID={ROOT}.1 -k SeriesInstanceUID={ROOT}.1.2",
    f"-v -S -k QueryRetrieveLevel=IMAGE -k SeriesInstanceUID={ROOT}.1.2 -k SOPInstanceUID={ROOT}.1.2.1",
    "-v -P -k QueryRetrieveLevel=PATIENT -k PatientID=P1",
    "-v -S -k QueryRetrieveLevel=STUDY -k StudyInstanceUID=1.2.3",
    "-v -S -k QueryRetrieveLevel=NONSENSE",
)


@pytest.mark.parametrize("words", ARCHIVE_LINES)
def test_archive_gives_the_same(words: str, archive: int, tmp_path: Path) -> None:
    arguments = [*shlex.split(words), "-aec", "ARCHIVE", "127.0.0.1", str(archive)]
    theirs, found, their_folder, our_folder = both("getscu", arguments, tmp_path)
    assert differing(theirs, found) == []
    assert differing_files(their_folder, our_folder) == []

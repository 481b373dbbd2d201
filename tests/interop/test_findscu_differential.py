"""The same findscu command lines through DCMTK's program and ours: what the peer sees, lines, files, exit codes."""

import shlex
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.helpers.archives.opened_archives import dcmtk_archive
from tests.helpers.archives.stored_studies import ROOT, write_studies
from tests.helpers.data.datasets import Builder, part10
from tests.helpers.dcmtk.commands import dcmtks, ours, run
from tests.helpers.dcmtk.programs import dcmtk_program, dcmtk_server
from tests.helpers.dcmtk.query_tools import both, compare_before_peer, differing, differing_files
from tests.helpers.peers.fake_peer import (
    Abort,
    Accept,
    Action,
    Answer,
    AwaitCancel,
    Close,
    Reject,
    Release,
    Silence,
)

pytestmark = pytest.mark.dcmtk

MISTAKES = (
    "",
    "h",
    "-k",
    "h 0 -k a",
    "-q h 0 -k a",
    "h x -k a",
    "h 104",
    "-q h 104",
    "h 104 nofile",
    "h 104 nofile -k a",
    "h 104 nofile +pw x",
    "-k a -to 0 h 104",
    "-k a -to -1 h 104",
    "-k a -ta -1 h 104",
    "-k a -td -5 h 104",
    "-k a -ts -2 h 104",
    "-k a +cl 3 -to 0 h 104",
    "-k a -xd -xe +cl 3 h 104",
    "-k a -xd +cl 10 h 104",
    "-k a -Xlo 0 h 104",
    "-k a -X -Xlo 0 h 104",
    "-k a +pw x -Xlo 3 h 104",
    "-k a --cancel -1 --repeat 0 h 104",
    "-k a --cancel -1 h 104",
    "-k a --cancel x h 104",
    "-k a --repeat 0 -pdu 1 h 104",
    "-k a -pdu 131073 h 104",
    "-k a +pw x h 104",
    "-k a +v h 104",
    "-k a -ll x h 104",
    "-k a -v -ll info h 104",
    "-k a -X -od nodir h 104",
    "-k a -X -od nodir +pw x h 104",
    "-k a -W -S -nh h 104",
)


@pytest.mark.parametrize("words", MISTAKES)
def test_mistake_is_answered_alike(words: str, tmp_path: Path) -> None:
    theirs, mine = (run(tool("findscu"), *shlex.split(words), folder=tmp_path) for tool in (dcmtks, ours))
    assert (mine.code, mine.error) == (theirs.code, theirs.error)


def test_absent_peers_are_told_alike(tmp_path: Path) -> None:
    for words in ("-v -k a 127.0.0.1 1", "-q -k a 127.0.0.1 1", "-k a no-such-host.invalid 104", "-k a 127.0.0.1 1"):
        theirs, mine, *_ = both("findscu", words.split(), tmp_path)
        assert differing(theirs, mine) == []


BUILDER = Builder()
ITEM = BUILDER.item(BUILDER.element(0x00080060, "CS", "CT") + BUILDER.element(0x00400002, "DA", "20240102"))
RESPONSE = b"".join(
    (
        BUILDER.element(0x00080005, "CS", "ISO_IR 192"),
        BUILDER.element(0x00080008, "CS", "A\\\\B"),
        BUILDER.element(0x00080018, "UI", "1.2.840.10008.1.1"),
        BUILDER.sequence(0x00081110),
        BUILDER.element(0x00100010, "PN", "Wang^XiaoDong=王^小东"),
        BUILDER.element(0x00100020, "LO", "<a&\"'>"),
        BUILDER.element(0x00101010, "AS", "    "),
        BUILDER.element(0x00104000, "LT", " lead trail  "),
        BUILDER.element(0x0020000D, "UI", "1.2.3"),
        BUILDER.element(0x00280009, "AT", b"\x28\0\x10\0"),
        BUILDER.element(0x00280010, "US", 5),
        BUILDER.element(0x00281101, "US", b"\1\0\2\0\3\0"),
        BUILDER.element(0x00290010, "LO", "ACME"),
        BUILDER.element(0x00291001, "UN", b"\1\2\3\4"),
        BUILDER.element(0x00291002, "LO", "x"),
        BUILDER.sequence(0x00400100, ITEM, BUILDER.item(), is_defined=False),
        BUILDER.sequence(0x00400275, ITEM),
        BUILDER.element(0x00720072, "FL", b"\xcd\xcc\x8c\x3f"),
        BUILDER.element(0x7FE00010, "OW", b"\1\0\2\0"),
    )
)
LATIN = BUILDER.element(0x00080005, "CS", "ISO_IR 100") + BUILDER.element(0x00100010, "PN", b"M\xfcller")
SHORT = BUILDER.element(0x00100020, "LO", "P1")
ONE: Sequence[Sequence[Action]] = [[Answer(0xFF00, RESPONSE), Answer(0)]]
FOUND = "-k PatientID=x -k PatientName"

PEERS: dict[str, tuple[str, Sequence[Sequence[Action]], dict[str, object]]] = {
    "plain": (FOUND, ONE, {}),
    "verbose": (f"-v {FOUND}", ONE, {}),
    "shown": (f"-v +sr {FOUND}", ONE, {}),
    "hidden": (f"-v -sr {FOUND}", ONE, {}),
    "hidden by default": (f"-sr {FOUND}", ONE, {}),
    "quiet, shown": (f"-q +sr {FOUND}", ONE, {}),
    "quiet": (f"-q {FOUND}", ONE, {}),
    "level": (f"-ll info {FOUND}", ONE, {}),
    "debugging": (f"-d {FOUND}", ONE, {}),
    "debugging, hidden": (f"-d -sr {FOUND}", ONE, {}),
    "debugging, shown": (f"-d +sr {FOUND}", ONE, {}),
    "corrected": (f"+dc -v +sr {FOUND}", ONE, {}),
    "extracted": (f"-v -X {FOUND}", ONE, {}),
    "extracted and shown": (f"-X +sr {FOUND}", ONE, {}),
    "XML": (f"-v -Xx {FOUND}", ONE, {}),
    "XML of Latin-1": (f"-v -Xx {FOUND}", [[Answer(0xFF00, LATIN), Answer(0)]], {}),
    "one XML file": (f"-v -Xs all.xml --repeat 2 {FOUND}", ONE, {}),
    "one XML file of Latin-1": (f"-v -Xs all.xml {FOUND}", [[Answer(0xFF00, LATIN), Answer(0)]], {}),
    "limited": (f"-v -X -Xlo 1 {FOUND}", [[Answer(0xFF00, SHORT)] * 3 + [Answer(0)]], {}),
    "limited XML": (f"-v -Xs a.xml -Xlo 1 {FOUND}", [[Answer(0xFF00, SHORT)] * 3 + [Answer(0)]], {}),
    "nowhere to write": (f"-v -Xs no/all.xml {FOUND}", ONE, {}),
    "repeated": (f"-v --repeat 2 {FOUND} -k 0040,0100[1].Modality=CT", ONE, {}),
    "numbered on": (f"--repeat 2 -X {FOUND}", ONE, {}),
    "aborted at the end": (f"-v --abort {FOUND}", ONE, {}),
    "titles": (f"-v -aet ME -aec YOU {FOUND}", ONE, {}),
    "cancelled": (
        f"-v --cancel 1 {FOUND}",
        [[Answer(0xFF00, SHORT), AwaitCancel(), Answer(0xFF00, SHORT), Answer(0xFE00)]],
        {},
    ),
    "never cancelled": (f"-v --cancel 0 {FOUND}", ONE, {}),
    "unsupported keys": (f"-v +sr {FOUND}", [[Answer(0xFF01, SHORT), Answer(0)]], {}),
    "unsupported keys, debugging": (f"-d {FOUND}", [[Answer(0xFF01, SHORT), Answer(0)]], {}),
    "out of resources": (f"-v {FOUND}", [[Answer(0xA700)]], {}),
    "does not match": (f"-v --repeat 2 {FOUND}", [[Answer(0xA900)]], {}),
    "unable": (
        f"-d {FOUND}",
        [[Answer(0xC123, elements=[(0x0901, b"\x10\0\x10\0"), (0x0902, b"no way")])]],
        {},
    ),
    "unknown status": (f"-v {FOUND}", [[Answer(0x0124)]], {}),
    "aborted": (f"-v {FOUND}", [[Abort()]], {}),
    "hung up": (f"-v {FOUND}", [[Answer(0xFF00, SHORT), Close()]], {}),
    "silent": (f"-v -td 1 {FOUND}", [[Silence()]], {}),
    "release for an answer": (f"-v {FOUND}", [[Release()]], {}),
    "no context": (f"-v {FOUND}", ONE, {"associate": [Accept(refuse_all=True)]}),
    "rejected": (f"-v {FOUND}", ONE, {"associate": [Reject(1, 1, 7)]}),
    "association aborted": (f"-v {FOUND}", ONE, {"associate": [Abort()]}),
    "release aborted": (f"-v {FOUND}", ONE, {"release": Abort()}),
    "patient root": (f"-v -P {FOUND}", ONE, {}),
    "study root": (f"-d -S {FOUND}", ONE, {}),
    "patient/study only": (f"-v -O {FOUND}", ONE, {}),
    "big endian first": (f"-v -xb {FOUND}", [[Answer(0)]], {}),
    "implicit only": (f"-v -xi --repeat 2 {FOUND}", [[Answer(0)], [Abort()]], {}),
    "deflated": (f"-v -xd +cl 9 {FOUND}", [[Answer(0)]], {}),
    "max PDU": (f"-v -pdu 65536 {FOUND}", ONE, {"associate": [Accept(max_pdu_bytes=65536)]}),
    "no dictionary name": ("-v -k FooBar=1", ONE, {}),
    "no value": ("-v -k Rows=x", ONE, {}),
    "wildcard": ("-v -k 0040,0100[*].Modality=CT", ONE, {}),
    "value without path": ("-v -k =x", ONE, {}),
    "nothing": ("-v -k ''", ONE, {}),
    "fault after a file": ("{files}/keys.dcm -v -k Rows=x", ONE, {}),
    "file": ("{files}/keys.dcm -v", ONE, {}),
    "bare data set": ("{files}/bare.dcm -v", ONE, {}),
    "files and keys": ("{files}/keys.dcm {files}/bare.dcm -v -k PatientName=Y -k 0040,0100[1].Rows=5", ONE, {}),
    "file, corrected": ("{files}/keys.dcm -v +dc", ONE, {}),
    "aborted with a file": ("{files}/keys.dcm -v", [[Abort()]], {}),
    "empty file": ("{files}/keys.dcm {files}/empty.dcm -v", ONE, {}),
    "no DICOM": ("{files}/text.dcm -v", ONE, {}),
    "cut file": ("{files}/cut.dcm -v", ONE, {}),
    "folder": ("{files} -v", ONE, {}),
}


LINES_DIFFER = {
    "release for an answer": "for us that is the end of the association, and no other error than an abort",
    "nowhere to write": "the exit code of ours says that responses could not be written",
}
ENDS_DIFFER = {
    "no context": "DCMTK leaves without a word where no context was accepted; ours aborts",
    "release for an answer": "DCMTK aborts; for us the association has ended with the release",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Query files."""
    folder = tmp_path_factory.mktemp("files")
    steps = BUILDER.sequence(
        0x00400100, BUILDER.item(BUILDER.element(0x00080060, "CS", "CT"), is_defined=False), is_defined=False
    )
    keys = BUILDER.element(0x00080052, "CS", "STUDY") + BUILDER.element(0x00100010, "PN", "Doe*x") + steps
    (folder / "keys.dcm").write_bytes(part10(keys, "1.2.840.10008.1.2.1"))
    (folder / "bare.dcm").write_bytes(keys)
    (folder / "empty.dcm").write_bytes(b"")
    (folder / "text.dcm").write_text("hello\n")
    (folder / "cut.dcm").write_bytes(part10(keys, "1.2.840.10008.1.2.1")[:-70])
    return folder


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
    found = compare_before_peer("findscu", words, tmp_path, files, answers, manners)
    assert bool(found.lines) == (name in LINES_DIFFER), found.lines
    assert bool(found.ends) == (name in ENDS_DIFFER), found.ends
    assert (found.files, found.requests) == ([], [])


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of DCMTK's archive."""
    folder = tmp_path_factory.mktemp("archive")
    with dcmtk_archive(folder / "theirs", write_studies(folder / "instances")) as port:
        yield port


@pytest.fixture(scope="module")
def worklist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of DCMTK's worklist provider, with two entries."""
    folder = tmp_path_factory.mktemp("worklist")
    entries = folder / "WL"
    entries.mkdir()
    (entries / "lockfile").touch()
    for number, (modality, name) in enumerate((("CT", "Doe^Jane"), ("MR", "Roe^Richard"))):
        step = BUILDER.element(0x00080060, "CS", modality) + BUILDER.element(0x00400001, "AE", f"{modality}1")
        step += BUILDER.element(0x00400002, "DA", f"2024010{number + 1}") + BUILDER.element(0x00400003, "TM", "101500")
        data = BUILDER.element(0x00080050, "SH", f"ACC{number}") + BUILDER.element(0x00100010, "PN", name)
        data += BUILDER.element(0x00100020, "LO", f"P{number}") + BUILDER.element(0x0020000D, "UI", f"1.2.{number}")
        data += BUILDER.sequence(0x00400100, BUILDER.item(step)) + BUILDER.element(0x00401001, "SH", f"RP{number}")
        (entries / f"{number}.wl").write_bytes(part10(data, "1.2.840.10008.1.2.1"))
    with ExitStack() as stack:
        if not Path(dcmtk_program("wlmscpfs")).is_file():
            pytest.skip("DCMTK's wlmscpfs is not installed")
        yield stack.enter_context(dcmtk_server("wlmscpfs", ["-dfr", "-dfp", str(folder)], folder))


ARCHIVE_LINES = (
    "-P -k QueryRetrieveLevel=PATIENT -k PatientID -k PatientName=Doe*",
    "-S -v -k QueryRetrieveLevel=STUDY -k StudyDate=20200101-20201231 -k StudyInstanceUID -k Rows",
    "-S -k QueryRetrieveLevel=STUDY -k StudyDate=1850 -k StudyInstanceUID",
    f"-S -k QueryRetrieveLevel=SERIES -k StudyInstanceUID={ROOT}.1 -k SeriesInstanceUID -k Modality",
    f"-S -d -k QueryRetrieveLevel=IMAGE -k StudyInstanceUID={ROOT}.1 -k SeriesInstanceUID={ROOT}.1.1 -k SOPInstanceUID",
    "-S -v -xi -k QueryRetrieveLevel=STUDY -k PatientID=P1 -k NumberOfStudyRelatedInstances",
    "-S -v -xb -k QueryRetrieveLevel=STUDY -k PatientID=P1 -k StudyDate",
    "-O -v -k QueryRetrieveLevel=STUDY -k PatientID=P1 -k StudyDate",
    "-S -v -k QueryRetrieveLevel=NONSENSE -k PatientID=P1",
    "-S -v -X -k QueryRetrieveLevel=STUDY -k PatientName=Doe* -k StudyInstanceUID",
    "-S -Xx -k QueryRetrieveLevel=STUDY -k PatientName=Doe* -k StudyInstanceUID",
    "-S -v -Xs all.xml -k QueryRetrieveLevel=STUDY -k PatientName=Doe* -k StudyInstanceUID",
    "-S -v --repeat 3 -k QueryRetrieveLevel=STUDY -k PatientName=Doe^Jane -k StudyInstanceUID",
    "-v -k PatientName -W",
)


@pytest.mark.parametrize("words", ARCHIVE_LINES)
def test_archive_is_asked_alike(words: str, archive: int, tmp_path: Path) -> None:
    arguments = [*shlex.split(words), "-aec", "ARCHIVE", "127.0.0.1", str(archive)]
    theirs, mine, their_folder, our_folder = both("findscu", arguments, tmp_path)
    assert differing(theirs, mine) == []
    assert differing_files(their_folder, our_folder) == []


WORKLIST_LINES = (
    "-v -k PatientName",
    "-k PatientName -k 0040,0100[0].Modality=CT",
    "-v +sr -k AccessionNumber=ACC1 -k (0040,0100)[0].0040,0002 -k RequestedProcedureID",
    "-v -k PatientName -k ScheduledProcedureStepSequence",
    "-Xx -k PatientName -k 0040,0100[0].Modality=MR -k 0040,0100[0].ScheduledStationAETitle",
    "-v -S -k PatientName",
)


@pytest.mark.parametrize("words", WORKLIST_LINES)
def test_worklist_is_asked_alike(words: str, worklist: int, tmp_path: Path) -> None:
    arguments = [*shlex.split(words), "-aec", "WL", "127.0.0.1", str(worklist)]
    theirs, mine, their_folder, our_folder = both("findscu", arguments, tmp_path)
    assert differing(theirs, mine) == []
    assert differing_files(their_folder, our_folder) == []


def test_files_that_we_wrote_are_read_by_dcmtk(archive: int, tmp_path: Path) -> None:
    words = "-S -X -k QueryRetrieveLevel=STUDY -k PatientName=Doe^Jane -aec ARCHIVE 127.0.0.1"
    assert run(ours("findscu"), *words.split(), str(archive), folder=tmp_path).code == 0
    dumped = subprocess.run(
        [dcmtk_program("dcmdump"), "rsp0001.dcm"], cwd=tmp_path, capture_output=True, check=True, timeout=60
    )
    assert b"[Doe^Jane]" in dumped.stdout

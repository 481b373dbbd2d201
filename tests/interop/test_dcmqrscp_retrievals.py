"""The same C-MOVE and C-GET at DCMTK's dcmqrscp and at ours: statuses, counts, failed lists, and what arrives."""

import shlex
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydicom
import pytest

from dicomdesk.archive.setup.settings import MoveRestriction
from tests.helpers.archives.opened_archives import dcmtk_archive, our_archive
from tests.helpers.archives.retrieving import Retrieved, different, getting, moving, read_retrieved, write_encoded_study
from tests.helpers.archives.stored_studies import ROOT, write_studies
from tests.helpers.data.comparison import data_set_bytes
from tests.helpers.dcmtk.programs import free_port

pytestmark = pytest.mark.dcmtk


@dataclass(frozen=True, slots=True)
class Case:
    """A retrieval: model, level and keys as in test_dcmqrscp_queries, after | options of the client."""

    line: str
    difference: Mapping[str, str] = field(default_factory=dict)
    """Aspects in which the retrievals differ, and why that is so."""
    arrived: int | None = None
    """How many instances ours sends."""

    def arguments(self) -> list[str]:
        request, _, options = self.line.replace("\\", "\\\\").replace("{}", ROOT).partition("|")
        model, level, *keys = shlex.split(request)
        levels = [] if level == "-" else [f"QueryRetrieveLevel={level}"]
        asked = [argument for key in (*levels, *keys) for argument in ("-k", key if "=" in key else f"{key}=")]
        return [f"-{model}", *asked, *shlex.split(options)]

    def __str__(self) -> str:
        return self.line


AT_ONCE = 12
"""Retrievals that are performed at a time: movescu likes to wait a second for its own receiver."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both archives, and where movescu receives what is moved from each."""

    ports: tuple[int, int]
    storage_ports: tuple[tuple[int, ...], tuple[int, ...]]
    sources: Mapping[str, Path]
    """The files that both hold, by SOP Instance UID."""

    def move(self, case: Case, folder: Path, receiver: int = 0) -> tuple[Retrieved, Retrieved]:
        arguments = case.arguments()
        if "-aem" not in arguments:
            arguments += ["-aem", f"SCU{receiver}"]
        ends = zip(self.ports, self.storage_ports, (folder / "ours", folder / "theirs"), strict=True)
        started = [(moving(port, own[receiver], arguments, into), into) for port, own, into in ends]
        ours, theirs = [read_retrieved(process, into) for process, into in started]
        return ours, theirs

    def get(self, case: Case, folder: Path, _receiver: int = 0) -> tuple[Retrieved, Retrieved]:
        ends = zip(self.ports, (folder / "ours", folder / "theirs"), strict=True)
        started = [(getting(port, case.arguments(), into), into) for port, into in ends]
        ours, theirs = [read_retrieved(process, into) for process, into in started]
        return ours, theirs

    def all_of(self, cases: Sequence[Case], folder: Path, *, moved: bool) -> Mapping[str, tuple[Retrieved, Retrieved]]:
        """Perform all, several at once; by line."""

        def perform(number: int) -> tuple[Retrieved, Retrieved]:
            with receivers[number % AT_ONCE]:
                return (self.move if moved else self.get)(cases[number], folder / str(number), number % AT_ONCE)

        receivers = [threading.Lock() for _ in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            done = list(pool.map(perform, range(len(cases))))
        return {case.line: retrieved for case, retrieved in zip(cases, done, strict=True)}


def check(case: Case, ours: Retrieved, theirs: Retrieved) -> None:
    """Fail where the retrievals differ otherwise than the case says."""
    assert different(ours, theirs) == case.difference.keys(), (ours.responses, theirs.responses)
    if case.arrived is not None:
        assert len(ours.files) == case.arrived


@contextmanager
def both(folder: Path, *options: str, vendors: str = "", **settings: Any) -> Iterator[Pair]:
    with ExitStack() as stack:
        files = [*write_studies(folder / "instances"), *write_encoded_study(folder / "encoded")]
        closed = free_port()
        storage_ports = [tuple(free_port() for _ in range(AT_ONCE)) for _ in range(2)]
        hosts = [
            {
                **{f"SCU{number}": ("localhost", port) for number, port in enumerate(ports)},
                "MOVESCU": ("localhost", ports[0]),
                "CLOSED": ("localhost", closed),
                "OTHER": ("127.0.0.2", ports[0]),
            }
            for ports in storage_ports
        ]
        ours, theirs = ({"hosts": known, "vendors": vendors} for known in hosts)
        archive = stack.enter_context(our_archive(folder / "ours", files, configuration=ours, **settings))
        port = stack.enter_context(dcmtk_archive(folder / "theirs", files, *options, configuration=theirs))
        yield Pair((archive.port, port), (storage_ports[0], storage_ports[1]), {file.stem: file for file in files})


_NONE = ("arrived", "counts", "pending")
WHOLE = dict.fromkeys(
    (*_NONE, "status", "failed"), "DCMTK's takes no value for everything, and sends the whole archive"
)
ABOVE = dict.fromkeys(_NONE, "DCMTK's finds nothing without the unique keys above; ours finds what is unique")
LEVEL = {"status": "the model has no such level: ours says so, DCMTK's finds nothing"}
COMPRESSED = dict.fromkeys((*_NONE, "status", "failed"), "DCMTK's does not decompress, and does not propose RLE")
WILDCARD = dict.fromkeys((*_NONE, "status", "failed"), "the same: one of them is RLE")
EACH = {"pending": "ours tells of each instance that cannot be sent"}

RETRIEVALS = [
    Case("P PATIENT PatientID=P1", arrived=8),
    Case("P PATIENT PatientID=P*", WILDCARD, 26),
    Case("P PATIENT PatientID=NONE", arrived=0),
    Case("P PATIENT PatientID=", WHOLE, 0),
    Case("P PATIENT PatientName=Doe^John", arrived=8),
    Case("P PATIENT StudyInstanceUID={}.1", WHOLE, 0),
    Case("P STUDY PatientID=P1 StudyInstanceUID={}.1", arrived=6),
    Case("P STUDY StudyInstanceUID={}.1", ABOVE, 6),
    Case("P STUDY PatientID=P2 StudyInstanceUID={}.1", arrived=0),
    Case(r"P STUDY PatientID=P1 StudyInstanceUID={}.1\{}.2", arrived=8),
    Case("P STUDY PatientID=P1 StudyInstanceUID={}.1 PatientName=X", arrived=6),
    Case("P SERIES PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID={}.1.2", arrived=2),
    Case("P IMAGE PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID={}.1.1.2", arrived=1),
    Case("S STUDY StudyInstanceUID={}.1", arrived=6),
    Case(r"S STUDY StudyInstanceUID={}.1\{}.12\{}.5", arrived=12),
    Case("S STUDY StudyInstanceUID=1.2.3", arrived=0),
    Case("S STUDY StudyInstanceUID={}.1*", arrived=0),
    Case("S STUDY StudyInstanceUID=", WHOLE, 0),
    Case("S STUDY", WHOLE, 0),
    Case("S STUDY StudyInstanceUID={}.2 PatientName=Nobody", arrived=0),
    Case("S STUDY StudyInstanceUID={}.2 StudyDate=19000101", arrived=0),
    Case("S STUDY StudyDate=20210630", arrived=2),
    Case("S SERIES StudyInstanceUID={}.1 Modality=MR", arrived=1),
    Case("S SERIES StudyInstanceUID={}.1 PatientName=Nobody StudyDate=19000101", arrived=6),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1", arrived=3),
    Case(r"S SERIES StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1\{}.1.3", arrived=4),
    Case("S SERIES StudyInstanceUID={}.2 SeriesInstanceUID={}.1.1", arrived=0),
    Case("S SERIES SeriesInstanceUID={}.1.1", ABOVE, 3),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID=", arrived=6),
    Case("S SERIES StudyInstanceUID={}.1", arrived=6),
    Case("S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID={}.1.1.1", arrived=1),
    Case(r"S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID={}.1.1.1\{}.1.1.3\1.2.3", arrived=2),
    Case("S IMAGE SOPInstanceUID={}.1.1.1", ABOVE, 1),
    Case("S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1", arrived=3),
    Case("S PATIENT PatientID=P1", LEVEL, 0),
    Case("S FRAME StudyInstanceUID={}.1", arrived=0),
    Case("S - StudyInstanceUID={}.2", arrived=0),
    Case("O PATIENT PatientID=P1", arrived=8),
    Case("O STUDY PatientID=P1 StudyInstanceUID={}.2", arrived=2),
    Case("O SERIES PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1", arrived=3),
    Case("S STUDY StudyInstanceUID={}.20", COMPRESSED, 4),
    Case(r"S STUDY StudyInstanceUID={}.20\{}.2", COMPRESSED, 6),
    Case("S STUDY StudyInstanceUID={}.20 | +xb", COMPRESSED, 4),
    Case("S STUDY StudyInstanceUID={}.20 | +xr", COMPRESSED, 4),
    Case("S IMAGE StudyInstanceUID={}.20 SeriesInstanceUID={}.20.1 SOPInstanceUID={}.20.1.4", COMPRESSED, 1),
]

MOVES = [
    Case("S STUDY StudyInstanceUID={}.20 | +xi", COMPRESSED, 4),
    Case("S STUDY StudyInstanceUID={}.20 | +xa", COMPRESSED, 4),
    Case("S STUDY StudyInstanceUID={}.2 | -xi", arrived=2),
    Case("S STUDY StudyInstanceUID={}.2 | -pdu 4096", arrived=2),
    Case("S STUDY StudyInstanceUID={}.2 | -aem NOBODY", arrived=0),
    Case("S STUDY StudyInstanceUID=1.2.3 | -aem NOBODY", arrived=0),
    Case("S STUDY StudyInstanceUID={}.2 | -aem movescu", arrived=0),
    Case("S STUDY StudyInstanceUID={}.1 | -aem CLOSED", EACH, 0),
]

MOVED = [*RETRIEVALS[::2], *MOVES]
"""movescu takes a second for each, so it does not ask everything that getscu asks."""

STRICT = [
    Case("P PATIENT PatientID=P1", arrived=8),
    Case("P PATIENT PatientID=P1 StudyInstanceUID={}.1", arrived=0),
    Case("P PATIENT PatientID=", arrived=0),
    Case("P STUDY PatientID=P1 StudyInstanceUID={}.1", arrived=6),
    Case("P STUDY StudyInstanceUID={}.1", arrived=0),
    Case("P STUDY PatientID=P1 StudyInstanceUID={}.1 StudyDate=", arrived=0),
    Case("P SERIES StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1", arrived=0),
    Case("P SERIES PatientID=P1 SeriesInstanceUID={}.1.1", arrived=0),
    Case("P IMAGE PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID={}.1.1.2", arrived=1),
    Case(r"S STUDY StudyInstanceUID={}.1\{}.2", arrived=8),
    Case("S STUDY StudyInstanceUID=", arrived=0),
    Case("S STUDY StudyInstanceUID={}.2 PatientID=P1", arrived=0),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1", arrived=3),
    Case("S SERIES SeriesInstanceUID={}.1.1", arrived=0),
    Case("S IMAGE StudyInstanceUID={}.1 SOPInstanceUID={}.1.1.2", arrived=0),
    Case("O STUDY PatientID=P1 StudyInstanceUID={}.2", arrived=2),
    Case("O STUDY StudyInstanceUID={}.2", arrived=0),
    Case("O SERIES PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1", arrived=0),
]

RESTRICTED = {
    ("-ZA", MoveRestriction.SAME_AE_TITLE): {"MOVESCU": 2, "CLOSED": 0, "OTHER": 0, "OTHER -aet OTHER": 2},
    ("-ZH", MoveRestriction.SAME_HOST): {"MOVESCU": 2, "OTHER": 0, "OTHER -aet OTHER": 0, "MOVESCU -aet NOBODY": 2},
    ("-ZV", MoveRestriction.SAME_VENDOR): {"MOVESCU": 2, "CLOSED": 0, "OTHER": 2, "MOVESCU -aet NOBODY": 0},
}
"""By restriction: destination and calling AE title, and how many instances arrive; OTHER is of MOVESCU's vendor."""


@pytest.fixture(scope="module")
def lenient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with both(tmp_path_factory.mktemp("lenient")) as pair:
        yield pair


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with both(tmp_path_factory.mktemp("strict"), "-XM", strict_move=True) as pair:
        yield pair


Results = Mapping[str, tuple[Retrieved, Retrieved]]


@pytest.fixture(scope="module")
def moved(lenient: Pair, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return lenient.all_of(MOVED, tmp_path_factory.mktemp("moved"), moved=True)


@pytest.fixture(scope="module")
def got(lenient: Pair, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return lenient.all_of(RETRIEVALS, tmp_path_factory.mktemp("got"), moved=False)


@pytest.fixture(scope="module")
def moved_strictly(strict: Pair, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return strict.all_of(STRICT, tmp_path_factory.mktemp("moved"), moved=True)


@pytest.fixture(scope="module")
def got_strictly(strict: Pair, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return strict.all_of(STRICT, tmp_path_factory.mktemp("got"), moved=False)


@pytest.mark.parametrize("case", MOVED, ids=str)
def test_moves_go_as_with_dcmtk(moved: Results, case: Case) -> None:
    check(case, *moved[case.line])


@pytest.mark.parametrize("case", RETRIEVALS, ids=str)
def test_gets_go_as_with_dcmtk(got: Results, case: Case) -> None:
    check(case, *got[case.line])


@pytest.mark.parametrize("case", STRICT, ids=str)
def test_strict_moves_and_gets_go_as_with_dcmtk(moved_strictly: Results, got_strictly: Results, case: Case) -> None:
    check(case, *moved_strictly[case.line])
    check(case, *got_strictly[case.line])


@pytest.mark.parametrize(("option", "restriction"), RESTRICTED)
def test_moves_go_only_where_they_may(option: str, restriction: MoveRestriction, tmp_path: Path) -> None:
    with both(tmp_path, option, vendors='"Acme" = h1, h2', move_restriction=restriction) as pair:
        for number, (destination, arrived) in enumerate(RESTRICTED[option, restriction].items()):
            case = Case(f"S STUDY StudyInstanceUID={{}}.2 | -aem {destination}", arrived=arrived)
            ours, theirs = pair.move(case, tmp_path / str(number))
            check(case, ours, theirs)
            assert ours.final.status == (0 if arrived else 0xA801)


def transfer_syntax(file: Path) -> str:
    return str(pydicom.dcmread(file, stop_before_pixels=True).file_meta.TransferSyntaxUID)


@pytest.mark.parametrize(
    ("line", "as_stored"),
    [
        ("P PATIENT PatientID=P1", 8),
        ("S STUDY StudyInstanceUID={}.20 | +xa", 2),
        ("S STUDY StudyInstanceUID={}.20", 0),
    ],
)
def test_what_need_not_be_converted_arrives_byte_for_byte(
    lenient: Pair, moved: Results, line: str, as_stored: int
) -> None:
    ours, _ = moved[line]
    sources = {uid: lenient.sources[uid if uid in lenient.sources else "bidr"[int(uid[-1]) - 1]] for uid in ours.files}
    same = [uid for uid, file in ours.files.items() if transfer_syntax(file) == transfer_syntax(sources[uid])]
    assert len(same) == as_stored
    for uid in same:
        assert data_set_bytes(ours.files[uid]) == data_set_bytes(sources[uid])


def test_a_cancelled_move_counts_what_is_left(lenient: Pair, tmp_path: Path) -> None:
    ours, theirs = lenient.move(Case("S STUDY StudyInstanceUID={}.1 | --cancel 1"), tmp_path)
    for retrieved in (ours, theirs):
        final = retrieved.final
        assert final.status == 0xFE00
        assert final.completed == len(retrieved.files)
        assert (final.remaining or 0) + (final.completed or 0) == 6
        assert final.remaining

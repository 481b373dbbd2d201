"""What DCMTK's archive stores, moves and gives back of the corpus, ours does, also once the index was made again."""

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pydicom
import pytest

from tests.helpers.data.faults import write_faults
from tests.helpers.dcmtk.commands import ours, run
from tests.helpers.dcmtk.deliveries import DCMTK_RECEIVER, DCMTK_SENDER, deliver, is_alike, profile
from tests.helpers.dcmtk.delivery import ENVIRONMENT, Sent, listening, send
from tests.helpers.dcmtk.programs import dcmtk_program, free_port

pytestmark = [pytest.mark.corpus, pytest.mark.dcmtk, pytest.mark.filterwarnings("ignore")]

DEADLINE_S = 120.0
OF_ANOTHER_PATIENT = 0xB000
"""Studies of the corpus in which a file has another Patient ID, or none: it is stored, and said to be a conflict."""
STUDIES_AT_ONCE = 40

REFUSED_BY_US = {
    "broken/syn_missing_study_uid.dcm",
    "broken/syn_missing_series_uid.dcm",
    "objects/raw-data/dataset.dcm",
    "images/4.80_jpeg-ls-lossless/JLSL_16_15_1_1F.dcm",
}
"""Without Study or Series Instance UID: nobody could ask for them."""


@pytest.fixture(autouse=True)
def odd_values_are_expected(announce_log: Callable[[str], None]) -> None:
    announce_log("^pydicom: WARNING: ")


@dataclass(kw_only=True)
class Served:
    """An archive with an area for each round, into which every SOP Instance UID comes once."""

    program: Sequence[str]
    folder: Path
    areas: Sequence[str]
    options: Sequence[str]
    move_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        rows = []
        for area in self.areas:
            (self.folder / area).mkdir(parents=True)
            rows.append(f"{area} {self.folder / area} RW (500, 1024mb) ANY")
        hosts = f"HostTable BEGIN\nmover = (MOVESCU, localhost, {self.move_port})\nHostTable END"
        text = "\n".join((hosts, "AETable BEGIN", *rows, "AETable END", ""))
        (self.folder / "a.cfg").write_text(text, encoding="ascii")

    @contextmanager
    def running(self) -> Iterator[int]:
        """Run it; gives the port."""
        port = free_port()
        command = [*self.program, "-c", str(self.folder / "a.cfg"), *self.options, str(port)]
        with listening(command, port):
            yield port

    def look_after(self, option: str) -> None:
        """Verify, or make the index again; nothing may be wrong."""
        done = run(self.program, "-c", str(self.folder / "a.cfg"), option)
        assert done.code == 0
        assert all("another patient has it, too" in line or "differently" in line for line in done.err.splitlines())
        assert all(line.endswith(("all right", " in the index")) for line in done.out.splitlines()), done.out

    def retrieved(self, tool: str, port: int, area: str, name: str) -> dict[str, Path]:
        """What a tool brings of all studies, by SOP Instance UID."""
        into = self.folder / f"{name}-{area}"
        into.mkdir()
        words = ["-S", "-aec", area, "+B", "-k", "QueryRetrieveLevel=STUDY"]
        if tool == "movescu":
            words += ["+xa", "+P", str(self.move_port), "-aem", "MOVESCU"]
        studies = sorted({_study_uid(path) for path in by_uid(self.folder / area).values()} - {""})
        for start in range(0, len(studies), STUDIES_AT_ONCE):
            key = "StudyInstanceUID=" + "\\".join(studies[start : start + STUDIES_AT_ONCE])
            subprocess.run(
                [dcmtk_program(tool), *words, "-k", key, "127.0.0.1", str(port)],
                cwd=into,
                env=ENVIRONMENT,
                capture_output=True,
                timeout=DEADLINE_S,
                check=False,
            )
        return by_uid(into)


@cache
def _study_uid(path: Path) -> str:
    """Of a file in an area, which stays as it was stored."""
    data_set = pydicom.dcmread(path, force=True, specific_tags=["StudyInstanceUID"], stop_before_pixels=True)
    return str(data_set.get("StudyInstanceUID", ""))


def _sop_instance_uid(start: bytes) -> str:
    """As the file meta information names it, which is explicit little endian (PS3.10 7.1)."""
    position = 132
    while start[position : position + 2] == b"\x02\0":
        is_long = start[position + 4 : position + 6] in {b"OB", b"UN"}
        value = position + (12 if is_long else 8)
        length = int.from_bytes(start[value - 4 if is_long else value - 2 : value], "little")
        if start[position + 2 : position + 4] == b"\x03\0":
            return start[value : value + length].decode("ascii").rstrip("\0 ")
        position = value + length
    raise AssertionError("no SOP Instance UID in the file meta information")


def by_uid(folder: Path) -> dict[str, Path]:
    """The Part 10 files of a folder."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and (data := path.read_bytes())[128:132] == b"DICM":
            found[_sop_instance_uid(data)] = path
    return found


def rounds(sent: Mapping[str, Sent]) -> list[list[str]]:
    """The files, so that no SOP Instance UID comes twice in one round."""
    seen: dict[str, int] = {}
    made: list[list[str]] = []
    for path, item in sorted(sent.items()):
        number = seen[item.sop_instance_uid] = seen.get(item.sop_instance_uid, -1) + 1
        made += [[] for _ in range(number + 1 - len(made))]
        made[number].append(path)
    return made


Given = dict[tuple[str, str], dict[str, Path]]
"""What a tool got from an area, by SOP Instance UID."""


def _store(served: Served, port: int, parts: Sequence[Sequence[str]]) -> set[str]:
    """Send each part to an area; the files that were stored."""
    report = served.folder / "report.txt"
    stored = set()
    for area, paths in zip(served.areas, parts, strict=True):
        sent = send(DCMTK_SENDER, port, [Path(path) for path in paths], report, "-aec", area)
        stored |= {item.path for item in sent if item.status in {0, OF_ANOTHER_PATIENT}}
    return stored


def _give(served: Served, port: int, name: str) -> Given:
    return {
        (tool, area): served.retrieved(tool, port, area, f"{name}-{tool}")
        for area in served.areas
        for tool in ("movescu", "getscu")
    }


QUESTIONS = (
    ("-P", "PATIENT", "PatientID"),
    ("-P", "PATIENT", "PatientID=SYN*"),
    ("-P", "PATIENT", "PatientID", "PatientName=S*"),
    ("-S", "STUDY", "StudyInstanceUID", "PatientID"),
    ("-S", "STUDY", "StudyInstanceUID", "PatientID=SYN*"),
    ("-S", "STUDY", "StudyInstanceUID", "PatientID", "PatientName=S*"),
    ("-S", "STUDY", "StudyInstanceUID", "PatientID", "StudyDate=20000101-20101231"),
    ("-S", "STUDY", "StudyInstanceUID", "PatientID", "AccessionNumber=1*"),
    ("-S", "SERIES", "StudyInstanceUID={study}", "SeriesInstanceUID"),
    ("-S", "SERIES", "StudyInstanceUID={study}", "SeriesInstanceUID", "Modality=CT"),
    ("-S", "IMAGE", "StudyInstanceUID={study}", "SeriesInstanceUID={series}", "SOPInstanceUID"),
)
"""Model, level and keys; of the study and the series that have most files of the corpus."""
LARGEST = {
    "study": "1.2.826.0.1.3680043.8.498.61041614984627564695374851774508277006",
    "series": "1.2.826.0.1.3680043.8.498.12414757531586168669847474512120063145",
}
SEVERAL_PATIENTS = {
    "1.2.826.0.1.3680043.8.498.74222987924160965161510921537179860885",
    "1.2.826.0.1.3680043.8.498.12585215194320813527149302176162948361",
}
"""Study Instance UIDs of the corpus under which files of several patients are."""
Answers = dict[tuple[str, ...], set[tuple[str, ...]]]
"""By question: of each response the values of the unique keys."""


def _ask(port: int, area: str, folder: Path) -> Answers:
    """Ask an archive by DCMTK's findscu."""
    answers: Answers = {}
    for number, (model, level, *keys) in enumerate(QUESTIONS):
        into = folder / f"asked-{number}"
        into.mkdir()
        words = [model, "-aec", area, "-X", "-od", str(into), "-k", f"QueryRetrieveLevel={level}"]
        for key in keys:
            words += ["-k", key.format(**LARGEST)]
        subprocess.run(
            [dcmtk_program("findscu"), *words, "127.0.0.1", str(port)],
            env=ENVIRONMENT,
            capture_output=True,
            timeout=DEADLINE_S,
            check=True,
        )
        names = [key.partition("=")[0] for key in keys if key.partition("=")[0].endswith(("UID", "ID"))]
        found = [pydicom.dcmread(path, force=True) for path in into.iterdir()]
        answers[(model, level, *keys)] = {tuple(str(one.get(name, "")) for name in names) for one in found}
    return answers


def _only_ours(theirs: Path, mine: Path) -> set[str]:
    """UIDs of instances, and of their series, that only ours has: in transfer syntaxes that DCMTK's does not take."""
    kept = by_uid(mine)
    more = kept.keys() - by_uid(theirs).keys()
    tags = ["SeriesInstanceUID"]
    read = [pydicom.dcmread(kept[uid], force=True, specific_tags=tags, stop_before_pixels=True) for uid in more]
    return more | {str(one.get("SeriesInstanceUID", "")) for one in read}


def _is_declared(question: tuple[str, ...], answer: tuple[str, ...], only_ours: set[str]) -> bool:
    """Whether DCMTK's archive answers something else on purpose.

    It knows one patient of a study, ours all; it has what has no Study or Series Instance UID, such as all of DJ001.
    """
    if question[1] == "PATIENT":
        return answer[0] in {"CONFL1", "CONFL2", "CHANGED", "NUL", "ODD", "", "DJ001"} or answer[0].startswith("XXX")
    return not all(answer) or answer[0] in SEVERAL_PATIENTS or not only_ours.isdisjoint(answer)


def _not_given(theirs: Given, ours: Given, refused_uids: set[str]) -> list[tuple[str, str, str]]:
    """What ours does not give back, or gives back otherwise."""
    found = []
    for key, files in theirs.items():
        for uid in files.keys() - refused_uids:
            if uid not in ours[key] or not is_alike(files[uid], ours[key][uid]):
                found.append((*key, uid))
    return found


@pytest.mark.parametrize("mode", ["-B", "+B"], ids=["normal", "bit-preserving"])
def test_archive_keeps_and_gives_what_dcmtks_keeps_and_gives(
    mode: str, corpus: Path, faults: Path, tmp_path: Path
) -> None:
    inputs = [corpus, write_faults(faults, tmp_path / "faults")]
    listed = deliver(DCMTK_SENDER, (*DCMTK_RECEIVER, *profile("Any", tmp_path)), inputs, tmp_path / "listed").sent
    parts = rounds(listed)
    areas = [f"AREA{number}" for number in range(len(parts))]
    theirs = Served(program=[dcmtk_program("dcmqrscp")], folder=tmp_path / "theirs", areas=areas, options=(mode,))
    mine = Served(program=ours("dcmqrscp"), folder=tmp_path / "ours", areas=areas, options=(mode,))
    with theirs.running() as port:
        their_files, given = _store(theirs, port, parts), _give(theirs, port, "first")
        their_answers = _ask(port, areas[0], theirs.folder)
    with mine.running() as port:
        refused = their_files - _store(mine, port, parts)
        given_at_first = _give(mine, port, "first")
        answers = _ask(port, areas[0], mine.folder)
    assert len(their_files) > 600
    assert {path.removeprefix(f"{corpus}/") for path in refused} <= REFUSED_BY_US
    refused_uids = {listed[path].sop_instance_uid for path in refused}
    assert not _not_given(given, given_at_first, refused_uids)
    more = _only_ours(theirs.folder / areas[0], mine.folder / areas[0])
    differing = {
        question: {one for one in found ^ their_answers[question] if not _is_declared(question, one, more)}
        for question, found in answers.items()
    }
    assert not {question: found for question, found in differing.items() if found}
    assert sum(map(len, answers.values())) > 100
    for option in ("--verify", "--reindex", "--verify"):
        mine.look_after(option)
    with mine.running() as port:
        assert not _not_given(given, _give(mine, port, "again"), refused_uids)

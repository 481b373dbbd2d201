"""What storescu does to files, and under which identities it sends them: through DCMTK's program and ours."""

import io
import re
import shutil
from pathlib import Path

import pydicom
import pytest

from tests.helpers.archives.storing_inputs import write_storing_inputs
from tests.helpers.dcmtk.differential import Outcome, differing, differing_lines
from tests.helpers.jobs.exact_cases import TO, Case, accepting, answering, differs

pytestmark = pytest.mark.dcmtk

NAMES = ("ct1.dcm", "ct2.dcm", "mr.dcm", "text.txt", "private.dcm", "lossless.dcm", "studied.dcm")
INVENTED = ("PatientName", "PatientID", "StudyInstanceUID", "StudyID", "SeriesInstanceUID", "SOPInstanceUID")

RENAMING = [
    Case(f"-v -R +rn {TO} ct1.dcm mr.dcm"),
    Case(f"-v -R +rn -rn {TO} ct1.dcm"),
    Case(f"-v -R +rn {TO} ct1.dcm mr.dcm", answering(0xA700)),
    Case(f"-v -R -nh +rn {TO} ct1.dcm mr.dcm ct2.dcm", answering(0xB000, 0xA700, 0)),
    Case(f"-v -nh +rn {TO} text.txt private.dcm lossless.dcm ct1.dcm"),
    Case(f"-v +rn {TO} private.dcm ct1.dcm"),
    Case(f"-v -nh +rn {TO} none.dcm ct1.dcm"),
    Case(f"-v -R -nh +rn {TO} text.txt ct1.dcm"),
    Case(f"-R +rn {TO} ct1.dcm", accepting(refuse_all=True), **differs("released, not just closed", "ends")),
]
INVENTIONS = [
    Case(f"-v -R +II {TO} studied.dcm ct1.dcm"),
    Case(f"-v -R +IR 2 {TO} studied.dcm studied.dcm studied.dcm"),
    Case(f"-v -R --repeat 5 +IR 1 +IS 2 +IP 2 {TO} studied.dcm"),
    Case(f"-v -R --repeat 9 +IR 1 +IS 1 +IP 2 {TO} studied.dcm"),
    Case(f"-R +II {TO} ct1.dcm"),
    Case(f"-v -R -xi +IP 1 {TO} studied.dcm ct2.dcm"),
    Case(f"-v -nh +II {TO} text.txt studied.dcm"),
]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    write_storing_inputs(folder)
    return folder


def copied(inputs: Path, folder: Path) -> Path:
    folder.mkdir()
    for name in NAMES:
        shutil.copyfile(inputs / name, folder / name)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("case", RENAMING, ids=lambda case: str(case.name))
def test_files_have_the_names_that_dcmtk_gives_them(case: Case, inputs: Path, tmp_path: Path) -> None:
    theirs, ours = (copied(inputs, tmp_path / name) for name in ("theirs-in", "ours-in"))
    outcomes = case.outcomes((theirs, ours), tmp_path)
    assert not case.differing(*outcomes)
    assert contents(ours) == contents(theirs)


def identities(outcome: Outcome) -> list[tuple[object, ...]]:
    """Who was sent, with what was made up replaced by the order in which it appeared."""
    seen: dict[str, int] = {}
    found = []
    for store, data in zip(outcome.stores, outcome.data_sets, strict=True):
        data_set = pydicom.dcmread(io.BytesIO(data))
        assert data_set.SOPInstanceUID == store[4]
        values = [str(data_set.get(name, "")) for name in INVENTED]
        numbers = [str(data_set.get(name, "")) for name in ("SeriesNumber", "InstanceNumber")]
        found.append((*(seen.setdefault(value, len(seen)) for value in values), *numbers))
    return found


def kinds(outcome: Outcome) -> list[str]:
    """The lines, with what was made up replaced by what kind it is of."""
    plain = [re.sub(r"(UID=)[0-9.]+$", r"\1UID", line) for line in outcome.stderr]
    return [re.sub(r"(TEST_PN_|PID_|SID_)\d{10}", r"\1EPOCH", line) for line in plain]


@pytest.mark.parametrize("case", INVENTIONS, ids=lambda case: str(case.name))
def test_identities_are_invented_as_dcmtk_invents_them(case: Case, inputs: Path, tmp_path: Path) -> None:
    before = contents(copied(inputs, tmp_path / "in"))
    theirs, ours = case.outcomes((tmp_path / "in", tmp_path / "in"), tmp_path)
    assert identities(ours) == identities(theirs)
    assert not differing_lines(kinds(theirs), kinds(ours))
    tolerated = ("stores", "commands", "stderr", "data_sets")
    assert not differing(theirs, ours, tolerated=tolerated, besides=("requests", "ends", "stdout"))
    assert contents(tmp_path / "in") == before

"""What storescu shows of associations and messages in debug mode: DCMTK's program and ours, block by block."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.helpers.archives.storing_inputs import write_storing_inputs
from tests.helpers.jobs.exact_cases import TO, Case, accepting, answering

pytestmark = pytest.mark.dcmtk

CASES = [
    Case(f"-d -R {TO} ct1.dcm ct2.dcm"),
    Case(f"-d {TO} ct1.dcm", accepting(refused={1: 3, 3: 4, 5: 1, 7: 2})),
    Case(f"-d -R -nh {TO} ct1.dcm mr.dcm sc.dcm", answering(0xA700, 0xB000, 0x0110)),
    Case(f"-d -xf profiles.cfg All {TO} ct1.dcm"),
    Case(f"-d -R --jwt token {TO} ct1.dcm"),
]


def blocks(lines: Sequence[str]) -> list[list[str]]:
    """The blocks that stand between rulers, each with these."""
    found: list[list[str]] = []
    is_inside = False
    for line in lines:
        is_ruler = line.startswith("D: =====")
        if is_ruler and not is_inside:
            found.append([])
        if is_ruler or is_inside:
            found[-1].append(line)
        if is_ruler:
            is_inside = not is_inside
    return found


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    write_storing_inputs(folder)
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_blocks_are_those_of_dcmtk(case: Case, inputs: Path, tmp_path: Path) -> None:
    theirs, ours = case.outcomes((inputs, inputs), tmp_path)
    assert len(blocks(theirs.stderr)) >= 3
    assert blocks(ours.stderr) == blocks(theirs.stderr)
    assert ours.exit_code == theirs.exit_code

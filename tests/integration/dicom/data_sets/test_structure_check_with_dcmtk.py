"""DCMTK's own loader refuses and accepts the same data sets, for the same reasons."""

import re
import subprocess
from pathlib import Path

import pytest

from dicomdesk.dicom.files.scan import SkippedInput, scan
from dicomdesk.dicom.instance import InputFormat, InputSelection
from tests.helpers.data.datasets import Builder
from tests.helpers.data.structures import ACCEPTED, HEADER, REFUSED

pytestmark = pytest.mark.dcmtk

_REFUSED_LINE = re.compile(r"^W: bad DICOM file: (\S+): (.*), ignoring file$", re.MULTILINE)


def dcmtk_reasons(folder: Path, *options: str) -> dict[str, str]:
    """Return why DCMTK refuses each file that it refuses; it looks at all before it connects to anyone."""
    names = sorted(path.name for path in folder.iterdir())
    command = ["dcmsend", "--no-halt", *options, "127.0.0.1", "1", *names]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return dict(_REFUSED_LINE.findall(done.stderr))


def our_reasons(folder: Path, input_format: InputFormat) -> dict[str, str]:
    selection = InputSelection(paths=(str(folder),), format=input_format, scan_directories=True)
    return {Path(result.path).name: result.reason for result in scan(selection) if isinstance(result, SkippedInput)}


def test_bare_data_sets_are_refused_for_the_same_reasons(tmp_path: Path) -> None:
    data_sets = [*ACCEPTED.values(), *(data for data, _ in REFUSED.values())]
    for number, data in enumerate(data_sets):
        (tmp_path / f"{number:03}").write_bytes(data if data.startswith(HEADER) else HEADER + data)
    theirs = dcmtk_reasons(tmp_path, "--read-file")
    assert len(theirs) == len(REFUSED)
    assert our_reasons(tmp_path, InputFormat.FILE_OR_DATA_SET) == theirs


@pytest.mark.parametrize(
    ("option", "input_format"),
    [
        ("--read-file", InputFormat.FILE_OR_DATA_SET),
        ("--read-dataset", InputFormat.DATA_SET_ONLY),
        ("--read-file-only", InputFormat.FILE_ONLY),
    ],
)
def test_every_prefix_is_refused_for_the_same_reason(option: str, input_format: InputFormat, tmp_path: Path) -> None:
    b = Builder()
    whole = b.instance() + b.sequence(0x300A0010, b.item(b.element(0x00080100, "SH", "A"))) + b.fragments(b"abcd")
    for size in range(len(whole) + 1):
        (tmp_path / f"{size:04}").write_bytes(whole[:size])
    assert our_reasons(tmp_path, input_format) == dcmtk_reasons(tmp_path, option)

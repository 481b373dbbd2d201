"""Data sets out of order through our senders and DCMTK's to DCMTK's receivers: what theirs deliver, ours deliver."""

import subprocess
from pathlib import Path

import pytest

from tests.helpers.data.datasets import EXPLICIT, Builder, part10
from tests.helpers.dcmtk.differential import programs
from tests.helpers.dcmtk.programs import EVERY_CLASS_PROFILE, dcmtk_program, dcmtk_server

pytestmark = pytest.mark.dcmtk

B = Builder()
LONG = B.element(0x00204000, "LT", "y" * 40_000)
LATE = B.element(0x00080070, "LO", "q" * 20)
PIXELS = B.element(0x7FE00010, "OW", bytes(40_000))
CUT_AT = 16_370
"""Where DCMTK's receivers want the first presentation data value to end."""


def cut(by: int) -> bytes:
    """A short element out of order that begins so many bytes before the end of the first presentation data value."""
    size = CUT_AT - by - len(B.instance()) - 12
    return B.instance() + B.element(0x00400280, "UT", "y" * (size & ~1)) + LATE + PIXELS


CASES = {
    "long element late": B.instance() + PIXELS + LONG,
    "long element in an item late": B.instance()
    + B.sequence(0x00400275, B.item(B.element(0x00281203, "OW", b"ab") + LONG)),
    "long sequence late": B.instance() + PIXELS + B.sequence(0x00400275, B.item(LONG), is_defined=False),
    "long element twice": B.instance()
    + B.element(0x00400280, "UT", "first1")
    + B.element(0x00400280, "UT", 40_000 * "z"),
    "sequence twice": B.instance() + 2 * B.sequence(0x00400275, B.item(LONG)) + PIXELS,
    "short element cut in its header": cut(4),
    "short element cut in its value": cut(14),
}


@pytest.mark.parametrize("tool", ["dcmsend", "storescu"])
@pytest.mark.parametrize("server", ["dcmrecv", "dcmrecv -B", "storescp"])
def test_data_sets_out_of_order_arrive_as_from_dcmtk(tmp_path: Path, tool: str, server: str) -> None:
    (tmp_path / "profile").write_text(EVERY_CLASS_PROFILE)
    names = []
    for number, (name, data_set) in enumerate(CASES.items()):
        names.append(str(tmp_path / f"{number}-{name}.dcm"))
        uid = B.element(0x00080018, "UI", "1.2.3.4")
        own = B.element(0x00080018, "UI", f"1.2.3.{number + 5}")
        assert uid in data_set
        Path(names[-1]).write_bytes(part10(data_set.replace(uid, own), EXPLICIT))
    stored = []
    for out, program in (("theirs", programs("dcmsend")[0]), ("ours", programs(tool)[1])):
        (tmp_path / out).mkdir()
        kind, *options = server.split()
        options += ["-od", str(tmp_path / out)]
        options += ["-xf", str(tmp_path / "profile"), "Default"] if kind == "dcmrecv" else []
        with dcmtk_server(kind, options, tmp_path) as port:
            command = [*program, "127.0.0.1", str(port), *names]
            subprocess.run(command, check=True, timeout=60, cwd=tmp_path, capture_output=True)
        stored.append({path.name: dump(path) for path in (tmp_path / out).iterdir()})
    theirs, ours = stored
    assert len(theirs) == len(CASES)
    assert ours == theirs


def dump(path: Path) -> list[str]:
    done = subprocess.run([dcmtk_program("dcmdump"), "-q", "+L", path], capture_output=True, timeout=30, check=True)
    return done.stdout.decode("latin-1").partition("# Dicom-Data-Set")[2].splitlines()

"""Data sets whose lengths disagree: DCMTK receives and converts them, and what it makes of them is what we make."""

import re
import subprocess
from pathlib import Path

import pytest

from dicomdesk.dicom.transcode import convert_data_set, make_lengths_explicit
from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, EXPLICIT, IMPLICIT, part10
from tests.helpers.data.disagreeing import disagreeing
from tests.helpers.dcmtk.programs import EVERY_CLASS_PROFILE, dcmtk_program, dcmtk_server
from tests.helpers.peers.requestors import Proposal, connected

pytestmark = pytest.mark.dcmtk

STOPS_AT_DELIMITER = {"item delimiter between elements"}
"""DCMTK reads nothing behind it; we lose nothing."""
NOT_LOADED = re.compile("behind|header without its value")
"""What DCMTK receives, and does not load from a file."""
_LENGTHS = re.compile(r"with (undefined|explicit) length")


def dump(path: Path) -> list[str]:
    """What DCMTK reads in a file, without how long sequences and items are and what VR the unknown have.

    Eight zeros are an element (0000,0000), which DCMTK takes for a group length and gives a value.
    """
    done = subprocess.run([dcmtk_program("dcmdump"), "-q", "+L", path], capture_output=True, timeout=30, check=True)
    lines = done.stdout.decode("latin-1").partition("# Dicom-Data-Set")[2].splitlines()
    plain = (_LENGTHS.sub("", line.partition("#")[0]).replace(") UN ", ") ?? ") for line in lines)
    kept = (line.rstrip() for line in plain if not line.startswith("(0000,0000)"))
    return [line for line in kept if "(fffe,e0" not in line or "(fffe,e000)" in line]


def ours(data: bytes, source: str, target: str, folder: Path) -> list[str]:
    if source == target:
        written = bytes(make_lengths_explicit(data, source))
    else:
        written = bytes(convert_data_set(data, source=source, target=target))
    path = folder / "ours.dcm"
    path.write_bytes(part10(written, target))
    return dump(path)


@pytest.mark.parametrize("uid", [EXPLICIT, IMPLICIT])
def test_dcmtk_stores_what_we_store(tmp_path: Path, uid: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "profile").write_text(EVERY_CLASS_PROFILE)
    options = ["-xf", str(tmp_path / "profile"), "Default", "-od", str(out)]
    kinds = {name: case for name, case in disagreeing(uid).items() if len(case.data) % 2 == 0}
    assert len(kinds) > 12
    with dcmtk_server("dcmrecv", options, tmp_path) as port, connected(port) as peer:
        peer.associate(Proposal(contexts=((1, CT_IMAGE, (uid,)),)))
        for name, case in kinds.items():
            assert peer.store("1.2.3.4", [case.data]) == 0, name
            (stored,) = out.iterdir()
            theirs = dump(stored)
            stored.unlink()
            made = ours(case.data, uid, uid, tmp_path)
            assert made[: len(theirs)] == theirs, name
            assert made == theirs or name in STOPS_AT_DELIMITER, name


@pytest.mark.parametrize("source", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize(("target", "option"), [(IMPLICIT, "+ti"), (EXPLICIT, "+te"), (BIG_ENDIAN, "+tb")])
def test_dcmtk_converts_to_what_we_convert_to(tmp_path: Path, source: str, target: str, option: str) -> None:
    compared = 0
    for name, case in disagreeing(source).items():
        if NOT_LOADED.search(name):
            continue
        file, converted = tmp_path / "file.dcm", tmp_path / "converted.dcm"
        file.write_bytes(part10(case.data, source))
        command = [dcmtk_program("dcmconv"), "-q", option, "+e", str(file), str(converted)]
        subprocess.run(command, capture_output=True, timeout=30, check=True)
        theirs, made = dump(converted), ours(case.data, source, target, tmp_path)
        assert made[: len(theirs)] == theirs, name
        assert made == theirs or name in STOPS_AT_DELIMITER, name
        compared += 1
    assert compared > 8

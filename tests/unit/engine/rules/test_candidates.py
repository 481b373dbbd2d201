"""Reading of the instances that rules decide about."""

import os
from pathlib import Path
from zlib import compressobj

import pytest

from dicomdesk.engine.rules.candidates import read_candidate
from dicomdesk.engine.rules.conditions import Sender
from dicomdesk.errors import DataError
from tests.helpers.data.datasets import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, Builder, part10

PROTOCOL, ROWS, BODY, MODALITY = 0x00181030, 0x00280010, 0x00180015, 0x00080060
WANTED = frozenset((PROTOCOL, ROWS, BODY, MODALITY))


def data_set(syntax: str) -> bytes:
    build = Builder(syntax)
    before = build.element(0x00081010, "SH", "S1") + build.sequence(
        0x00081140, build.item(build.element(BODY, "CS", "WRONG"), is_defined=False), is_defined=False
    )
    return build.instance()[:0] + b"".join(
        (
            build.element(0x00080005, "CS", "ISO_IR 100"),
            build.element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"),
            build.element(0x00080018, "UI", "1.2.3.4"),
            build.element(MODALITY, "CS", "CT"),
            before,
            build.element(BODY, "CS", "CHEST"),
            build.element(PROTOCOL, "LO", "Thorax gr\u00f6\u00dfer\\b".encode("latin-1")),
            build.element(ROWS, "US", 512),
            build.element(0x7FE00010, "OW", b"\0" * 100_000),
        )
    )


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED])
def test_attributes_are_read_in_every_encoding(tmp_path: Path, syntax: str) -> None:
    content = data_set(EXPLICIT if syntax == DEFLATED else syntax)
    if syntax == DEFLATED:
        press = compressobj(wbits=-15)
        content = press.compress(content) + press.flush()
    file = tmp_path / "a"
    file.write_bytes(part10(content, syntax))
    found = read_candidate(str(file), WANTED, Sender("CT1"))
    assert found.attributes == {
        MODALITY: ("CT",), BODY: ("CHEST",), PROTOCOL: ("Thorax größer", "b"), ROWS: ("512",)
    }  # fmt: skip
    assert (found.uid, found.sender.calling_ae_title, found.size_bytes) == ("1.2.3.4", "CT1", file.stat().st_size)


def test_the_digest_is_of_the_data_set_alone(tmp_path: Path) -> None:
    names = ("a", "b", "c")
    files = [tmp_path / name for name in names]
    whole = data_set(EXPLICIT)
    files[0].write_bytes(part10(whole))
    files[1].write_bytes(part10(whole, sop_instance_uid="1.2.3.4.5.6"))  # another group 0002
    files[2].write_bytes(part10(whole[:-1] + b"\1"))
    first, second, third = (read_candidate(str(file), frozenset()).digest for file in files)
    assert first == second != third


def test_what_is_cut_off_is_no_instance_where_that_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(part10(data_set(EXPLICIT))[:-10])
    with pytest.raises(DataError):
        read_candidate(str(file), WANTED)
    assert read_candidate(str(file), WANTED, checks=False).uid == "1.2.3.4"


def test_links_pipes_and_folders_are_no_instances_and_keep_nobody_waiting(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(part10(data_set(EXPLICIT)))
    (tmp_path / "link").symlink_to(file)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="symbolic link"):
        read_candidate(str(tmp_path / "link"), WANTED)
    for name in ("pipe", "."):
        with pytest.raises(DataError, match="no regular file"):
            read_candidate(str(tmp_path / name), WANTED)

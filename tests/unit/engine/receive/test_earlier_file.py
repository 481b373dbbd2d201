import os
from pathlib import Path

import pytest

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.engine.receive.earlier_file import UNKNOWN_FILE, EarlierFile, compare_with_earlier
from tests.helpers.data.datasets import Builder, part10

DATA = Builder().instance(sop_instance_uid="1.2") + Builder().element(0x7FE00010, "OW", bytes(600_000))


def compared(earlier: Path, data: bytes, *, unnamed: bool = True) -> EarlierFile:
    folder = earlier.parent / "new"
    folder.mkdir()
    file = AtomicFile(str(folder), unnamed=unnamed)
    try:
        file.write([data])
        if earlier.is_file():
            (folder / "taken").touch()
            with pytest.raises(FileExistsError):
                file.publish("taken", replace=False)
        return compare_with_earlier(str(earlier), file)
    finally:
        file.discard()


@pytest.mark.parametrize("unnamed", [True, False])
def test_the_same_data_set_is_known_whoever_sent_it(tmp_path: Path, *, unnamed: bool) -> None:
    (tmp_path / "CT").write_bytes(part10(DATA, sop_instance_uid="1.2"))
    other_meta = part10(DATA, sop_instance_uid="1.2.840.10008.99.99.99")
    assert compared(tmp_path / "CT", other_meta, unnamed=unnamed) == EarlierFile("1.2.3", has_same_data_set=True)


@pytest.mark.parametrize("other", [DATA[:-1] + b"\1", DATA.replace(b"P1", b"P2")], ids=["last", "first"])
def test_another_data_set_is_known_by_any_byte(tmp_path: Path, other: bytes) -> None:
    (tmp_path / "CT").write_bytes(part10(DATA))
    assert compared(tmp_path / "CT", part10(other)) == EarlierFile("1.2.3", has_same_data_set=False)


def test_what_cannot_be_read_is_not_known(tmp_path: Path) -> None:
    names = ("text", "folder", "pipe", "none")
    for name in names:
        (tmp_path / name).mkdir()
    (tmp_path / "text" / "CT").write_bytes(b"no DICOM")
    (tmp_path / "folder" / "CT").mkdir()
    os.mkfifo(tmp_path / "pipe" / "CT")
    assert [compared(tmp_path / name / "CT", part10(DATA)) for name in names] == [UNKNOWN_FILE] * 4

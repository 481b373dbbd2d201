from collections.abc import Callable
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.files.dicomdir import read_dicomdir
from dicomdesk.errors import DataError, NotDicomError, TruncatedError
from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, EXPLICIT, IMPLICIT, Builder, part10
from tests.helpers.data.directories import dicomdir as directory_of

DIRECTORY = "1.2.840.10008.1.3.10"


def record(b: Builder, following: int, lower: int, *file_id: str) -> bytes:
    content = b.element(0x00041400, "UL", following) + b.element(0x00041420, "UL", lower)
    if file_id:
        content += b.element(0x00041500, "CS", "\\".join(file_id))
        content += b.element(0x00041510, "UI", CT_IMAGE)
        content += b.element(0x00041511, "UI", "1.2." + str(len(file_id[-1])))
        content += b.element(0x00041512, "UI", EXPLICIT)
    return b.item(content)


def dicomdir(uid: str = EXPLICIT, *, is_defined: bool = True) -> bytes:
    """A study whose two images are written in front of it, and one that nothing leads to."""
    b = Builder(uid)
    meta = len(part10(b"", uid, sop_class_uid=DIRECTORY))
    first = b.element(0x00041200, "UL", 0)
    start = meta + len(first) + len(b.sequence(0x00041220))
    images = [("A", "IM2"), ("A", "IM001"), ("LOST",)]
    offsets = [start]
    for image in images:
        offsets.append(offsets[-1] + len(record(b, 0, 0, *image)))
    records = [
        record(b, 0, 0, *images[0]),
        record(b, offsets[0], 0, *images[1]),
        record(b, 0, 0, *images[2]),
        record(b, 0, offsets[1]),
    ]
    data_set = b.element(0x00041200, "UL", offsets[3]) + b.sequence(0x00041220, *records, is_defined=is_defined)
    return part10(data_set, uid, sop_class_uid=DIRECTORY)


def write(folder: Path, content: bytes) -> str:
    path = folder / "DICOMDIR"
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize("uid", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize("is_defined", [True, False])
def test_files_are_in_the_order_of_the_links_and_lost_ones_last(uid: str, is_defined: bool, tmp_path: Path) -> None:
    files = read_dicomdir(write(tmp_path, dicomdir(uid, is_defined=is_defined)))
    assert [file.file_id for file in files] == ["A\\IM001", "A\\IM2", "LOST"]
    assert files[0].path == str(tmp_path / "A" / "IM001")
    assert (files[0].sop_class_uid, files[0].sop_instance_uid) == (CT_IMAGE, "1.2.5")
    assert files[0].transfer_syntax_uid == EXPLICIT


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    b = Builder()
    start = len(part10(b"", sop_class_uid=DIRECTORY)) + 12 + 12
    data_set = b.element(0x00041200, "UL", start) + b.sequence(0x00041220, record(b, start, start, "ONE"))
    files = read_dicomdir(write(tmp_path, part10(data_set, sop_class_uid=DIRECTORY)))
    assert [file.file_id for file in files] == ["ONE"]


@pytest.mark.parametrize("file_id", [("..", "..", "SECRET"), ("A", "..", "B"), ("A", "X/../../../B"), ("../B",)])
def test_file_id_that_leads_out_has_no_path(file_id: tuple[str, ...], tmp_path: Path) -> None:
    b = Builder()
    data_set = b.sequence(0x00041220, record(b, 0, 0, *file_id))
    (file,) = read_dicomdir(write(tmp_path, part10(data_set, sop_class_uid=DIRECTORY)))
    assert file.path == ""
    assert file.file_id == "\\".join(file_id)


def test_file_id_stays_in_the_folder_of_the_dicomdir(tmp_path: Path) -> None:
    b = Builder()
    data_set = b.sequence(0x00041220, record(b, 0, 0, "", "etc", "passwd"))
    (file,) = read_dicomdir(write(tmp_path, part10(data_set, sop_class_uid=DIRECTORY)))
    assert file.path == str(tmp_path / "etc" / "passwd")


def test_small_letters_of_a_mounted_cd_are_found(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "im001").write_bytes(b"")
    paths = [file.path for file in read_dicomdir(write(tmp_path, dicomdir()))]
    assert paths == [str(tmp_path / "a" / "im001"), str(tmp_path / "A" / "IM2"), str(tmp_path / "LOST")]


def test_what_is_left_of_one_that_is_cut_off_is_taken(tmp_path: Path) -> None:
    whole = dicomdir()
    assert [file.file_id for file in read_dicomdir(write(tmp_path, whole[:-50]))] == ["A\\IM2", "A\\IM001", "LOST"]


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotDicomError, match="not a DICOMDIR"):
        read_dicomdir(write(tmp_path, part10(Builder().instance())))
    with pytest.raises(NotDicomError, match="not allowed"):
        read_dicomdir(write(tmp_path, part10(b"", "1.2.840.10008.1.2.1.99", sop_class_uid=DIRECTORY)))
    with pytest.raises(TruncatedError):
        read_dicomdir(write(tmp_path, part10(pack("<HH", 4, 0x1220) + b"SQ", sop_class_uid=DIRECTORY)))


def test_missing_file_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_dicomdir(str(tmp_path / "DICOMDIR"))


@pytest.mark.long
@given(st.binary(max_size=200))
def test_random_records_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    b = Builder()
    folder = tmp_path_factory.mktemp("random")
    for content in (data, b.header(0x00041220, "SQ", 0xFFFFFFFF) + b.header(0xFFFEE000, "", 0xFFFFFFFF) + data):
        path = write(folder, part10(content, sop_class_uid=DIRECTORY))
        try:
            files = read_dicomdir(path)
        except DataError:
            continue
        assert all(file.file_id for file in files)


THREE = ["IM1", "IM2", "IM3"]
WHOLE = directory_of(THREE)
HEAD = WHOLE.index(b"\xfe\xff\x00\xe0")
"""Where the first record is."""
SECOND = WHOLE.index(b"\xfe\xff\x00\xe0", HEAD + 1)


@pytest.mark.parametrize("cut", range(1, len(WHOLE) - HEAD - 200, 7))
@pytest.mark.parametrize("is_defined", [True, False])
def test_wherever_it_is_cut_off_that_is_noted(tmp_path: Path, cut: int, is_defined: bool) -> None:
    noted: list[str] = []
    whole = directory_of(THREE, is_defined=is_defined)
    files = read_dicomdir(write(tmp_path, whole[:-cut]), noted.append)
    assert [file.file_id for file in files] == THREE[: len(files)]
    assert len(noted) == 1


def test_whole_ones_have_nothing_to_note(tmp_path: Path) -> None:
    for content in (WHOLE, directory_of(THREE, is_defined=False), dicomdir()):
        read_dicomdir(write(tmp_path, content), pytest.fail)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole + b"rubbish",
        lambda whole: whole[:SECOND] + b"\x08" + whole[SECOND + 1 :],
        lambda whole: whole[: SECOND + 4] + b"\xff\xff\xff\x7f" + whole[SECOND + 8 :],
        lambda whole: whole.replace(b"CS\4\0IM2 ", b"CS\xff\x7fIM2 "),
    ],
    ids=["rubbish-behind", "no-item", "length-of-item", "length-of-element"],
)
def test_whatever_is_broken_in_it_is_noted_once(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    noted: list[str] = []
    files = read_dicomdir(write(tmp_path, spoil(WHOLE)), noted.append)
    assert files[0].file_id == "IM1"
    (text,) = noted
    assert text.startswith("DICOMDIR is cut off or damaged")

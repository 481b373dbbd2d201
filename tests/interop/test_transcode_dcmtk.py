"""Conversions compared with DCMTK's tools over the whole corpus, element by element."""

import csv
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.data_sets.deflate import inflate
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes, StepKind, describe, walk
from dicomdesk.dicom.dictionary import dictionary
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.transcode import convert_data_set, make_lengths_explicit
from dicomdesk.errors import DataError
from tests.conftest import corpus_folder

pytestmark = [pytest.mark.corpus, pytest.mark.dcmtk]

CORPUS = corpus_folder()
TARGETS = {
    "+ti": ts.IMPLICIT_VR_LITTLE_ENDIAN,
    "+te": ts.EXPLICIT_VR_LITTLE_ENDIAN,
    "+tb": ts.EXPLICIT_VR_BIG_ENDIAN,
    "+td": ts.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
}
DECODERS = {
    **dict.fromkeys(
        (
            ts.JPEG_BASELINE,
            ts.JPEG_EXTENDED,
            ts.JPEG_SPECTRAL_SELECTION,
            ts.JPEG_FULL_PROGRESSION,
            ts.JPEG_LOSSLESS,
            ts.JPEG_LOSSLESS_FIRST_ORDER,
        ),
        "dcmdjpeg",
    ),
    ts.JPEG_LS_LOSSLESS: "dcmdjpls",
    ts.JPEG_LS_NEAR_LOSSLESS: "dcmdjpls",
    ts.RLE_LOSSLESS: "dcmdrle",
}

DIFFERENT = {
    "dicomdir/pydicom/DICOMDIR-nooffset": "DCMTK takes a data set that ends within an item",
    "broken/syn_deflate_bomb.dcm": "DCMTK drops a deflated value of 64 MB and says nothing",
    "odd/syn_dup_elements.dcm": "DCMTK drops the second of two equal tags",
    "odd/syn_meta_group_in_dataset.dcm": "DCMTK takes group 0002 of the data set for file meta information",
    "odd/syn_meta_group_length_too_small.dcm": "DCMTK takes file meta information by its tags",
    "odd/syn_meta_group_length_too_large.dcm": "DCMTK takes the data set for file meta information",
    "odd/syn_trailing_zeros.dcm": "DCMTK makes a group length of the zeros",
}
"""Files whose data set DCMTK changes or reads otherwise; ours keeps it."""

Flat = dict[tuple[str, int], tuple[bytes, bytes]]


def split(data: bytes) -> tuple[str, bytes] | None:
    """Transfer syntax UID and data set of a Part 10 file."""
    position, uid = 132, ""
    if data[128:132] != b"DICM":
        return None
    while data[position : position + 2] == b"\x02\0":
        is_long = data[position + 4 : position + 6] in {b"OB", b"UN"}
        start = position + (12 if is_long else 8)
        length = int.from_bytes(data[start - 4 if is_long else start - 2 : start], "little")
        if data[position + 2 : position + 4] == b"\x10\0":
            uid = data[start : start + length].decode("ascii").rstrip("\0 ")
        position = start + length
    return (uid, data[position:]) if uid else None


def plain(data: DataSetBytes, uid: str) -> bytes:
    """The bytes of a data set, inflated where they are deflated."""
    syntax = ts.find_transfer_syntax(uid)
    return bytes(inflate(data) if syntax and syntax.is_deflated else data)


def flat(data: DataSetBytes, uid: str) -> Flat:
    """VR and value of every element, by the path of its sequences and its tag; group lengths do not count."""
    syntax = ts.find_transfer_syntax(uid)
    assert syntax is not None
    data = plain(data, uid)
    encoding = Encoding.of(is_explicit_vr=syntax.is_explicit_vr, is_little_endian=syntax.is_little_endian)
    found: Flat = {}
    path: list[str] = []
    items: list[int] = []
    for step in walk(data, encoding, dictionary().find_vr):
        if step.kind is StepKind.ELEMENT and step.tag & 0xFFFF:
            value = data[step.start : step.start + step.length]
            found["".join(path), step.tag] = (step.vr, without_padding(step.vr, value))
        elif step.kind is StepKind.SEQUENCE:
            path.append(describe(step.tag))
            items.append(0)
        elif step.kind is StepKind.ITEM:
            items[-1] += 1
            path.append(f"[{items[-1]}]")
        elif step.kind in {StepKind.SEQUENCE_END, StepKind.ITEM_END}:
            path.pop()
            if step.kind is StepKind.SEQUENCE_END:
                items.pop()
    return found


def without_padding(vr: bytes, value: bytes) -> bytes:
    """DCMTK pads text with zeros where it was odd, and strips some spaces."""
    return value.rstrip(b" \0") if vr not in {b"OB", b"OW", b"UN", b"xs"} else value


def is_private_vr(ours: bytes, theirs: bytes, tag: int) -> bool:
    """DCMTK has VRs of vendors' private elements that were UN."""
    return bool(tag & 0x10000) and ours == b"UN" and theirs != b"UN"


def differences(ours: Flat, theirs: Flat) -> list[str]:
    found = []
    for key in sorted(set(ours) | set(theirs)):
        one, other = ours.get(key), theirs.get(key)
        if one == other:
            continue
        if one and other and is_private_vr(one[0], other[0], key[1]):
            continue
        if one and other and one[0] not in {b"OB", b"OW"} and one[1].strip(b" ") == other[1].strip(b" "):
            continue
        found.append(f"{key[0]}{describe(key[1])} {str(one)[:60]} and {str(other)[:60]}")
    return found


def corpus_files() -> list[dict[str, str]]:
    if not (CORPUS / "INDEX.csv").is_file():
        return []
    with (CORPUS / "INDEX.csv").open(encoding="utf-8", newline="") as index:
        return list(csv.DictReader(index))


FILES = corpus_files()


def cases() -> Iterator[tuple[str, str]]:
    """Path and top folder of all that is special, and of some of what is alike."""
    for number, row in enumerate(FILES):
        folder = row["path"].split("/")[0]
        is_chosen = folder in {"images", "objects", "odd", "broken"} or number % 12 == 0
        if is_chosen and row["dcmftest"] == "yes" and row["path"] not in DIFFERENT:
            yield row["path"], folder


FOLDERS = sorted({folder for _, folder in cases()})


@pytest.mark.parametrize("option", [*TARGETS, "+t="])
@pytest.mark.parametrize("folder", FOLDERS)
def test_conversions_equal_those_of_dcmconv(folder: str, option: str, tmp_path: Path) -> None:
    problems = []
    for path, where in cases():
        if where == folder:
            problems += [f"{path}: {text}" for text in _compare_conversion(path, option, tmp_path / "out.dcm")]
    assert not problems


def _compare_conversion(path: str, option: str, out: Path) -> list[str]:
    found = split((CORPUS / path).read_bytes())
    if found is None or ts.find_transfer_syntax(found[0]) is None:
        return []
    uid, data = found
    target = TARGETS.get(option, uid)
    out.unlink(missing_ok=True)
    result = subprocess.run(["dcmconv", option, CORPUS / path, out], capture_output=True, check=False)
    try:
        ours = make_lengths_explicit(data, uid) if target == uid else convert_data_set(data, source=uid, target=target)
    except DataError as error:
        return [str(error)] if result.returncode == 0 else []
    theirs = split(out.read_bytes()) if result.returncode == 0 else None
    if theirs is None or plain(ours, target) == plain(theirs[1], target):
        return []
    return differences(flat(ours, target), flat(theirs[1], target))


def compressed() -> list[tuple[str, str]]:
    return [
        (row["path"], row["transfer_syntax_uid"])
        for row in FILES
        if row["dcmftest"] == "yes" and row["dcmtk_decode"].startswith("ok")
    ]


@pytest.mark.parametrize(("path", "uid"), compressed(), ids=[path for path, _ in compressed()])
def test_decoded_pixels_are_those_of_dcmtk(path: str, uid: str, tmp_path: Path) -> None:
    tool = DECODERS[uid]
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    subprocess.run([tool, CORPUS / path, tmp_path / "out.dcm"], capture_output=True, check=True)
    theirs = split((tmp_path / "out.dcm").read_bytes())
    ours = split((CORPUS / path).read_bytes())
    assert theirs is not None
    assert ours is not None
    decoded = flat(convert_data_set(ours[1], source=uid, target=ts.EXPLICIT_VR_LITTLE_ENDIAN), theirs[0])
    expected = flat(theirs[1], theirs[0])
    expected.pop(("", 0x7FE00001), None)
    expected.pop(("", 0x7FE00002), None)
    assert differences(decoded, expected) == []
    assert decoded["", 0x7FE00010][1] == expected["", 0x7FE00010][1]


@pytest.mark.parametrize(
    ("uid", "tool"),
    [(ts.RLE_LOSSLESS, "dcmdrle"), (ts.JPEG_LS_LOSSLESS, "dcmdjpls"), (ts.JPEG_LS_NEAR_LOSSLESS, "dcmdjpls")],
)
@pytest.mark.parametrize(
    "path",
    [
        "images/1.2.1_explicit-le/SC_rgb.dcm",
        "images/1.2.1_explicit-le/color-pl.dcm",
        "images/1.2.1_explicit-le/syn_mono16.dcm",
    ],
)
def test_what_we_encode_is_decoded_by_dcmtk(uid: str, tool: str, path: str, tmp_path: Path) -> None:
    whole = (CORPUS / path).read_bytes()
    found = split(whole)
    assert found is not None
    source, data = found
    assert len(uid) <= 22
    encoded = convert_data_set(data, source=source, target=uid)
    meta = whole[: len(whole) - len(data)]
    padded = uid.encode("ascii") + b"\0" * (len(uid) % 2)
    element = meta.index(b"\x02\0\x10\0UI")
    old = int.from_bytes(meta[element + 6 : element + 8], "little")
    renamed = meta[: element + 6] + len(padded).to_bytes(2, "little") + padded + meta[element + 8 + old :]
    length = int.from_bytes(meta[140:144], "little") + len(padded) - old
    (tmp_path / "in.dcm").write_bytes(renamed[:140] + length.to_bytes(4, "little") + renamed[144:] + encoded)
    subprocess.run([tool, tmp_path / "in.dcm", tmp_path / "out.dcm"], check=True, capture_output=True)
    theirs = split((tmp_path / "out.dcm").read_bytes())
    assert theirs is not None
    back = convert_data_set(encoded, source=uid, target=ts.EXPLICIT_VR_LITTLE_ENDIAN)
    assert flat(theirs[1], theirs[0])["", 0x7FE00010][1] == flat(back, theirs[0])["", 0x7FE00010][1]

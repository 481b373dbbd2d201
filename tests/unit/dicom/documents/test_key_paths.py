import random
import string

import pytest

from dicomdesk.dicom.documents.data_set import DataSet, read_data_set, write_data_set
from dicomdesk.dicom.documents.dump import data_set_lines
from dicomdesk.dicom.documents.key_paths import KeyPathError, apply_key, find_tag_of
from tests.helpers.data.datasets import EXPLICIT, Builder


def applied(*keys: str) -> list[str]:
    data_set = DataSet()
    for key in keys:
        apply_key(data_set, key)
    return [" ".join(line.split()) for line in data_set_lines(data_set)[3:-1] if "Delimitation" not in line]


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("0010,0010=D*", "(0010,0010) PN [D*] # 2, 1 PatientName"),
        ("(0010,0010)=D*", "(0010,0010) PN [D*] # 2, 1 PatientName"),
        ("(10,10)=x", "(0010,0010) PN [x] # 2, 1 PatientName"),
        ("10,10=x", "(0010,0010) PN [x] # 2, 1 PatientName"),
        ("0010, 0010=x", "(0010,0010) PN [x] # 2, 1 PatientName"),
        ("0010,0010x=5", "(0010,0010) PN [5] # 2, 1 PatientName"),
        ("0010,0010)=x", "(0010,0010) PN [x] # 2, 1 PatientName"),
        ("PatientName=a=b", "(0010,0010) PN [a=b] # 4, 1 PatientName"),
        ("PatientName=A B ", "(0010,0010) PN [A B ] # 4, 1 PatientName"),
        ("PatientName", "(0010,0010) PN (no value available) # 0, 0 PatientName"),
        ("0010,0010", "(0010,0010) PN (no value available) # 0, 0 PatientName"),
        ("PatientName=", "(0010,0010) PN (no value available) # 0, 0 PatientName"),
        ("PatientName=a\\b\\c", "(0010,0010) PN [a\\b\\c] # 6, 3 PatientName"),
        ("Rows=5\\6", "(0028,0010) US 5\\6 # 4, 2 Rows"),
        ("Rows=70000", "(0028,0010) US 4464 # 2, 1 Rows"),
        ("Rows=-1", "(0028,0010) US 65535 # 2, 1 Rows"),
        ("0028,0106=-5", "(0028,0106) xs 65531 # 2, 1 SmallestImagePixelValue"),
        ("0028,0009=(0028,0010)", "(0028,0009) AT (0028,0010) # 4, 1 FrameIncrementPointer"),
        ("7fe0,0010=00\\1f\\ff", "(7fe0,0010) OW 0000\\001f\\00ff # 6, 1 PixelData"),
        ("7fe0,0008=5", "(7fe0,0008) OF 5 # 4, 1 FloatPixelData"),
        ("0008,0016=1.2.840.10008.1.2", "(0008,0016) UI =LittleEndianImplicit # 18, 1 SOPClassUID"),
        ("0008,0016==CTImageStorage", "(0008,0016) UI =CTImageStorage # 26, 1 SOPClassUID"),
        ("0008,0016=CTImageStorage", "(0008,0016) UI [CTImageStorage] # 14, 1 SOPClassUID"),
        ("0018,602c=2.5\\1e-7", "(0018,602c) FD 2.5\\1e-07 # 16, 2 PhysicalDeltaX"),
        ("0018,602c=1e400", "(0018,602c) FD inf # 8, 1 PhysicalDeltaX"),
        ("0018,9306=1.5x", "(0018,9306) FD 1.5 # 8, 1 SingleCollimationWidth"),
        ("0029,0010=SIEMENS", "(0029,0010) LO [SIEMENS] # 8, 1 PrivateCreator"),
        ("0029,1005=1\\2", "(0029,1005) ?? 01\\02 # 2, 1 Unknown Tag & Data"),
        ("0029,1005=abc", "(0029,1005) ?? bc\\00 # 2, 1 Unknown Tag & Data"),
        ("0008,0000=5", "(0008,0000) UL 5 # 4, 1 GenericGroupLength"),
        ("6002,3000=1", "(6002,3000) OW 0001 # 2, 1 OverlayData"),
        ("0020,3100=x", "(0020,3100) CS [x] # 2, 1 RETIRED_SourceImageIDs"),
        ("0000,0002=1.2", "(0000,0002) UI [1.2] # 4, 1 AffectedSOPClassUID"),
    ],
)
def test_key_becomes_an_element(key: str, line: str) -> None:
    assert applied(key) == [line]


STEPS = "(0040,0100) SQ (Sequence with explicit length #=1) # 0, 1 ScheduledProcedureStepSequence"
ITEM = "(fffe,e000) na (Item with explicit length #={}) # 0, 1 Item"
CT = "(0008,0060) CS [CT] # 2, 1 Modality"


@pytest.mark.parametrize(
    "key",
    [
        "ScheduledProcedureStepSequence[0].Modality=CT",
        "0040,0100[0].0008,0060=CT",
        "(0040,0100)[0].(0008,0060)=CT",
        "(0040,0100)[ 0 ].0008,0060=CT",
        "(0040,0100)[+0].0008,0060=CT",
    ],
)
def test_path_makes_the_item(key: str) -> None:
    assert applied(key) == [STEPS, ITEM.format(1), CT]


def test_items_before_are_made_and_keys_of_one_item_meet() -> None:
    lines = applied("0008,1110[1].0008,1115[0].Rows=5", "0008,1110[1].Modality=CT", "0008,1110[0].PatientID")
    assert [line.partition(" #")[0] for line in lines] == [
        "(0008,1110) SQ (Sequence with explicit length",
        "(fffe,e000) na (Item with explicit length",
        "(0010,0020) LO (no value available)",
        "(fffe,e000) na (Item with explicit length",
        "(0008,0060) CS [CT]",
        "(0008,1115) SQ (Sequence with explicit length",
        "(fffe,e000) na (Item with explicit length",
        "(0028,0010) US 5",
    ]


def test_a_sequence_may_be_asked_for_whole_and_stays() -> None:
    assert len(applied("ReferencedStudySequence")) == 1
    assert len(applied("ReferencedStudySequence[0]")) == 2
    assert len(applied("ReferencedStudySequence[0].Rows", "ReferencedStudySequence")) == 3


def test_later_keys_override_earlier_ones_and_files() -> None:
    data_set = read_data_set(Builder().element(0x00100020, "LO", "old "), EXPLICIT)
    apply_key(data_set, "PatientID=P1")
    apply_key(data_set, "PatientID=P2")
    assert data_set.elements[0x00100020].value == b"P2"


@pytest.mark.parametrize(
    ("key", "condition"),
    [
        ("=x", "0000:0001 Illegal parameter"),
        ("FooBar=1", "0001:0019 Unable to parse tag/dictionary name at beginning of path: FooBar"),
        ("0010=1", "0001:0019 Unable to parse tag/dictionary name at beginning of path: 0010"),
        ("00100010=x", "0001:0019 Unable to parse tag/dictionary name at beginning of path: 00100010"),
        ("patientname=x", "0001:0019 Unable to parse tag/dictionary name at beginning of path: patientname"),
        ("(0010,0010=x", "0001:0019 Unable to parse tag at beginning of path: (0010,0010"),
        ("PatientName[0]=x", "0001:0019 Invalid Path: Non-sequence tag found with rest path following"),
        ("ReferencedStudySequence=x", "0001:0019 Cannot insert value into path ending with item or sequence"),
        ("ReferencedStudySequence[0]=5", "0001:0019 Cannot insert value into path ending with item or sequence"),
        ("ReferencedStudySequence[0].=5", "0001:0019 Cannot insert value into path ending with item or sequence"),
        ("0008,1110[*].Rows=5", "0001:0019 Item wildcard '*' found in path but wildcards disabled"),
        ("0008,1110[-1].Rows", "0001:0019 Negative item number (not permitted) at beginning of path: [-1].Rows"),
        ("0008,1110[x].Rows=5", "0001:0019 Unable to parse item number at beginning of path: [x].Rows"),
        ("0008,1110[0.Rows=5", "0001:0019 Unable to parse item number at beginning of path: [0.Rows"),
        ("0008,1110[0]Rows=5", "0001:0019 Unable to parse tag/dictionary name at beginning of path: ows"),
        ("0008,1110[0]..Rows", "0001:0019 Unable to parse tag/dictionary name at beginning of path: .Rows"),
        ("Rows=x", "0001:0006 Corrupted data"),
        ("0018,9306=x", "0001:0006 Corrupted data"),
        ("0028,0009=0028,0010", "0001:0006 Corrupted data"),
        ("ffff,ffff=x", "0001:0006 Corrupted data"),
        ("fffe,e000=1", "0001:0007 Illegal call, perhaps wrong parameters"),
        ("0008,1110[999999999].Rows", "0001:0019 Item number beyond 9999 at beginning of path: [999999999].Rows"),
    ],
)
def test_faults_are_told_in_the_words_of_dcmtk(key: str, condition: str) -> None:
    with pytest.raises(KeyPathError) as raised:
        applied(key)
    assert raised.value.condition == condition


def test_the_empty_key_is_none() -> None:
    assert applied("") == []


def test_bytes_of_the_command_line_stay_as_they_are() -> None:
    data_set = DataSet()
    apply_key(data_set, "PatientName=M" + b"\xfcller".decode("utf-8", "surrogateescape"))
    assert data_set.elements[0x00100010].value == b"M\xfcller"


@pytest.mark.parametrize(
    ("text", "tag"), [("PatientID", 0x00100020), ("(0010,0020)", 0x00100020), ("PatientID[0]", None), ("x", None)]
)
def test_a_key_without_value_is_a_tag(text: str, tag: int | None) -> None:
    assert find_tag_of(text) == tag


def test_whatever_is_written_is_a_data_set_or_a_fault() -> None:
    generator = random.Random(7)
    pieces = [*"()[].,=*\\ 0", "0008,1110", "(0040,0100)", "[0]", "[2].", "Modality", "Rows", "CT", "0028,0010", "-1"]
    pieces += list(string.printable[:20])
    for _ in range(3000):
        key = "".join(generator.choices(pieces, k=generator.randint(0, 9)))
        data_set = DataSet()
        try:
            apply_key(data_set, key)
        except KeyPathError:
            continue
        written = write_data_set(data_set)
        assert write_data_set(read_data_set(written, EXPLICIT)) == written, key

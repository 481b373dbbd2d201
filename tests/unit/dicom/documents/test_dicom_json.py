import json
from struct import pack

import pytest

from dicomdesk.dicom.documents.data_set import read_data_set
from dicomdesk.dicom.documents.dicom_json import Json, json_object
from tests.helpers.data.datasets import EXPLICIT, Builder

BUILDER = Builder()


def attribute(vr: str, value: bytes | str, tag: int = 0x00100020) -> Json:
    return json_object(read_data_set(BUILDER.element(tag, vr, value), EXPLICIT))[f"{tag:08X}"]


@pytest.mark.parametrize(
    ("vr", "value", "json_value"),
    [
        ("LO", "P1\\\\P3", ["P1", None, "P3"]),
        ("UI", "1.2.3", ["1.2.3"]),
        ("IS", "12\\x", [12, "x"]),
        ("DS", "1.5\\\\-2", [1.5, None, -2]),
        ("DS", "nan", ["nan"]),
        ("AT", pack("<HH", 0x28, 0x10), ["00280010"]),
        ("US", b"\1\0", [1]),
        ("FD", pack("<ddd", 2.5, float("nan"), float("-inf")), [2.5, "NaN", "-Infinity"]),
        ("PN", "Doe^Jane=王=x\\", [{"Alphabetic": "Doe^Jane", "Ideographic": "王", "Phonetic": "x"}, None]),
    ],
)
def test_values_are_those_of_the_model(vr: str, value: bytes | str, json_value: list[Json]) -> None:
    assert attribute(vr, value) == {"vr": vr, "Value": json_value}


@pytest.mark.parametrize("vr", ["LO", "PN", "US", "SQ", "OB"])
def test_an_empty_attribute_has_its_vr_only(vr: str) -> None:
    assert attribute(vr, b"") == {"vr": vr}


def test_bytes_are_base64() -> None:
    assert attribute("OB", b"\1\2\3\4") == {"vr": "OB", "InlineBinary": "AQIDBA=="}


def test_sequences_are_lists_of_objects() -> None:
    inner = BUILDER.element(0x00080060, "CS", "CT")
    made = json_object(read_data_set(BUILDER.sequence(0x00400100, BUILDER.item(inner), BUILDER.item()), EXPLICIT))
    assert made == {"00400100": {"vr": "SQ", "Value": [{"00080060": {"vr": "CS", "Value": ["CT"]}}, {}]}}


def test_text_is_unicode_and_says_so() -> None:
    data = BUILDER.element(0x00080005, "CS", "ISO_IR 100") + BUILDER.element(0x00080060, "CS", "CT")
    own = BUILDER.element(0x00080005, "CS", "ISO_IR 192") + BUILDER.element(0x00100010, "PN", "Jörg")
    data += BUILDER.element(0x00100010, "PN", b"M\xfcller") + BUILDER.sequence(0x00400100, BUILDER.item(own))
    made = json_object(read_data_set(data, EXPLICIT))
    name = {"vr": "PN", "Value": [{"Alphabetic": "Jörg"}]}
    assert made["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}
    assert made["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "Müller"}]}
    assert made["00400100"] == {"vr": "SQ", "Value": [{"00080005": made["00080005"], "00100010": name}]}


def test_group_lengths_are_left_out_and_all_is_json() -> None:
    made = json_object(
        read_data_set(BUILDER.element(0x00080000, "UL", 5) + BUILDER.element(0x00100020, "LO", "\x07"), EXPLICIT)
    )
    assert json.loads(json.dumps(made)) == {"00100020": {"vr": "LO", "Value": ["\x07"]}}

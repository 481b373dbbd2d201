from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset

from dicomdesk.dicom.query.identifier_writer import put_keys, write_identifier
from dicomdesk.dicom.query.keys import KeyStep, QueryKey
from dicomdesk.errors import DataError

IMPLICIT, EXPLICIT, BIG, DEFLATED = (
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
)
STEPS, STATION = 0x00400100, 0x00400001


def read(data: bytes, syntax: str = EXPLICIT) -> Dataset:
    """What pydicom reads."""
    head = b"\0" * 128 + b"DICM\2\0\x10\0UI" + len(syntax + "\0" * (len(syntax) % 2)).to_bytes(2, "little")
    return dcmread(BytesIO(head + syntax.encode() + b"\0" * (len(syntax) % 2) + data), force=True)


def written(*keys: QueryKey, base: bytes = b"", syntax: str = EXPLICIT, **options: str) -> Dataset:
    return read(write_identifier(base, keys, syntax, **options), syntax)  # type: ignore[arg-type]  # texts only


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG, DEFLATED])
def test_keys_stand_in_the_order_of_their_tags_in_every_transfer_syntax(syntax: str) -> None:
    identifier = written(
        QueryKey(tag=0x0020000D),
        QueryKey(tag=0x00280010, value="512\\7"),
        QueryKey(tag=0x00100010, value="Doe^J*"),
        syntax=syntax,
    )
    assert [element.tag for element in identifier] == [0x00100010, 0x0020000D, 0x00280010]
    assert (identifier.PatientName, identifier.StudyInstanceUID, list(identifier.Rows)) == ("Doe^J*", "", [512, 7])


def test_a_path_makes_the_items_that_it_needs() -> None:
    identifier = written(QueryKey(tag=STATION, value="CT1", path=(KeyStep(tag=STEPS, item=1),)))
    items = identifier[STEPS].value
    assert [len(item) for item in items] == [0, 1]
    assert items[1].ScheduledStationAETitle == "CT1"


def test_keys_replace_what_the_base_has_and_leave_the_rest() -> None:
    base = write_identifier(
        b"",
        [
            QueryKey(tag=0x00100010, value="A"),
            QueryKey(tag=0x00100020, value="1"),
            QueryKey(tag=STATION, value="CT1", path=(KeyStep(tag=STEPS),)),
        ],
        EXPLICIT,
    )
    identifier = written(
        QueryKey(tag=0x00100010, value="B"), QueryKey(tag=0x00080060, path=(KeyStep(tag=STEPS),)), base=base
    )
    assert (identifier.PatientName, identifier.PatientID) == ("B", "1")
    (item,) = identifier[STEPS].value
    assert (item.ScheduledStationAETitle, item.Modality) == ("CT1", "")


def test_text_is_in_the_character_set_asked_for_which_is_named() -> None:
    identifier = written(QueryKey(tag=0x00100010, value="Buc^Jérôme"), character_set="ISO_IR 100")
    assert identifier.SpecificCharacterSet == "ISO_IR 100"
    assert identifier.PatientName == "Buc^Jérôme"


def test_without_a_character_set_the_bytes_of_a_command_line_go_out_as_they_came() -> None:
    data = write_identifier(
        b"", [QueryKey(tag=0x00100010, value=b"Buc\xe9!".decode("utf-8", "surrogateescape"))], EXPLICIT
    )
    assert data.endswith(b"Buc\xe9! ")


@pytest.mark.parametrize(
    ("key", "word"),
    [
        (QueryKey(tag=0x00280010, value="many"), "0028,0010"),
        (QueryKey(tag=0x00280009, value="0018"), "0028,0009"),
        (QueryKey(tag=STEPS, value="x"), "sequence"),
    ],
)
def test_what_a_key_cannot_have_is_said(key: QueryKey, word: str) -> None:
    with pytest.raises(DataError, match=word):
        written(key)


def test_what_a_character_set_has_not_is_said() -> None:
    with pytest.raises(DataError, match="ISO_IR 100"):
        written(QueryKey(tag=0x00100010, value="Ελλάδα"), character_set="ISO_IR 100")


def test_items_in_items_without_end_are_refused() -> None:
    steps = tuple(KeyStep(tag=STEPS) for _ in range(70))
    base = put_keys(b"", [QueryKey(tag=STATION, path=steps)])
    with pytest.raises(DataError, match="more than"):
        written(QueryKey(tag=STATION), base=base)


def test_without_keys_the_base_goes_out_byte_for_byte() -> None:
    base = bytes.fromhex("10002000") + b"LO\1\0A" + bytes.fromhex("10002000") + b"LO\1\0B"
    assert write_identifier(base, [], EXPLICIT) == base


@given(st.binary(max_size=200))
def test_any_bytes_as_base_are_written_or_refused(data: bytes) -> None:
    try:
        once = put_keys(data, [])
    except DataError:
        return
    again = put_keys(once, [])
    assert again == once

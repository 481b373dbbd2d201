from xml.etree import ElementTree as Xml

import pytest

from dicomdesk.dicom.documents.data_set import DataSet, read_data_set
from dicomdesk.dicom.documents.xml_document import RESPONSES_END, RESPONSES_START, data_set_text, xml_file
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT, Builder

BUILDER = Builder()


def data_set(*elements: bytes, syntax: str = EXPLICIT) -> DataSet:
    return read_data_set(b"".join(elements), syntax)


def name(raw: bytes, character_set: str | None) -> bytes:
    first = () if character_set is None else (BUILDER.element(0x00080005, "CS", character_set),)
    return xml_file(data_set(*first, BUILDER.element(0x00100010, "PN", raw)))


def test_elements_items_and_binary_values_are_as_dcmtk_writes_them() -> None:
    inner = BUILDER.element(0x00080060, "CS", "CT")
    made = data_set(
        BUILDER.element(0x00080008, "CS", "A \\ B"),
        BUILDER.sequence(0x00081110),
        BUILDER.element(0x00100020, "LO", "<a&\"'>"),
        BUILDER.element(0x00101010, "AS", "    "),
        BUILDER.element(0x00280010, "US", 5),
        BUILDER.element(0x00291001, "UN", b"\1\2"),
        BUILDER.sequence(0x00400100, BUILDER.item(inner), BUILDER.item(inner, is_defined=False), is_defined=False),
    )
    assert data_set_text(made) == (
        '<data-set xfer="1.2.840.10008.1.2.1" name="Little Endian Explicit">\n'
        '<element tag="0008,0008" vr="CS" vm="2" len="6" name="ImageType">A\\B</element>\n'
        '<sequence tag="0008,1110" vr="SQ" card="0" len="0" name="ReferencedStudySequence">\n'
        "</sequence>\n"
        '<element tag="0010,0020" vr="LO" vm="1" len="6" name="PatientID">&lt;a&amp;&quot;&apos;&gt;</element>\n'
        '<element tag="0010,1010" vr="AS" vm="1" len="4" name="PatientAge">    </element>\n'
        '<element tag="0028,0010" vr="US" vm="1" len="2" name="Rows">5</element>\n'
        '<element tag="0029,1001" vr="UN" vm="1" len="2" name="Unknown Tag &amp; Data" binary="hidden"></element>\n'
        '<sequence tag="0040,0100" vr="SQ" card="2" name="ScheduledProcedureStepSequence">\n'
        '<item card="1" len="10">\n'
        '<element tag="0008,0060" vr="CS" vm="1" len="2" name="Modality">CT</element>\n'
        "</item>\n"
        '<item card="1">\n'
        '<element tag="0008,0060" vr="CS" vm="1" len="2" name="Modality">CT</element>\n'
        "</item>\n"
        "</sequence>\n"
        "</data-set>\n"
    )


def test_unknown_vrs_are_un() -> None:
    made = data_set(Builder(IMPLICIT).element(0x00291001, "UN", b"ab"), syntax=IMPLICIT)
    assert 'vr="UN" vm="1" len="2"' in data_set_text(made)


@pytest.mark.parametrize(
    ("raw", "character_set", "first_line", "shown"),
    [
        (b"Doe", None, b'<?xml version="1.0"?>', b"Doe"),
        (b"M\xfcller", None, b'<?xml version="1.0"?>', b"M&#252;ller"),
        (b"M\xfcller", "", b'<?xml version="1.0"?>', b"M&#252;ller"),
        (b"M\xfcller", "ISO_IR 100", b'<?xml version="1.0" encoding="ISO-8859-1"?>', b"M\xfcller"),
        ("Müller".encode(), "ISO_IR 192", b'<?xml version="1.0" encoding="UTF-8"?>', "Müller".encode()),
        (b"M\xfc", "ISO_IR 203", b'<?xml version="1.0" encoding="UTF-8"?>', "Mü".encode()),
        (b"\x1b$B;3ED\x1b(B", "\\ISO 2022 IR 87", b'<?xml version="1.0" encoding="UTF-8"?>', "山田".encode()),
        (b"a\xffb", "ISO_IR 192", b'<?xml version="1.0" encoding="UTF-8"?>', "a\ufffdb".encode()),
    ],
)
def test_file_is_in_the_encoding_that_it_declares(
    raw: bytes, character_set: str | None, first_line: bytes, shown: bytes
) -> None:
    made = name(raw, character_set)
    assert made.splitlines()[0] == first_line
    assert b'name="PatientName">' + shown + b"</element>" in made
    Xml.fromstring(made)


def test_whatever_a_value_holds_the_document_is_well_formed() -> None:
    hostile = bytes(range(256)).replace(b"\x1b", b"")
    for character_set in (None, "ISO_IR 100", "ISO_IR 127", "ISO_IR 192", "nonsense"):
        Xml.fromstring(name(hostile, character_set))
    responses = RESPONSES_START + data_set_text(data_set(BUILDER.element(0x00104000, "LT", hostile))) + RESPONSES_END
    Xml.fromstring(responses.encode())

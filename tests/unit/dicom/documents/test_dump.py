from dicomdesk.dicom.documents.data_set import read_data_set
from dicomdesk.dicom.documents.dump import data_set_lines
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT, Builder

BUILDER = Builder()


def dumped(data: bytes, *, is_trimmed: bool = False) -> list[str]:
    lines = data_set_lines(read_data_set(data, EXPLICIT), is_trimmed=is_trimmed)
    assert lines[:3] == ["", "# Dicom-Data-Set", "# Used TransferSyntax: Little Endian Explicit"]
    assert lines[-1] == ""
    return lines[3:-1]


def test_elements_have_a_line_each() -> None:
    data = b"".join(
        (
            BUILDER.element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"),
            BUILDER.element(0x00100010, "PN", ""),
            BUILDER.element(0x00100020, "LO", "P12"),
            BUILDER.element(0x0020000D, "UI", "1.2.3"),
            BUILDER.element(0x00280010, "US", 5),
            BUILDER.element(0x00291001, "UN", b"\1\2"),
        )
    )
    assert dumped(data) == [
        "(0008,0016) UI =CTImageStorage                          #  26, 1 SOPClassUID",
        "(0010,0010) PN (no value available)                     #   0, 0 PatientName",
        "(0010,0020) LO [P12 ]                                   #   4, 1 PatientID",
        "(0020,000d) UI [1.2.3]                                  #   6, 1 StudyInstanceUID",
        "(0028,0010) US 5                                        #   2, 1 Rows",
        "(0029,1001) UN 01\\02                                    #   2, 1 Unknown Tag & Data",
    ]


def test_sequences_show_their_items_and_lengths() -> None:
    inner = BUILDER.element(0x00080060, "CS", "CT")
    undefined = BUILDER.sequence(0x00400100, BUILDER.item(inner, is_defined=False), is_defined=False)
    assert dumped(BUILDER.sequence(0x00081110, BUILDER.item(inner)) + undefined) == [
        "(0008,1110) SQ (Sequence with explicit length #=1)      #  18, 1 ReferencedStudySequence",
        "  (fffe,e000) na (Item with explicit length #=1)          #  10, 1 Item",
        "    (0008,0060) CS [CT]                                     #   2, 1 Modality",
        "  (fffe,e00d) na (ItemDelimitationItem for re-encoding)   #   0, 0 ItemDelimitationItem",
        "(fffe,e0dd) na (SequenceDelimitationItem for re-encod.) #   0, 0 SequenceDelimitationItem",
        "(0040,0100) SQ (Sequence with undefined length #=1)     # u/l, 1 ScheduledProcedureStepSequence",
        "  (fffe,e000) na (Item with undefined length #=1)         # u/l, 1 Item",
        "    (0008,0060) CS [CT]                                     #   2, 1 Modality",
        "  (fffe,e00d) na (ItemDelimitationItem)                   #   0, 0 ItemDelimitationItem",
        "(fffe,e0dd) na (SequenceDelimitationItem)               #   0, 0 SequenceDelimitationItem",
    ]


def test_padding_can_be_left_out() -> None:
    assert dumped(BUILDER.element(0x00100020, "LO", "P1  "), is_trimmed=True)[0].startswith("(0010,0020) LO [P1]  ")


def test_text_is_decoded_by_the_character_set() -> None:
    data = BUILDER.element(0x00080005, "CS", "ISO_IR 100") + BUILDER.element(0x00100010, "PN", b" M\xfcller")
    assert "[ Müller ]" in dumped(data)[1]


def test_hostile_values_are_harmless() -> None:
    lines = dumped(BUILDER.element(0x00104000, "LT", b"\x1b[2J\r\nI: forged"))
    assert len(lines) == 1
    assert lines[0].isprintable()


def test_transfer_syntax_is_named() -> None:
    data = Builder(IMPLICIT).element(0x00291001, "UN", b"ab")
    lines = data_set_lines(read_data_set(data, IMPLICIT))
    assert lines[2] == "# Used TransferSyntax: Little Endian Implicit"
    assert lines[3].startswith("(0029,1001) ?? 61\\62 ")

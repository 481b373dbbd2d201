"""Builds elements, data sets and Part 10 files byte by byte, right and wrong ones."""

from struct import pack

from dicomdesk.dicom.files.part10 import file_meta_information

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
UNDEFINED = 0xFFFFFFFF
ITEM = 0xFFFEE000
ITEM_END = 0xFFFEE00D
SEQUENCE_END = 0xFFFEE0DD
PIXEL_DATA = 0x7FE00010

_LONG_VRS = ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV")


class Builder:
    """Builds in one encoding; explicit VR little endian unless told otherwise."""

    def __init__(self, transfer_syntax_uid: str = EXPLICIT) -> None:
        self.is_explicit_vr = transfer_syntax_uid != IMPLICIT
        self.order = ">" if transfer_syntax_uid == BIG_ENDIAN else "<"

    def tag(self, tag: int) -> bytes:
        return pack(self.order + "HH", tag >> 16, tag & 0xFFFF)

    def header(self, tag: int, vr: str, length: int) -> bytes:
        """Return an element header that declares ``length``, true or not."""
        if tag >> 16 == 0xFFFE or not self.is_explicit_vr:
            return self.tag(tag) + pack(self.order + "I", length)
        if vr in _LONG_VRS:
            return self.tag(tag) + vr.encode("ascii") + b"\0\0" + pack(self.order + "I", length)
        return self.tag(tag) + vr.encode("latin_1") + pack(self.order + "H", length)

    def element(self, tag: int, vr: str, value: bytes | str | int) -> bytes:
        """Return an element, its value padded to even length."""
        if isinstance(value, int):
            value = pack(self.order + ("H" if vr == "US" else "I"), value)
        elif isinstance(value, str):
            value = value.encode("utf_8")
        if len(value) % 2:
            value += b"\0" if vr in ("UI", "OB", "UN") else b" "
        return self.header(tag, vr, len(value)) + value

    def sequence(self, tag: int, *items: bytes, is_defined: bool = True) -> bytes:
        """Return a sequence with these items (as ``item`` returns them)."""
        content = b"".join(items)
        if is_defined:
            return self.header(tag, "SQ", len(content)) + content
        return self.header(tag, "SQ", UNDEFINED) + content + self.header(SEQUENCE_END, "", 0)

    def item(self, content: bytes = b"", *, is_defined: bool = True) -> bytes:
        """Return an item of a sequence, or a fragment."""
        if is_defined:
            return self.header(ITEM, "", len(content)) + content
        return self.header(ITEM, "", UNDEFINED) + content + self.header(ITEM_END, "", 0)

    def fragments(self, *fragments: bytes) -> bytes:
        """Return encapsulated pixel data with an empty offset table."""
        items = b"".join(self.item(fragment) for fragment in (b"", *fragments))
        return self.header(PIXEL_DATA, "OB", UNDEFINED) + items + self.header(SEQUENCE_END, "", 0)

    def instance(
        self,
        *,
        sop_class_uid: str = CT_IMAGE,
        sop_instance_uid: str = "1.2.3.4",
        patient_name: bytes = b"Doe^Jane",
        character_set: str = "ISO_IR 100",
        before_series: bytes = b"",
    ) -> bytes:
        """Return the identifying elements of an instance; ``before_series`` goes before its patient."""
        elements = [
            self.element(0x00080005, "CS", character_set),
            self.element(0x00080016, "UI", sop_class_uid),
            self.element(0x00080018, "UI", sop_instance_uid),
            self.element(0x00080020, "DA", "20240102"),
            self.element(0x00080021, "DA", "20240103"),
            self.element(0x00080050, "SH", "ACC1"),
            self.element(0x00080060, "CS", "CT"),
            self.element(0x00081030, "LO", "Study of it"),
            self.element(0x0008103E, "LO", "Series of it"),
            before_series,
            self.element(0x00100010, "PN", patient_name),
            self.element(0x00100020, "LO", "P1"),
            self.element(0x0020000D, "UI", "1.2.3"),
            self.element(0x0020000E, "UI", "1.2.3.5"),
            self.element(0x00200011, "IS", "7"),
        ]
        return b"".join(elements)


def part10(
    data_set: bytes,
    transfer_syntax_uid: str = EXPLICIT,
    *,
    sop_class_uid: str = CT_IMAGE,
    sop_instance_uid: str = "1.2.3.4",
) -> bytes:
    """Return a Part 10 file around a data set that is already encoded."""
    meta = file_meta_information(
        sop_class_uid=sop_class_uid, sop_instance_uid=sop_instance_uid, transfer_syntax_uid=transfer_syntax_uid
    )
    return meta + data_set

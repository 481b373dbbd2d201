"""Files whose data sets begin with elements of group 0002, which belongs into the file meta information only."""

from struct import pack

from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, EXPLICIT, IMPLICIT, PIXEL_DATA, Builder

JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
NATIVE = (EXPLICIT, IMPLICIT, BIG_ENDIAN)
INSTANCE_UID = "1.2.3.4"

Elements = tuple[tuple[int, str, str], ...]

OWN_ELEMENTS: dict[str, Elements] = {
    "another-transfer-syntax": ((0x00020010, "UI", JPEG_LOSSLESS),),
    "another-instance": ((0x00020003, "UI", "1.2.3.77"),),
    "a-title": ((0x00020016, "AE", "SOMEONE"),),
    "a-whole-header": (
        (0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.4"),
        (0x00020003, "UI", "1.2.3.77"),
        (0x00020010, "UI", IMPLICIT),
        (0x00020012, "UI", "1.2.9"),
        (0x00020013, "SH", "OTHER"),
    ),
    "private-information": ((0x00020100, "UI", "1.2.9"), (0x00020102, "OB", "x" * 300)),
}
"""What may stand at the start of a data set, by a name for it."""


def own_data_set(transfer_syntax_uid: str, own: Elements, instance_uid: str = INSTANCE_UID) -> bytes:
    """A data set with a native image, which begins with these elements."""
    builder = Builder(transfer_syntax_uid)
    return b"".join(
        (
            *(builder.element(tag, vr, value) for tag, vr, value in own),
            builder.instance(sop_instance_uid=instance_uid),
            builder.element(0x00280002, "US", 1),
            builder.element(0x00280004, "CS", "MONOCHROME2"),
            builder.element(0x00280010, "US", 2),
            builder.element(0x00280011, "US", 2),
            builder.element(0x00280100, "US", 8),
            builder.element(0x00280101, "US", 8),
            builder.element(0x00280102, "US", 7),
            builder.element(0x00280103, "US", 0),
            builder.header(PIXEL_DATA, "OW", 4) + b"\1\1\1\1",
        )
    )


def meta_information(transfer_syntax_uid: str, *, missing: bool = False, wrong_by: int = 0) -> bytes:
    """Preamble and file meta information; its group length may be missing, or wrong by so many bytes."""
    builder = Builder()
    elements = b"".join(
        (
            b"\x02\0\x01\0OB\0\0\x02\0\0\0\0\x01",
            builder.element(0x00020002, "UI", CT_IMAGE),
            builder.element(0x00020003, "UI", INSTANCE_UID),
            builder.element(0x00020010, "UI", transfer_syntax_uid),
            builder.element(0x00020012, "UI", "1.2.826.0.1"),
            builder.element(0x00020013, "SH", "ABCD"),
        )
    )
    length = builder.element(0x00020000, "UL", pack("<I", len(elements) + wrong_by))
    return bytes(128) + b"DICM" + (b"" if missing else length) + elements

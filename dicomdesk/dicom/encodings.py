"""Encodings of element headers: explicit or implicit VR, little or big endian (PS3.5 section 7.1)."""

from struct import Struct

from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax

SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
"""VRs with a length of two bytes (PS3.5 table 7.1-2)."""

LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
"""VRs with a length of four bytes after two reserved ones (PS3.5 table 7.1-1)."""

VRS = SHORT_VRS | LONG_VRS
"""All that the standard knows."""

UNDEFINED_LENGTH = 0xFFFFFFFF
DELIMITER_GROUP = 0xFFFE
DELIMITERS = frozenset((0xE000, 0xE00D, 0xE0DD))
"""Element numbers of that group that have no VR: item, item delimitation, sequence delimitation."""

Element = tuple[int, int, bytes, int, int]
"""Group, element number, VR (b"" in implicit VR and for items), bytes of the header, length of the value."""


class Encoding:
    """One way to write element headers; there are four instances, one for each."""

    __slots__ = ("_explicit", "_long", "is_explicit_vr", "is_little_endian", "read_item", "sequence_starts")

    def __init__(self, *, is_explicit_vr: bool, is_little_endian: bool) -> None:
        order = "<" if is_little_endian else ">"
        self.is_explicit_vr = is_explicit_vr
        self.is_little_endian = is_little_endian
        self._explicit = Struct(order + "HH2sH").unpack_from
        self.read_item = Struct(order + "HHI").unpack_from
        """Read the 8 bytes of an item or delimiter in a buffer at a position: group, element number and length."""
        self.sequence_starts = frozenset(
            Struct(order + "HH").pack(DELIMITER_GROUP, number) for number in (0xE000, 0xE0DD)
        )
        """What the value of a sequence begins with that is not empty."""
        self._long = Struct(order + "I").unpack_from

    @staticmethod
    def of(*, is_explicit_vr: bool, is_little_endian: bool) -> "Encoding":
        """Return the instance for these two properties."""
        if is_explicit_vr:
            return EXPLICIT_LITTLE if is_little_endian else EXPLICIT_BIG
        return IMPLICIT_LITTLE if is_little_endian else IMPLICIT_BIG

    @staticmethod
    def of_transfer_syntax(uid: str) -> "Encoding":
        """Return that of a transfer syntax, once inflated.

        It is explicit VR little endian for one that is not known, as it is for all new ones.
        """
        syntax = find_transfer_syntax(uid)
        if syntax is None:
            return EXPLICIT_LITTLE
        return Encoding.of(is_explicit_vr=syntax.is_explicit_vr, is_little_endian=syntax.is_little_endian)

    def read_element(self, buffer: bytes | bytearray | memoryview, position: int) -> Element | None:
        """Read the element header at ``position``, where at least 8 bytes must be; None when it is cut off.

        VRs that are not known have a length of four bytes when they are two capital letters, else of two.
        """
        if not self.is_explicit_vr:
            group, number, length = self.read_item(buffer, position)
            return group, number, b"", 8, length
        group, number, vr, length = self._explicit(buffer, position)
        if group == DELIMITER_GROUP and number in DELIMITERS:
            return group, number, b"", 8, self._long(buffer, position + 4)[0]
        if vr in SHORT_VRS or not is_long_vr(vr):
            return group, number, vr, 8, length
        if position + 12 > len(buffer):
            return None
        return group, number, vr, 12, self._long(buffer, position + 8)[0]


EXPLICIT_LITTLE = Encoding(is_explicit_vr=True, is_little_endian=True)
EXPLICIT_BIG = Encoding(is_explicit_vr=True, is_little_endian=False)
IMPLICIT_LITTLE = Encoding(is_explicit_vr=False, is_little_endian=True)
IMPLICIT_BIG = Encoding(is_explicit_vr=False, is_little_endian=False)
"""Not a standard encoding; guessed for what cannot be read otherwise."""


def is_long_vr(vr: bytes) -> bool:
    """Return whether this VR, which is none of SHORT_VRS, has a length of four bytes."""
    return vr in LONG_VRS or (0x41 <= vr[0] <= 0x5A and 0x41 <= vr[1] <= 0x5A)


def guess_encoding(buffer: bytes, position: int) -> Encoding | None:
    """Guess the encoding of a data set from its first element header; None when 6 bytes are not there."""
    first = buffer[position : position + 6]
    if len(first) < 6:
        return None
    is_explicit_vr = first[4:] in VRS
    little_group = first[0] | first[1] << 8
    big_group = first[0] << 8 | first[1]
    return Encoding.of(is_explicit_vr=is_explicit_vr, is_little_endian=little_group <= 0xFF or big_group > 0xFF)

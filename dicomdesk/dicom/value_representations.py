"""Value Representations: which words in their values have a byte order, and what pads them (PS3.5 6.2)."""

US_OR_SS = b"xs"
"""US or SS, told apart by Pixel Representation; never written."""

WORD_BYTES = {b"AT": 2, b"OW": 2, b"SS": 2, b"US": 2, US_OR_SS: 2} | {
    b"FL": 4,
    b"OF": 4,
    b"OL": 4,
    b"SL": 4,
    b"UL": 4,
    b"FD": 8,
    b"OD": 8,
    b"OV": 8,
    b"SV": 8,
    b"UV": 8,
}
"""Size of the binary words of a VR; what is not here has no byte order. UN never has: it is as its writer left it."""

NEW_VRS = frozenset((b"OD", b"OF", b"OL", b"OV", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
"""Younger than the standard of 1993."""

_TYPE_CODES = {2: "H", 4: "I", 8: "Q"}
_SPACE_PADDED = frozenset(
    (b"AE", b"AS", b"CS", b"DA", b"DS", b"DT", b"IS", b"LO", b"LT", b"PN", b"SH", b"ST", b"TM", b"UC", b"UR", b"UT")
)


def swap_words(value: bytes | bytearray | memoryview, word_bytes: int) -> bytes:
    """The value with each word's bytes in reverse order; bytes that make no whole word stay as they are."""
    from array import array  # noqa: PLC0415  # only where byte order changes

    whole = len(value) - len(value) % word_bytes
    words = array(_TYPE_CODES[word_bytes])
    words.frombytes(value[:whole])
    words.byteswap()
    return words.tobytes() + bytes(value[whole:])


def padding_byte(vr: bytes) -> bytes:
    """Byte that makes a value of this VR even in length (PS3.5 6.2)."""
    return b" " if vr in _SPACE_PADDED else b"\0"

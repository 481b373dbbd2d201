"""Decoding of text by Specific Character Set (0008,0005) (PS3.3 C.12.1.1.2, PS3.5 6.1.2.5); never raises."""

import re

_DEFINED_TERMS = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 100": "latin_1",
    "ISO_IR 101": "iso8859_2",
    "ISO_IR 109": "iso8859_3",
    "ISO_IR 110": "iso8859_4",
    "ISO_IR 126": "iso8859_7",
    "ISO_IR 127": "iso8859_6",
    "ISO_IR 138": "iso8859_8",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 148": "iso8859_9",
    "ISO_IR 166": "tis_620",
    "ISO_IR 192": "utf_8",
    "ISO_IR 203": "iso8859_15",
    "ISO 2022 IR 58": "gb2312",
    "ISO 2022 IR 149": "euc_kr",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
"""Defined term to Python codec; "ISO 2022 IR n" without an entry is read as "ISO_IR n"."""

_ASCII_ESCAPE = b"(B"
"""Only the lower half: the upper one stays what it was."""

_ESCAPES = {
    b"(J": "shift_jis",
    b")I": "shift_jis",
    b"-A": "latin_1",
    b"-B": "iso8859_2",
    b"-C": "iso8859_3",
    b"-D": "iso8859_4",
    b"-F": "iso8859_7",
    b"-G": "iso8859_6",
    b"-H": "iso8859_8",
    b"-L": "iso8859_5",
    b"-M": "iso8859_9",
    b"-T": "tis_620",
    b"-b": "iso8859_15",
    b"$)C": "euc_kr",
    b"$)A": "gb2312",
}
"""What follows ESC, to the codec of the bytes after it."""

_TWO_BYTE_ESCAPES = {b"$B": "iso2022_jp", b"$@": "iso2022_jp", b"$(D": "iso2022_jp_2"}
"""Escapes to sets of two bytes a character in G0: these codecs want the escape with the text."""


_DELIMITERS = re.compile(rb"[\\^=\r\n\f\t]")
"""After these the first character set is active again (PS3.5 6.1.2.5.3)."""


def decode_text(value: bytes, character_set: bytes) -> str:
    """Decode the value of one element for display, without padding; what cannot be decoded shows as U+FFFD.

    ``character_set`` is the raw value of (0008,0005), empty when absent.
    """
    codec = find_codec(character_set.split(b"\\", 1)[0])
    if b"\x1b" not in value:
        return _decode(value, codec).strip(" \0")
    first, *parts = value.split(b"\x1b")
    return (_decode(first, codec) + "".join(_decode_escaped(part, codec) for part in parts)).strip(" \0")


def find_codec(term: bytes) -> str:
    """The Python codec of a defined term; that of ASCII where it is not known."""
    name = term.decode("ascii", "replace").strip(" \0").upper()
    codec = _DEFINED_TERMS.get(name)
    if codec is None:
        codec = _DEFINED_TERMS.get(name.replace("ISO 2022 IR", "ISO_IR").replace("ISO-IR", "ISO_IR"), "ascii")
    return codec


def _decode(value: bytes, codec: str) -> str:
    if codec == "ascii":
        # Senders often leave the character set out: show what is readable as such.
        try:
            return value.decode("utf_8")
        except UnicodeDecodeError:
            return value.decode("latin_1")
    return value.decode(codec, "replace")


def _decode_escaped(part: bytes, initial: str) -> str:
    """Decode what follows an ESC up to the next one; ``initial`` is the codec of the first character set."""
    for size in (2, 3):
        escape = part[:size]
        two_byte = _TWO_BYTE_ESCAPES.get(escape)
        if two_byte is not None:
            return (b"\x1b" + part + b"\x1b(B").decode(two_byte, "replace")
        codec = initial if escape == _ASCII_ESCAPE else _ESCAPES.get(escape)
        if codec is not None:
            delimiter = _DELIMITERS.search(part, size)
            end = delimiter.start() if delimiter is not None else len(part)
            return _decode(part[size:end], codec) + _decode(part[end:], initial)
    return part.decode("latin_1")

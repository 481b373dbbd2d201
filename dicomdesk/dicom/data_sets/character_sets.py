"""Decoding of text by Specific Character Set (0008,0005) (PS3.3 C.12.1.1.2, PS3.5 6.1.2.5); never raises.

Whatever the bytes are, decoding takes time linear in their number, and memory of a small multiple of it. What follows
the 16,384th escape sequence of a value is not decoded.
"""

import re
from codecs import charmap_decode
from collections.abc import Iterator
from functools import cache
from io import StringIO
from itertools import islice
from typing import NamedTuple

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

_DESIGNATION = re.compile(
    rb"\x1b(%s)" % b"|".join(re.escape(escape) for escape in (_ASCII_ESCAPE, *_ESCAPES, *_TWO_BYTE_ESCAPES))
)

_DELIMITERS = re.compile(rb"[\\^=\r\n\f\t]")
"""After these the first character set is active again (PS3.5 6.1.2.5.3)."""

_WITH_GAPS = frozenset(("iso8859_3", "iso8859_6", "iso8859_7", "iso8859_8", "tis_620"))
"""Codecs of one byte a character in which some bytes are none."""

_UNDECODABLE = "\ufffd"
_LONGEST_TERM = 64
_MOST_DESIGNATIONS = 16_384


class DecodedText(NamedTuple):
    """Text, and whether it says what its bytes mean."""

    text: str
    """Without padding; U+FFFD stands for what cannot be decoded."""
    is_certain: bool
    """Whether all could be decoded: no bytes outside their character set, no escape sequence that designates none, and
    nothing but ASCII where the character set has no known name. Text without a named set (or with that of ASCII) is
    guessed to be UTF-8, else Latin-1, and counts as certain: senders often leave the character set out."""


def decode_text(value: bytes, character_set: bytes) -> str:
    """Decode the value of one element for display, without padding; what cannot be decoded shows as U+FFFD.

    ``character_set`` is the raw value of (0008,0005), empty when absent.
    """
    return decode_text_checked(value, character_set).text


def decode_text_checked(value: bytes, character_set: bytes) -> DecodedText:
    """Decode as ``decode_text`` does, and say whether the bytes could be decoded."""
    codec = _find_known_codec(character_set.split(b"\\", 1)[0][:_LONGEST_TERM])
    if b"\x1b" not in value:
        text, is_certain = _decode(value, codec)
        return DecodedText(text.strip(" \0"), is_certain)
    joined, is_certain = StringIO(), True
    for text, is_piece_certain in _decode_pieces(value, codec):
        joined.write(text)
        is_certain = is_certain and is_piece_certain
    return DecodedText(joined.getvalue().strip(" \0"), is_certain)


def find_codec(term: bytes) -> str:
    """The Python codec of a defined term; that of ASCII where it is not known."""
    return _find_known_codec(term[:_LONGEST_TERM]) or "ascii"


def _find_known_codec(term: bytes) -> str | None:
    name = term.decode("ascii", "replace").strip(" \0").upper()
    return _DEFINED_TERMS.get(name) or _DEFINED_TERMS.get(
        name.replace("ISO 2022 IR", "ISO_IR").replace("ISO-IR", "ISO_IR")
    )


def _decode(value: bytes, codec: str | None) -> tuple[str, bool]:
    """``codec`` is None where the character set is not known."""
    if codec is None or codec == "ascii":
        # Senders often leave the character set out: show what is readable as such.
        is_certain = codec is not None or value.isascii()
        try:
            return value.decode("utf_8"), is_certain
        except UnicodeDecodeError:
            return value.decode("latin_1"), is_certain
    try:
        return value.decode(codec), True
    except UnicodeDecodeError:
        if codec in _WITH_GAPS:
            return charmap_decode(value, "strict", _table_without_gaps(codec))[0], False
        return value.decode(codec, "replace"), False


@cache
def _table_without_gaps(codec: str) -> str:
    """Characters by byte; Python's own way of replacing is a hundred times slower for these codecs."""
    return "".join(bytes((byte,)).decode(codec, "replace") for byte in range(256))


def _decode_pieces(value: bytes, initial: str | None) -> Iterator[tuple[str, bool]]:
    """Decode text with code extensions; ``initial`` is the codec of the first character set."""
    escape, start = _ASCII_ESCAPE, 0
    for designation in islice(_DESIGNATION.finditer(value), _MOST_DESIGNATIONS):
        yield from _decode_escaped(escape, value[start : designation.start()], initial)
        escape, start = designation[1], designation.end()
    yield from _decode_escaped(escape, value[start:], initial)


def _decode_escaped(escape: bytes, part: bytes, initial: str | None) -> Iterator[tuple[str, bool]]:
    """Decode what follows an escape sequence up to the next one."""
    part, lone_escape, rest = part.partition(b"\x1b")
    two_byte = _TWO_BYTE_ESCAPES.get(escape)
    if two_byte is not None:
        yield _decode(b"\x1b" + escape + part + b"\x1b(B", two_byte)
    else:
        delimiter = _DELIMITERS.search(part)
        end = delimiter.start() if delimiter is not None else len(part)
        yield _decode(part[:end], _ESCAPES.get(escape, initial))
        yield _decode(part[end:], initial)
    if lone_escape:
        yield (lone_escape + rest).decode("latin_1").replace("\x1b", _UNDECODABLE), False

"""Encoding of text by Specific Character Set (0008,0005) (PS3.3 C.12.1.1.2, PS3.5 6.1.2.5)."""

import re
from typing import Final, NamedTuple

from dicomdesk.dicom.character_sets import find_codec


class _Extension(NamedTuple):
    """A character set that is reached by an escape sequence."""

    escape: bytes
    codec: str


_EXTENSIONS: Final = {
    "ISO 2022 IR 6": _Extension(b"\x1b(B", "ascii"),
    "ISO 2022 IR 13": _Extension(b"\x1b)I", "shift_jis"),
    "ISO 2022 IR 100": _Extension(b"\x1b-A", "latin_1"),
    "ISO 2022 IR 101": _Extension(b"\x1b-B", "iso8859_2"),
    "ISO 2022 IR 109": _Extension(b"\x1b-C", "iso8859_3"),
    "ISO 2022 IR 110": _Extension(b"\x1b-D", "iso8859_4"),
    "ISO 2022 IR 126": _Extension(b"\x1b-F", "iso8859_7"),
    "ISO 2022 IR 127": _Extension(b"\x1b-G", "iso8859_6"),
    "ISO 2022 IR 138": _Extension(b"\x1b-H", "iso8859_8"),
    "ISO 2022 IR 144": _Extension(b"\x1b-L", "iso8859_5"),
    "ISO 2022 IR 148": _Extension(b"\x1b-M", "iso8859_9"),
    "ISO 2022 IR 166": _Extension(b"\x1b-T", "tis_620"),
    "ISO 2022 IR 203": _Extension(b"\x1b-b", "iso8859_15"),
    "ISO 2022 IR 58": _Extension(b"\x1b$)A", "gb2312"),
    "ISO 2022 IR 87": _Extension(b"", "iso2022_jp"),
    "ISO 2022 IR 149": _Extension(b"\x1b$)C", "euc_kr"),
    "ISO 2022 IR 159": _Extension(b"", "iso2022_jp_2"),
}
"""The codecs of IR 87 and IR 159 write their own escapes, there and back."""

_DELIMITERS = re.compile(r"([\\^=\r\n\f\t])")


def encode_text(text: str, character_set: str) -> bytes | None:
    """The text in a character set, the value of (0008,0005); None where that has not all of its characters.

    Terms that are not known count as ASCII. Delimiters of values and of name components begin anew, as code extensions
    demand (PS3.5 6.1.2.5.3).
    """
    if text.isascii():
        return text.encode("ascii")
    terms = [term.strip(" \0").upper() for term in character_set.split("\\")]
    if len(terms) == 1 and terms[0] not in {"ISO 2022 IR 87", "ISO 2022 IR 149", "ISO 2022 IR 58", "ISO 2022 IR 159"}:
        return _encode(text, find_codec(terms[0].encode("ascii", "replace")))
    pieces = []
    for piece in _DELIMITERS.split(text):
        encoded = _encode_piece(piece, terms)
        if encoded is None:
            return None
        pieces.append(encoded)
    return b"".join(pieces)


def _encode(text: str, codec: str) -> bytes | None:
    try:
        encoded = text.encode(codec)
    except UnicodeEncodeError:
        return None
    if codec == "shift_jis" and len(encoded) != len(text):
        return None  # ISO_IR 13 is its part of one byte a character
    return encoded


def _encode_piece(piece: str, terms: list[str]) -> bytes | None:
    """Text without delimiters: in the first set that has all of it, else each sign in the first that has it."""
    if piece.isascii():
        return piece.encode("ascii")
    for number, term in enumerate(terms):
        encoded = _encode_by(piece, term, is_first=number == 0)
        if encoded is not None:
            return encoded
    return _encode_runs(piece, terms)


def _encode_by(piece: str, term: str, *, is_first: bool) -> bytes | None:
    extension = _EXTENSIONS.get(term)
    if is_first and (extension is None or len(extension.escape) == 3):
        return _encode(piece, find_codec(term.encode("ascii", "replace")))
    if extension is None:
        return None
    encoded = _encode(piece, extension.codec)
    return None if encoded is None else extension.escape + encoded


def _encode_runs(piece: str, terms: list[str]) -> bytes | None:
    pieces = []
    for sign in piece:
        encoded = next(
            (
                found
                for number, term in enumerate(terms)
                if (found := _encode_by(sign, term, is_first=number == 0)) is not None
            ),
            None,
        )
        if encoded is None:
            return None
        pieces.append(encoded)
    return b"".join(pieces)

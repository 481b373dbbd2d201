"""Encoding of text by Specific Character Set (0008,0005) (PS3.3 C.12.1.1.2, PS3.5 6.1.2.5)."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from dicomdesk.dicom.data_sets.character_sets import find_codec


class _Set(NamedTuple):
    """A character set and what designates it; nothing where its codec writes that, or where nothing does."""

    escape: bytes
    codec: str

    @property
    def designates(self) -> bool:
        """Whether it can be made active."""
        return bool(self.escape) or self.codec in _DESIGNATED


_EXTENSIONS: Final = {
    "ISO 2022 IR 6": _Set(b"\x1b(B", "ascii"),
    "ISO 2022 IR 13": _Set(b"\x1b)I", "shift_jis"),
    "ISO 2022 IR 100": _Set(b"\x1b-A", "latin_1"),
    "ISO 2022 IR 101": _Set(b"\x1b-B", "iso8859_2"),
    "ISO 2022 IR 109": _Set(b"\x1b-C", "iso8859_3"),
    "ISO 2022 IR 110": _Set(b"\x1b-D", "iso8859_4"),
    "ISO 2022 IR 126": _Set(b"\x1b-F", "iso8859_7"),
    "ISO 2022 IR 127": _Set(b"\x1b-G", "iso8859_6"),
    "ISO 2022 IR 138": _Set(b"\x1b-H", "iso8859_8"),
    "ISO 2022 IR 144": _Set(b"\x1b-L", "iso8859_5"),
    "ISO 2022 IR 148": _Set(b"\x1b-M", "iso8859_9"),
    "ISO 2022 IR 166": _Set(b"\x1b-T", "tis_620"),
    "ISO 2022 IR 203": _Set(b"\x1b-b", "iso8859_15"),
    "ISO 2022 IR 58": _Set(b"\x1b$)A", "gb2312"),
    "ISO 2022 IR 87": _Set(b"", "iso2022_jp"),
    "ISO 2022 IR 149": _Set(b"\x1b$)C", "euc_kr"),
    "ISO 2022 IR 159": _Set(b"", "iso2022_jp_2"),
}
"""The codecs of IR 87 and IR 159 write their own escapes, there and back."""

_DESIGNATED: Final = {
    "iso2022_jp": frozenset({b"\x1b$B", b"\x1b(B"}),
    "iso2022_jp_2": frozenset({b"\x1b$(D", b"\x1b(B"}),
}
"""What these codecs may write: they know more sets than the term stands for."""

_NEVER_INITIAL: Final = frozenset({"ISO 2022 IR 58", "ISO 2022 IR 87", "ISO 2022 IR 149", "ISO 2022 IR 159"})
"""Sets of two bytes a character, which must be designated also where they come first."""

_MOST_TERMS: Final = 64
"""More than there are: what follows them cannot be new."""

_DESIGNATION = re.compile(rb"\x1b[$(-/]*.", re.DOTALL)
_PIECES = re.compile(r"[\\^=\r\n\f\t]+|[^\\^=\r\n\f\t]+")
"""Delimiters, or all up to the next one."""
_ROMAJI = re.compile("[¥‾]")
"""Their bytes are those of a backslash, which delimits, and of a tilde."""


def encode_text(text: str, character_set: str) -> bytes | None:
    """The text in a character set, the value of (0008,0005); None where that has not all of its characters.

    Terms that are not known count as ASCII, those behind the 64th and repeated ones not at all. Delimiters of values
    and of name components begin anew, as code extensions demand (PS3.5 6.1.2.5.3). As it depends on the VR what
    delimits, the first set is designated again after another one was in use, also where a delimiter may have brought it
    back.
    """
    if text.isascii():
        return text.encode("ascii")
    terms = [term.strip(" \0").upper() for term in character_set.split("\\", _MOST_TERMS)[:_MOST_TERMS]]
    sets = [_first_set(terms[0]), *(_EXTENSIONS[term] for term in dict.fromkeys(terms[1:]) if term in _EXTENSIONS)]
    initial = None if terms[0] in _NEVER_INITIAL else sets[0]
    if len(terms) == 1 and initial is not None:
        return _encode(text, initial.codec)
    encoded, active = bytearray(), initial
    for found in _PIECES.finditer(text):
        for chosen, run in _runs(found[0], sets):
            if chosen is None or not (chosen is active or run.isascii() or chosen.designates):
                return None
            if not run.isascii():
                encoded += b"" if chosen is active else chosen.escape
                active = None if chosen.codec in _DESIGNATED else chosen
            encoded += run.encode(chosen.codec)
        if active is not initial:
            active = None
    return bytes(encoded)


def _first_set(term: str) -> _Set:
    """With what designates it again, if anything does."""
    found = _EXTENSIONS.get(term)
    if found is None and (again := re.sub("^ISO.IR", "ISO 2022 IR", term)) not in _NEVER_INITIAL:
        found = _EXTENSIONS.get(again)
    return found or _Set(b"", find_codec(term.encode("ascii", "replace")))


def _runs(piece: str, sets: Sequence[_Set]) -> Iterator[tuple[_Set | None, str]]:
    """The parts of such a piece with their sets: the first that has all of it, else each sign's first.

    None where no set has a sign.
    """
    whole = _find_set(piece, sets)
    if whole is not None:
        yield whole, piece
        return
    for chosen, signs in groupby(piece, lambda sign: _find_set(sign, sets)):
        yield chosen, "".join(signs)


def _find_set(text: str, sets: Sequence[_Set]) -> _Set | None:
    return next((each for each in sets if _encode(text, each.codec) is not None), None)


def _encode(text: str, codec: str) -> bytes | None:
    """None also for what the codec could write, but its character set has not."""
    try:
        encoded = text.encode(codec)
    except UnicodeEncodeError:
        return None
    if codec == "shift_jis" and (len(encoded) != len(text) or _ROMAJI.search(text)):
        return None  # ISO_IR 13 is its part of one byte a character
    if codec in _DESIGNATED and not _DESIGNATED[codec].issuperset(_DESIGNATION.findall(encoded)):
        return None
    return encoded

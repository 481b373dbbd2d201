"""Selections of what an archive has: a level and keys, matched as a C-FIND matches them (PS3.4 C.2.2.2).

As words a selection is ``LEVEL KEY=VALUE ...``, such as ``studies PatientID=4711 StudyDate=20260101-``; a value
without key is one of the level's unique key: ``study 1.2.3`` is ``study StudyInstanceUID=1.2.3``. A key is a keyword
of the standard in any case, or a tag of eight hexadecimal digits. Keys of levels above restrict, too.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from dicomdesk.dicom.query.attributes import (
    ATTRIBUTES,
    UNIQUE_KEYS,
    Attribute,
    Level,
    Source,
    find_attribute,
)
from dicomdesk.dicom.query.query import Key, Model, Query
from dicomdesk.errors import SettingsError
from dicomdesk.records import dataclass

__all__ = ["LEVEL_WORDS", "Selection", "read_attribute", "read_selection"]

LEVEL_WORDS: Final[Mapping[str, Level]] = {
    "patient": Level.PATIENT,
    "patients": Level.PATIENT,
    "study": Level.STUDY,
    "studies": Level.STUDY,
    "series": Level.SERIES,
    "instance": Level.IMAGE,
    "instances": Level.IMAGE,
}
_BY_KEYWORD: Final = {attribute.keyword.lower(): attribute for attribute in ATTRIBUTES}
_LONGEST_VALUE: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is selected."""

    level: Level
    values: Mapping[Attribute, str]
    """Of the keys; several values are joined by backslashes, one that matches is enough."""

    @property
    def restricts(self) -> bool:
        """Whether anything can be left out."""
        return any(key.restricts for key in self._keys())

    @property
    def text(self) -> str:
        """The selection as words."""
        words = (f"{attribute.keyword}={value}" for attribute, value in self.values.items())
        return " ".join((self.level.value.lower(), *words))

    def query(self, level: Level | None = None, returned: Sequence[Attribute] = ()) -> Query:
        """The query for what is selected, or for what belongs to it on a level below, with these values of each."""
        level = level or self.level
        keys = {key.attribute.tag: key for key in self._keys()}
        for attribute in returned:
            keys.setdefault(attribute.tag, Key(attribute=attribute))
        ordered = tuple(keys[tag] for tag in sorted(keys))
        return Query(model=Model.PATIENT_ROOT, level=level, keys=ordered, is_relational=True)

    def _keys(self) -> tuple[Key, ...]:
        return tuple(Key(attribute=attribute, value=value) for attribute, value in self.values.items())


def read_selection(words: Sequence[str], *, default: Level = Level.STUDY) -> Selection:
    """Read a selection from words; without a level it is of the default. Raises SettingsError."""
    level = LEVEL_WORDS.get(words[0].lower()) if words else None
    rest = words if level is None else words[1:]
    level = level or default
    values: dict[Attribute, str] = {}
    for word in rest:
        name, is_named, value = word.partition("=")
        if is_named:
            attribute = read_attribute(name)
        else:
            attribute, value = _attribute(UNIQUE_KEYS[level]), word
        if not is_named and not _can_be_unique_key(level, word):
            raise SettingsError(f'"{word}" is neither a level ({", ".join(LEVEL_WORDS)}) nor KEY=VALUE, nor a UID')
        if level.is_above(attribute.level):
            raise SettingsError(
                f"{attribute.keyword} is of the level {attribute.level.value.lower()}, "
                f"which is below {level.value.lower()}: it cannot select there"
            )
        if len(value) > _LONGEST_VALUE and attribute.vr != b"UI":
            raise SettingsError(f"The value of {attribute.keyword} is longer than {_LONGEST_VALUE} characters")
        values[attribute] = f"{values[attribute]}\\{value}" if attribute in values else value
    return Selection(level=level, values=values)


def read_attribute(name: str) -> Attribute:
    """The attribute of a keyword, or of a tag; raises SettingsError for one that cannot be a key."""
    digits = name.strip("()").replace(",", "")
    is_tag = len(digits) == 8 and all(digit in "0123456789abcdefABCDEF" for digit in digits)
    attribute = find_attribute(int(digits, 16)) if is_tag else _BY_KEYWORD.get(name.lower())
    if attribute is None:
        keywords = {one.keyword.lower(): one.keyword for one in ATTRIBUTES}
        guesses = [keywords[guess] for guess in get_close_matches(name.lower(), keywords, n=2)]
        hint = f"; did you mean {' or '.join(guesses)}?" if guesses else ""
        raise SettingsError(f"{name} is no key that the index has{hint}")
    if attribute.source is Source.ITEMS:
        raise SettingsError(f"{attribute.keyword} is a sequence, which cannot be used here")
    return attribute


def _can_be_unique_key(level: Level, word: str) -> bool:
    """Whether a word can be meant as the value of the level's unique key: a UID, or what stands for several."""
    return level is Level.PATIENT or all(character in "0123456789.\\*?" for character in word)


def _attribute(tag: int) -> Attribute:
    attribute = find_attribute(tag)
    if attribute is None:
        raise AssertionError("unique keys are attributes")
    return attribute

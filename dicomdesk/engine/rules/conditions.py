"""Conditions of a rule: criteria of what an instance says and of who sent it, all or any of them; pure.

Patterns have ``*`` for any text and ``?`` for one character, in any case; a list means one of them. An attribute with
several values meets one when one of them does. What is absent is the empty text: ``*`` takes it, ``?*`` does not.
"""

import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dicomdesk.dicom.dictionary import find_name
from dicomdesk.dicom.documents.key_paths import find_tag_of
from dicomdesk.dicom.sop_classes import find_sop_class
from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.records import dataclass

__all__ = [
    "NOBODY",
    "SENDER_SUBJECTS",
    "SUBJECTS",
    "Condition",
    "Criterion",
    "Group",
    "Sender",
    "Subject",
    "find_subject",
    "matches_pattern",
    "wanted_tags",
]

SOP_CLASS = 0x00080016
MOST_PATTERNS = 1000
LONGEST_PATTERN = 1024
DEEPEST = 8


class Subject(NamedTuple):
    """What a criterion is about: who sent it, or an attribute."""

    name: str
    """In the file of rules."""
    words: str
    """In sentences."""
    tag: int = 0
    """0 for what the sender says."""


class Sender(NamedTuple):
    """Who sent an instance to us."""

    calling_ae_title: str = ""
    called_ae_title: str = ""
    address: str = ""
    """IP address; "" where nobody knows."""


NOBODY = Sender()
"""Of a file of which nobody knows who sent it."""

_CALLING, _CALLED, _ADDRESS = "calling_ae_title", "called_ae_title", "address"

SUBJECTS: Mapping[str, Subject] = {
    subject.name: subject
    for subject in (
        Subject(_CALLING, "calling AE title"),
        Subject(_CALLED, "called AE title"),
        Subject(_ADDRESS, "address"),
        Subject("modality", "modality", 0x00080060),
        Subject("sop_class", "SOP class", SOP_CLASS),
        Subject("study_description", "study description", 0x00081030),
        Subject("series_description", "series description", 0x0008103E),
        Subject("patient_id", "patient ID", 0x00100020),
        Subject("body_part", "body part", 0x00180015),
        Subject("institution", "institution", 0x00080080),
        Subject("station_name", "station name", 0x00081010),
        Subject("accession_number", "accession number", 0x00080050),
    )
}
"""Those with names of their own; any other attribute goes by its keyword or tag."""
SENDER_SUBJECTS = frozenset((_CALLING, _CALLED, _ADDRESS))
"""Of which a watched folder knows nothing."""


def find_subject(name: str) -> Subject | None:
    """The subject of a name, a keyword or a tag such as "0018,1030"; None for none."""
    known = SUBJECTS.get(name)
    if known is not None:
        return known
    tag = find_tag_of(name)
    if tag is None or tag >> 16 < 8 or tag >> 16 >= 0x7FE0:  # what comes before is no data set, after it pixel data
        return None
    keyword = find_name(tag)
    return Subject(name, keyword if keyword and "Unknown" not in keyword else name, tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One value is one of some patterns, or none of them."""

    subject: Subject
    patterns: tuple[str, ...]
    """Of an address also networks such as 10.1.0.0/16, of a SOP class names beside UIDs."""
    is_negated: bool = False

    def is_met(self, attributes: Mapping[int, Sequence[str]], sender: Sender) -> bool:
        """Whether an instance with these values meets it."""
        return self._is_one(attributes, sender) is not self.is_negated

    def __str__(self) -> str:
        texts = [printable(pattern) or "nothing" for pattern in self.patterns]
        listed = " or ".join(part for part in (", ".join(texts[:-1]), texts[-1]) if part)
        return f"{self.subject.words} is {'not ' if self.is_negated else ''}{listed}"

    def _is_one(self, attributes: Mapping[int, Sequence[str]], sender: Sender) -> bool:
        if self.subject.name == _ADDRESS:
            return any(_is_at(sender.address, pattern) for pattern in self.patterns)
        values: Sequence[str]
        if self.subject.tag:
            values = attributes.get(self.subject.tag) or ("",)
            if self.subject.tag == SOP_CLASS:
                values = [name for uid in values for name in _names_of_class(uid)]
        else:
            values = (sender.calling_ae_title if self.subject.name == _CALLING else sender.called_ae_title,)
        return any(matches_pattern(pattern, value) for pattern in self.patterns for value in values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All of some conditions, or any; without members: everything."""

    members: "tuple[Condition, ...]" = ()
    takes_any: bool = False
    is_negated: bool = False

    def is_met(self, attributes: Mapping[int, Sequence[str]], sender: Sender) -> bool:
        """Whether an instance with these values meets it."""
        if not self.members:
            return not self.is_negated
        meets: Callable[[Iterator[bool]], bool] = any if self.takes_any else all
        return meets(member.is_met(attributes, sender) for member in self.members) is not self.is_negated

    def __str__(self) -> str:
        if not self.members:
            return "everything" if not self.is_negated else "nothing"
        parts = [f"({member})" if isinstance(member, Group) else str(member) for member in self.members]
        text = (" or " if self.takes_any else " and ").join(parts)
        return f"not ({text})" if self.is_negated else text


Condition = Criterion | Group


def criteria_of(condition: Condition) -> Iterator[Criterion]:
    """All tests in it."""
    if isinstance(condition, Criterion):
        yield condition
        return
    for member in condition.members:
        yield from criteria_of(member)


def wanted_tags(conditions: Sequence[Condition]) -> frozenset[int]:
    """The attributes that the conditions look at."""
    return frozenset(
        criterion.subject.tag
        for condition in conditions
        for criterion in criteria_of(condition)
        if criterion.subject.tag
    )


def check_pattern(subject: Subject, pattern: str) -> None:
    """Raise SettingsError for a pattern that can match nothing of its subject."""
    if len(pattern) > LONGEST_PATTERN:
        raise SettingsError(f"a pattern has more than {LONGEST_PATTERN} characters")
    if subject.name == _ADDRESS and not any(sign in pattern for sign in "*?"):
        try:
            ipaddress.ip_network(pattern.strip(), strict=False)
        except ValueError as error:
            text = f"{printable(pattern)} is neither an IP address nor a network such as 10.1.0.0/16"
            raise SettingsError(text) from error


def matches_pattern(pattern: str, value: str) -> bool:
    """Whether a text is what a pattern says, in any case; takes time in proportion to the product of their lengths."""
    pattern, value = pattern.casefold(), value.casefold()
    if "*" not in pattern and "?" not in pattern:
        return pattern == value
    place = at = 0
    star, mark = -1, 0
    while at < len(value):
        if place < len(pattern) and pattern[place] == "*":
            star, mark = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in ("?", value[at]):
            place += 1
            at += 1
        elif star >= 0:  # the last star takes one character more
            place, mark = star + 1, mark + 1
            at = mark
        else:
            return False
    return not pattern[place:].strip("*")


def _names_of_class(uid: str) -> tuple[str, ...]:
    known = find_sop_class(uid)
    return (uid,) if known is None else (uid, known.symbol)


def _is_at(address: str, pattern: str) -> bool:
    if any(sign in pattern for sign in "*?"):
        return matches_pattern(pattern, address)
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
        network = ipaddress.ip_network(pattern.strip(), strict=False)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found in network

"""What a line of a list asks for, which answers fit it, and what is retrieved of these: values in, values out."""

from collections.abc import Sequence
from functools import lru_cache

from dicomdesk.dicom.documents.data_set import read_data_set
from dicomdesk.dicom.lists.columns import ACCESSION_NUMBER
from dicomdesk.dicom.lists.entries import ListEntry
from dicomdesk.dicom.query.attributes import (
    PATIENT_ID,
    QUERY_RETRIEVE_LEVEL,
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    UNIQUE_KEYS,
    Level,
    find_attribute,
)
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.results import QueryResult
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.records import dataclass

__all__ = ["Answers", "announced_instances", "fits", "level_of", "plan_question", "plan_retrieval", "sort_answers"]

_ISSUER = 0x00100021
_STUDY_INSTANCES = 0x00201208
_MOST_DIGITS = 9
_RETURNED = (PATIENT_ID, _ISSUER, STUDY_INSTANCE_UID, ACCESSION_NUMBER, 0x00080020, _STUDY_INSTANCES)
"""Of a study: what tells one from another, and how much there is."""
_EXACT = frozenset((PATIENT_ID, ACCESSION_NUMBER, STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, SOP_INSTANCE_UID))
"""Values of a line that an answer must have, where it has any: peers pass over keys that they do not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to a line, sorted out."""

    fitting: tuple[QueryResult, ...]
    """Each entity once."""
    others: int
    """How many answers do not fit the line: the peer has not matched its keys."""
    is_ambiguous: bool
    """Whether they are several where the line means one."""
    note: str = ""
    """What is odd of the answers, one sentence; "" for nothing."""


def level_of(entry: ListEntry) -> Level:
    """The level that a line asks at: that of its lowest key, and studies at least."""
    deepest = Level.STUDY
    for each in entry.values:
        attribute = find_attribute(each.tag)
        if attribute is not None and deepest.is_above(attribute.level):
            deepest = attribute.level
    return deepest


def plan_question(entry: ListEntry, further: Identifier, model: QueryModel) -> Identifier:
    """The identifier of the line's query."""
    level = level_of(entry)
    values = {QUERY_RETRIEVE_LEVEL: level.value}
    if level is Level.STUDY:
        values |= dict.fromkeys(_RETURNED, "")
    else:
        uids = (STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, SOP_INSTANCE_UID)[: level.depth]
        has_patients = model is not QueryModel.STUDY_ROOT
        values |= dict.fromkeys((PATIENT_ID, *uids) if has_patients else uids, "")
    told = _tags_of(further.data_set)
    values = {tag: value for tag, value in values.items() if value or tag not in told}
    values |= {each.tag: each.value for each in entry.values}
    own = tuple(QueryKey(tag=tag, value=value) for tag, value in values.items())
    return Identifier(keys=(*own, *further.keys), data_set=further.data_set)


@lru_cache(maxsize=8)
def _tags_of(data_set: bytes) -> frozenset[int]:
    """The tags of a data set in explicit VR little endian."""
    return frozenset(read_data_set(data_set, EXPLICIT_VR_LITTLE_ENDIAN).elements) if data_set else frozenset()


def fits(entry: ListEntry, result: QueryResult) -> bool:
    """Whether an answer is one to this line; what it does not tell is believed.

    One that names several things, or all, is none: nobody knows what would be retrieved.
    """
    if any(sign in result.value(tag) for tag in UNIQUE_KEYS.values() for sign in "*?\\"):
        return False
    for each in entry.values:
        told = result.value(each.tag).strip()
        if each.tag in _EXACT and told and told.casefold() != each.value.casefold():
            return False
    return True


def sort_answers(entry: ListEntry, results: Sequence[QueryResult]) -> Answers:
    """Sort out what was answered: entities once each, without those that do not fit."""
    level = level_of(entry)
    fitting = [result for result in results if fits(entry, result)]
    once: dict[str, QueryResult] = {}
    for result in fitting:
        once.setdefault(result.unique_value(level), result)
    once.pop("", None)
    distinct = tuple(once.values())
    means_patient = all(_is_of_patient(each.tag) for each in entry.values)
    issuers = {result.value(_ISSUER).strip() for result in distinct} - {""}
    ids = {result.value(PATIENT_ID).strip() for result in distinct} - {""}
    is_ambiguous = len(distinct) > 1 and (not means_patient or len(issuers) > 1 or len(ids) > 1)
    others = len(results) - len(fitting)
    note = f"The peer has answered with {others:,} that do not fit the line" if others else ""
    return Answers(fitting=distinct, others=others, is_ambiguous=is_ambiguous, note=note)


def announced_instances(answers: Sequence[QueryResult]) -> int:
    """How many instances there are of studies by what the answers tell (0020,1208); 0 where they do not."""
    told = [answer.value(_STUDY_INSTANCES).strip() for answer in answers]
    return sum(int(text) for text in told if text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS)


def _is_of_patient(tag: int) -> bool:
    attribute = find_attribute(tag)
    return attribute is not None and attribute.level is Level.PATIENT


def plan_retrieval(entry: ListEntry, result: QueryResult, model: QueryModel) -> Identifier | None:
    """What is retrieved of an answer; None where it does not name its study."""
    level = level_of(entry)
    known = {each.tag: each.value for each in entry.values}
    values = {QUERY_RETRIEVE_LEVEL: level.value}
    for each in Level:
        if level.is_above(each) or (each is Level.PATIENT and model is QueryModel.STUDY_ROOT):
            continue
        tag = UNIQUE_KEYS[each]
        value = result.unique_value(each).strip() or known.get(tag, "")
        if not value:
            return None
        values[tag] = value
    return Identifier(keys=tuple(QueryKey(tag=tag, value=value) for tag, value in values.items()))

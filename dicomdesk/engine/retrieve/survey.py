"""Asks a peer what exists of what is to be retrieved: from the level of the identifier down to the instances."""

from collections.abc import Iterator

from dicomdesk.dicom.query.attributes import (
    PATIENT_ID,
    QUERY_RETRIEVE_LEVEL,
    SERIES_INSTANCE_UID,
    SOP_CLASS_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    UNIQUE_KEYS,
    Level,
)
from dicomdesk.dicom.query.identifier_writer import put_keys
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.query import Model
from dicomdesk.dicom.query.results import QueryResult, read_result
from dicomdesk.dicom.query.sop_classes import SERVICES
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.query.match_requestor import Bounds, MatchRequestor, encode_identifier
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.retrieve.request import ExpectedInstance
from dicomdesk.errors import DataError

__all__ = ["find_existing"]

_MOST_INSTANCES = 200_000
"""Of one identifier: nobody retrieves more at once."""

_UniqueKeys = dict[int, str]


def find_existing(requestor: MatchRequestor, identifier: Identifier, number: int) -> list[ExpectedInstance]:
    """The instances that the peer says there are; [] also where it does not understand the question.

    ``number`` is the identifier's position. Raises DataError for an identifier without level, and what
    ``MatchRequestor.ask`` raises.
    """
    level, keys = _read(identifier)
    if SERVICES[requestor.context.abstract_syntax].model is Model.STUDY_ROOT:
        keys.pop(PATIENT_ID, None)  # below studies this model knows no patients
    found: dict[str, ExpectedInstance] = {}
    for instance in _descend(requestor, level, keys, number):
        found.setdefault(instance.sop_instance_uid, instance)
        if len(found) >= _MOST_INSTANCES:
            break
    return list(found.values())


def _read(identifier: Identifier) -> tuple[Level, _UniqueKeys]:
    written = put_keys(identifier.data_set, identifier.keys)
    read = read_result(written, EXPLICIT_VR_LITTLE_ENDIAN)
    if read.level is None:
        raise DataError("The identifier has no Query/Retrieve Level")
    return read.level, {tag: read.value(tag) for tag in UNIQUE_KEYS.values() if read.value(tag)}


def _descend(requestor: MatchRequestor, level: Level, keys: _UniqueKeys, number: int) -> Iterator[ExpectedInstance]:
    if level is Level.IMAGE:
        yield from _images(requestor, keys, number)
        return
    unique = UNIQUE_KEYS[level]
    for value in keys.get(unique, "").split("\\"):
        if not value:
            continue
        own = {**keys, unique: value}
        below = _BELOW[level]
        if below is Level.IMAGE:
            yield from _images(requestor, own, number)
            continue
        for match in _ask(requestor, below, own, (UNIQUE_KEYS[below],), number):
            uid = match.unique_value(below)
            if uid:
                yield from _descend(requestor, below, {**own, UNIQUE_KEYS[below]: uid}, number)


def _images(requestor: MatchRequestor, keys: _UniqueKeys, number: int) -> Iterator[ExpectedInstance]:
    for match in _ask(requestor, Level.IMAGE, keys, (SOP_INSTANCE_UID, SOP_CLASS_UID), number):
        uid = match.unique_value(Level.IMAGE)
        if uid:
            yield ExpectedInstance(
                sop_instance_uid=uid,
                sop_class_uid=match.value(SOP_CLASS_UID),
                study_instance_uid=match.unique_value(Level.STUDY) or keys.get(STUDY_INSTANCE_UID, ""),
                series_instance_uid=match.unique_value(Level.SERIES) or keys.get(SERIES_INSTANCE_UID, ""),
                identifier=number,
            )


def _ask(
    requestor: MatchRequestor, level: Level, keys: _UniqueKeys, returned: tuple[int, ...], number: int
) -> list[QueryResult]:
    """The matches of one query, without those that cannot be read."""
    matches: list[QueryResult] = []
    syntax = requestor.context.accepted_transfer_syntax or ""

    def collect(data: bytes) -> bool:
        if len(matches) < _MOST_INSTANCES:
            try:
                matches.append(read_result(data, syntax))
            except DataError:
                return True
        return True

    values = {QUERY_RETRIEVE_LEVEL: level.value, **dict.fromkeys(returned, ""), **keys}
    if level is Level.STUDY:
        values.setdefault(PATIENT_ID, "")
    identifier = Identifier(keys=tuple(QueryKey(tag=tag, value=value) for tag, value in values.items()))
    requestor.ask(encode_identifier(identifier, requestor.context), query=number, bounds=Bounds(judge=collect))
    return matches


_BELOW = {Level.PATIENT: Level.STUDY, Level.STUDY: Level.SERIES, Level.SERIES: Level.IMAGE}

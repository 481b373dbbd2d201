"""Asks a peer what exists of what is to be retrieved: from the level of the identifier down to the instances."""

from collections.abc import Callable, Iterator

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
from dicomdesk.engine.query.cuts import CutSign
from dicomdesk.engine.query.match_requestor import Bounds, MatchRequestor, encode_identifier
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.retrieve.request import ExpectedInstance
from dicomdesk.errors import DataError
from dicomdesk.network.status import Status

__all__ = ["find_existing"]

_MOST_INSTANCES = 200_000
"""Of one identifier: nobody retrieves more at once."""
_MOST_QUESTIONS = 20_000
"""Of one identifier: a patient may have hundreds of studies with dozens of series."""

_UniqueKeys = dict[int, str]


class _IncompleteError(Exception):
    """It cannot be known what exists: an answer was cut or refused, there is too much, or nobody wants to know."""


def find_existing(
    requestor: MatchRequestor, identifier: Identifier, number: int, goes_on: Callable[[], bool] = lambda: True
) -> list[ExpectedInstance]:
    """The instances that the peer says there are; [] where not all of them can be known.

    A part would be worse than nothing: what is not in it would be taken for what does not exist. ``number`` is the
    identifier's position, ``goes_on`` is asked before each question. Raises DataError for an identifier without level,
    and what ``MatchRequestor.ask`` raises.
    """
    level, keys = _read(identifier)
    if SERVICES[requestor.context.abstract_syntax].model is Model.STUDY_ROOT:
        keys.pop(PATIENT_ID, None)  # below studies this model knows no patients
    found: dict[str, ExpectedInstance] = {}
    try:
        for instance in _Survey(requestor, number, goes_on).descend(level, keys):
            found.setdefault(instance.sop_instance_uid, instance)
            if len(found) > _MOST_INSTANCES:
                return []
    except _IncompleteError:
        return []
    return list(found.values())


def _read(identifier: Identifier) -> tuple[Level, _UniqueKeys]:
    written = put_keys(identifier.data_set, identifier.keys)
    read = read_result(written, EXPLICIT_VR_LITTLE_ENDIAN)
    if read.level is None:
        raise DataError("The identifier has no Query/Retrieve Level")
    return read.level, {tag: read.value(tag) for tag in UNIQUE_KEYS.values() if read.value(tag)}


class _Survey:
    """The questions of one identifier."""

    def __init__(self, requestor: MatchRequestor, number: int, goes_on: Callable[[], bool]) -> None:
        self._requestor = requestor
        self._number = number
        self._goes_on = goes_on
        self._questions = 0

    def descend(self, level: Level, keys: _UniqueKeys) -> Iterator[ExpectedInstance]:
        """The instances below what the keys name."""
        if level is Level.IMAGE:
            yield from self._images(keys)
            return
        unique = UNIQUE_KEYS[level]
        for value in dict.fromkeys(filter(None, keys.get(unique, "").split("\\"))):
            own = {**keys, unique: value}
            below = _BELOW[level]
            if below is Level.IMAGE:
                yield from self._images(own)
                continue
            matches = self._ask(below, own, (UNIQUE_KEYS[below],))
            for uid in dict.fromkeys(match.unique_value(below) for match in matches):
                if uid:
                    yield from self.descend(below, {**own, UNIQUE_KEYS[below]: uid})

    def _images(self, keys: _UniqueKeys) -> Iterator[ExpectedInstance]:
        for match in self._ask(Level.IMAGE, keys, (SOP_INSTANCE_UID, SOP_CLASS_UID)):
            uid = match.unique_value(Level.IMAGE)
            if not uid:
                raise _IncompleteError
            yield ExpectedInstance(
                sop_instance_uid=uid,
                sop_class_uid=match.value(SOP_CLASS_UID),
                study_instance_uid=match.unique_value(Level.STUDY) or keys.get(STUDY_INSTANCE_UID, ""),
                series_instance_uid=match.unique_value(Level.SERIES) or keys.get(SERIES_INSTANCE_UID, ""),
                identifier=self._number,
            )

    def _ask(self, level: Level, keys: _UniqueKeys, returned: tuple[int, ...]) -> list[QueryResult]:
        """The matches of one query, without those that are of something else."""
        self._questions += 1
        if self._questions > _MOST_QUESTIONS or not self._goes_on():
            raise _IncompleteError
        matches: list[QueryResult] = []
        is_unreadable = False
        syntax = self._requestor.context.accepted_transfer_syntax or ""

        def collect(data: bytes) -> bool:
            nonlocal is_unreadable
            try:
                match = read_result(data, syntax)
            except DataError:
                is_unreadable = True
                return True
            if len(matches) <= _MOST_INSTANCES and _belongs(match, keys):
                matches.append(match)
            return True

        values = {QUERY_RETRIEVE_LEVEL: level.value, **dict.fromkeys(returned, ""), **keys}
        if level is Level.STUDY:
            values.setdefault(PATIENT_ID, "")
        identifier = Identifier(keys=tuple(QueryKey(tag=tag, value=value) for tag, value in values.items()))
        ended = self._requestor.ask(
            encode_identifier(identifier, self._requestor.context), query=self._number, bounds=Bounds(judge=collect)
        )
        is_cut = ended.cut is not None and ended.cut.sign in _SURE_SIGNS
        if ended.status != Status.SUCCESS or is_cut or is_unreadable:
            raise _IncompleteError
        return matches


def _belongs(match: QueryResult, keys: _UniqueKeys) -> bool:
    """Whether a match is of what the keys name, as far as it tells."""
    told = ((match.value(tag), keys.get(tag, "")) for tag in _UIDS)
    return all(not value or not wanted or value in wanted.split("\\") for value, wanted in told)


_UIDS = (STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, SOP_INSTANCE_UID)
_SURE_SIGNS = frozenset({CutSign.REFUSED, CutSign.SAID})
"""Series often have a round number of images, or as many as another series."""
_BELOW = {Level.PATIENT: Level.STUDY, Level.STUDY: Level.SERIES, Level.SERIES: Level.IMAGE}

"""Whether an instance is one of those that were asked for, as far as its own header tells."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.dicom.query.attributes import (
    PATIENT_ID,
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
)
from dicomdesk.dicom.query.identifier_writer import put_keys
from dicomdesk.dicom.query.results import read_result
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.query.request import Identifier
from dicomdesk.errors import DataError

__all__ = ["AskedFor"]

_UIDS: Final = (STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, SOP_INSTANCE_UID)
_STUDY_TAG, _INSTANCE_TAG = b"\x20\0\x0d\0", b"\x08\0\x18\0"
_MOST_MARKS = 16
"""More than that are no quicker than reading."""
_Keys = Mapping[int, frozenset[str]]


class AskedFor:
    """What the identifiers of a job name; for any thread.

    A patient is told by Patient ID only where no UID is asked for: peers change it. What cannot be told is asked for.
    """

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        self._keys = [_unique_keys(identifier) for identifier in identifiers]
        self._marks = [mark for keys in self._keys for mark in _marks(keys)][:_MOST_MARKS]

    def is_marked(self, data: bytes, sop_instance_uid: str) -> bool:
        """Whether the beginning of a data set surely belongs to one and is the instance that it was sent as.

        By its bytes, which costs less than to read it.
        """
        is_asked = any(mark in data for mark in self._marks)
        return is_asked and any(mark in data for mark in _marks_of(_INSTANCE_TAG, sop_instance_uid))

    def covers(self, header: InstanceHeader) -> bool:
        """Whether an instance belongs to one of the identifiers."""
        return any(_matches(keys, header) for keys in self._keys)


def _unique_keys(identifier: Identifier) -> _Keys:
    try:
        read = read_result(put_keys(identifier.data_set, identifier.keys), EXPLICIT_VR_LITTLE_ENDIAN)
    except DataError:
        return MappingProxyType({})
    values = {tag: frozenset(filter(None, read.value(tag).split("\\"))) for tag in (PATIENT_ID, *_UIDS)}
    found = {tag: wanted for tag, wanted in values.items() if wanted}
    if len(found) > 1:
        found.pop(PATIENT_ID, None)
    return found


def _marks(keys: _Keys) -> Iterator[bytes]:
    """How elements of studies begin that are asked for as a whole, in explicit and implicit VR, little endian."""
    if set(keys) != {STUDY_INSTANCE_UID}:
        return
    for uid in keys[STUDY_INSTANCE_UID]:
        yield from _marks_of(_STUDY_TAG, uid)


def _marks_of(tag: bytes, uid: str) -> tuple[bytes, bytes]:
    value = uid.encode("utf-8", "surrogateescape")
    value += bytes(len(value) % 2)
    size = len(value)
    return tag + b"UI" + (size & 0xFFFF).to_bytes(2, "little") + value, tag + size.to_bytes(4, "little") + value


def _matches(keys: _Keys, header: InstanceHeader) -> bool:
    values = {
        PATIENT_ID: header.patient_id,
        STUDY_INSTANCE_UID: header.study_instance_uid,
        SERIES_INSTANCE_UID: header.series_instance_uid,
        SOP_INSTANCE_UID: header.sop_instance_uid,
    }
    return all(not values[tag] or values[tag] in wanted for tag, wanted in keys.items())

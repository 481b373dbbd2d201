"""Whether an instance is one of those that were asked for, as far as its own header tells."""

from collections.abc import Iterable, Mapping
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
_Keys = Mapping[int, frozenset[str]]


class AskedFor:
    """What the identifiers of a job name; for any thread.

    A patient is told by Patient ID only where no UID is asked for: peers change it. What cannot be told is asked for.
    """

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        self._keys = [_unique_keys(identifier) for identifier in identifiers]

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


def _matches(keys: _Keys, header: InstanceHeader) -> bool:
    values = {
        PATIENT_ID: header.patient_id,
        STUDY_INSTANCE_UID: header.study_instance_uid,
        SERIES_INSTANCE_UID: header.series_instance_uid,
        SOP_INSTANCE_UID: header.sop_instance_uid,
    }
    return all(not values[tag] or values[tag] in wanted for tag, wanted in keys.items())

"""Orders in which the studies of an archive are shown, by what they are searched with."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.archive.matching.study_texts import StudyText

__all__ = ["BY_RECEIVED", "Order", "StudyValue"]

_NAME, _PATIENT_ID, _ACCESSION, _STUDY_DATE, _DESCRIPTION, _STUDY_ID, _MODALITIES = range(7)
"""Lines of a study's text; see ``study_texts``."""


class StudyValue(Enum):
    """What studies can be sorted by."""

    RECEIVED = "received"
    NAME = "name"
    PATIENT_ID = "patient-id"
    DATE = "date"
    MODALITIES = "modalities"
    DESCRIPTION = "description"
    ACCESSION = "accession"
    SERIES = "series"
    INSTANCES = "instances"
    SIZE = "size"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Order of what is found; what is alike in it is in that in which something came, the last first."""

    value: StudyValue
    is_descending: bool = False

    def key(self, study: "StudyText") -> Any:
        """What a study is sorted by."""
        return _VALUES[self.value](study)


BY_RECEIVED: Final = Order(value=StudyValue.RECEIVED, is_descending=True)


def _line(number: int) -> "Callable[[StudyText], str]":
    return lambda study: study.text.split("\n", number + 1)[number]


_VALUES: Final[Mapping[StudyValue, "Callable[[StudyText], Any]"]] = {
    StudyValue.RECEIVED: lambda study: (study.last_received, study.key),
    StudyValue.NAME: _line(_NAME),
    StudyValue.PATIENT_ID: _line(_PATIENT_ID),
    StudyValue.DATE: _line(_STUDY_DATE),
    StudyValue.MODALITIES: _line(_MODALITIES),
    StudyValue.DESCRIPTION: _line(_DESCRIPTION),
    StudyValue.ACCESSION: _line(_ACCESSION),
    StudyValue.SERIES: lambda study: study.series,
    StudyValue.INSTANCES: lambda study: study.instances,
    StudyValue.SIZE: lambda study: study.size_bytes,
}

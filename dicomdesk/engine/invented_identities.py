"""New identities for instances, made while they are sent; the files are not changed.

The counters run as those of DCMTK's storescu, whose numbers start over at 0 with each study or patient *after* the
first series or study of it has been named.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from dicomdesk.dicom.uids import new_uid
from dicomdesk.records import dataclass

__all__ = ["InventedIdentity", "Inventor"]

_PATIENT_NAME, _PATIENT_ID = 0x00100010, 0x00100020
_STUDY_INSTANCE_UID, _STUDY_ID = 0x0020000D, 0x00200010
_SERIES_INSTANCE_UID, _SERIES_NUMBER = 0x0020000E, 0x00200011
_SOP_INSTANCE_UID, _INSTANCE_NUMBER = 0x00080018, 0x00200013

_NAMES = {
    _PATIENT_NAME: "PatientName",
    _PATIENT_ID: "PatientID",
    _STUDY_INSTANCE_UID: "StudyInstanceUID",
    _STUDY_ID: "StudyID",
    _SERIES_INSTANCE_UID: "SeriesInstanceUID",
    _SERIES_NUMBER: "SeriesNumber",
    _SOP_INSTANCE_UID: "SOPInstanceUID",
    _INSTANCE_NUMBER: "InstanceNumber",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedIdentity:
    """New identity of one instance; made up, hence no patient identifiers."""

    patient: int
    """Running number, from 0; so the next three."""
    study: int
    series: int
    image: int
    patient_name: str
    patient_id: str
    study_instance_uid: str
    study_id: str
    series_instance_uid: str
    series_number: str
    sop_instance_uid: str
    instance_number: str
    missing: tuple[str, ...] = ()
    """What the instance does not have and hence was not given, as "StudyID (0020,0010)"."""

    def values(self) -> dict[int, str]:
        """Return the new values by tag, in the order in which DCMTK tells of them."""
        return {
            _PATIENT_NAME: self.patient_name,
            _PATIENT_ID: self.patient_id,
            _STUDY_INSTANCE_UID: self.study_instance_uid,
            _STUDY_ID: self.study_id,
            _SERIES_INSTANCE_UID: self.series_instance_uid,
            _SERIES_NUMBER: self.series_number,
            _SOP_INSTANCE_UID: self.sop_instance_uid,
            _INSTANCE_NUMBER: self.instance_number,
        }

    def lines(self) -> tuple[str, ...]:
        """Return what DCMTK logs of it."""
        return (
            f"Inventing Identifying Information (pa{self.patient}, st{self.study}, se{self.series}, im{self.image}):",
            f"  PatientName={self.patient_name}",
            f"  PatientID={self.patient_id}",
            f"  StudyInstanceUID={self.study_instance_uid}",
            f"  StudyID={self.study_id}",
            f"  SeriesInstanceUID={self.series_instance_uid}",
            f"  SeriesNumber={self.series_number}",
            f"  SOPInstanceUID={self.sop_instance_uid}",
            f"  ImageNumber={self.instance_number}",
        )

    def limited_to(self, tags: frozenset[int]) -> "InventedIdentity":
        """Return the same with all that is not among ``tags`` as missing."""
        missing = tuple(
            f"{name} ({tag >> 16:04x},{tag & 0xFFFF:04x})" for tag, name in _NAMES.items() if tag not in tags
        )
        return replace(self, missing=missing)


class Inventor:
    """Maker of identities, one after the other; used by one thread."""

    def __init__(
        self,
        *,
        images_per_series: int,
        series_per_study: int,
        studies_per_patient: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` tells the seconds of the epoch, which names are made of."""
        self._images_per_series = images_per_series
        self._series_per_study = series_per_study
        self._studies_per_patient = studies_per_patient
        self._clock = clock
        self._patient = self._study = self._series = self._image = 0
        self._name_patient()
        self._name_study()
        self._name_series()

    def invent(self) -> InventedIdentity:
        """Return the identity of the next instance."""
        self._begin_what_is_due()
        image = self._image
        self._image += 1
        return InventedIdentity(
            patient=self._patient,
            study=self._study,
            series=self._series,
            image=image,
            patient_name=self._patient_name,
            patient_id=self._patient_id,
            study_instance_uid=self._study_instance_uid,
            study_id=self._study_id,
            series_instance_uid=self._series_instance_uid,
            series_number=self._series_number,
            sop_instance_uid=new_uid(),
            instance_number=str(image),
        )

    def _begin_what_is_due(self) -> None:
        if self._image >= self._images_per_series:
            self._image = 0
            self._series += 1
            self._name_series()
        if self._series >= self._series_per_study:
            self._series = 0
            self._study += 1
            self._name_study()
        if self._study >= self._studies_per_patient:
            self._study = 0
            self._patient += 1
            self._name_patient()

    def _name_patient(self) -> None:
        unique = f"{int(self._clock())}{self._patient}"
        self._patient_name = f"OFFIS^TEST_PN_{unique}"
        self._patient_id = f"PID_{unique}"

    def _name_study(self) -> None:
        self._study_instance_uid = new_uid()
        self._study_id = f"SID_{int(self._clock())}{self._study}"

    def _name_series(self) -> None:
        self._series_instance_uid = new_uid()
        self._series_number = str(self._series)

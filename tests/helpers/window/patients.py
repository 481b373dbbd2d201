"""Studies of invented people on the disk, with a picture in each instance, for pictures of the window."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from tests.helpers.window import scenes


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """So many instances of one kind; their names are as in ``scenes``."""

    study: tuple[str, str, str, str]
    """Name, ID, description, date."""
    number: int
    description: str
    modality: str
    sop_class_uid: str
    count: int
    side: int = 160
    """Of each picture, pixels."""


JANE = (
    Series(study=scenes.JANE, number=1, description="Scout", modality="CT", sop_class_uid=scenes.CT, count=2),
    Series(study=scenes.JANE, number=2, description="Axial 1.0 mm", modality="CT", sop_class_uid=scenes.CT, count=400),
    Series(
        study=scenes.JANE, number=3, description="Secondary capture", modality="SC", sop_class_uid=scenes.SC, count=6
    ),
)
PETR = (
    Series(study=scenes.PETR, number=1, description="T1 sagittal", modality="MR", sop_class_uid=scenes.MR, count=148),
)
YUKI = (Series(study=scenes.YUKI, number=1, description="4 chamber", modality="US", sop_class_uid=scenes.US, count=12),)


def write(folder: Path, *series: Series) -> Path:
    """Write the instances of some series; return the folder."""
    for each in series:
        place = folder / f"{each.study[1]}-{each.number}"
        place.mkdir(parents=True, exist_ok=True)
        for number in range(1, each.count + 1):
            _instance(each, number).save_as(place / f"IM{number:04}.dcm", enforce_file_format=True)
    return folder


def thousand(folder: Path) -> Path:
    """Write a thousand studies of one instance each; return the folder."""
    regions = ("thorax", "abdomen", "head", "knee", "spine")
    first_names = ("ANNA", "BORIS", "CLARA", "DAVID", "EMMA", "FINN", "GRETA", "HUGO")
    last_names = (
        "BERG",
        "CRUZ",
        "DUBOIS",
        "EVANS",
        "FISCHER",
        "GARCIA",
        "HANSEN",
        "ITO",
        "JANSEN",
        "KOWALSKI",
        "LOPEZ",
    )
    for number in range(1000):
        name = f"{last_names[number % 11]}^{first_names[number % 8]}"
        modality, uid = (("CT", scenes.CT), ("MR", scenes.MR))[number % 2]
        region = regions[number % 5]
        study = (
            name,
            f"{10_000 + 7 * number}",
            f"{modality} {region}",
            f"2026{1 + number % 11:02}{1 + number % 28:02}",
        )
        one = Series(study=study, number=1, description="Axial", modality=modality, sop_class_uid=uid, count=1, side=8)
        write(folder, one)
    return folder


def _instance(series: Series, number: int) -> Dataset:
    name, patient_id, description, date = series.study
    study_uid = f"2.25.{abs(scenes.hash_text(name + date + patient_id))}"
    found = Dataset()
    found.file_meta = FileMetaDataset()
    found.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    found.SpecificCharacterSet = "ISO_IR 192"
    found.SOPClassUID = series.sop_class_uid
    found.SOPInstanceUID = f"{study_uid}.{series.number}.{number}"
    found.StudyDate, found.StudyTime, found.Modality = date, f"{8 + number % 9:02}1500", series.modality
    found.AccessionNumber, found.StudyID = f"A{patient_id}", "1"
    found.StudyDescription, found.SeriesDescription = description, series.description
    found.PatientName, found.PatientID, found.PatientBirthDate = name, patient_id, "19700314"
    found.StudyInstanceUID, found.SeriesInstanceUID = study_uid, f"{study_uid}.{series.number}"
    found.SeriesNumber, found.InstanceNumber = series.number, number
    found.SamplesPerPixel, found.PhotometricInterpretation = 1, "MONOCHROME2"
    found.Rows = found.Columns = series.side
    found.BitsAllocated = found.BitsStored = 8
    found.HighBit, found.PixelRepresentation = 7, 0
    found.PixelData = _slice(series.side, number * 7 % 40)
    return found


@cache
def _slice(side: int, shade: int) -> bytes:
    """Something like a slice through somebody: an oval with a brighter rim, and two dark places."""
    return bytes(
        _brightness((2 * column / side - 1, 2 * row / side - 1), shade) for row in range(side) for column in range(side)
    )


def _brightness(at: Sequence[float], shade: int) -> int:
    across, down = at
    outer = (across / 0.88) ** 2 + (down / 0.66) ** 2
    if outer > 1:
        return 4
    if outer > 0.84:
        return 215
    places = (((across - side * 0.4) / 0.27) ** 2 + ((down + 0.08) / 0.36) ** 2 for side in (-1, 1))
    return 28 if any(place < 1 for place in places) else 105 + shade

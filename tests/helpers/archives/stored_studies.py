"""Studies for archives: many patients, character sets, odd values and attributes that are not there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom.datadict import dictionary_VR, tag_for_keyword

from dicomdesk.dicom.data_sets.character_encoding import encode_text
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder, part10

ROOT = "1.2.826.0.1.3680043.9.9999.4"
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
CLASSES = {"CT": CT_IMAGE, "MR": MR_IMAGE, "OT": SECONDARY_CAPTURE}
Values = Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Series:
    """A series of so many instances; None as a value leaves the attribute out."""

    modality: str = "CT"
    instances: int = 1
    values: Values | None = None


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study; its UID and those below it follow from its number."""

    number: int
    patient: Values
    values: Values
    series: Sequence[Series] = (Series(),)
    character_set: str = ""

    @property
    def uid(self) -> str:
        return f"{ROOT}.{self.number}"

    def instances(self) -> Iterator[tuple[str, bytes]]:
        """SOP Instance UIDs and Part 10 files."""
        for series_number, series in enumerate(self.series, 1):
            for number in range(1, series.instances + 1):
                uid = f"{self.uid}.{series_number}.{number}"
                values = {
                    "SpecificCharacterSet": self.character_set or None,
                    "SOPClassUID": CLASSES[series.modality],
                    "SOPInstanceUID": uid,
                    "StudyInstanceUID": self.uid,
                    "SeriesInstanceUID": f"{self.uid}.{series_number}",
                    "Modality": series.modality,
                    "SeriesNumber": str(series_number),
                    "InstanceNumber": str(number),
                    **self.patient,
                    **self.values,
                    **(series.values or {}),
                }
                data_set = encode(values, self.character_set)
                yield uid, part10(data_set, sop_class_uid=CLASSES[series.modality], sop_instance_uid=uid)


def encode(values: Values, character_set: str = "", transfer_syntax_uid: str = EXPLICIT) -> bytes:
    """A data set of these values, by keyword."""
    builder = Builder(transfer_syntax_uid)
    elements = []
    for keyword, value in values.items():
        tag = tag_for_keyword(keyword)
        assert tag is not None, keyword
        if value is not None:
            encoded = encode_text(value, character_set)
            assert encoded is not None, value
            elements.append((tag, builder.element(tag, dictionary_VR(tag), encoded)))
    return b"".join(element for _, element in sorted(elements))


def _patient(patient_id: str | None, name: str | None, **more: str) -> Values:
    return {"PatientID": patient_id, "PatientName": name, **more}


_JOHN = _patient("P1", "Doe^John", PatientBirthDate="19500101", PatientSex="M", OtherPatientIDs="X1\\X2")

STUDIES = (
    Study(
        number=1,
        patient=_JOHN,
        values={
            "StudyDate": "20200115",
            "StudyTime": "101112",
            "AccessionNumber": "A100",
            "StudyID": "ST1",
            "StudyDescription": "Thorax with contrast",
            "ReferringPhysicianName": "House^Gregory",
            "PatientAge": "070Y",
            "PatientWeight": "75.50",
        },
        series=(
            Series(instances=3, values={"SeriesDescription": "Thorax 5 mm", "BodyPartExamined": "CHEST"}),
            Series(instances=2, values={"SeriesNumber": "02"}),
            Series(modality="MR", values={"SeriesNumber": "10"}),
        ),
    ),
    Study(
        number=2,
        patient=_JOHN,
        values={"StudyDate": "20210630", "StudyTime": "10", "AccessionNumber": "A101", "StudyID": "01"},
        series=(Series(modality="MR", instances=2),),
    ),
    Study(
        number=12,  # its UID begins with that of another study
        patient=_patient("P2", "Doe^Jane", PatientBirthDate="19600229", PatientSex="F"),
        values={
            "StudyDate": "20200115",
            "StudyTime": "235959.123456",
            "AccessionNumber": "A100",
            "StudyID": "1",
            "StudyDescription": "Abdomen",
            "NameOfPhysiciansReadingStudy": "Wilson^James\\Cuddy^Lisa",
        },
        series=(Series(modality="OT"), Series(modality="CT", instances=2)),
    ),
    Study(number=3, patient=_patient("p3", "doe^richard^^Dr."), values={}, series=(Series(modality="MR"),)),
    Study(
        number=4,
        patient=_patient("P4", "Müller^Jörg", PatientBirthDate="19701231", PatientSex="O"),
        values={
            "StudyDate": "20191231",
            "StudyTime": "000000",
            "AccessionNumber": "B200",
            "StudyID": "Ä4",
            "ReferringPhysicianName": "Größe^Äxel",
        },
        character_set="ISO_IR 100",
    ),
    Study(
        number=5,
        patient=_patient("P5", "Müller^Anna", PatientSex="F"),
        values={
            "StudyDate": "20200229",
            "StudyTime": "0800",
            "AccessionNumber": "B201",
            "StudyID": "5",
            "StudyDescription": "Schädel",
        },
        character_set="ISO_IR 192",
        series=(Series(modality="MR", instances=2), Series(modality="MR")),
    ),
    Study(
        number=6,
        patient=_patient("P6", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        values={"StudyDate": "20200301", "StudyTime": "1200", "AccessionNumber": "C300", "StudyID": "6"},
        character_set="\\ISO 2022 IR 87",
    ),
    Study(
        number=7,
        patient=_patient("P7", "Hong^Gildong=洪^吉洞=홍^길동"),
        values={"StudyDate": "20200302", "StudyTime": "120001", "AccessionNumber": "C301", "StudyID": "7"},
        character_set="\\ISO 2022 IR 149",
    ),
    Study(
        number=8,
        patient=_patient("P8", "Wang^XiaoDong=王^小东"),
        values={"StudyDate": "20200303", "StudyTime": "1215", "AccessionNumber": "C302", "StudyID": "8"},
        character_set="GB18030",
    ),
    Study(
        number=9,
        patient=_patient("P9", "Wang^XiaoDong=王^小東"),
        values={"StudyDate": "20200304", "StudyTime": "1230", "AccessionNumber": "C303", "StudyID": "9"},
        character_set="ISO_IR 192",
    ),
    Study(
        number=10,
        patient=_patient("A?B[1]", "Smith"),
        values={"StudyDate": "", "StudyTime": "", "AccessionNumber": "100%_x", "StudyID": "ST 10"},
    ),
    Study(
        number=11,
        patient=_patient("P11", None, PatientSex=""),
        values={"StudyDate": "19991231", "StudyTime": "1200", "AccessionNumber": None, "StudyID": None},
        series=(Series(values={"SeriesNumber": None, "InstanceNumber": None}),),
    ),
    Study(
        number=13,
        patient=_patient("P13", "O'Neil^A;--"),
        values={"StudyDate": "20230101", "StudyTime": "1", "AccessionNumber": "A 1", "StudyID": "13"},
    ),
    Study(
        number=14,
        patient=_patient("P14", "Люксембург"),
        values={"StudyDate": "20230102", "StudyTime": "1300", "AccessionNumber": "D400", "StudyID": "14"},
        character_set="ISO_IR 144",
    ),
)
"""Fourteen studies of thirteen patients."""


def write_studies(folder: Path, studies: Sequence[Study] = STUDIES) -> list[Path]:
    """Write the instances as files; returns their paths, study by study."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for study in studies:
        for uid, data in study.instances():
            written.append(folder / f"{uid}.dcm")
            written[-1].write_bytes(data)
    return written

"""The same queries to DCMTK's dcmqrscp and to ours, over the same instances; where they differ is said, and why."""

import shlex
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.helpers.archives.opened_archives import ask_both, dcmtk_archive, different, our_archive
from tests.helpers.archives.stored_studies import ROOT, write_studies

pytestmark = pytest.mark.dcmtk

# What DCMTK's archive cannot do; the aspects in which answers differ are those of ``archives.different``.
LIST = {"matches": "a list of values is one text for DCMTK's"}
NAME = {"matches": "names have case, accents and empty components for DCMTK's, and no groups; ? is one byte"}
NUMBER = {"matches": "integer strings are text for DCMTK's"}
TIME = {"matches": "a time without minutes or seconds is one moment for DCMTK's, not all that it can mean"}
ANY = {"matches": "a star alone is universal matching (PS3.4 C.2.2.2.3); DCMTK's takes it for a date"}
BLANKS = {"matches": "blanks beside the hyphen of a range are not allowed for by DCMTK's"}
OPEN = {"matches": "a range has one end at least (PS3.4 C.2.2.2.5); DCMTK's takes a hyphen for one without"}
KEY = {"keys": "DCMTK's does not know the key, and does not say so"}
KEY_MATCHED = {**KEY, "matches": "DCMTK's ignores the value of a key that it does not know"}
IGNORED = {"matches": "DCMTK's ignores the value of a key that it does not know"}
ABOVE = {"matches": "DCMTK's ignores the values of keys of levels above"}
NO_KEY = {"matches": "DCMTK's answers nothing where it knows none of the keys"}
BELOW = {
    "keys": "DCMTK's gives the value of any one of the entities below",
    "pending": "ours says with FF01 that the key is of a level below",
}
UNKNOWN = {"pending": "ours says with FF01 that it does not know the key, as the standard asks (PS3.4 C.4.1.1.4)"}
LEVELS = {"status": "several levels are none; DCMTK's takes the first", "matches": "the same"}
BELOW_STRICTLY = {"status": "DCMTK's does not know of what level the key is", "matches": "the same"}
CONVERSION = {"character set": "DCMTK's cannot convert from and to ISO 2022; ours can, whenever the text fits"}


@dataclass(frozen=True, slots=True)
class Case:
    """A query: its model (P, S, O), its level (- for none) and its keys."""

    line: str
    difference: Mapping[str, str] = field(default_factory=dict)
    """Aspects in which the answers differ, and why that is so."""
    matches: int | None = None
    """How many responses ours gives."""

    def arguments(self) -> list[str]:
        """For findscu; {} in the line is the beginning of all UIDs."""
        model, level, *keys = shlex.split(self.line.replace("\\", "\\\\").replace("{}", ROOT))
        character_sets = [key for key in keys if key.startswith("SpecificCharacterSet")]
        levels = [] if level == "-" else [f"QueryRetrieveLevel={level}"]
        ordered = [*character_sets, *levels, *(key for key in keys if key not in character_sets)]
        return [f"-{model}", *(argument for key in ordered for argument in ("-k", key))]

    def __str__(self) -> str:
        return self.line


@dataclass(frozen=True, slots=True)
class Pair:
    """The ports of both archives."""

    ours: int
    theirs: int

    def check(self, case: Case, folder: Path) -> None:
        """Fail where the answers differ otherwise than the case says."""
        ours, theirs = ask_both(self.ours, self.theirs, case.arguments(), folder)
        assert different(ours, theirs) == case.difference.keys(), (ours, theirs)
        if case.matches is not None:
            assert len(ours.responses) == case.matches, ours


@contextmanager
def both(folder: Path, *, strict: bool = False) -> Iterator[Pair]:
    with ExitStack() as stack:
        files = write_studies(folder / "instances")
        ours = stack.enter_context(our_archive(folder / "ours", files, strict_find=strict))
        theirs = stack.enter_context(dcmtk_archive(folder / "theirs", files, *(["-XF"] if strict else [])))
        yield Pair(ours.port, theirs)


@pytest.fixture(scope="module")
def lenient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with both(tmp_path_factory.mktemp("lenient")) as pair:
        yield pair


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with both(tmp_path_factory.mktemp("strict"), strict=True) as pair:
        yield pair


PATIENTS = [
    Case("P PATIENT PatientID"),
    Case("P PATIENT PatientID PatientName PatientBirthDate PatientSex"),
    Case("P PATIENT PatientID=P1 PatientName"),
    Case("P PATIENT PatientID=p1 PatientName"),
    Case("P PATIENT PatientID=P* PatientName", matches=11),
    Case("P PATIENT PatientID=P? PatientName"),
    Case("P PATIENT PatientID=P1? PatientName"),
    Case("P PATIENT PatientID=A?B[1]"),
    Case("P PATIENT PatientID=*[1]", matches=1),
    Case(r"P PATIENT PatientID=P1\P2", LIST, 2),
    Case("P PATIENT PatientID=NONE PatientName"),
    Case("P PATIENT PatientID= PatientName=Doe^John"),
    Case("P PATIENT PatientID PatientName=Doe*", NAME, 3),
    Case("P PATIENT PatientID PatientName=*", matches=13),
    Case("P PATIENT PatientID PatientName=**", matches=13),
    Case("P PATIENT PatientID PatientName=Doe"),
    Case("P PATIENT PatientID PatientName=Smith"),
    Case("P PATIENT PatientID PatientName=DOE^JOHN", NAME, 1),
    Case("P PATIENT PatientID PatientName=*^J*", matches=3),
    Case("P PATIENT PatientID PatientName=Doe^J?hn"),
    Case("P PATIENT PatientID PatientName=Doe^John^", NAME, 1),
    Case("P PATIENT PatientID PatientName=Smith^*", NAME, 1),
    Case("P PATIENT PatientID PatientName=Smi*", matches=1),
    Case("P PATIENT PatientID PatientName=*Neil*", matches=1),
    Case('P PATIENT PatientID "PatientName=O\'Neil^A;--"'),
    Case('P PATIENT PatientID "PatientName=%"'),
    Case('P PATIENT PatientID "PatientName=D_e*"'),
    Case('P PATIENT PatientID "PatientName= Doe^John "'),
    Case("P PATIENT PatientID PatientSex=M"),
    Case("P PATIENT PatientID PatientSex=m"),
    Case(r"P PATIENT PatientID PatientSex=M\F", LIST, 3),
    Case("P PATIENT PatientID PatientSex=?"),
    Case("P PATIENT PatientID PatientBirthDate=19500101"),
    Case("P PATIENT PatientID PatientBirthDate=1950*"),
    Case("P PATIENT PatientID PatientBirthDate=19500101-19651231"),
    Case("P PATIENT PatientID PatientBirthDate=-19600229"),
    Case("P PATIENT PatientID PatientBirthDate=19600301-"),
    Case("P PATIENT PatientID PatientBirthTime EthnicGroup IssuerOfPatientID"),
    Case("P PATIENT PatientID 0010,1000"),
    Case("P PATIENT PatientID 0010,1000=X1", LIST, 1),
    Case("P PATIENT PatientID 0010,1000=X1*", matches=1),
    Case("P PATIENT PatientID OtherPatientNames"),
    Case("P PATIENT PatientID PatientComments", KEY, 13),
    Case("P PATIENT PatientID PatientComments=x"),
    Case("P PATIENT PatientID NumberOfPatientRelatedStudies NumberOfPatientRelatedSeries", KEY, 13),
    Case("P PATIENT PatientID NumberOfPatientRelatedInstances", KEY, 13),
    Case("P PATIENT PatientID StudyInstanceUID", BELOW, 13),
    Case("P PATIENT PatientID StudyDate=20200115", BELOW, 13),
    Case("P PATIENT PatientID Modality=CT", BELOW, 13),
    Case("P PATIENT PatientName"),
    Case("P PATIENT PatientName=Doe^John"),
    Case("P PATIENT", NO_KEY, 13),
    Case("O PATIENT PatientID PatientName"),
    Case("O PATIENT PatientID PatientName=Doe*", NAME, 3),
]

STUDIES = [
    Case("P STUDY PatientID=P1 StudyInstanceUID StudyDate"),
    Case("P STUDY PatientID StudyInstanceUID"),
    Case("P STUDY PatientID=P? StudyInstanceUID"),
    Case("P STUDY PatientID=P1 PatientName=Jones StudyInstanceUID", ABOVE, 0),
    Case("P STUDY PatientID=P1 PatientName PatientSex StudyInstanceUID"),
    Case("P STUDY PatientID=P1 StudyInstanceUID={}.1"),
    Case("P STUDY PatientID=P2 StudyInstanceUID={}.1"),
    Case(r"P STUDY PatientID StudyInstanceUID={}.1\{}.12\1.2.3"),
    Case("P STUDY PatientID=P1 StudyInstanceUID NumberOfStudyRelatedInstances", KEY, 2),
    Case("O STUDY PatientID=P1 StudyInstanceUID StudyDate StudyTime AccessionNumber"),
    Case("S STUDY", NO_KEY, 14),
    Case("S STUDY StudyInstanceUID"),
    Case("S STUDY StudyInstanceUID StudyDate StudyTime AccessionNumber StudyID PatientID"),
    Case("S STUDY StudyInstanceUID PatientID PatientBirthDate PatientSex StudyDescription"),
    Case("S STUDY StudyInstanceUID={}.1"),
    Case("S STUDY StudyInstanceUID={}.*"),
    Case("S STUDY StudyInstanceUID={}"),
    Case(r"S STUDY StudyInstanceUID={}.1\{}.2"),
    Case("S STUDY StudyInstanceUID=\\{}.1\\"),
    Case("S STUDY StudyInstanceUID=1.2.3.4.5"),
    Case("S STUDY StudyInstanceUID StudyDate=20200115"),
    Case("S STUDY StudyInstanceUID StudyDate=20200101-20200229"),
    Case("S STUDY StudyInstanceUID StudyDate=20200303-"),
    Case("S STUDY StudyInstanceUID StudyDate=-20191231"),
    Case("S STUDY StudyInstanceUID StudyDate=2020*"),
    Case("S STUDY StudyInstanceUID StudyDate=*", ANY, 14),
    Case("S STUDY StudyInstanceUID StudyDate=20201301"),
    Case("S STUDY StudyInstanceUID StudyDate=2020"),
    Case("S STUDY StudyInstanceUID StudyDate=2020.01.15"),
    Case("S STUDY StudyInstanceUID StudyDate=20200229-20200101"),
    Case('S STUDY StudyInstanceUID "StudyDate=20200101 - 20200229"', BLANKS, 3),
    Case(r"S STUDY StudyInstanceUID StudyDate=20200115\20210630", LIST, 3),
    Case("S STUDY StudyInstanceUID StudyDate=-", OPEN, 0),
    Case("S STUDY StudyInstanceUID StudyTime=101112"),
    Case("S STUDY StudyInstanceUID StudyTime=10", TIME, 2),
    Case("S STUDY StudyInstanceUID StudyTime=1011", TIME, 1),
    Case("S STUDY StudyInstanceUID StudyTime=10:11:12"),
    Case("S STUDY StudyInstanceUID StudyTime=080000-120000"),
    Case("S STUDY StudyInstanceUID StudyTime=1200-"),
    Case("S STUDY StudyInstanceUID StudyTime=-1000"),
    Case("S STUDY StudyInstanceUID StudyTime=12-13"),
    Case("S STUDY StudyInstanceUID StudyTime=235959-235959.5"),
    Case("S STUDY StudyInstanceUID StudyDate=20200115-20200302 StudyTime=100000-120000"),
    Case("S STUDY StudyInstanceUID StudyDate=20200115 StudyTime=1000-1100"),
    Case("S STUDY StudyInstanceUID AccessionNumber=A100"),
    Case("S STUDY StudyInstanceUID AccessionNumber=a100"),
    Case("S STUDY StudyInstanceUID AccessionNumber=A1*", matches=3),
    Case("S STUDY StudyInstanceUID AccessionNumber=?10?"),
    Case("S STUDY StudyInstanceUID AccessionNumber=100%_x"),
    Case("S STUDY StudyInstanceUID AccessionNumber=100%*", matches=1),
    Case(r"S STUDY StudyInstanceUID AccessionNumber=A100\A101", LIST, 3),
    Case('S STUDY StudyInstanceUID "AccessionNumber=A 1"'),
    Case("S STUDY StudyInstanceUID StudyID=1"),
    Case("S STUDY StudyInstanceUID StudyID=01"),
    Case("S STUDY StudyInstanceUID StudyID=ST*", matches=2),
    Case("S STUDY StudyInstanceUID StudyID"),
    Case("S STUDY StudyInstanceUID StudyDescription=Thorax*", matches=1),
    Case("S STUDY StudyInstanceUID StudyDescription=*contrast", matches=1),
    Case("S STUDY StudyInstanceUID StudyDescription=thorax*"),
    Case("S STUDY StudyInstanceUID ReferringPhysicianName=House*", matches=1),
    Case("S STUDY StudyInstanceUID ReferringPhysicianName=HOUSE*", NAME, 1),
    Case("S STUDY StudyInstanceUID NameOfPhysiciansReadingStudy"),
    Case("S STUDY StudyInstanceUID NameOfPhysiciansReadingStudy=Cuddy*", LIST, 1),
    Case("S STUDY StudyInstanceUID PatientAge PatientSize PatientWeight Occupation"),
    Case("S STUDY StudyInstanceUID PatientAge=070Y"),
    Case("S STUDY StudyInstanceUID PatientWeight=75.5"),
    Case("S STUDY StudyInstanceUID PatientWeight=75.50"),
    Case("S STUDY StudyInstanceUID AdditionalPatientHistory", KEY, 14),
    Case("S STUDY StudyInstanceUID 0020,1070 AdmittingDiagnosesDescription"),
    Case("S STUDY StudyInstanceUID PatientID=P1"),
    Case("S STUDY StudyInstanceUID PatientName=Doe* PatientSex=F", matches=1),
    Case("S STUDY StudyInstanceUID PatientName=Doe* StudyDate=20200115 AccessionNumber=A100", matches=2),
    Case("S STUDY PatientName"),
    Case("S STUDY PatientName=Doe^John"),
    Case("S STUDY StudyInstanceUID ModalitiesInStudy", KEY, 14),
    Case("S STUDY StudyInstanceUID ModalitiesInStudy=MR", KEY_MATCHED, 4),
    Case(r"S STUDY StudyInstanceUID ModalitiesInStudy=MR\OT", KEY_MATCHED, 5),
    Case("S STUDY StudyInstanceUID ModalitiesInStudy=XA", IGNORED, 0),
    Case("S STUDY ModalitiesInStudy", NO_KEY, 14),
    Case("S STUDY StudyInstanceUID NumberOfStudyRelatedSeries NumberOfStudyRelatedInstances", KEY, 14),
    Case("S STUDY StudyInstanceUID NumberOfStudyRelatedInstances=6", KEY_MATCHED, 1),
    Case("S STUDY StudyInstanceUID SOPClassesInStudy", KEY, 14),
    Case("S STUDY StudyInstanceUID SOPClassesInStudy=1.2.840.10008.5.1.4.1.1.4", KEY_MATCHED, 4),
    Case("S STUDY StudyInstanceUID InstanceAvailability", KEY, 14),
    Case("S STUDY StudyInstanceUID Modality", BELOW, 14),
    Case("S STUDY StudyInstanceUID Modality=CT", BELOW, 14),
    Case("S STUDY StudyInstanceUID SeriesInstanceUID", BELOW, 14),
    Case("S STUDY StudyInstanceUID Rows", UNKNOWN, 14),
    Case("S STUDY StudyInstanceUID ProcedureCodeSequence", KEY, 14),
    Case("S STUDY StudyInstanceUID ProcedureCodeSequence[0].CodeValue=X", IGNORED, 0),
    Case("S STUDY StudyInstanceUID ProcedureCodeSequence[0].CodeValue=*", KEY, 14),
    Case("S STUDY StudyInstanceUID ProcedureCodeSequence[0].Rows=1", {**KEY, **UNKNOWN}, 14),
    Case(
        "S STUDY StudyInstanceUID ProcedureCodeSequence[0].ProcedureCodeSequence[0].CodeValue=X", {**KEY, **UNKNOWN}, 14
    ),
    Case("S STUDY StudyInstanceUID RetrieveAETitle=OTHER"),
    Case("S STUDY StudyInstanceUID TimezoneOffsetFromUTC=+0100"),
    Case("S STUDY StudyInstanceUID 0009,0010=X", UNKNOWN, 14),
]

SERIES = [
    Case("P SERIES PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID Modality SeriesNumber"),
    Case("P SERIES PatientID= StudyInstanceUID={}.1 SeriesInstanceUID"),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID"),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID Modality SeriesNumber"),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID Modality=MR"),
    Case(r"S SERIES StudyInstanceUID={}.1 SeriesInstanceUID Modality=CT\MR", LIST, 3),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID SeriesNumber=1"),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID SeriesNumber=2", NUMBER, 1),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID SeriesNumber=02"),
    Case("S SERIES StudyInstanceUID= SeriesInstanceUID"),
    Case(r"S SERIES StudyInstanceUID={}.1\{}.2 SeriesInstanceUID"),
    Case(r"S SERIES StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1\{}.1.3"),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID SeriesDescription BodyPartExamined", KEY, 3),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID SeriesDescription=Thorax*", KEY_MATCHED, 1),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID NumberOfSeriesRelatedInstances", KEY, 3),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID PatientName=Jones StudyDate", ABOVE, 0),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID PatientID"),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID StudyDate=19000101", ABOVE, 0),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID InstanceNumber", BELOW, 3),
    Case("S SERIES StudyInstanceUID={}.1"),
    Case("S SERIES StudyInstanceUID={}.11 SeriesInstanceUID SeriesNumber"),
    Case("S SERIES StudyInstanceUID=1.2.3 SeriesInstanceUID"),
]

IMAGES = [
    Case("P IMAGE PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID InstanceNumber"),
    Case("P IMAGE PatientID=P1 StudyInstanceUID= SeriesInstanceUID= SOPInstanceUID"),
    Case("S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID InstanceNumber"),
    Case("S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID InstanceNumber=2"),
    Case("S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID InstanceNumber=02", NUMBER, 1),
    Case("S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID= SOPInstanceUID"),
    Case("S IMAGE StudyInstanceUID= SeriesInstanceUID= SOPInstanceUID={}.1.1.1"),
    Case(r"S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID={}.1.1.1\{}.1.1.3\1.2"),
    Case("S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID SOPClassUID", KEY, 3),
    Case("S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID Rows Columns", KEY, 3),
    Case("S IMAGE StudyInstanceUID={}.11 SeriesInstanceUID={}.11.1 SOPInstanceUID InstanceNumber"),
    Case("S IMAGE StudyInstanceUID={}.2 SeriesInstanceUID={}.1.1 SOPInstanceUID"),
]

CHARACTER_SETS = [
    Case("S STUDY StudyInstanceUID PatientName=\x1b", matches=0),
    Case("S STUDY StudyInstanceUID PatientName=*\x1b(Z", matches=0),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" PatientName=M\udcfc*', matches=0),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=BOGUS" PatientName=M\udcfc*', matches=0),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" PatientName', CONVERSION, 14),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 100" PatientName'),
    Case("S STUDY StudyInstanceUID SpecificCharacterSet=GB18030 PatientName", CONVERSION, 14),
    Case(r'S STUDY StudyInstanceUID "SpecificCharacterSet=\ISO 2022 IR 87" PatientName', CONVERSION, 14),
    Case(r'S STUDY StudyInstanceUID "SpecificCharacterSet=\ISO 2022 IR 149" PatientName', CONVERSION, 14),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 144" PatientName'),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=BOGUS" PatientName'),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" PatientName=Müller*', matches=2),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" PatientName=müller*', NAME, 2),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" PatientName=Muller*', NAME, 2),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" PatientName=M?ller*', NAME, 2),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" PatientName=*=山田*', NAME, 1),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" PatientName=山田*', NAME, 1),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" PatientName=Wang*', matches=2),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" PatientName=*王*', matches=2),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" PatientName=Люк*', matches=1),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" StudyDescription=Schädel'),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" StudyID=Ä4'),
    Case('S STUDY StudyInstanceUID "SpecificCharacterSet=ISO_IR 192" ReferringPhysicianName=Größe*', matches=1),
    Case("S STUDY StudyInstanceUID PatientName=Müller*", matches=2),
    Case("S STUDY StudyInstanceUID PatientName=Yamada*", matches=1),
]

ILLEGAL = [
    Case("P STUDY"),
    Case("P STUDY StudyInstanceUID"),
    Case("P SERIES PatientID=P1 SeriesInstanceUID"),
    Case("P SERIES StudyInstanceUID={}.1 SeriesInstanceUID"),
    Case("P IMAGE PatientID=P1 StudyInstanceUID={}.1 SOPInstanceUID"),
    Case("O STUDY StudyInstanceUID"),
    Case("O SERIES PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID"),
    Case("O IMAGE PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID"),
    Case("S PATIENT PatientID"),
    Case("S study StudyInstanceUID"),
    Case("S STUDYX StudyInstanceUID"),
    Case("S Study StudyInstanceUID"),
    Case("S FRAME StudyInstanceUID"),
    Case("S - StudyInstanceUID"),
    Case(r"S STUDY\SERIES StudyInstanceUID", LEVELS, 0),
    Case("S SERIES SeriesInstanceUID"),
    Case("S IMAGE StudyInstanceUID={}.1 SOPInstanceUID"),
    Case("S IMAGE SOPInstanceUID"),
]

STRICT = [
    Case("P PATIENT PatientID PatientName"),
    Case("P PATIENT PatientName=Doe*", NAME, 3),
    Case("P PATIENT PatientID=P*", matches=11),
    Case("P PATIENT"),
    Case("P PATIENT PatientID StudyInstanceUID"),
    Case("P PATIENT PatientID StudyDate"),
    Case("P STUDY PatientID=P1 StudyInstanceUID"),
    Case("P STUDY PatientID=P1 StudyInstanceUID StudyDate ModalitiesInStudy", KEY, 2),
    Case("P STUDY StudyInstanceUID"),
    Case("P STUDY PatientID= StudyInstanceUID"),
    Case("P STUDY PatientID=P* StudyInstanceUID", matches=12),
    Case("P STUDY PatientID=P1 PatientName StudyInstanceUID"),
    Case("P STUDY PatientID=P1"),
    Case("P STUDY PatientID=P1 StudyInstanceUID Modality"),
    Case("P SERIES PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID"),
    Case("P SERIES PatientID=P1 StudyInstanceUID= SeriesInstanceUID"),
    Case("P SERIES PatientID=P1 SeriesInstanceUID"),
    Case("P SERIES StudyInstanceUID={}.1 SeriesInstanceUID"),
    Case("P SERIES PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID SeriesDescription", KEY, 3),
    Case("P SERIES PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID InstanceNumber"),
    Case("P IMAGE PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID"),
    Case("P IMAGE PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1"),
    Case("P IMAGE PatientID=P1 StudyInstanceUID={}.1 SOPInstanceUID"),
    Case("P IMAGE PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID Rows", KEY, 3),
    Case("S PATIENT PatientID"),
    Case("S STUDY StudyInstanceUID PatientName PatientID"),
    Case("S STUDY PatientName=Doe*"),
    Case("S STUDY StudyDate"),
    Case("S STUDY"),
    Case("S STUDY StudyInstanceUID Modality"),
    Case("S STUDY StudyInstanceUID SeriesDescription", BELOW_STRICTLY, 0),
    Case("S STUDY StudyInstanceUID 0029,0010=X", UNKNOWN, 14),
    Case("S - StudyInstanceUID"),
    Case("S FRAME StudyInstanceUID"),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID"),
    Case("S SERIES StudyInstanceUID= SeriesInstanceUID"),
    Case("S SERIES SeriesInstanceUID"),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID PatientName"),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID PatientID"),
    Case("S SERIES StudyInstanceUID={}.1 SeriesInstanceUID StudyDate"),
    Case(r"S SERIES StudyInstanceUID={}.1\{}.1 SeriesInstanceUID"),
    Case("S SERIES StudyInstanceUID={}.1"),
    Case("S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID InstanceNumber"),
    Case("S IMAGE StudyInstanceUID={}.1 SOPInstanceUID"),
    Case("S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID= SOPInstanceUID"),
    Case("S IMAGE StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID Modality"),
    Case("O PATIENT PatientID"),
    Case("O STUDY PatientID=P1 StudyInstanceUID"),
    Case("O SERIES PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID"),
    Case("O IMAGE PatientID=P1 StudyInstanceUID={}.1 SeriesInstanceUID={}.1.1 SOPInstanceUID"),
]


@pytest.mark.parametrize("case", [*PATIENTS, *STUDIES, *SERIES, *IMAGES, *CHARACTER_SETS, *ILLEGAL], ids=str)
def test_queries_are_answered_as_by_dcmtk(lenient: Pair, case: Case, tmp_path: Path) -> None:
    lenient.check(case, tmp_path / "found")


@pytest.mark.parametrize("case", STRICT, ids=str)
def test_strict_queries_are_answered_as_by_dcmtk(strict: Pair, case: Case, tmp_path: Path) -> None:
    strict.check(case, tmp_path / "found")


def test_there_are_enough_queries() -> None:
    cases = [*PATIENTS, *STUDIES, *SERIES, *IMAGES, *CHARACTER_SETS, *ILLEGAL]
    assert len({case.line for case in cases}) == len(cases)
    assert len(cases) + len(STRICT) >= 150

"""The same findscu and getscu command lines through DCMTK's programs and ours, answered by Orthanc."""

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.archives.stored_studies import ROOT, write_studies
from tests.helpers.dcmtk.commands import dcmtks, run
from tests.helpers.dcmtk.delivery import orthanc
from tests.helpers.dcmtk.query_tools import both, differing, differing_files

pytestmark = [pytest.mark.dcmtk, pytest.mark.skipif(shutil.which("Orthanc") is None, reason="Orthanc is not installed")]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The DICOM port of an Orthanc with the studies."""
    folder = tmp_path_factory.mktemp("orthanc")
    with orthanc(folder) as (dicom_port, _):
        files = map(str, write_studies(folder / "instances"))
        assert run(dcmtks("dcmsend"), "127.0.0.1", str(dicom_port), *files).code == 0
        yield dicom_port


STUDY = f"-S -k QueryRetrieveLevel=STUDY -k StudyInstanceUID={ROOT}.1"
LINES = (
    "findscu -v -P -k QueryRetrieveLevel=PATIENT -k PatientID=P1 -k PatientName",
    f"findscu {STUDY} -k StudyDate -k PatientName -k ModalitiesInStudy -k NumberOfStudyRelatedInstances",
    f"findscu -v -Xs all.xml {STUDY} -k StudyDate",
    f"findscu -v -xi -S -k QueryRetrieveLevel=SERIES -k StudyInstanceUID={ROOT}.1 -k SeriesInstanceUID={ROOT}.1.2",
    "findscu -v -S -k QueryRetrieveLevel=NONSENSE",
    f"getscu {STUDY}",
    f"getscu +B {STUDY}",
    "getscu -S -k QueryRetrieveLevel=STUDY -k StudyInstanceUID=1.2.3",
)


@pytest.mark.parametrize("words", LINES)
def test_orthanc_is_asked_alike(words: str, port: int, tmp_path: Path) -> None:
    tool, *arguments = shlex.split(words)
    theirs, ours, their_folder, our_folder = both(tool, [*arguments, "127.0.0.1", str(port)], tmp_path)
    assert differing(theirs, ours) == []
    assert differing_files(their_folder, our_folder) == []

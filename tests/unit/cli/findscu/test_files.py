from pathlib import Path
from xml.etree import ElementTree as Xml

import pydicom
import pytest

from dicomdesk.cli.findscu.files import ResponseFiles
from dicomdesk.cli.findscu.options import Extraction
from dicomdesk.logs import Level, console_log
from tests.helpers.data.datasets import EXPLICIT, Builder

BUILDER = Builder()
RESPONSE = BUILDER.element(0x00100020, "LO", "P1")
LATIN = BUILDER.element(0x00080005, "CS", "ISO_IR 100") + BUILDER.element(0x00100010, "PN", b"M\xfcller")


def written(kind: Extraction, folder: Path, *responses: bytes, most: int | None = None) -> ResponseFiles:
    logger = console_log(Level.INFO).logger("x")
    files = ResponseFiles(kind, logger, folder=str(folder), xml_file_name="all.xml", most=most)
    files.open()
    for number, response in enumerate(responses, 1):
        files.take(number, response, EXPLICIT)
    files.close()
    return files


def test_each_response_becomes_a_dicom_file(tmp_path: Path) -> None:
    instance = BUILDER.element(0x00080018, "UI", "1.2.3") + RESPONSE
    written(Extraction.DICOM, tmp_path, RESPONSE, instance)
    first, second = (pydicom.dcmread(tmp_path / f"rsp000{number}.dcm") for number in (1, 2))
    assert first.PatientID == "P1"
    assert first.file_meta.MediaStorageSOPClassUID == "1.2.276.0.7230010.3.1.0.1"
    assert first.file_meta.TransferSyntaxUID == EXPLICIT
    assert second.file_meta.MediaStorageSOPInstanceUID == "1.2.3"


def test_files_are_overwritten(tmp_path: Path) -> None:
    (tmp_path / "rsp0001.dcm").write_text("old")
    written(Extraction.DICOM, tmp_path, RESPONSE)
    assert pydicom.dcmread(tmp_path / "rsp0001.dcm").PatientID == "P1"


def test_each_response_becomes_an_xml_file(tmp_path: Path) -> None:
    written(Extraction.XML, tmp_path, RESPONSE, LATIN)
    assert Xml.parse(tmp_path / "rsp0001.xml").findtext("element") == "P1"
    assert 'encoding="ISO-8859-1"' in (tmp_path / "rsp0002.xml").read_text("latin-1").splitlines()[0]


def test_one_file_holds_all_responses_in_utf_8(tmp_path: Path) -> None:
    written(Extraction.SINGLE_XML, tmp_path, RESPONSE, LATIN)
    root = Xml.parse(tmp_path / "all.xml").getroot()
    assert [element.text for element in root.iter("element")] == ["P1", "ISO_IR 192", "Müller"]


@pytest.mark.parametrize(("kind", "names"), [(Extraction.DICOM, {"rsp0001.dcm"}), (Extraction.SINGLE_XML, {"all.xml"})])
def test_no_more_than_asked_for_is_written(
    kind: Extraction, names: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(kind, tmp_path, RESPONSE, RESPONSE, RESPONSE, most=1)
    assert {file.name for file in tmp_path.iterdir()} == names
    assert capsys.readouterr().err.count("I: Maximum number of responses already written to file ...") == 1


@pytest.mark.parametrize("kind", [Extraction.DICOM, Extraction.XML, Extraction.SINGLE_XML])
def test_what_cannot_be_written_is_told_and_goes_on(
    kind: Extraction, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("rsp0001.dcm", "rsp0001.xml", "all.xml"):
        (tmp_path / name).mkdir()
    assert written(kind, tmp_path, RESPONSE, RESPONSE).is_lost
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("E: ")]
    assert len(errors) == 1
    assert errors[0].startswith(f"E: Writing file: {tmp_path}/")
    assert errors[0].endswith(": Is a directory")
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_a_response_that_is_none_costs_its_xml_file_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(Extraction.XML, tmp_path, RESPONSE[:-1], RESPONSE)
    assert {file.name for file in tmp_path.iterdir()} == {"rsp0002.xml"}
    assert "E: response 1 cannot be written as XML" in capsys.readouterr().err


def test_one_file_of_all_responses_that_is_not_whole_is_remembered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "all.xml").symlink_to("/dev/full")
    assert written(Extraction.SINGLE_XML, tmp_path, RESPONSE, RESPONSE).is_lost
    assert capsys.readouterr().err.count("No space left on device") == 1
    assert not written(Extraction.DICOM, tmp_path, RESPONSE).is_lost

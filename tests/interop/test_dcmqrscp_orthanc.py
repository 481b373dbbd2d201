"""Orthanc as a query/retrieve client of our archive, as a destination, and asking for storage commitment."""

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dicomdesk.archive.archive import Archive
from tests.helpers.archives.opened_archives import AREA, DEADLINE_S, keep, our_archive
from tests.helpers.archives.stored_studies import MR_IMAGE, ROOT, Study, write_studies
from tests.helpers.dcmtk.delivery import listening
from tests.helpers.dcmtk.programs import free_port

pytestmark = pytest.mark.orthanc


@dataclass(frozen=True, slots=True)
class Orthanc:
    """A running Orthanc that knows our archive as the modality ``archive``."""

    http_port: int
    archive: Archive

    def call(self, path: str, body: object = None) -> Any:
        """GET, or POST of JSON or bytes."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_port}{path}", data=data)
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
            return json.loads(answer.read())

    def ask(self, level: str, **query: str) -> tuple[str, list[dict[str, str]]]:
        """The path of a query, and its answers."""
        path = self.call("/modalities/archive/query", {"Level": level, "Query": query})["Path"]
        return path, self.call(f"{path}/answers?expand&simplify")

    def count(self) -> int:
        """How many instances it has."""
        return int(self.call("/statistics")["CountInstances"])

    def await_report(self, path: str) -> Any:
        """The report of a storage commitment; Orthanc tells in no other way that it came."""
        end = time.monotonic() + DEADLINE_S
        while (report := self.call(path))["Status"] == "Pending":
            assert time.monotonic() < end, "no report came"
        return report


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    folder = tmp_path_factory.mktemp("orthanc")
    port, http_port = free_port(), free_port()
    files = write_studies(folder / "instances")
    with our_archive(folder, files, configuration={"hosts": {"ORTHANC": ("localhost", port)}}) as archive:
        known = {"AET": AREA, "Host": "127.0.0.1", "Port": archive.port, "AllowStorageCommitment": True}
        settings = {
            "Name": "test",
            "StorageDirectory": str(folder / "storage"),
            "IndexDirectory": str(folder / "index"),
            "DicomPort": port,
            "HttpPort": http_port,
            "DicomAet": "ORTHANC",
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": False,
            "DicomAlwaysAllowStore": True,
            "Plugins": [],
            "DicomModalities": {"archive": known},
        }
        (folder / "orthanc.json").write_text(json.dumps(settings))
        with listening(["Orthanc", str(folder / "orthanc.json")], port):
            yield Orthanc(http_port, archive)


def test_echoes(orthanc: Orthanc) -> None:
    assert orthanc.call("/modalities/archive/echo", {}) == {}


@pytest.mark.parametrize(
    ("level", "query", "answers"),
    [
        ("Patient", {"PatientID": "P*"}, 11),
        ("Patient", {"PatientName": "müller*"}, 2),
        ("Study", {"PatientName": "doe*"}, 4),
        ("Study", {"StudyDate": "20200101-20200229", "ModalitiesInStudy": "MR"}, 2),
        ("Study", {"AccessionNumber": "A100", "PatientSex": "F"}, 1),
        ("Study", {"StudyInstanceUID": f"{ROOT}.1\\{ROOT}.2"}, 2),
        ("Series", {"StudyInstanceUID": f"{ROOT}.1"}, 3),
        ("Instance", {"StudyInstanceUID": f"{ROOT}.1", "SeriesInstanceUID": f"{ROOT}.1.1"}, 3),
    ],
)
def test_queries_bring_what_there_is(orthanc: Orthanc, level: str, query: dict[str, str], answers: int) -> None:
    _, found = orthanc.ask(level, **query)
    assert len(found) == answers


def test_answers_hold_what_was_asked_for(orthanc: Orthanc) -> None:
    keys = ("PatientName", "ModalitiesInStudy", "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances")
    _, (answer,) = orthanc.ask("Study", StudyInstanceUID=f"{ROOT}.1", **dict.fromkeys(keys, ""))
    assert [answer[key] for key in keys] == ["Doe^John", "CT\\MR", "3", "6"]
    _, (answer,) = orthanc.ask("Study", StudyInstanceUID=f"{ROOT}.4", PatientName="")
    assert answer["PatientName"] == "Müller^Jörg"


def test_what_was_found_is_moved_to_orthanc(orthanc: Orthanc) -> None:
    before = orthanc.count()
    path, answers = orthanc.ask("Study", PatientName="Doe^Jane")
    assert len(answers) == 1
    orthanc.call(f"{path}/retrieve", {"TargetAet": "ORTHANC", "Synchronous": True})
    assert orthanc.count() == before + 3
    move = {"Level": "Study", "Resources": [{"StudyInstanceUID": f"{ROOT}.5"}], "TargetAet": "ORTHANC"}
    orthanc.call("/modalities/archive/move", {**move, "Synchronous": True})
    assert orthanc.count() == before + 6


def test_orthanc_stores_and_is_told_what_is_committed(orthanc: Orthanc) -> None:
    study = Study(number=70, patient={"PatientID": "P70", "PatientName": "New"}, values={})
    ((uid, data),) = study.instances()
    sent = orthanc.call("/instances", data)["ID"]
    store = {"Resources": [sent], "StorageCommitment": True, "Synchronous": True}
    done = orthanc.call("/modalities/archive/store", store)
    assert done["FailedInstancesCount"] == 0
    found = orthanc.archive.keeper(AREA).index.find_instances(AREA, sop_instance_uids=[uid])
    assert len(list(found)) == 1
    report = orthanc.await_report(f"/storage-commitment/{done['StorageCommitmentTransactionUID']}")
    assert (report["Status"], [kept["SOPInstanceUID"] for kept in report["Success"]]) == ("Success", [uid])


def test_what_is_not_there_is_not_committed(orthanc: Orthanc) -> None:
    asked = {"DicomInstances": [[MR_IMAGE, f"{ROOT}.2.1.1"], [MR_IMAGE, "1.2.3"]]}
    report = orthanc.await_report(orthanc.call("/modalities/archive/storage-commitment", asked)["Path"])
    assert report["Status"] == "Failure"
    assert [kept["SOPInstanceUID"] for kept in report["Success"]] == [f"{ROOT}.2.1.1"]
    assert [(failed["SOPInstanceUID"], failed["FailureReason"]) for failed in report["Failures"]] == [("1.2.3", 0x0112)]


def test_what_comes_between_is_found_at_once(orthanc: Orthanc, tmp_path: Path) -> None:
    study = Study(number=71, patient={"PatientID": "P71", "PatientName": "Late"}, values={})
    assert orthanc.ask("Patient", PatientID="P71")[1] == []
    keep(orthanc.archive, write_studies(tmp_path, [study]))
    assert len(orthanc.ask("Patient", PatientID="P71")[1]) == 1

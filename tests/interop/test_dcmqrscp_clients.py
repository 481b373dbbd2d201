"""Other people's clients at our archive: DCMTK's and pynetdicom's."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.facts import ShutdownRequested
from tests.helpers.archives.opened_archives import AREA, DEADLINE_S, our_archive
from tests.helpers.archives.stored_studies import ROOT, write_studies
from tests.helpers.dcmtk.delivery import listening
from tests.helpers.dcmtk.programs import dcmtk_program, free_port

STORAGE_PORT = free_port()
FIND = "1.2.840.10008.5.1.4.1.2.2.1"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_studies(tmp_path_factory.mktemp("instances"))


@pytest.fixture
def archive(files: list[Path], tmp_path: Path) -> Iterator[Archive]:
    hosts = {"DEST": ("localhost", STORAGE_PORT), "STORESCP": ("localhost", STORAGE_PORT)}
    with our_archive(tmp_path / "archive", files, configuration={"hosts": hosts}) as running:
        yield running


def run(command: Sequence[str], folder: Path, text: str = "") -> "subprocess.CompletedProcess[str]":
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        command,
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=DEADLINE_S,
        check=False,
        env={**os.environ, "TCP_NODELAY": "1"},
    )


def apps(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "pynetdicom", name, *arguments]


@pytest.mark.dcmtk
def test_dcmtk_stores_finds_and_gets_back_what_it_stored(tmp_path: Path, files: list[Path]) -> None:
    with our_archive(tmp_path / "archive") as archive:
        to = ["-aec", AREA, "127.0.0.1", str(archive.port)]
        stored = run([dcmtk_program("storescu"), "-v", *to, *map(str, files)], tmp_path)
        assert stored.returncode == 0, stored.stderr
        assert archive.keeper(AREA).index.statistics(AREA).instances == len(files)
        keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID"]
        found = run([dcmtk_program("findscu"), "-v", "-S", *keys, *to], tmp_path)
        assert found.stderr.count("(Pending)") == 14, found.stderr
        assert run([dcmtk_program("echoscu"), *to], tmp_path).returncode == 0
        keys = ["-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID=P1"]
        run([dcmtk_program("getscu"), "-P", *keys, *to], tmp_path / "got")
        assert len(list((tmp_path / "got").iterdir())) == 8


@pytest.mark.dcmtk
def test_termscu_ends_the_archive_where_it_may(tmp_path: Path) -> None:
    asked = threading.Event()

    def take(fact: object) -> None:
        if isinstance(fact, ShutdownRequested):
            asked.set()

    with our_archive(tmp_path / "archive", facts=take, allows_shutdown=True) as archive:
        run([dcmtk_program("termscu"), "-aec", AREA, "127.0.0.1", str(archive.port)], tmp_path)
        assert asked.wait(DEADLINE_S)


@pytest.mark.dcmtk
def test_termscu_ends_nothing_where_it_may_not(tmp_path: Path) -> None:
    facts: list[object] = []
    with our_archive(tmp_path / "archive", facts=facts.append) as archive:
        to = ["-aec", AREA, "127.0.0.1", str(archive.port)]
        run([dcmtk_program("termscu"), *to], tmp_path)
        assert run([dcmtk_program("echoscu"), *to], tmp_path).returncode == 0
    assert facts == []


@pytest.mark.dcmtk
def test_dcmqrti_browses_from_patient_to_image(tmp_path: Path, archive: Archive) -> None:
    text = f"""NetworkTCPPort = {free_port()}
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
arch = ({AREA}, localhost, {archive.port})
me = (ME, localhost, 1024)
HostTable END
VendorTable BEGIN
"Ours" = arch, me
VendorTable END
AETable BEGIN
{AREA} {tmp_path} RW (10, 10mb) arch
AETable END
"""
    (tmp_path / "dcmqrti.cfg").write_text(text)
    script = "study\nstudy 1\nseries\nseries 0\nimage\nimage 0\necho\nexit\n"
    command = [dcmtk_program("dcmqrti"), "-c", "dcmqrti.cfg", "-rmt", AREA, "localhost"]
    done = run(command, tmp_path, script)
    assert done.returncode == 0, done.stderr
    for words in ("14 Studies in Database", "Series in StudyID", "Images in", "[Status: Success]"):
        assert words in done.stdout
    assert done.stdout.count(f"{ROOT}.") >= 2  # a series and an image


def test_pynetdicom_echoes_and_stores(tmp_path: Path, files: list[Path]) -> None:
    with our_archive(tmp_path / "archive") as archive:
        to = ["127.0.0.1", str(archive.port), "-aec", AREA]
        assert run(apps("echoscu", *to), tmp_path).returncode == 0
        stored = run(apps("storescu", "127.0.0.1", str(archive.port), str(files[0]), "-aec", AREA), tmp_path)
        assert stored.returncode == 0, stored.stderr
        assert archive.keeper(AREA).index.statistics(AREA).instances == 1


def test_pynetdicom_finds_moves_and_gets(tmp_path: Path, archive: Archive) -> None:
    to = ["127.0.0.1", str(archive.port), "-aec", AREA]
    keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={ROOT}.1"]
    found = run(apps("findscu", *to, "-S", "-v", *keys, "-k", "PatientName="), tmp_path)
    assert "Doe^John" in found.stdout + found.stderr, found.stderr
    got = run(apps("getscu", *to, "-S", "-od", "got", *keys), tmp_path)
    assert got.returncode == 0, got.stderr
    assert len(list((tmp_path / "got").iterdir())) == 6
    receiver = apps("storescp", str(STORAGE_PORT), "-od", str(tmp_path / "moved"), "-aet", "STORESCP")
    (tmp_path / "moved").mkdir()
    with listening(receiver, STORAGE_PORT):
        moved = run(apps("movescu", *to, "-aem", "STORESCP", "-S", *keys), tmp_path)
    assert moved.returncode == 0, moved.stderr
    assert len(list((tmp_path / "moved").iterdir())) == 6


def test_pynetdicoms_archive_takes_what_is_moved_to_it(tmp_path: Path, archive: Archive) -> None:
    text = f"""[DEFAULT]
ae_title: DEST
port: {STORAGE_PORT}
max_pdu: 16382
acse_timeout: 30
dimse_timeout: 30
network_timeout: 30
bind_address: 127.0.0.1
instance_location: instances
database_location: instances.sqlite
"""
    (tmp_path / "qrscp.ini").write_text(text)
    (tmp_path / "instances").mkdir()
    database = tmp_path / "instances.sqlite"
    command = apps("qrscp", "-c", str(tmp_path / "qrscp.ini"), "--instance-location", str(tmp_path / "instances"))
    with listening([*command, "--database-location", str(database)], STORAGE_PORT):
        keys = ["-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID=P2"]
        to = ["127.0.0.1", str(archive.port), "-aec", AREA]
        moved = run(apps("movescu", *to, "-aem", "DEST", "-P", *keys), tmp_path)
    assert moved.returncode == 0, moved.stderr
    assert {file.name for file in (tmp_path / "instances").iterdir()} == {
        f"{ROOT}.12.1.1",
        f"{ROOT}.12.2.1",
        f"{ROOT}.12.2.2",
    }


def _ask(archive: Archive, features: bytes | None, **keys: str) -> tuple[bytes, list[Dataset], int]:
    """Ask with extended negotiation; what of it was accepted, matches, and the final status."""
    from pynetdicom import AE  # noqa: PLC0415 - for these tests
    from pynetdicom.pdu_primitives import SOPClassExtendedNegotiation  # noqa: PLC0415

    ae = AE("ASKING")
    ae.add_requested_context(FIND)
    items: list[Any] = []
    if features is not None:
        item = SOPClassExtendedNegotiation()
        item.sop_class_uid = FIND
        item.service_class_application_information = features
        items.append(item)
    association = ae.associate("127.0.0.1", archive.port, ae_title=AREA, ext_neg=items)
    assert association.is_established
    accepted = {str(uid): value for uid, value in association.acceptor.sop_class_extended.items()}.get(FIND, b"")
    identifier = Dataset()
    for keyword, value in keys.items():
        setattr(identifier, keyword, value)
    matches, final = [], 0
    for status, match in association.send_c_find(identifier, FIND):
        final = status.Status
        if match is not None:
            matches.append(match)
    association.release()
    return accepted, matches, final


def test_relational_queries_are_answered_where_negotiated(archive: Archive) -> None:
    keys = {"QueryRetrieveLevel": "SERIES", "SeriesInstanceUID": "", "PatientName": "Doe^Jane", "Modality": "CT"}
    accepted, matches, final = _ask(archive, b"\1\0\0", **keys)
    assert (accepted, final) == (b"\1\0\0", 0)
    assert [match.SeriesInstanceUID for match in matches] == [f"{ROOT}.12.2"]
    assert _ask(archive, None, **keys) == (b"", [], 0xC000)


def test_dates_and_times_are_one_range_where_negotiated(archive: Archive) -> None:
    keys = {"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": "", "StudyDate": "20200115-20200302"}
    keys |= {"StudyTime": "120000-130000"}
    _, apart, _ = _ask(archive, None, **keys)
    assert {match.StudyInstanceUID.rpartition(".")[2] for match in apart} == {"6", "7"}
    accepted, combined, _ = _ask(archive, b"\0\1", **keys)
    assert accepted == b"\0\1"
    assert {match.StudyInstanceUID.rpartition(".")[2] for match in combined} == {"12", "5", "6", "7"}


def test_fuzzy_matching_is_not_accepted(archive: Archive) -> None:
    keys = {"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": "", "PatientName": "Dough^John"}
    accepted, matches, final = _ask(archive, b"\0\0\1\1", **keys)
    assert (accepted, matches, final) == (b"\0\0\0\0", [], 0)


def test_stored_files_can_be_read_by_pydicom(archive: Archive) -> None:
    keeper = archive.keeper(AREA)
    names = {
        str(pydicom.dcmread(keeper.storage.path_of(found.path)).get("PatientID", ""))
        for found in keeper.index.find_instances(AREA)
    }
    assert len(names) == 13

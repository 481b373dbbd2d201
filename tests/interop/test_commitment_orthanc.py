"""Orthanc as the provider of storage commitment: it always reports over an association of its own."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.archives.served_archives import encoded
from tests.helpers.data.datasets import part10
from tests.helpers.dcmtk.commands import Done, ours, run
from tests.helpers.dcmtk.delivery import listening
from tests.helpers.dcmtk.programs import free_port

pytestmark = pytest.mark.orthanc


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Port of an Orthanc, and where it believes us to listen."""
    folder = tmp_path / "orthanc"
    folder.mkdir()
    port, ours_port = free_port(), free_port()
    known = {"AET": "ASKER", "Host": "127.0.0.1", "Port": ours_port, "AllowStorageCommitment": True}
    settings = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "DicomAet": "ORTHANC",
        "DicomPort": port,
        "HttpServerEnabled": False,
        "DicomAlwaysAllowStore": True,
        "Plugins": [],
        "DicomModalities": {"asker": known},
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with listening([shutil.which("Orthanc") or "Orthanc", str(folder / "orthanc.json")], port):
        yield port, ours_port


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for number in (1, 2, 3):
        uid = f"1.2.3.{number}"
        (folder / f"{number}.dcm").write_bytes(part10(encoded(uid), sop_instance_uid=uid))
    return folder


def send(port: int, folder: Path, *words: str) -> Done:
    names = ("-aec", "ORTHANC", "-aet", "ASKER", "+sd")
    return run(ours("dcmsend"), *names, *words, "127.0.0.1", str(port), str(folder))


@pytest.mark.long
@pytest.mark.parametrize("way", ["new", "auto"])
def test_orthanc_commits_to_what_it_has_stored(ports: tuple[int, int], folder: Path, way: str) -> None:
    port, ours_port = ports
    done = send(port, folder, "--commit", way, "--commit-port", str(ours_port), "--delete-committed", "-v")
    assert done.code == 0, done.err
    assert "storage commitment of 3 instances: 3 committed" in done.err
    assert list(folder.iterdir()) == []


@pytest.mark.long
def test_where_nobody_listens_orthanc_cannot_report_and_nothing_is_deleted(
    ports: tuple[int, int], folder: Path
) -> None:
    port, _ = ports
    done = send(port, folder, "--commit", "same", "--commit-timeout", "1", "--delete-committed")
    assert done.code == 88
    assert "The peer has not reported on 3 instances within 1 s. It may want to report over an association" in done.err
    assert len(list(folder.iterdir())) == 3

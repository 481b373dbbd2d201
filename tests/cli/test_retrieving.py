"""What getscu and movescu write to stdout and fetch by options of ours, from an archive."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat
from tests.helpers.archives.opened_archives import AREA, dcmtk_archive, our_archive
from tests.helpers.archives.stored_studies import STUDIES, write_studies
from tests.helpers.data.datasets import Builder, part10
from tests.helpers.dcmtk.commands import Done, ours, run
from tests.helpers.dcmtk.programs import free_port

STUDY = STUDIES[0]
INSTANCES = 6
RLE = "1.2.840.10008.1.2.5"
KEYS = ("-S", "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={STUDY.uid}", "-aec", AREA)


@pytest.fixture
def archive_port(tmp_path: Path) -> Iterator[int]:
    with our_archive(tmp_path / "archive", write_studies(tmp_path / "studies", [STUDY])) as archive:
        yield archive.port


def get(port: int, folder: Path, *words: str, study: str = STUDY.uid) -> Done:
    folder.mkdir(exist_ok=True)
    return run(ours("getscu"), *KEYS, "-k", f"StudyInstanceUID={study}", *words, "127.0.0.1", str(port), folder=folder)


def rows(done: Done) -> list[dict[str, str]]:
    assert done.code == 0, done.err
    return list(csv.DictReader(io.StringIO(done.out)))


def test_each_instance_has_a_row(archive_port: int, tmp_path: Path) -> None:
    found = rows(get(archive_port, tmp_path / "got", "--csv"))
    assert [row["Outcome"] for row in found] == ["stored"] * INSTANCES
    assert {row["Path"] for row in found} == {f"./{path.name}" for path in (tmp_path / "got").iterdir()}


@pytest.mark.long
def test_what_is_here_is_not_fetched_again(archive_port: int, tmp_path: Path) -> None:
    folder = tmp_path / "got"
    first = rows(get(archive_port, folder, "--csv"))
    (folder / first[0]["Path"]).unlink()
    again = rows(get(archive_port, folder, "--csv", "--resume"))
    assert [row["SOPInstanceUID"] for row in again] == [first[0]["SOPInstanceUID"]]
    assert rows(get(archive_port, folder, "--csv", "--resume")) == []


@pytest.mark.long
def test_series_come_over_several_associations(archive_port: int, tmp_path: Path) -> None:
    done = get(archive_port, tmp_path / "got", "--json", "--parallel", "2")
    lines = [json.loads(line) for line in done.out.splitlines()]
    started = [line for line in lines if line["event"] == "retrieve-started"]
    assert len(started) == len(STUDY.series)
    stored = [line for line in lines if line["event"] == "item-finished"]
    assert len(stored) == len({line["path"] for line in stored}) == INSTANCES
    (compared,) = (line for line in lines if line["event"] == "retrieve-compared")
    assert (compared["announced"], compared["stored"], compared["missing"]) == (INSTANCES, INSTANCES, [])
    assert lines[-1]["event"] == "job-finished"


def test_a_limit_cancels(archive_port: int, tmp_path: Path) -> None:
    done = get(archive_port, tmp_path / "got", "--json", "--compare", "--limit", "1")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [line["event"] for line in lines].count("retrieve-cancelled") == 1
    assert not any("has not sent" in line for line in done.err.splitlines())


def test_movescu_compares_what_came_to_its_listener(tmp_path: Path) -> None:
    port, folder = free_port(), tmp_path / "got"
    folder.mkdir()
    words = ["--json", "--compare", "--create-report-file", "report.txt", "-aem", "HERE", "+P", str(port)]
    configuration = {"hosts": {"HERE": ("127.0.0.1", port)}}
    with our_archive(tmp_path / "a", write_studies(tmp_path / "s", [STUDY]), configuration=configuration) as archive:
        done = run(ours("movescu"), *words, *KEYS, "127.0.0.1", str(archive.port), folder=folder)
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert sum(line["event"] == "item-finished" and line["is_incoming"] for line in lines) == INSTANCES
    (compared,) = (line for line in lines if line["event"] == "retrieve-compared")
    assert (compared["announced"], compared["arrived"], compared["missing"]) == (INSTANCES, INSTANCES, [])
    assert f"stored:          {INSTANCES} instances" in (folder / "report.txt").read_text().splitlines()


@pytest.mark.long
def test_what_the_peer_keeps_compressed_comes_where_that_is_allowed(tmp_path: Path) -> None:
    data = Builder().instance(sop_instance_uid="1.2.9") + Builder().fragments(b"12")
    kept = tmp_path / "kept.dcm"
    kept.write_bytes(part10(data, RLE))
    folder = tmp_path / "got"
    with dcmtk_archive(tmp_path / "archive", [kept], "+xr") as port:
        refused = get(port, folder, study="1.2.3")
        taken = rows(get(port, folder, "--csv", "--accept-all", study="1.2.3"))
    assert "take compressed transfer syntaxes too" in refused.err
    (row,) = taken
    assert row["Outcome"] == "stored", row
    assert read_header(str(folder / row["Path"]), InputFormat.FILE_ONLY).transfer_syntax_uid == RLE

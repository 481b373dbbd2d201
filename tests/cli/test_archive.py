"""``dicomdesk archive`` beside a running ``dcmqrscp``, with DCMTK's tools as its clients."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dicomdesk.archive.tables.schema import VERSION
from tests.helpers.archives.stored_studies import STUDIES, write_studies
from tests.helpers.dcmtk.commands import Done, dcmtks, ours, run, running, wait_for_line
from tests.helpers.dcmtk.programs import dcmtk_program, dcmtk_server, free_port

STUDY = STUDIES[0]
CONFIGURATION = """HostTable BEGIN
store = (STORE, localhost, {store})
HostTable END
AETable BEGIN
ARCHIVE {folder} RW (unlimited, unlimited) ANY
AETable END
"""


@contextmanager
def serving(folder: Path, store: int = 1) -> Iterator[int]:
    (folder / "area").mkdir(exist_ok=True)
    (folder / "a.cfg").write_text(CONFIGURATION.format(folder=folder / "area", store=store))
    port = free_port()
    with running(ours("dcmqrscp"), "-v", "-c", "a.cfg", str(port), folder=folder) as process:
        wait_for_line(process, "listening on port")
        yield port


def archive(folder: Path, *words: str) -> Done:
    return run(ours("archive"), *words, "-c", str(folder / "a.cfg"))


def objects(done: Done) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.out.splitlines()]


def found(port: int, level: str, *keys: str) -> int:
    """How many answers DCMTK's findscu has."""
    words = [word for key in (f"QueryRetrieveLevel={level}", *keys) for word in ("-k", key)]
    done = run(dcmtks("findscu"), "-v", "-aec", "ARCHIVE", "-S", *words, "localhost", str(port))
    assert done.code == 0
    return done.err.count("Find Response:") + done.out.count("Find Response:")


@pytest.mark.dcmtk
@pytest.mark.long
def test_what_dcmtks_tools_store_is_administered_and_they_see_what_became_of_it(tmp_path: Path) -> None:
    dcmtk_program("storescu")
    write_studies(tmp_path / "in")
    (tmp_path / "received").mkdir()
    with serving(tmp_path) as port:
        stored = run(dcmtks("storescu"), "-aec", "ARCHIVE", "+sd", "localhost", str(port), str(tmp_path / "in"))
        assert stored.code == 0, stored.err
        assert len(objects(archive(tmp_path, "list", "--json"))) == len(STUDIES)
        assert found(port, "STUDY", f"StudyInstanceUID={STUDY.uid}") == 1
        assert archive(tmp_path, "hold", STUDY.uid).code == 0
        assert archive(tmp_path, "remove", STUDY.uid, "--yes").code == 80
        assert archive(tmp_path, "release", STUDY.uid).code == 0
        assert archive(tmp_path, "remove", STUDY.uid, "--yes").code == 0
        assert found(port, "STUDY", f"StudyInstanceUID={STUDY.uid}") == 0
        (entry,) = objects(archive(tmp_path, "trash", "--json"))
        assert archive(tmp_path, "trash", "restore", str(entry["id"])).code == 0
        assert found(port, "STUDY", f"StudyInstanceUID={STUDY.uid}") == 1
        assert archive(tmp_path, "export", str(tmp_path / "cd"), "study", STUDY.uid).code == 0
        assert archive(tmp_path, "import", str(tmp_path / "cd")).code == 0
        assert archive(tmp_path, "verify").code == 0


@pytest.mark.dcmtk
@pytest.mark.long
def test_what_was_put_back_is_moved_by_dcmtks_movescu(tmp_path: Path) -> None:
    dcmtk_program("movescu")
    write_studies(tmp_path / "in", STUDIES[:1])
    received = tmp_path / "received"
    received.mkdir()
    options = ["-aet", "STORE", "-od", str(received)]
    with dcmtk_server("storescp", options, tmp_path) as store, serving(tmp_path, store) as port:
        assert archive(tmp_path, "import", str(tmp_path / "in")).code == 0
        assert archive(tmp_path, "remove", STUDY.uid, "--yes").code == 0
        (entry,) = objects(archive(tmp_path, "trash", "--json"))
        assert archive(tmp_path, "trash", "restore", str(entry["id"])).code == 0
        words = ["-aec", "ARCHIVE", "-aet", "STORE", "-aem", "STORE", "-S", "-k", "QueryRetrieveLevel=STUDY"]
        moved = run(dcmtks("movescu"), *words, "-k", f"StudyInstanceUID={STUDY.uid}", "localhost", str(port))
        assert moved.code == 0, moved.err
        assert len(list(received.iterdir())) == sum(series.instances for series in STUDY.series)


@pytest.mark.long
def test_an_index_of_a_newer_version_is_left_as_it_is(tmp_path: Path) -> None:
    write_studies(tmp_path / "in", STUDIES[:1])
    with serving(tmp_path):
        assert archive(tmp_path, "import", str(tmp_path / "in")).code == 0
    index = tmp_path / "area" / ".dicomdesk" / "index.sqlite"
    with sqlite3.connect(index) as connection:
        connection.execute("UPDATE settings SET value = ? WHERE name = 'version'", (str(VERSION + 1),))
        connection.commit()
    connection.close()
    for words in (["list"], ["remove", STUDY.uid, "--yes"]):
        done = archive(tmp_path, *words)
        assert done.code == 10, words
        assert "newer" in done.err
    with sqlite3.connect(index) as connection:
        assert connection.execute("SELECT count(*) FROM instance").fetchone()[0] > 0
    connection.close()


@pytest.mark.long
def test_a_database_that_is_down_is_told(tmp_path: Path) -> None:
    (tmp_path / "area").mkdir()
    url = f"postgresql://nobody@localhost:{free_port()}/none"
    (tmp_path / "a.cfg").write_text(f"DatabaseURL = {url}\n" + CONFIGURATION.format(folder=tmp_path / "area", store=1))
    for words in (["list"], ["import", str(tmp_path)]):
        done = archive(tmp_path, *words)
        assert done.code == 10
        assert "the database of the index cannot be used" in done.err
        assert "Traceback" not in done.err

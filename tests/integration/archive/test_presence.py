"""What an archive has of studies, read beside the server that stores into it."""

from pathlib import Path

import pytest

from dicomdesk.archive.presence import ArchivePresence
from dicomdesk.errors import LocalError
from tests.helpers.archives.served_archives import ARCHIVE, encoded, running


def configuration(tmp_path: Path, *folders: Path) -> Path:
    """A file with areas in these folders."""
    rows = "\n".join(
        f"{ARCHIVE if number == 0 else f'AREA{number}'} {folder} RW (9, 1024mb) ANY"
        for number, folder in enumerate(folders)
    )
    file = tmp_path / "dcmqrscp.cfg"
    file.write_text(f"NetworkTCPPort = 11112\nAETable BEGIN\n{rows}\nAETable END\n")
    return file


def test_studies_are_found_while_the_archive_runs(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with running(folder) as archive:
        archive.put(encoded("1.1"), encoded("1.2", series="1.2.3.6"), encoded("2.1", "1.2.4", "1.2.4.1"))
        presence = ArchivePresence(configuration(tmp_path, folder))
        found = presence.find_studies(["1.2.3", "1.2.4", "9"])
        assert found == {
            "1.2.3": {"1.2.3.5": frozenset({"1.1"}), "1.2.3.6": frozenset({"1.2"})},
            "1.2.4": {"1.2.4.1": frozenset({"2.1"})},
            "9": {},
        }
        archive.put(encoded("1.3"))
        assert presence.find_studies(["1.2.3"])["1.2.3"]["1.2.3.5"] == {"1.1", "1.3"}
    assert presence.problem == ""


def test_areas_without_an_index_get_none_and_tell_nothing(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert ArchivePresence(configuration(tmp_path, empty, tmp_path / "none")).find_studies(["1.2.3"]) == {"1.2.3": {}}
    assert list(empty.iterdir()) == []


def test_a_damaged_index_is_said_and_costs_no_other(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad" / ".dicomdesk", tmp_path / "good"
    bad.mkdir(parents=True)
    (bad / "index.sqlite").write_bytes(b"no database" * 1000)
    with running(good) as archive:
        archive.put(encoded("1.1"))
    presence = ArchivePresence(configuration(tmp_path, good, bad.parent))
    assert presence.find_studies(["1.2.3"]) == {"1.2.3": {"1.2.3.5": frozenset({"1.1"})}}
    assert presence.problem


def test_a_configuration_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LocalError):
        ArchivePresence(tmp_path / "none.cfg")

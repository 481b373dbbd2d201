import os
from pathlib import Path

from dicomdesk.archive.administration.details import Details, find_details, read_sender
from dicomdesk.archive.administration.opening import opened_areas
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.selection import read_selection
from dicomdesk.archive.areas.holds import hold_study
from tests.helpers.archives.served_archives import encoded, running


def show(folder: Path, *words: str) -> list[Details]:
    with opened_areas(ArchivePlace(folder=folder)) as (opened,):
        return list(find_details(opened, read_selection(words)))


def test_all_that_is_known_of_each_level_is_shown(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"), encoded("1.2"), encoded("2.1", study="1.2.4", series="1.2.4.1"))
        hold_study(archive.archive.keeper("ARCHIVE").storage, "1.2.3", by="me", why="a reason")
        paths = {uid: path for path, uid in archive.indexed().items()}
        size = sum(len(content) for content in archive.files().values())
        os.unlink(tmp_path / paths["1.2"])
    (patient,) = show(tmp_path, "patient", "P1")
    assert (len(patient.below), patient.files, patient.missing) == (2, 2, (paths["1.2"],))
    assert patient.senders == {"SENDER": 2}
    assert 0 < patient.file_bytes < size
    (study,) = show(tmp_path, "study", "1.2.3")
    assert study.hold is not None
    assert study.hold.why == "a reason"
    assert [one.values["series_instance_uid"] for one in study.below] == ["1.2.3.5"]
    assert study.listed.values["patient_name"] == "Doe^Jane"
    (instance,) = show(tmp_path, "instance", "1.1")
    assert (instance.below, instance.listed.values["path"]) == ((), paths["1.1"])
    assert show(tmp_path, "series", "1.99") == []


def test_a_file_that_does_not_say_who_sent_it_has_no_sender(tmp_path: Path) -> None:
    file = tmp_path / "a"
    for content in (b"", b"short", bytes(128) + b"DICM", bytes(128) + b"DICM\2\0\x16\0AE", os.urandom(4096)):
        file.write_bytes(content)
        assert read_sender(file) == ""
    file.write_bytes(bytes(128) + b"DICM\2\0\1\0OB\0\0\2\0\0\0\0\1\2\0\x16\0AE\4\0ME  ")
    assert read_sender(file) == "ME"

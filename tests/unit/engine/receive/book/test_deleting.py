from pathlib import Path

import pytest

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.facts.reception import ArrivalKind, StudySender
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook, Arrived
from dicomdesk.engine.receive.book.deleting import delete_received
from dicomdesk.errors import LocalError
from tests.helpers.jobs.sending import write_instance

STUDY = "1.2.3"
JOB = ("job", 1)


def received(book: ArrivalBook, folder: Path, *uids: str) -> list[Path]:
    """Files as a receiver leaves them, in the book."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [Path(write_instance(folder, f"CT.{uid}", sop_instance_uid=uid)) for uid in uids]
    for uid, path in zip(uids, paths, strict=True):
        header = read_header(str(path), InputFormat.FILE_ONLY)
        assert header.study_instance_uid == STUDY
        book.take(
            Arrived(sop_instance_uid=uid, header=header, association=JOB, path=str(path), wanted=ArrivalKind.NEW), 1.0
        )
    return paths


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def book(folder: Path) -> ArrivalBook:
    book = ArrivalBook()
    book.receives_into(str(folder))
    return book


def test_a_study_is_deleted_with_the_folders_that_become_empty(book: ArrivalBook, folder: Path) -> None:
    received(book, folder / "DOE" / "CT" / "1", "1.2.3.1", "1.2.3.2")
    (folder / "DOE" / "note.txt").write_text("mine")
    found = delete_received(book, STUDY)
    assert (len(found.deleted), found.kept, found.folders) == (2, (), 2)
    assert sorted(path.name for path in folder.rglob("*")) == ["DOE", "note.txt"]
    study = book.find(STUDY)
    assert study is not None
    assert (study.here, book.here, book.files(STUDY)) == (0, 0, [])


def test_one_instance_goes_and_the_others_stay(book: ArrivalBook, folder: Path) -> None:
    paths = received(book, folder, "1.2.3.1", "1.2.3.2")
    series = book.files(STUDY)[0].series_instance_uid
    assert not delete_received(book, STUDY, "9.9").deleted
    found = delete_received(book, STUDY, series, {"1.2.3.1"})
    assert [file.sop_instance_uid for file in found.deleted] == ["1.2.3.1"]
    assert list(folder.iterdir()) == [paths[1]]


def test_what_is_gone_already_is_no_trouble(book: ArrivalBook, folder: Path) -> None:
    (path,) = received(book, folder, "1.2.3.1")
    path.unlink()
    assert (len(delete_received(book, STUDY).deleted), book.here) == (1, 0)


def test_what_is_another_file_now_stays(book: ArrivalBook, folder: Path, tmp_path: Path) -> None:
    other, link, folder_now, text, moved = received(book, folder, *(f"1.2.3.{number}" for number in range(1, 6)))
    write_instance(folder, other.name, sop_instance_uid="1.2.3.99")
    outside = Path(write_instance(tmp_path, "outside", sop_instance_uid="1.2.3.2"))
    link.unlink()
    link.symlink_to(outside)
    folder_now.unlink()
    folder_now.mkdir()
    text.write_text("no DICOM")
    found = delete_received(book, STUDY)
    assert [file.path for file in found.deleted] == [str(moved)]
    assert {each.path: each.reason for each in found.kept} == {
        str(other): "It is another file now than was received",
        str(link): "There is something else now that is no file",
        str(folder_now): "There is something else now that is no file",
        str(text): "It is another file now than was received",
    }
    assert outside.exists()
    assert book.here == 4


def test_nothing_is_deleted_through_a_folder_that_leads_elsewhere(
    book: ArrivalBook, folder: Path, tmp_path: Path
) -> None:
    (path,) = received(book, folder / "sub", "1.2.3.1")
    (folder / "sub").rename(tmp_path / "elsewhere")
    (folder / "sub").symlink_to(tmp_path / "elsewhere")
    found = delete_received(book, STUDY)
    assert [each.reason for each in found.kept] == ["It is outside the folder that was received into"]
    assert path.exists()


def test_a_study_that_is_being_received_is_not_deleted(book: ArrivalBook, folder: Path) -> None:
    book.opened(JOB, StudySender(calling_ae_title="CT1", called_ae_title="US", host="h"))
    (path,) = received(book, folder, "1.2.3.1")
    with pytest.raises(LocalError, match="being received"):
        delete_received(book, STUDY)
    assert path.exists()
    book.closed(JOB)
    assert delete_received(book, STUDY).deleted
    book.forget(STUDY)
    with pytest.raises(LocalError, match="not known"):
        delete_received(book, STUDY)

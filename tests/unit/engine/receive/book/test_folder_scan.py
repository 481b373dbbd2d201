import os
from pathlib import Path

from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.engine.receive.book.folder_scan import FolderScan
from tests.helpers.jobs.sending import write_instance


def scanned(folder: Path, **options: int) -> tuple[ArrivalBook, FolderScan]:
    book = ArrivalBook()
    scan = FolderScan(str(folder), book, lambda: 0, **options)
    scan.begin()
    scan.run()
    return book, scan


def test_what_is_in_the_folder_is_here(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    paths = [
        write_instance(folder, f"{n}", sop_instance_uid=f"1.{n}")
        for n, folder in enumerate((tmp_path, tmp_path / "a", tmp_path / "a" / "b"))
    ]
    for path in paths:
        os.utime(path, (1000, 1000 + paths.index(path)))
    book, _ = scanned(tmp_path)
    (study,) = book.studies()
    assert (study.here, study.earlier, study.arrivals, study.new) == (3, 3, 0, 0)
    assert (study.first_at, study.last_at) == (1000.0, 1002.0)
    assert {file.path for file in book.files(study.uid)} == set(paths)


def test_who_sent_an_instance_is_read_from_its_file(tmp_path: Path) -> None:
    written = Path(write_instance(tmp_path, "0", sop_instance_uid="1.0")).read_bytes()
    titles = {"1": b"\2\0\x16\0AE\4\0CT1 ", "2": b"\2\0\x16\0AE\x40\0" + b"A" * 64}
    for name, element in titles.items():
        (tmp_path / name).write_bytes(with_meta(written.replace(b"1.0\0", f"1.{name}\0".encode()), element))
        os.utime(tmp_path / name, (1000, 1000))
    book, _ = scanned(tmp_path)
    (study,) = book.studies()
    assert study.here == 3
    assert [(each.calling_ae_title, count) for each, count in study.senders.items()] == [("CT1", 1)]


def with_meta(file: bytes, element: bytes) -> bytes:
    """The file with one more element at the end of group 0002, whose length stands behind its header at 140."""
    length = int.from_bytes(file[140:144], "little")
    end = 144 + length
    return file[:140] + (length + len(element)).to_bytes(4, "little") + file[144:end] + element + file[end:]


def test_what_is_no_file_of_a_receiver_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    outside = write_instance(tmp_path, "outside", sop_instance_uid="1.1")
    (tmp_path / "in" / "link").symlink_to(outside)
    (tmp_path / "in" / "folder").symlink_to(tmp_path)
    (tmp_path / "in" / "note.txt").write_text("no DICOM")
    (tmp_path / "in" / "empty").touch()
    os.mkfifo(tmp_path / "in" / "pipe")
    write_instance(tmp_path / "in", ".dicomdesk-1.part", sop_instance_uid="1.2")
    book, _ = scanned(tmp_path / "in")
    assert book.studies() == []
    assert scanned(tmp_path / "none")[0].studies() == []


def test_what_is_looked_at_is_bounded_and_can_be_stopped(tmp_path: Path) -> None:
    for number in range(5):
        write_instance(tmp_path, f"{number}", sop_instance_uid=f"1.{number}")
    book, scan = scanned(tmp_path, most_files=3)
    assert (book.here, scan.is_bounded) == (3, True)
    assert not scanned(tmp_path, most_files=5)[1].is_bounded

"""A look at one image of a series: with a real archive, and with peers that cannot."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.retrieve.look.look_dialog import LookDialog
from dicomdesk.gui.retrieve.part import RetrievePart
from tests.gui.retrieve.conftest import WaitUntil
from tests.helpers.archives.served_archives import Running, encoded, make_settings, running, serving
from tests.helpers.data.datasets import EXPLICIT, Builder
from tests.helpers.data.found import asked_peer, found
from tests.helpers.dcmtk.programs import free_port

SERIES = "1.2.3.5"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def image(uid: str, number: int, side: int = 4) -> bytes:
    """A data set with an image of one grey, but for one pixel that has the instance's number."""
    build = Builder(EXPLICIT)
    module = b"".join(
        build.element(tag, vr, value)
        for tag, vr, value in (
            (0x00280002, "US", 1),
            (0x00280004, "CS", "MONOCHROME2"),
            (0x00280010, "US", side),
            (0x00280011, "US", side),
            (0x00280100, "US", 8),
            (0x00280101, "US", 8),
            (0x00280102, "US", 7),
            (0x00280103, "US", 0),
        )
    )
    pixels = bytes((number, 255)) + bytes(side * side - 2)
    whole = encoded(uid, pixels=pixels)
    start = whole.index(b"\xe0\x7f\x10\x00")
    head = whole[:start].replace(b"\x20\0\x13\0IS\x02\x001 ", b"\x20\0\x13\0IS\x02\x00" + f"{number:2}".encode())
    return head + module + whole[start:]


def look(
    part: RetrievePart, wait_until: WaitUntil, port: int, level: Level = Level.SERIES, uid: str = ""
) -> LookDialog:
    dialog = part.look_at(found(level, (asked_peer(port), 3), series=SERIES, instance=uid))
    assert dialog is not None
    wait_until(lambda: bool(dialog.words.text()) and "Fetching" not in dialog.words.text())
    return dialog


def test_the_middle_image_of_a_series_is_shown_and_nothing_stays(
    part: RetrievePart, wait_until: WaitUntil, tmp_path: Path, temporary: Path
) -> None:
    with running(tmp_path / "archive") as archive:
        archive.put(*(image(f"1.1.{number}", number * 10) for number in (3, 1, 2)))
        dialog = look(part, wait_until, archive.port)
        assert dialog.image is not None
        assert dialog.image.pixels[:2] == bytes((20, 255))
        assert dialog.words.text() == "4 by 4 pixels, image 2 of 3, small, not for diagnosis"
        wait_until(lambda: not list(temporary.iterdir()))
        assert not (tmp_path / "in").exists()
        one = look(part, wait_until, archive.port, Level.IMAGE, "1.1.3")
    assert one.image is not None
    assert one.image.pixels[:2] == bytes((30, 255))
    assert " of " not in one.words.text()


def test_what_is_no_image_is_said(part: RetrievePart, wait_until: WaitUntil, tmp_path: Path, temporary: Path) -> None:
    with running(tmp_path / "archive") as archive:
        archive.put(encoded("1.1"))
        dialog = look(part, wait_until, archive.port)
    assert dialog.image is None
    assert "The image came, but cannot be shown" in dialog.words.text()
    wait_until(lambda: not list(temporary.iterdir()))


@contextmanager
def without_get(folder: Path) -> Iterator[Running]:
    with serving(make_settings(folder, allows_get=False)) as archive:
        yield archive


def test_a_peer_that_takes_no_get_is_said(
    part: RetrievePart, wait_until: WaitUntil, tmp_path: Path, temporary: Path
) -> None:
    with without_get(tmp_path / "archive") as archive:
        archive.put(image("1.1", 1))
        dialog = look(part, wait_until, archive.port)
    assert "does not accept C-GET" in dialog.words.text()
    wait_until(lambda: not list(temporary.iterdir()))


def test_a_peer_that_is_gone_and_a_series_that_is_gone_are_said(
    part: RetrievePart, wait_until: WaitUntil, tmp_path: Path, temporary: Path
) -> None:
    assert look(part, wait_until, free_port()).words.text()
    with running(tmp_path / "archive") as archive:
        dialog = look(part, wait_until, archive.port)
    assert "query again" in dialog.words.text()
    wait_until(lambda: not list(temporary.iterdir()))


def test_closing_it_leaves_nothing(part: RetrievePart, wait_until: WaitUntil, tmp_path: Path, temporary: Path) -> None:
    with running(tmp_path / "archive") as archive:
        archive.put(image("1.1", 1))
        dialog = part.look_at(found(Level.SERIES, (asked_peer(archive.port), 1), series=SERIES))
        assert dialog is not None
        dialog.close()
        wait_until(lambda: not part._tasks._running)
        assert not list(temporary.iterdir())


def test_studies_and_patients_are_not_looked_at(part: RetrievePart) -> None:
    assert part.look_at(found(Level.STUDY)) is None
    assert part.look_at(found(Level.PATIENT, study="", model=QueryModel.PATIENT_ROOT)) is None

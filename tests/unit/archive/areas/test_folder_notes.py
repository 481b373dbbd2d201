"""Notes of a folder on itself: the first name stays, and what cannot be read or written does no harm."""

from pathlib import Path

import pytest

from dicomdesk.archive.areas.folder_notes import FolderNotes, LeftOut, read_name


def test_the_name_that_was_claimed_first_stays_beside_all_that_is_noted(tmp_path: Path) -> None:
    notes = FolderNotes(str(tmp_path))
    assert read_name(str(tmp_path)) == ""
    assert notes.claim_name("ONE") == "ONE"
    assert FolderNotes(str(tmp_path)).claim_name("TWO") == "ONE"
    sessions: list[str] = []
    for _ in range(2):
        notes.note_session(sessions.append)
        assert notes.session() == sessions[-1] != ""
    assert len(set(sessions)) == 2
    notes.note_left_out(LeftOut(studies=3))
    assert notes.left_out() == LeftOut(studies=3)
    assert LeftOut(studies=4).exceeds(notes.left_out())
    assert not LeftOut(studies=2).exceeds(notes.left_out())
    notes.forget_session()
    assert (notes.session(), read_name(str(tmp_path))) == ("", "ONE")
    assert [path.name for path in tmp_path.iterdir()] == ["area.json"]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"name": 7, "session": [], "left_out": 3}', b"\xff{", b"[" * 5000])
def test_rubbish_in_the_notes_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "area.json").write_bytes(content)
    notes = FolderNotes(str(tmp_path))
    assert read_name(str(tmp_path)) == ""
    assert notes.left_out() == LeftOut()
    assert notes.claim_name("ONE") == "ONE"
    assert read_name(str(tmp_path)) == "ONE"


def test_a_folder_that_is_not_there_notes_nothing(tmp_path: Path) -> None:
    notes = FolderNotes(str(tmp_path / "gone"))
    assert notes.claim_name("ONE") == "ONE"
    notes.note_session(lambda _: None)
    with pytest.raises(OSError, match="gone"):
        notes.note_left_out(LeftOut())

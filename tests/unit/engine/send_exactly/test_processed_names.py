"""Names of processed files."""

from pathlib import Path

import pytest

from dicomdesk.engine.send_exactly.processed_names import rename_processed


@pytest.mark.parametrize(("is_done", "suffix"), [(True, ".done"), (False, ".bad")])
def test_the_suffix_says_what_became_of_it(tmp_path: Path, is_done: bool, suffix: str) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(b"content")
    renamed = rename_processed(str(path), is_done=is_done)
    assert renamed.path == f"{path}{suffix}"
    assert not renamed.problem
    assert not renamed.has_replaced
    assert not path.exists()
    assert Path(renamed.path).read_bytes() == b"content"


def test_what_is_replaced_is_told(tmp_path: Path) -> None:
    path, old = tmp_path / "a.dcm", tmp_path / "a.dcm.done"
    path.write_bytes(b"new")
    old.write_bytes(b"old")
    assert rename_processed(str(path), is_done=True).has_replaced
    assert old.read_bytes() == b"new"


def test_what_cannot_be_renamed_keeps_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    assert "No such file" in rename_processed(str(path), is_done=True).problem
    path.write_bytes(b"")
    (tmp_path / "a.dcm.bad").mkdir()
    assert rename_processed(str(path), is_done=False).problem
    assert path.exists()
    assert rename_processed("a\0b", is_done=False).problem

"""Files that have gone everywhere are moved or deleted, and never another file."""

import os
from pathlib import Path

import pytest

from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.routing.afterwards import Handler, delete_file, move_file, strictest
from dicomdesk.engine.routing.facts import FileHandled, RuleFact
from dicomdesk.engine.routing.route_book import Handling, RouteBook
from dicomdesk.engine.rules.folder_watch import FileState
from dicomdesk.engine.rules.rule import Afterwards, Rule


def test_of_several_rules_the_one_counts_that_does_least() -> None:
    move, delete = Rule(name="a", afterwards=Afterwards.MOVE), Rule(name="b", afterwards=Afterwards.DELETE_STORED)
    committed = Rule(name="c", afterwards=Afterwards.DELETE_COMMITTED)
    assert strictest([delete]) is Afterwards.DELETE_STORED
    assert strictest([delete, committed]) is Afterwards.DELETE_COMMITTED
    assert strictest([committed, move]) is Afterwards.MOVE
    assert strictest([delete, None]) is Afterwards.LEAVE
    assert strictest([]) is Afterwards.LEAVE


def test_a_file_is_moved_by_its_name_below_the_folder_and_replaces_nothing(tmp_path: Path) -> None:
    for content in (b"1", b"2", b"3"):
        (tmp_path / "deep").mkdir(exist_ok=True)
        (tmp_path / "deep" / "a.dcm").write_bytes(content)
        move_file(str(tmp_path / "deep" / "a.dcm"), str(tmp_path))
    moved = {path.name: path.read_bytes() for path in (tmp_path / "sent" / "deep").iterdir()}
    assert moved == {"a.dcm": b"1", "a-1.dcm": b"2", "a-2.dcm": b"3"}
    assert not list((tmp_path / "deep").iterdir())


def test_where_there_are_no_links_a_file_is_renamed_and_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    for content in (b"1", b"2"):
        (tmp_path / "a").write_bytes(content)
        move_file(str(tmp_path / "a"), str(tmp_path))
    assert {path.name: path.read_bytes() for path in (tmp_path / "sent").iterdir()} == {"a": b"1", "a-1": b"2"}


def handle(path: Path, root: Path, state: FileState) -> tuple[RouteBook, list[RuleFact]]:
    """Have a handler deal with a file that has gone everywhere."""
    told: list[RuleFact] = []
    book = RouteBook(MemoryJournal())
    handler = Handler(book, told.append)
    handling = Handling(
        uid="1.2",
        root=str(root),
        afterwards="delete_stored",
        size_bytes=state.size_bytes,
        mtime_ns=state.mtime_ns,
        errands=(1,),
    )
    handler._handle(str(path), handling)
    return book, told


def state_of(path: Path) -> FileState:
    status = path.stat()
    return FileState(str(path), status.st_size, status.st_mtime_ns)


def test_a_file_below_a_folder_that_has_become_a_link_stays(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    (inside / "deep").mkdir(parents=True)
    outside.mkdir()
    (outside / "a").write_bytes(b"1")
    state = state_of(outside / "a")
    (inside / "deep").rmdir()
    (inside / "deep").symlink_to(outside)
    _book, told = handle(inside / "deep" / "a", inside, state)
    assert (outside / "a").exists()
    assert [fact.problem for fact in told if isinstance(fact, FileHandled)] == ["it has changed since, and stays"]


def test_a_watched_folder_may_itself_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "a").write_bytes(b"1")
    _book, told = handle(tmp_path / "link" / "a", tmp_path / "link", state_of(tmp_path / "real" / "a"))
    assert [fact.problem for fact in told if isinstance(fact, FileHandled)] == [""]
    assert not (tmp_path / "real" / "a").exists()


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    state = state_of(tmp_path / "a")
    delete_file(str(tmp_path / "a"))
    _book, told = handle(tmp_path / "a", tmp_path, state)
    assert [fact.problem for fact in told if isinstance(fact, FileHandled)] == ["it is gone already"]

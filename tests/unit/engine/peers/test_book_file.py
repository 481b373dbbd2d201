import json
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.peers import book_file
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.errors import SettingsError
from tests.helpers.peers.known_peers import BOOKS, FULL, many, named


@given(BOOKS)
def test_book_is_read_as_it_was_written(peers: tuple[KnownPeer, ...]) -> None:
    assert book_file.peers_from_json(book_file.to_json(peers)) == (peers, [])


def test_file_is_written_whole_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / book_file.FILE_NAME
    assert book_file.BookFile(path).load() == book_file.LoadedBook(is_new=True)
    file = book_file.BookFile(path)
    assert file.save((FULL,)) == ()
    assert file.save((FULL, named("x"))) == ()
    assert book_file.BookFile(path).load() == book_file.LoadedBook(peers=(FULL, named("x")))
    assert [child.name for child in path.parent.iterdir()] == [book_file.FILE_NAME]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_secrets_and_defaults_are_not_written() -> None:
    tls = replace(FULL.security.tls, pass_phrase="sesame")
    assert "sesame" not in book_file.to_json((replace(FULL, security=replace(FULL.security, tls=tls)),))
    plain = json.loads(book_file.to_json((named("x"),)))["peers"]
    assert plain == [{"name": "x", "ae_title": "AE1", "host": "host1.example", "port": 104}]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "the whole is no object"),
        ("{}", "of version None"),
        ('{"dicomdesk_peers": 2, "peers": []}', "of version 2, and only version 1 is known"),
        ('{"dicomdesk_peers": true, "peers": []}', "of version True"),
        ('{"dicomdesk_peers": 1, "peers": {}}', "peers is no list"),
    ],
)
def test_damaged_or_newer_file_is_kept_aside_and_said(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / book_file.FILE_NAME
    path.write_text(text)
    loaded = book_file.BookFile(path).load()
    assert loaded.peers == ()
    assert not loaded.is_new
    assert reason in loaded.problem
    assert "A new one is begun" in loaded.problem
    (kept,) = tmp_path.iterdir()
    assert kept.read_text() == text
    assert str(kept) in loaded.problem


def test_several_files_kept_aside_in_one_second_have_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / book_file.FILE_NAME
    for number in range(3):
        path.write_text(f"{number}")
        book_file.BookFile(path).load()
    assert sorted(child.read_text() for child in tmp_path.iterdir()) == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (3, "it is no object"),
        ({}, "name is missing"),
        ({"port": "104"}, "port is no whole number"),
        ({"port": True}, "port is no whole number"),
        ({"port": 0}, "A port is a number"),
        ({"name": "Well"}, "comes twice"),
        ({"colour": "red"}, "nothing is known of colour"),
        ({"security": []}, "PeerSecurity is no object"),
        ({"retrieve_method": "scp"}, "retrieve_method is none of"),
        ({"last_check": {"at": "2026"}}, "no outcome"),
        ({"timeouts": {"acse_s": 0}}, "acse_s is no number of seconds above 0"),
    ],
)
def test_peer_that_cannot_be_read_costs_no_other(entry: object, reason: str, tmp_path: Path) -> None:
    path = tmp_path / book_file.FILE_NAME
    whole = {"name": "A", "ae_title": "A", "host": "h", "port": 104}
    broken = {**whole, **entry} if isinstance(entry, dict) and entry else entry
    path.write_text(json.dumps({"dicomdesk_peers": 1, "peers": [{**whole, "name": "Well"}, broken]}))
    loaded = book_file.BookFile(path).load()
    assert [peer.name for peer in loaded.peers] == ["Well"]
    assert loaded.problem.startswith("1 of 2 peers of the address book cannot be read: peer 2: ")
    assert reason in loaded.problem


def test_file_that_cannot_be_read_is_not_written_over(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        book_file.BookFile(tmp_path).load()


def test_bytes_that_are_no_text_are_damage(tmp_path: Path) -> None:
    path = tmp_path / book_file.FILE_NAME
    path.write_bytes(b"\xff\xfe{")
    assert "not UTF-8" in book_file.BookFile(path).load().problem


def test_failed_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / book_file.FILE_NAME
    path.mkdir()
    with pytest.raises(OSError, match=r".+"):
        book_file.BookFile(path).save((FULL,))
    assert list(tmp_path.iterdir()) == [path]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(book_file.READERS[KnownPeer])),
        inner),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_any_entry_is_read_or_told(value: object) -> None:
    text = json.dumps({"dicomdesk_peers": 1, "peers": [value]})
    peers, mistakes = book_file.peers_from_json(text)
    assert len(peers) + len(mistakes) == 1


def test_peers_that_another_window_added_stay(tmp_path: Path) -> None:
    path = tmp_path / book_file.FILE_NAME
    first, second = book_file.BookFile(path), book_file.BookFile(path)
    first.save((FULL, named("gone", number=2)))
    assert len(second.load().peers) == 2
    second.save((FULL, named("theirs", number=3)))
    assert first.save((FULL, named("ours", number=4))) == (named("theirs", number=3),), "removed stays removed"
    assert book_file.BookFile(path).load().peers == (FULL, named("ours", number=4), named("theirs", number=3))
    assert first.save((FULL, named("ours", number=4))) == (), "and what we remove then"
    assert book_file.BookFile(path).load().peers == (FULL, named("ours", number=4))


def test_damage_by_others_does_not_keep_us_from_saving(tmp_path: Path) -> None:
    path = tmp_path / book_file.FILE_NAME
    file = book_file.BookFile(path)
    file.save((FULL,))
    path.write_text("{")
    assert file.save((FULL,)) == ()
    assert file.load().peers == (FULL,)


def test_new_book_begins_with_the_addresses_that_are_known() -> None:
    plain = PeerSecurity()
    begun = book_file.begin_book(
        {
            ("PACS", "one.example", "104"): plain,
            ("PACS", "two.example", "2762"): FULL.security,
            ("", "three.example", "104"): plain,
            ("X", "four.example", "none"): plain,
        }
    )
    assert [str(peer) for peer in begun] == ["PACS (PACS@one.example:104)", "PACS (2) (PACS@two.example:2762)"]
    assert begun[1].security == FULL.security


def test_five_thousand_peers_are_written_and_read() -> None:
    peers = many(5000)
    assert book_file.peers_from_json(book_file.to_json(peers)) == (peers, [])


def test_document_is_imported_without_checks() -> None:
    written = book_file.write_document([FULL, named("x")])
    read = book_file.read_document(written.text.encode())
    assert [found.peer for found in read.peers] == [replace(FULL, last_check=None), named("x")]
    assert written.losses == ()
    for data in (b"", b"{}", b"\xff"):
        (mistake,) = book_file.read_document(data).mistakes
        assert mistake.text.startswith("This is no address book: ")


def test_file_lies_in_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert book_file.book_file().name == "peers.json"

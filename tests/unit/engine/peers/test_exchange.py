from dataclasses import replace

import pytest

from dicomdesk.engine.peers.address_book import AddressBook
from dicomdesk.engine.peers.exchange import (
    FoundPeer,
    ImportAction,
    Mistake,
    ReadPeers,
    checked_peer,
    decode_text,
    plan_import,
    tell_losses,
)
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.errors import SettingsError
from tests.helpers.peers.known_peers import FULL, many, named

ADDRESS = frozenset({"name", "ae_title", "host", "port"})


def found(peer: KnownPeer, line: int = 1, *given: str) -> FoundPeer:
    return FoundPeer(peer=peer, given=ADDRESS | set(given), line=line)


def test_each_peer_is_added_changed_or_skipped_with_its_reason() -> None:
    book = AddressBook([FULL, named("Desk")])
    moved = replace(named("MAIN archive"), ae_title="PACS", host="new.example", port=104)
    read = ReadPeers(
        peers=(
            found(named("New", number=2), 2),
            found(moved, 3, "uses_tls"),
            found(named("Desk"), 4),
            found(named("Same place"), 5),
            found(named("new", number=3), 6),
        ),
        mistakes=(Mistake(1, "Port is missing."),),
        remarks=("Columns that are not taken: Colour.",),
    )
    plan = plan_import(book, read)
    assert [(row.line, row.action.value, row.reason) for row in plan.rows] == [
        (1, "skip", "Port is missing."),
        (2, "add", "New."),
        (3, "change", "Other than in the book: name, host, port, TLS."),
        (4, "skip", "Nothing of it is new."),
        (5, "skip", 'Its address is known already, as "Desk".'),
        (6, "skip", "The name comes twice in the file (line 2)."),
    ]
    assert plan.count(ImportAction.ADD) == 1
    assert plan.remarks == read.remarks
    plan.apply(book)
    changed = book.find("Main archive")
    assert changed is not None
    assert (changed.host, changed.port, changed.security.uses_tls) == ("new.example", 104, False)
    assert changed.notes == FULL.notes, "what the file says nothing about stays"
    assert changed.security.user_name == "ws1"
    assert changed.last_check is None, "the check was of another address"
    assert [peer.name for peer in book.peers] == ["Desk", "New", "MAIN archive"]


def test_group_is_for_peers_whose_file_has_none() -> None:
    read = ReadPeers(peers=(found(named("a")), found(named("b", "Own", 2))))
    plan = plan_import(AddressBook(), read, "Imported")
    assert [row.peer.group for row in plan.rows if row.peer] == ["Imported", "Own"]


def test_import_is_one_change_and_all_or_nothing() -> None:
    book = AddressBook([named("a")])
    plan = plan_import(book, ReadPeers(peers=(found(named("b", number=2)), found(replace(named("a"), port=11112)))))
    told: list[int] = []
    book.listen(lambda: told.append(len(book)))
    book.remove(["a"])
    with pytest.raises(SettingsError, match='no peer called "a"'):
        plan.apply(book)
    assert told == [0]


def test_values_that_are_not_well_are_a_mistake_with_its_line() -> None:
    wrong = checked_peer({"name": "x", "ae_title": "TOO LONG A TITLE 1", "host": "h", "port": 0}, 7)
    assert isinstance(wrong, Mistake)
    assert str(wrong).startswith("line 7: x: An AE title has at most 16 characters. A port is")
    assert str(Mistake(0, "All of it.")) == "All of it."


def test_what_is_shown_of_a_file_is_printable() -> None:
    wicked = "\x00a\x1b[31m\u202e"
    found_peer = FoundPeer(peer=named("a"), given=ADDRESS, line=1, remark=wicked)
    read = ReadPeers(peers=(found_peer,), mistakes=(Mistake(1, wicked),), remarks=(wicked,))
    for text in (read.mistakes[0].text, read.remarks[0], read.peers[0].remark):
        assert text.isprintable()
        assert "a" in text


def test_losses_are_counted_by_field() -> None:
    assert tell_losses([named("a"), named("b")], ADDRESS) == ()
    told = tell_losses([FULL, replace(FULL, name="x", notes="")], ADDRESS)
    assert len(told) == 1
    assert "notes (1 peer)" in told[0]
    assert "TLS files and rules (2 peers)" in told[0]
    assert "group" in told[0]
    assert "name" not in told[0].replace("user name", "")


def test_text_is_read_in_its_encoding() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert decode_text("Zürich".encode(encoding)) == ("Zürich", "")
    text, remark = decode_text("Zürich".encode("cp1252"))
    assert text == "Zürich"
    assert "Windows-1252" in remark


def test_five_thousand_peers_are_planned_and_taken() -> None:
    book = AddressBook(many(2500))
    plan = plan_import(book, ReadPeers(peers=tuple(found(peer, line) for line, peer in enumerate(many(5000), 1))))
    assert plan.count(ImportAction.ADD) == 2500
    plan.apply(book)
    assert len(book) == 5000

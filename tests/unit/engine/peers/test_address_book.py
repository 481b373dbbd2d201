from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.peers.address_book import AddressBook
from dicomdesk.engine.peers.known_peer import CheckOutcome, LastCheck
from dicomdesk.errors import SettingsError
from tests.helpers.peers.known_peers import BOOKS, FULL, many, named


def names(book: AddressBook) -> list[str]:
    return [peer.name for peer in book.peers]


def test_peers_are_found_by_name_and_address() -> None:
    book = AddressBook([FULL])
    assert book.find(" main ARCHIVE ") == FULL
    assert book.find("other") is None
    assert book.find_address("PACS", "PACS.example", 2762) == FULL
    assert book.find_address("PACS", "pacs.example", 104) is None


def test_names_are_unique_whatever_their_case() -> None:
    book = AddressBook([named("A")])
    with pytest.raises(SettingsError, match='a peer called "A" already'):
        book.add(named("a", number=2))
    assert names(book) == ["A"]


def test_peer_that_is_not_well_changes_nothing() -> None:
    book = AddressBook([named("A")])
    with pytest.raises(SettingsError, match="A port is a number"):
        book.change("A", replace(named("A"), port=0))
    assert book.peers == (named("A"),)


def test_peers_of_a_group_stand_together_and_those_without_come_first() -> None:
    book = AddressBook([named("1", "X"), named("2"), named("3", "Y"), named("4", "X")])
    assert names(book) == ["2", "1", "4", "3"]
    assert book.groups() == ("", "X", "Y")
    book.add(named("5", "X"))
    assert names(book) == ["2", "1", "4", "5", "3"]
    assert [peer.name for peer in book.of_group("X")] == ["1", "4", "5"]


def test_duplicate_has_a_free_name_and_was_never_checked() -> None:
    book = AddressBook([FULL, named("Z", "Radiology")])
    copy = book.duplicate("main archive")
    again = book.duplicate(copy.name)
    assert [copy.name, again.name] == ["Main archive (2)", "Main archive (3)"]
    assert copy.last_check is None
    assert replace(copy, name=FULL.name, last_check=FULL.last_check) == FULL
    assert names(book) == ["Main archive", "Main archive (2)", "Main archive (3)", "Z"]


def test_removed_peers_come_back_to_their_places() -> None:
    book = AddressBook([named("1"), named("2"), named("3"), named("4", "X")])
    removed = book.remove(["4", "2", "gone"])
    assert names(book) == ["1", "3"]
    book.add(named("2", number=9))
    book.restore(removed)
    assert names(book) == ["1", "2 (2)", "3", "2", "4"]


def test_peers_move_between_groups_and_keep_their_order() -> None:
    book = AddressBook([named("1"), named("2"), named("3", "X"), named("4", "X")])
    book.move(["1", "2"], "X", "4")
    assert names(book) == ["3", "1", "2", "4"]
    book.move(["4"], "", None)
    assert names(book) == ["4", "3", "1", "2"]


def test_peer_moves_within_its_group_only() -> None:
    book = AddressBook([named("0"), named("1", "X"), named("2", "X"), named("3", "Y")])
    book.move_by("1", 1)
    assert names(book) == ["0", "2", "1", "3"]
    book.move_by("1", 5)
    book.move_by("2", -5)
    assert names(book) == ["0", "2", "1", "3"]


def test_groups_move_and_are_renamed() -> None:
    book = AddressBook([named("1", "X"), named("2", "Y"), named("3", "Z")])
    book.move_group("Z", "X")
    assert book.groups() == ("Z", "X", "Y")
    book.move_group("Z", None)
    assert book.groups() == ("X", "Y", "Z")
    book.rename_group("Y", "X")
    assert names(book) == ["1", "2", "3"]
    assert book.groups() == ("X", "Z")
    book.rename_group("Z", "")
    assert names(book) == ["3", "1", "2"]


def test_listeners_are_told_of_changes_only() -> None:
    book = AddressBook([named("1")])
    told: list[int] = []
    stop = book.listen(lambda: told.append(len(book)))
    book.add(named("2", number=2))
    book.change("2", named("2", number=2))
    book.remove(["gone"])
    with pytest.raises(SettingsError):
        book.add(named("2"))
    stop()
    stop()
    book.add(named("3"))
    assert told == [2]


def test_check_is_kept_with_the_peer_and_nowhere_else() -> None:
    book = AddressBook([named("1"), named("2", number=2)])
    check = LastCheck(at=datetime.now(UTC), outcome=CheckOutcome.GOOD)
    book.note_check("1", check)
    book.note_check("gone", check)
    assert [peer.last_check for peer in book.peers] == [check, None]


def test_unknown_peer_is_told() -> None:
    with pytest.raises(SettingsError, match='no peer called "x"'):
        AddressBook().duplicate("x")


@pytest.mark.long
def test_five_thousand_peers_are_kept_in_order() -> None:
    book = AddressBook(many(5000))
    for number in range(0, 5000, 500):
        book.note_check(f"peer {number}", LastCheck(at=datetime.now(UTC), outcome=CheckOutcome.GOOD))
    book.move([f"Peer {number}" for number in range(0, 5000, 7)], "Sevens")
    assert len(book.of_group("Sevens")) == 715
    assert len(book) == 5000


@given(BOOKS, st.lists(st.sampled_from(["duplicate", "remove", "restore", "move", "by", "group", "rename"])), st.data())
def test_whatever_is_done_groups_stand_together_and_names_differ(
    peers: tuple[object, ...], steps: list[str], data: st.DataObject
) -> None:
    book = AddressBook(peers)  # type: ignore[arg-type] # peers, as BOOKS makes them
    removed = book.remove(())
    for step in steps:
        if not book.peers:
            break
        one, other = (data.draw(st.sampled_from(book.peers)) for _ in range(2))
        match step:
            case "duplicate":
                book.duplicate(one.name)
            case "remove":
                removed = book.remove([one.name])
            case "restore":
                book.restore(removed)
            case "move":
                book.move([one.name], other.group, other.name)
            case "by":
                book.move_by(one.name, data.draw(st.integers(-3, 3)))
            case "group":
                book.move_group(one.group, other.group)
            case _:
                book.rename_group(one.group, other.group)
        assert len({peer.key for peer in book.peers}) == len(book)
        order = [peer.group for peer in book.peers]
        assert len(book.groups()) == sum(one != other for one, other in zip(["\0", *order], order, strict=False))
        assert "" not in order or order[0] == ""
        assert all(book.find(peer.name) is peer for peer in book.peers)

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.peers.exchange import Mistake, ReadPeers
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.peers.peer_table import read_table, write_table
from dicomdesk.engine.retrieve.request import RetrieveMethod
from tests.helpers.peers.known_peers import BOOKS, FULL, many


def held(peer: KnownPeer) -> KnownPeer:
    """What of a peer a table can hold."""
    security = PeerSecurity(uses_tls=peer.security.uses_tls, user_name=peer.security.user_name)
    return replace(peer, security=security, last_check=None)


def peers(read: ReadPeers) -> list[KnownPeer]:
    return [found.peer for found in read.peers]


@given(BOOKS)
def test_table_is_read_as_it_was_written(book: tuple[KnownPeer, ...]) -> None:
    read = read_table(write_table(book).text.encode())
    assert read.mistakes == ()
    assert peers(read) == [held(peer) if peer.notes.strip() else replace(held(peer), notes="") for peer in book]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separator_and_encoding_are_found_out(separator: str, encoding: str, end: str) -> None:
    rows = [["Peer", "Called AE Title", "IP address", "Port", "Colour"], ["Zürich", "PACS", "10.0.0.7", "104", "red"]]
    read = read_table(end.join(separator.join(row) for row in rows).encode(encoding))
    assert [str(peer) for peer in peers(read)] == ["Zürich (PACS@10.0.0.7:104)"]
    assert read.remarks == ("Columns that are not taken: Colour.",)
    assert read.peers[0].given == {"name", "ae_title", "host", "port"}
    assert read.peers[0].line == 2


def test_excel_says_which_separator_it_has() -> None:
    read = read_table(b"sep=;\r\nAET;Host;Port\r\n\r\nA;h;104\r\n")
    assert [(str(found.peer), found.line) for found in read.peers] == [("A (A@h:104)", 4)]


def test_quoted_cells_may_have_separators_and_lines() -> None:
    read = read_table(b'name,aet,host,port,notes\n"a, b",A,h,104,"one\ntwo ""x"""\nc,C,h,105,\n')
    assert [found.line for found in read.peers] == [2, 4]
    assert [found.peer.name for found in read.peers] == ["a, b", "c"]
    assert read.peers[0].peer.notes == 'one\ntwo "x"'


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,,h,104,,,", "AE title is missing."),
        ("a,A,h,x,,,", '"x" is no Port.'),
        ("a,A,h,0,,,", "a: A port is a number from 1 to 65535"),
        ("a,A,h,104,maybe,,", '"maybe" is no TLS.'),
        ("a,A,h,104,,wado,", '"wado" is no Retrieve method.'),
        ("a,A,h,104,,,-1", '"-1" is no ACSE time-out.'),
        ("a,A,h,104,,,,7", "There are 8 cells, and the first line has 7."),
        ("a,TOO LONG A TITLE 1,h,104", "a: An AE title has at most 16 characters."),
    ],
)
def test_row_that_is_not_well_is_told_and_costs_no_other(row: str, reason: str) -> None:
    header = "name,aet,host,port,tls,method,timeout"
    read = read_table(f"{header}\n{row}\nok,OK,h,104,yes,C-MOVE,none\n".encode())
    (mistake,) = read.mistakes
    assert mistake.line == 2
    assert mistake.text.startswith(reason)
    (peer,) = peers(read)
    assert peer.security.uses_tls
    assert peer.retrieve_method is RetrieveMethod.MOVE
    assert peer.timeouts.acse_s is None


def test_quote_that_never_ends_is_told_with_its_line() -> None:
    read = read_table(b'name,aet,host,port\na,A,h,104\n"b,B,h,104\nc,C,h,104\n')
    assert [found.peer.name for found in read.peers] == ["a"]
    assert [mistake.line for mistake in read.mistakes] == [3]
    assert "cannot be read" in read.mistakes[0].text


@pytest.mark.parametrize("data", [b"", b"\n\n", b"name,aet\na,A\n", b"\0\0\0", b"sep=;\n"])
def test_table_without_the_columns_that_are_needed_is_told(data: bytes) -> None:
    (mistake,) = read_table(data).mistakes
    assert mistake.text.startswith("There is no column for ")


def test_column_that_comes_twice_counts_once() -> None:
    read = read_table(b"AET,Host,IP,Port\nA,h,i,104\n")
    assert str(peers(read)[0]) == "A (A@h:104)"
    assert read.remarks == ("Columns that are not taken: IP.",)


def test_spreadsheet_sees_no_formula() -> None:
    wicked = replace(FULL, name="=cmd()", notes="'+1", group="@x")
    text = write_table([wicked]).text
    assert all(not cell.startswith(("=", "+", "@")) for row in text.splitlines() for cell in row.split(","))
    assert peers(read_table(text.encode())) == [held(wicked)]


def test_losses_are_told() -> None:
    (told,) = write_table([FULL]).losses
    assert told == (
        "Not in this format: TLS files and rules (1 peer), how the user is presented (1 peer), last check (1 peer)."
    )


def test_five_thousand_peers_are_read() -> None:
    assert peers(read_table(write_table(many(5000)).text.encode())) == list(many(5000))


@given(st.binary(max_size=200) | st.text(alphabet='"\n\r,;name hostaetport104\0', max_size=200).map(str.encode))
def test_any_bytes_are_read_or_told(data: bytes) -> None:
    for found in read_table(data).peers:
        assert found.peer.problems() == ()
    broken = read_table(b"name,aet,host,port\n" + data)
    assert all(isinstance(mistake, Mistake) and mistake.line > 0 for mistake in broken.mistakes)

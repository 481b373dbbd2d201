import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.setup.host_table import read_host_table, write_host_table
from dicomdesk.engine.peers.exchange import ReadPeers
from dicomdesk.engine.peers.known_peer import KnownPeer
from tests.helpers.peers.known_peers import BOOKS, FULL, many, named

FILE = b"""# comment
NetworkTCPPort = 11112
HostTable BEGIN
workstation = (WS, ws1.example, 104)
scanner = (SCANNER, scanner.example, 104)
acme = (ACME1, acme, 5678), (ACME2, acme, 5679)
radiology = workstation, acme
everybody = radiology, scanner, everybody
broken = (A, B)
worse = (A, host, port)
nothing =
HostTable END
AETable BEGIN
ARCHIVE /var/lib/x RW (200, 1gb) (CT, ct.example, 104), acme
OTHER /var/lib/y RW (200, 1gb) ANY
AETable END
"""


def told(read: ReadPeers) -> list[str]:
    return [str(mistake) for mistake in read.mistakes]


def test_hosts_are_read_and_names_for_several_are_groups() -> None:
    read = read_host_table(FILE)
    assert [(found.line, found.peer.group, str(found.peer)) for found in read.peers] == [
        (4, "radiology", "workstation (WS@ws1.example:104)"),
        (5, "everybody", "scanner (SCANNER@scanner.example:104)"),
        (6, "acme", "acme ACME1 (ACME1@acme:5678)"),
        (6, "acme", "acme ACME2 (ACME2@acme:5679)"),
        (14, "", "CT (CT@ct.example:104)"),
    ]
    assert told(read) == [
        "line 9: broken: a peer is (AE title, host, port).",
        'line 10: worse: "port" is no port.',
        "line 11: nothing: there is no peer.",
    ]


def test_tables_out_of_order_and_names_twice_are_told() -> None:
    read = read_host_table(b"HostTable BEGIN\na = (A, h, 1)\nA = (B, h, 2)\n")
    assert told(read) == ['line 3: No "HostTable END".', "line 3: A: the name comes twice."]


@pytest.mark.parametrize("data", [b"", b"a = (A, h, 1)\n", b"\xff\xfe"])
def test_file_without_a_host_table_is_told(data: bytes) -> None:
    assert told(read_host_table(data)) == ['There is no "HostTable BEGIN" in it.']


def test_table_is_written_with_groups_and_says_what_is_lost() -> None:
    blank = named("Blank", "Radiology", 2)
    written = write_host_table([named("desk"), FULL, blank, named("HostTable", number=3)])
    assert written.text.splitlines() == [
        "HostTable BEGIN",
        "desk = (AE1, host1.example, 104)",
        "Main_archive = (PACS, pacs.example, 2762)",
        "Blank = (AE2, host2.example, 104)",
        "HostTable_2 = (AE3, host3.example, 104)",
        "Radiology = Main_archive, Blank",
        "HostTable END",
    ]
    assert 'Names take plain letters and digits: "Main archive" is called "Main_archive"' in written.losses[1]


def test_titles_that_the_table_cannot_hold_are_left_out_and_said() -> None:
    odd = KnownPeer(name="odd", ae_title="A (B)", host="h", port=104)
    written = write_host_table([odd])
    assert written.text == "HostTable BEGIN\nHostTable END\n"
    assert written.losses == ("Left out, for blanks or signs that the table cannot hold: odd (A (B)@h).",)


@given(BOOKS)
def test_table_is_read_as_it_was_written(book: tuple[KnownPeer, ...]) -> None:
    written = write_host_table(book)
    read = read_host_table(written.text.encode())
    assert told(read) == []
    left_out = sum("Left out" in loss for loss in written.losses)
    addresses = [found.peer.address for found in read.peers]
    assert [peer.address for peer in book if peer.address in set(addresses)] == addresses
    assert left_out or len(addresses) == len(book)


def test_five_thousand_hosts_are_read() -> None:
    assert len(read_host_table(write_host_table(many(5000)).text.encode()).peers) == 5000


@given(st.text(alphabet="HostTable BEGIN END\n=(),a1\"'", max_size=200))
def test_any_text_is_read_or_told(text: str) -> None:
    read = read_host_table(b"HostTable BEGIN\n" + text.encode())
    assert all(found.peer.problems() == () for found in read.peers)

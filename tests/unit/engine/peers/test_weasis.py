import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.weasis import read_nodes, write_nodes
from tests.helpers.peers.known_peers import BOOKS, FULL, many

FILE = """<?xml version="1.0" encoding="UTF-8"?><nodes>
<node description="Zürich &amp; Co" type="DICOM" usageType="BOTH" tsuid="NONE" aeTitle="PACS" hostname="pacs.example"
 port="11112"/>
<node description="" type="DICOM" usageType="STORAGE" aeTitle="NAMELESS" hostname="h"/>
<node description="WS" type="DICOM_CALLING" aeTitle="WEASIS" hostname="localhost" port="104"/>
<node description="Web" type="WEB" url="https://pacs.example"/>
<node description="Bad" type="DICOM" aeTitle="A" hostname="h" port="x"/>
<node description="Odd" type="FAX"/>
</nodes>"""


def test_dicom_nodes_are_read_and_others_told() -> None:
    read = read_nodes(FILE.encode())
    assert [(found.line, str(found.peer)) for found in read.peers] == [
        (2, "Zürich & Co (PACS@pacs.example:11112)"),
        (4, "NAMELESS (NAMELESS@h:104)"),
    ]
    assert [str(mistake) for mistake in read.mistakes] == [
        "line 5: WS: It is an own AE title of Weasis, not a peer.",
        "line 6: Web: It is reached over the web, not by DICOM associations.",
        'line 7: Bad: "x" is no port.',
        'line 8: Odd: "FAX" is no kind of node that is known.',
    ]


def test_other_encodings_are_read() -> None:
    text = FILE.replace("UTF-8", "ISO-8859-1")
    assert read_nodes(text.encode("latin-1")).peers == read_nodes(FILE.encode()).peers


def test_broken_xml_is_told_with_its_line_and_what_came_before_is_taken() -> None:
    text = '<nodes>\n<node description="a" aeTitle="A" hostname="h" port="1"/>\n<node <'
    read = read_nodes(text.encode())
    assert [found.peer.name for found in read.peers] == ["a"]
    assert [mistake.line for mistake in read.mistakes] == [3]


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE n [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><nodes><node description="&b;"/></nodes>'
    (mistake,) = read_nodes(bomb.encode()).mistakes
    assert "document type" in mistake.text


@pytest.mark.parametrize("data", [b"", b"<nodes/>", b"\0", b'<?xml version="1.0" encoding="x"?><nodes/>'])
def test_file_without_nodes_is_told(data: bytes) -> None:
    assert len(read_nodes(data).mistakes) == 1


@given(BOOKS)
def test_nodes_are_read_as_they_were_written(book: tuple[KnownPeer, ...]) -> None:
    read = read_nodes(write_nodes(book).text.encode())
    assert [found.peer for found in read.peers] == [
        KnownPeer(name=peer.name, ae_title=peer.ae_title, host=peer.host, port=peer.port) for peer in book
    ]


def test_losses_are_told() -> None:
    (told,) = write_nodes([FULL]).losses
    assert "group (1 peer)" in told
    assert "TLS (1 peer)" in told


def test_five_thousand_nodes_are_read() -> None:
    assert len(read_nodes(write_nodes(many(5000)).text.encode()).peers) == 5000


@given(st.binary(max_size=100) | st.text(alphabet='<>/="nodes &;!? port', max_size=100).map(str.encode))
def test_any_bytes_are_read_or_told(data: bytes) -> None:
    read = read_nodes(data)
    assert read.peers or read.mistakes

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.peers.exchange import ReadPeers
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.orthanc import KEY, read_modalities, write_modalities
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.settings import Timeouts
from tests.helpers.peers.known_peers import BOOKS, FULL, many, named

WHOLE = b"""{
  // The name of this archive, "quoted" even
  "Name" : "Orthanc // not a comment /* nor this */",
  /* A comment
     of several lines */
  "DicomModalities" : {
    "sample" : [ "STORESCP", "127.0.0.1", 2000 ],
    // "old" : [ "OLD", "old.example", 104 ],
    "ct" : [ "CT", "ct.example", "104", "GenericNoWildcardInDates" ],
    "untrusted" : {
      "AET" : "ORTHANC",
      "Port" : 104,
      "Host" : "127.0.0.1",
      "AllowEcho" : false,
      "UseDicomTls" : true,
      "LocalAet" : "HELLO",
      "Timeout" : 0
    }
  },
  "Other" : { "a" : [1, 2, {}] }
}
"""


def told(read: ReadPeers) -> list[str]:
    return [str(mistake) for mistake in read.mistakes]


def test_whole_configuration_is_read_with_comments_and_both_forms() -> None:
    read = read_modalities(WHOLE)
    assert told(read) == []
    assert [(found.line, str(found.peer)) for found in read.peers] == [
        (7, "sample (STORESCP@127.0.0.1:2000)"),
        (9, "ct (CT@ct.example:104)"),
        (10, "untrusted (ORTHANC@127.0.0.1:104)"),
    ]
    last = read.peers[2]
    assert (last.peer.calling_ae_title, last.peer.security.uses_tls, last.peer.timeouts.acse_s) == ("HELLO", True, None)
    assert last.given == {"name", "ae_title", "host", "port", "calling_ae_title", "uses_tls", "acse_s"}
    assert [found.remark for found in read.peers] == [
        "",
        "Its manufacturer is not taken.",
        "Not taken: AllowEcho.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ["A", "h", 104]}',
        '"DicomModalities": {"a": ["A", "h", 104]}',
        '// list\n"DicomModalities" : {"a": ["A", "h", 104]},',
        '\ufeff{"DicomModalities": {"a": {"AET": "A", "Host": "h", "Port": 104}}}',
    ],
)
def test_snippets_are_read_too(text: str) -> None:
    read = read_modalities(text.encode())
    assert [str(found.peer) for found in read.peers] == ["a (A@h:104)"]
    assert told(read) == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("3", "neither a list nor an object"),
        ('["A", "h"]', "an AE title, a host and a port, in this order"),
        ('["A", 5, 104]', "Host is no text"),
        ('["A", "h", "x"]', "Port is no number"),
        ('["A", "h", 1e3]', "Port is no number"),
        ('["A", "h", true]', "Port is no number"),
        ('["A", "h", 70000]', "A port is a number from 1 to 65535"),
        ('{"Host": "h", "Port": 1}', "AET is missing"),
        ('{"AET": "A", "Host": "h"}', "Port is missing"),
        ('{"AET": "A", "Host": "h", "Port": 1, "UseDicomTls": 1}', "UseDicomTls is neither"),
        ('{"AET": "A", "Host": "h", "Port": 1, "Timeout": -1}', "Timeout is no number"),
        ('{"AET": "A", "Host": "h", "Port": 1, "Timeout": NaN}', "Timeout is no number"),
        ('{"AET": "A", "Host": "h", "Port": 1, "LocalAet": 5}', "LocalAet is no text"),
    ],
)
def test_modality_that_is_not_well_is_told_and_costs_no_other(value: str, reason: str) -> None:
    read = read_modalities(f'{{"DicomModalities": {{\n"bad": {value},\n"good": ["A", "h", 104]}}}}'.encode())
    assert [found.peer.name for found in read.peers] == ["good"]
    (mistake,) = told(read)
    assert mistake.startswith("line 2: bad: ")
    assert reason in mistake


@pytest.mark.parametrize(
    ("text", "line"),
    [('{"DicomModalities": {\n"a": ["A", "h", 104],\n"b": ["B" "h"]}}', 3), ('{"a": ["A", "h", 104]\n"b": []}', 2)],
)
def test_broken_json_is_told_with_its_line(text: str, line: int) -> None:
    read = read_modalities(text.encode())
    (mistake,) = read.mistakes
    assert mistake.line == line
    assert "not JSON" in mistake.text


DEEP = b'{"a":' * 100_000


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'"Other": {}', b"[" * 100_000, DEEP, b"/*", b"\xff"])
def test_file_without_modalities_is_told(data: bytes) -> None:
    read = read_modalities(data)
    assert read.peers == ()
    assert len(read.mistakes) == 1


def test_object_is_written_only_where_a_list_is_not_enough() -> None:
    written = write_modalities([named("plain"), replace(FULL, timeouts=Timeouts(acse_s=10.0))])
    assert json.loads(written.text) == {
        "DicomModalities": {
            "plain": ["AE1", "host1.example", 104],
            "Main-archive": {
                "AET": "PACS",
                "Host": "pacs.example",
                "Port": 2762,
                "LocalAet": "WS1",
                "UseDicomTls": True,
                "Timeout": 10,
            },
        }
    }
    assert 'plain letters, digits, - and _ in names: "Main archive" is called "Main-archive"' in written.losses[1]
    assert "notes (1 peer)" in written.losses[0]


@given(BOOKS)
def test_modalities_are_read_as_they_were_written(book: tuple[KnownPeer, ...]) -> None:
    written = write_modalities(book)
    read = read_modalities(written.text.encode())
    assert told(read) == ([] if book else [f"There is no modality in it, nor an object {KEY} that has some."])
    assert len(read.peers) == len(book)
    for found, peer in zip(read.peers, book, strict=True):
        assert re.fullmatch(r"[A-Za-z0-9_-]+", found.peer.name)
        seconds = peer.timeouts.acse_s
        assert found.peer == KnownPeer(
            name=found.peer.name,
            ae_title=peer.ae_title,
            host=peer.host,
            port=peer.port,
            calling_ae_title=peer.calling_ae_title,
            security=PeerSecurity(uses_tls=peer.security.uses_tls),
            timeouts=Timeouts(acse_s=seconds and max(1, round(seconds))),
        )


def test_five_thousand_modalities_are_read() -> None:
    assert len(read_modalities(write_modalities(many(5000)).text.encode()).peers) == 5000


@given(st.text(alphabet='{}[]":,/*\\ \n1aDicomModalities', max_size=120))
def test_any_text_is_read_or_told(text: str) -> None:
    read = read_modalities(text.encode())
    assert read.peers or read.mistakes

from pathlib import Path

import pytest

from dicomdesk.engine.peers.exchange import WrittenPeers
from dicomdesk.errors import SettingsError
from dicomdesk.gui.peers.formats import find_format, peer_formats, read_peer_file, write_peer_file
from tests.helpers.peers.known_peers import named

PEERS = (named("a"), named("b", "", 2))


@pytest.mark.parametrize("key", [each.key for each in peer_formats()])
def test_format_is_found_out_and_read_as_it_was_written(key: str, tmp_path: Path) -> None:
    file_format = next(each for each in peer_formats() if each.key == key)
    path = tmp_path / file_format.file_name
    write_peer_file(str(path), file_format.write(PEERS))
    found, read = read_peer_file(str(path))
    assert found.key == key
    assert [each.peer for each in read.peers] == list(PEERS)
    assert read.mistakes == ()


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "table"),
        (b"\xef\xbb\xbf<?xml?><nodes/>", "weasis"),
        (b'// a comment\n/* and\n "dicomdesk_peers" */ {"DicomModalities": {}}', "orthanc"),
        (b'"DicomModalities": {}', "orthanc"),
        (b"# dcmqrscp\n  HostTable  BEGIN\n", "dcmqrscp"),
        (b"name,HostTable BEGIN\n", "table"),
        ("Name;Host".encode("utf-16"), "table"),
        (b"\0" * 100, "table"),
    ],
)
def test_format_is_found_by_what_is_in_a_file(data: bytes, key: str) -> None:
    assert find_format(data) == key


def test_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone"):
        with pytest.raises(SettingsError, match="cannot be read"):
            read_peer_file(str(path))


def test_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r".+"):
        write_peer_file(str(tmp_path), WrittenPeers(text=""))

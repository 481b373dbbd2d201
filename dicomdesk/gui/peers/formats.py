"""Formats of files with peers: which one a file has, and how each is read and written."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from dicomdesk.archive.setup.host_table import read_host_table, write_host_table
from dicomdesk.engine.peers.book_file import VERSION_KEY, read_document, write_document
from dicomdesk.engine.peers.exchange import LARGEST_BYTES, ReadPeers, WrittenPeers, decode_text
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.orthanc import read_modalities, write_modalities
from dicomdesk.engine.peers.peer_table import read_table, write_table
from dicomdesk.engine.peers.weasis import read_nodes, write_nodes
from dicomdesk.errors import SettingsError
from dicomdesk.human import error_text
from dicomdesk.named_files import read_named_file
from dicomdesk.records import dataclass

_SAMPLE_BYTES = 1 << 20
_COMMENTS = re.compile(r"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
_HOST_TABLE = re.compile(r"^[ \t]*HostTable[ \t]+BEGIN", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerFormat:
    """A format."""

    key: str
    word: str
    file_name: str
    """That a new file has."""
    read: Callable[[bytes], ReadPeers]
    write: Callable[[Sequence[KnownPeer]], WrittenPeers]


def peer_formats() -> tuple[PeerFormat, ...]:
    """Return all formats."""
    say = QCoreApplication.translate
    return (
        PeerFormat(
            key="table",
            word=say("peer_formats", "Table (CSV)"),
            file_name="peers.csv",
            read=read_table,
            write=write_table,
        ),
        PeerFormat(
            key="orthanc",
            word=say("peer_formats", "Orthanc (DicomModalities)"),
            file_name="modalities.json",
            read=read_modalities,
            write=write_modalities,
        ),
        PeerFormat(
            key="dcmqrscp",
            word=say("peer_formats", "dcmqrscp.cfg (HostTable)"),
            file_name="hosttable.cfg",
            read=read_host_table,
            write=write_host_table,
        ),
        PeerFormat(
            key="weasis",
            word=say("peer_formats", "Weasis (node XML)"),
            file_name="dicomNodes.xml",
            read=read_nodes,
            write=write_nodes,
        ),
        PeerFormat(
            key="book",
            word=say("peer_formats", "Address book (all but secrets)"),
            file_name="peers.json",
            read=read_document,
            write=write_document,
        ),
    )


def find_format(data: bytes) -> str:
    """Return the key of the format that a file has, by what is in it; a table where it is nothing else."""
    text = decode_text(data[:_SAMPLE_BYTES])[0]
    start = _skip(text, 0)
    first = text[start : start + 1]
    if first == "<":
        return "weasis"
    if first == "{":
        return "book" if text.startswith(f'"{VERSION_KEY}"', _skip(text, start + 1)) else "orthanc"
    if text.startswith('"DicomModalities"', start):
        return "orthanc"
    return "dcmqrscp" if _HOST_TABLE.search(text) else "table"


def _skip(text: str, start: int) -> int:
    """The place behind blanks and comments."""
    while found := _COMMENTS.match(text, start):
        start = found.end()
    return start


def read_peer_file(path: str) -> tuple[PeerFormat, ReadPeers]:
    """Read a file with peers, whatever its format. Reads the disk: not for the Qt thread.

    Raises SettingsError where the file cannot be read.
    """
    try:
        data = read_named_file(path, LARGEST_BYTES)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error_text(error, names_file=False)}") from error
    key = find_format(data)
    found = next(each for each in peer_formats() if each.key == key)
    return found, found.read(data)


def write_peer_file(path: str, written: WrittenPeers) -> None:
    """Write a file for another program; raises OSError. Not for the Qt thread."""
    Path(path).write_text(written.text, encoding="utf-8", newline="")

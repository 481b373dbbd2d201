"""Peers as Weasis keeps them in ``dicomNodes.xml``: one element for each node, with attributes."""

from collections.abc import Sequence
from html import escape
from xml.parsers import expat

from dicomdesk.engine.peers.exchange import FoundPeer, Mistake, ReadPeers, WrittenPeers, checked_peer, tell_losses
from dicomdesk.engine.peers.known_peer import KnownPeer

__all__ = ["read_nodes", "write_nodes"]

_HELD = ("name", "ae_title", "host", "port")
_DICOM = "DICOM"
_OTHER_KINDS = {
    "DICOM_CALLING": "It is an own AE title of Weasis, not a peer.",
    "PRINTER": "It is a printer.",
    "WEB": "It is reached over the web, not by DICOM associations.",
    "WEB_QIDO": "It is reached over the web, not by DICOM associations.",
}
_USUAL_PORT = "104"
_SPACES = str.maketrans({"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
"""What a reader of XML would take for a space."""
"""What Weasis takes where there is none."""


def read_nodes(data: bytes) -> ReadPeers:
    """Read the nodes of a file; never raises. What is not XML is told with its line, and what came before is taken."""
    reader = _Reader()
    try:
        reader.parse(data)
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code) or "something is wrong"
        reader.mistakes.append(Mistake(error.lineno, f"From here on this is not XML: {words}."))
    except (_DoctypeError, ValueError, LookupError) as error:  # an encoding that is not known, or not bytes of it
        reader.mistakes.append(Mistake(0, str(error) or "The encoding is not known."))
    if not reader.peers and not reader.mistakes:
        reader.mistakes.append(Mistake(0, "There is no node in it."))
    return ReadPeers(peers=tuple(reader.peers), mistakes=tuple(reader.mistakes))


def write_nodes(peers: Sequence[KnownPeer]) -> WrittenPeers:
    """Return peers as a file for Weasis, which may store there and retrieve from there."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<nodes>"]
    for peer in peers:
        attributes = {
            "description": peer.name,
            "type": _DICOM,
            "usageType": "BOTH",
            "tsuid": "NONE",
            "aeTitle": peer.ae_title,
            "hostname": peer.host,
            "port": str(peer.port),
        }
        lines.append(f"  <node {' '.join(f'{name}={_quoted(value)}' for name, value in attributes.items())}/>")
    return WrittenPeers(text="\n".join([*lines, "</nodes>", ""]), losses=tell_losses(peers, _HELD))


class _DoctypeError(Exception):
    """A document type, which may stand for more than is written, is not read."""


class _Reader:
    """Takes the nodes as the parser comes to them."""

    def __init__(self) -> None:
        self.peers: list[FoundPeer] = []
        self.mistakes: list[Mistake] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._on_start
        self._parser.StartDoctypeDeclHandler = self._on_doctype

    def parse(self, data: bytes) -> None:
        """Read it all."""
        self._parser.Parse(data, True)  # noqa: FBT003 - expat's own signature

    def _on_doctype(self, *_declared: object) -> None:
        raise _DoctypeError("It declares a document type, which no file of Weasis does.")

    def _on_start(self, element: str, attributes: dict[str, str]) -> None:
        if element != "node":
            return
        line = self._parser.CurrentLineNumber
        found = _read_node(attributes, line)
        if isinstance(found, FoundPeer):
            self.peers.append(found)
        else:
            self.mistakes.append(found)


def _read_node(attributes: dict[str, str], line: int) -> FoundPeer | Mistake:
    name = attributes.get("description", "").strip() or attributes.get("aeTitle", "")
    shown = f"{name[:60]}: " if name else ""
    kind = attributes.get("type", _DICOM)
    if kind != _DICOM:
        return Mistake(line, shown + _OTHER_KINDS.get(kind, f'"{kind[:20]}" is no kind of node that is known.'))
    port = attributes.get("port", _USUAL_PORT).strip() or _USUAL_PORT
    if not (port.isascii() and port.isdigit() and len(port) < 10):
        return Mistake(line, f'{shown}"{port[:20]}" is no port.')
    values: dict[str, object] = {
        "name": name,
        "ae_title": attributes.get("aeTitle", ""),
        "host": attributes.get("hostname", ""),
        "port": int(port),
    }
    return checked_peer(values, line)


def _quoted(value: str) -> str:
    """As the value of an attribute; Python's own function for it would load all of ``urllib`` at the window's start."""
    return f'"{escape(value).translate(_SPACES)}"'

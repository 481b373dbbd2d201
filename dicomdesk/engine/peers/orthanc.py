"""Peers as Orthanc's ``DicomModalities``: JSON with comments, each modality a list or an object.

A file may be a whole ``orthanc.json``, or have only the object of modalities.
"""

import json
import re
from collections.abc import Iterator, Sequence

from dicomdesk.engine.peers.exchange import (
    FoundPeer,
    Mistake,
    ReadPeers,
    WrittenPeers,
    checked_peer,
    decode_text,
    tell_losses,
)
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.plain_settings import LONGEST_S
from dicomdesk.settings import Timeouts

__all__ = ["read_modalities", "write_modalities"]

KEY = "DicomModalities"
_HELD = ("name", "ae_title", "host", "port", "calling_ae_title", "uses_tls", "acse_s")
_BLANKS = re.compile(r"[ \t\r\n]*")
_COMMENT_OR_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"?|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_DECODER = json.JSONDecoder()
_TAKEN = frozenset({"AET", "Host", "Port", "LocalAet", "UseDicomTls", "Timeout"})


def read_modalities(data: bytes) -> ReadPeers:
    """Read modalities; never raises. What they are allowed to do with an archive, and its maker, is not taken."""
    text, remark = decode_text(data)
    document = _Document(_without_comments(text))
    peers: list[FoundPeer] = []
    mistakes: list[Mistake] = []
    try:
        for name, place, value in document.modalities():
            found = _read_modality(name, value, document.line(place))
            if isinstance(found, FoundPeer):
                peers.append(found)
            else:
                mistakes.append(found)
    except json.JSONDecodeError as error:
        mistakes.append(Mistake(error.lineno, f"From here on this is not JSON: {error.msg}."))
    except RecursionError:
        mistakes.append(Mistake(0, "It is nested too deeply."))
    if not peers and not mistakes:
        mistakes.append(Mistake(0, f"There is no modality in it, nor an object {KEY} that has some."))
    return ReadPeers(peers=tuple(peers), mistakes=tuple(mistakes), remarks=(remark,) if remark else ())


def write_modalities(peers: Sequence[KnownPeer]) -> WrittenPeers:
    """Return peers as an object with ``DicomModalities``; names get the letters that Orthanc takes in them."""
    written: dict[str, object] = {}
    renamed = []
    losses = list(tell_losses(peers, _HELD))
    rounded = [peer.name for peer in peers if (peer.timeouts.acse_s or 0) % 1]
    for peer in peers:
        name = _free_name(_UNSAFE.sub("-", peer.name).strip("-") or "peer", written)
        if name != peer.name:
            renamed.append(f'"{peer.name}" is called "{name}"')
        written[name] = _modality(peer)
    if renamed:
        more = "; …" if len(renamed) > 5 else ""
        losses.append(f"Orthanc takes plain letters, digits, - and _ in names: {'; '.join(renamed[:5])}{more}.")
    if rounded:
        losses.append(f"Orthanc takes whole seconds: {', '.join(rounded[:5])}.")
    text = json.dumps({KEY: written}, indent=2, ensure_ascii=False) + "\n"
    return WrittenPeers(text=text, losses=tuple(losses))


class _Document:
    """JSON that is read along its keys, so that each has its place. Methods raise JSONDecodeError."""

    def __init__(self, text: str) -> None:
        self._text = text

    def line(self, place: int) -> int:
        """The line of a place, from 1."""
        return self._text.count("\n", 0, place) + 1

    def modalities(self) -> Iterator[tuple[str, int, object]]:
        """Name, place and value of each modality: of the object with their key, or else of the whole."""
        place = self._skip(0)
        if self._text.startswith("{", place):
            found = next((at for key, _, at in self._keys(place) if key == KEY), None)
            yield from self._values(place if found is None else found)
            return
        key, after = self._string(place)  # a snippet of a configuration, without its braces
        if key != KEY:
            raise json.JSONDecodeError(f"an object is expected, or {KEY}", self._text, place)
        yield from self._values(self._colon(after))

    def _values(self, place: int) -> Iterator[tuple[str, int, object]]:
        for key, at, value_at in self._keys(place):
            yield key, at, self._value(value_at)[0]

    def _keys(self, place: int) -> Iterator[tuple[str, int, int]]:
        """Keys of an object with their places and those of their values."""
        if not self._text.startswith("{", place):
            raise json.JSONDecodeError("an object is expected", self._text, place)
        at = self._skip(place + 1)
        while not self._text.startswith("}", at):
            key, after = self._string(at)
            value_at = self._colon(after)
            yield key, at, value_at
            at = self._skip(self._value(value_at)[1])
            if self._text.startswith(",", at):
                at = self._skip(at + 1)
            elif not self._text.startswith("}", at):
                raise json.JSONDecodeError("a comma or the end of the object is expected", self._text, at)

    def _value(self, place: int) -> tuple[object, int]:
        value, end = _DECODER.raw_decode(self._text, place)
        return value, end

    def _string(self, place: int) -> tuple[str, int]:
        value, end = self._value(place)
        if not isinstance(value, str):
            raise json.JSONDecodeError("a name in quotes is expected", self._text, place)
        return value, end

    def _colon(self, place: int) -> int:
        at = self._skip(place)
        if not self._text.startswith(":", at):
            raise json.JSONDecodeError("a colon is expected", self._text, at)
        return self._skip(at + 1)

    def _skip(self, place: int) -> int:
        found = _BLANKS.match(self._text, place)
        return found.end() if found else place


def _without_comments(text: str) -> str:
    """The text with blanks in the place of comments, so that all lines stay where they are."""

    def blank(found: re.Match[str]) -> str:
        part = found[0]
        return part if part.startswith('"') else re.sub(r"[^\n]", " ", part)

    return _COMMENT_OR_TEXT.sub(blank, text)


def _read_modality(name: str, value: object, line: int) -> FoundPeer | Mistake:
    remark = ""
    if isinstance(value, list):
        if len(value) not in {3, 4}:
            return Mistake(line, f"{name[:60]}: a modality has an AE title, a host and a port, in this order.")
        if len(value) == 4:
            remark = "Its manufacturer is not taken."
        fields: dict[str, object] = dict(zip(("AET", "Host", "Port"), value, strict=False))
    elif isinstance(value, dict):
        fields = value
        left = sorted(set(fields) - _TAKEN)
        remark = f"Not taken: {', '.join(left)[:200]}." if left else ""
    else:
        return Mistake(line, f"{name[:60]}: this is no modality, neither a list nor an object.")
    wrong = _wrong_field(fields)
    if wrong:
        return Mistake(line, f"{name[:60]}: {wrong}")
    values: dict[str, object] = {"name": name, "ae_title": fields["AET"], "host": fields["Host"]}
    values["port"] = int(str(fields["Port"]))
    if fields.get("LocalAet"):
        values["calling_ae_title"] = fields["LocalAet"]
    if "UseDicomTls" in fields:
        values["uses_tls"] = fields["UseDicomTls"]
    if "Timeout" in fields:
        seconds = fields["Timeout"]
        values["acse_s"] = float(seconds) if isinstance(seconds, int | float) and seconds else None
    return checked_peer(values, line, remark=remark)


def _wrong_field(fields: dict[str, object]) -> str:
    """What is wrong with the fields of a modality, "" for nothing."""
    for name in ("AET", "Host", "LocalAet"):
        if not isinstance(fields.get(name, "" if name == "LocalAet" else None), str):
            return f"{name} is missing." if name not in fields else f"{name} is no text."
    port = fields.get("Port")
    is_number = type(port) is int and 0 <= port < 10**9
    if not (is_number or (isinstance(port, str) and re.fullmatch(r"[0-9]{1,9}", port))):
        return "Port is missing." if "Port" not in fields else "Port is no number."
    if not isinstance(fields.get("UseDicomTls", False), bool):
        return "UseDicomTls is neither true nor false."
    seconds = fields.get("Timeout", 0)
    if type(seconds) not in {int, float} or not isinstance(seconds, int | float) or not 0 <= seconds < LONGEST_S:
        return "Timeout is no number of seconds."
    return ""


def _modality(peer: KnownPeer) -> object:
    seconds = peer.timeouts.acse_s
    further: dict[str, object] = {}
    if peer.calling_ae_title:
        further["LocalAet"] = peer.calling_ae_title
    if peer.security.uses_tls:
        further["UseDicomTls"] = True
    if seconds != Timeouts().acse_s:
        further["Timeout"] = 0 if seconds is None else max(1, round(seconds))
    if not further:
        return [peer.ae_title, peer.host, peer.port]
    return {"AET": peer.ae_title, "Host": peer.host, "Port": peer.port, **further}


def _free_name(wanted: str, taken: dict[str, object]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name

"""Peers as a table of comma-separated values: columns by their names, whatever separates them."""

import csv
import io
import re
from collections.abc import Callable, Sequence

from dicomdesk.engine.peers.exchange import (
    MOST_MISTAKES,
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
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.settings import Timeouts

__all__ = ["read_table", "write_table"]

_SEPARATORS = ",;\t|"
_NO_LIMIT = "none"
_NAMES: dict[str, tuple[str, ...]] = {
    "name": ("Name", "peer", "node", "description", "alias", "label"),
    "group": ("Group", "folder", "category", "site", "department"),
    "ae_title": ("AE title", "aet", "ae", "title", "called AE title", "called aet", "aec"),
    "host": ("Host", "hostname", "host name", "ip", "ip address", "address", "server"),
    "port": ("Port", "tcp port", "dicom port", "port number"),
    "calling_ae_title": ("Own AE title", "calling AE title", "calling aet", "local aet", "local AE title"),
    "uses_tls": ("TLS", "uses tls", "use dicom tls", "secure", "encrypted"),
    "user_name": ("User name", "user"),
    "character_set": ("Character set", "charset", "specific character set"),
    "retrieve_method": ("Retrieve method", "retrieve", "method"),
    "move_destination": ("Move destination", "destination"),
    "max_pdu_bytes": ("Maximum PDU", "max pdu", "max pdu bytes", "pdu size"),
    "associations": ("Associations at once", "associations", "max associations"),
    "connect_s": ("Connect time-out s", "connect timeout", "connection timeout"),
    "acse_s": ("ACSE time-out s", "acse timeout", "timeout"),
    "dimse_s": ("DIMSE time-out s", "dimse timeout"),
    "socket_s": ("Socket time-out s", "socket timeout"),
    "notes": ("Notes", "note", "comment", "comments", "remarks"),
}
"""The names of columns for each field, that of our own tables first."""
_YES, _NO = frozenset({"yes", "true", "1", "on", "y", "x", "tls"}), frozenset({"no", "false", "0", "off", "n", "-"})
_METHODS = {"move": RetrieveMethod.MOVE, "cmove": RetrieveMethod.MOVE, "get": RetrieveMethod.GET,
    "cget": RetrieveMethod.GET, "automatic": RetrieveMethod.AUTOMATIC}  # fmt: skip
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet would take for a formula; an apostrophe in front of it says that it is text."""


def read_table(data: bytes) -> ReadPeers:
    """Read a table whose first line has the names of its columns; never raises.

    Cells that are empty say nothing. A peer without a name is called by its AE title.
    """
    content, remark = decode_text(data)
    remarks = [remark] if remark else []
    lines = _Lines(content)
    header = lines.header()
    columns, unknown = _find_columns(header)
    missing = [_NAMES[name][0] for name in ("ae_title", "host", "port") if name not in columns]
    if missing:
        found = ", ".join(cell.strip() for cell in header)[:200] or "nothing"
        text = f"There is no column for {' and '.join(missing)}. The first line has: {found}."
        return ReadPeers(mistakes=(Mistake(lines.number, text),), remarks=tuple(remarks))
    if unknown:
        remarks.append(f"Columns that are not taken: {', '.join(unknown)[:200]}.")
    peers: list[FoundPeer] = []
    mistakes: list[Mistake] = []
    for number, cells in lines.rows(mistakes):
        found_peer = _read_row(number, cells, columns, len(header))
        if isinstance(found_peer, FoundPeer):
            peers.append(found_peer)
        elif len(mistakes) < MOST_MISTAKES:
            mistakes.append(found_peer)
    return ReadPeers(peers=tuple(peers), mistakes=tuple(mistakes), remarks=tuple(remarks))


def write_table(peers: Sequence[KnownPeer]) -> WrittenPeers:
    """Return peers as a table with all columns, separated by commas, for a file in UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names[0] for names in _NAMES.values())
    for peer in peers:
        writer.writerow(_as_text(_cell(peer, name)) for name in _NAMES)
    return WrittenPeers(text=out.getvalue(), losses=tell_losses(peers, _NAMES))


class _Lines:
    """Rows of a table with the numbers of their first lines."""

    def __init__(self, text: str) -> None:
        self.number = 1
        """Line of the row that was given last."""
        self._next = 1
        first, _, rest = text.partition("\n")
        told = re.fullmatch(r'"?sep=(.)"?\r?', first, re.IGNORECASE)
        if told:
            text, self._next = rest, 2
        start = text.lstrip("\r\n")
        self._next += text[: len(text) - len(start)].count("\n")
        self._offset = self._next - 1
        separator = told[1] if told else _find_separator(start)
        self._reader = csv.reader(io.StringIO(start, newline=""), delimiter=separator, strict=True)

    def header(self) -> list[str]:
        """The first row, [] where there is none."""
        try:
            return self._take()
        except (StopIteration, csv.Error):
            return []

    def rows(self, mistakes: list[Mistake]) -> "list[tuple[int, list[str]]]":
        """All further rows that are not empty."""
        found: list[tuple[int, list[str]]] = []
        while True:
            try:
                cells = self._take()
            except StopIteration:
                return found
            except csv.Error as error:
                mistakes.append(Mistake(self._next, f"From here on the table cannot be read: {error}."))
                return found
            if any(cell.strip() for cell in cells):
                found.append((self.number, cells))

    def _take(self) -> list[str]:
        cells = next(self._reader)
        self.number = self._next
        self._next = self._offset + self._reader.line_num + 1
        return cells


def _find_separator(text: str) -> str:
    """The separator with which the first line has the most names of columns."""
    line = text.partition("\n")[0].rstrip("\r")

    def score(separator: str) -> int:
        try:
            return len(_find_columns(next(csv.reader([line], delimiter=separator)))[0])
        except (StopIteration, csv.Error):
            return 0

    return max(_SEPARATORS, key=score)


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


_COLUMNS = {_folded(name): field for field, names in _NAMES.items() for name in names}


def _find_columns(header: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """The place of each field, and names that mean none, or one that came before."""
    places: dict[str, int] = {}
    unknown = []
    for place, cell in enumerate(header):
        field = _COLUMNS.get(_folded(cell))
        if field is None or places.setdefault(field, place) != place:
            unknown.append(cell.strip() or "(without a name)")
    return places, unknown


def _read_row(number: int, cells: list[str], columns: dict[str, int], width: int) -> FoundPeer | Mistake:
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return Mistake(number, f"There are {len(cells)} cells, and the first line has {width}.")
    values: dict[str, object] = {}
    for field, place in columns.items():
        cell = _from_text(cells[place]) if place < len(cells) else ""
        if not cell.strip():
            continue
        try:
            values[field] = _READERS.get(field, str.strip)(cell)
        except ValueError:
            return Mistake(number, f'"{cell.strip()[:60]}" is no {_NAMES[field][0].removesuffix(" s")}.')
    given = set(values)
    for field in ("ae_title", "host", "port"):
        if field not in values:
            return Mistake(number, f"{_NAMES[field][0]} is missing.")
    values.setdefault("name", values["ae_title"])
    return checked_peer(values, number, given=given)


def _read_switch(cell: str) -> bool:
    word = cell.strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(cell)


def _read_seconds(cell: str) -> float | None:
    if cell.strip().casefold() == _NO_LIMIT:
        return None
    seconds = float(cell)
    if not 0 < seconds < LONGEST_S:
        raise ValueError(cell)
    return seconds


def _read_method(cell: str) -> RetrieveMethod:
    word = _folded(cell)
    if word not in _METHODS:
        raise ValueError(cell)
    return _METHODS[word]


def _read_number(cell: str) -> int:
    number = cell.strip()
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise ValueError(cell)
    return int(number)


_READERS: dict[str, Callable[[str], object]] = {
    "port": _read_number,
    "uses_tls": _read_switch,
    "retrieve_method": _read_method,
    "max_pdu_bytes": _read_number,
    "associations": _read_number,
    **dict.fromkeys(("connect_s", "acse_s", "dimse_s", "socket_s"), _read_seconds),
    "notes": str,
}


def _cell(peer: KnownPeer, field: str) -> str:
    """What stands in a cell; "" for what is not set."""
    if field == "uses_tls":
        return "yes" if peer.security.uses_tls else ""
    if field == "user_name":
        return peer.security.user_name
    if field.endswith("_s"):
        seconds, usual = getattr(peer.timeouts, field), getattr(Timeouts(), field)
        return "" if seconds == usual else _NO_LIMIT if seconds is None else repr(seconds).removesuffix(".0")
    value = getattr(peer, field)
    if isinstance(value, RetrieveMethod):
        return "" if value is RetrieveMethod.AUTOMATIC else value.value
    return "" if value is None else str(value)


def _as_text(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _from_text(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell

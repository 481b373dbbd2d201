"""Configuration of the archive: the grammar of DCMTK's ``dcmqrscp.cfg``, read whole, with every mistake named.

A file has lines. ``#`` in the first column makes a comment. White space, ``=`` and ``,`` separate values; a value that
begins with one of ``" ' ( )`` goes on to the next of these. Outside of tables a line is a mnemonic and its values::

    MaxAssociations = 16

A table has one entry on each line between ``NAME BEGIN`` and ``NAME END``::

    AETable BEGIN
    ARCHIVE  /var/lib/archive  RW  (unlimited, unlimited)  ANY
    AETable END

Beyond DCMTK's: lines of any length, blank lines anywhere, ``DatabaseURL``, the tables ``AccessTable``,
``RetentionTable`` and ``ObjectTable``, and ``unlimited`` in a quota, which means that nothing is ever deleted.
"""

import errno
import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from types import MappingProxyType

from dicomdesk.archive.setup.configuration_syntax import Line, Table, Value, read_lines
from dicomdesk.archive.setup.retention_rules import RetentionRule, read_days, read_free_space, read_size
from dicomdesk.errors import ConfigurationError, LocalError, SettingsError
from dicomdesk.named_files import read_named_file
from dicomdesk.records import dataclass
from dicomdesk.settings import DEFAULT_MAX_PDU_BYTES

__all__ = [
    "ArchiveConfiguration",
    "Area",
    "CharacterSetRule",
    "HostRules",
    "ObjectPlace",
    "PeerEntry",
    "Quota",
    "parse_configuration",
    "read_configuration",
]

SMALLEST_PDU_BYTES = 4096
LARGEST_PDU_BYTES = 131072
_LARGEST_FILE_BYTES = 16 << 20
_LARGEST_PORT = 65535
_UNITS = {"b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40}
_IGNORED = frozenset(
    ["ApplicationTitle", "ApplicationContext", "ImplementationClass", "ImplementationVersion", "NetworkType", "Display"]
)
_CHARACTER_SET_WORDS = frozenset({"override", "fallback", "abort", "discard", "transliterate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerEntry:
    """Peer of the archive: its AE title, hosts, and the port for instances that are moved to it."""

    ae_title: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Quota of a storage area; None is unlimited."""

    max_studies: int | None = None
    max_bytes_per_study: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPlace:
    """Object store of a storage area."""

    url: str
    """s3://bucket/prefix, gs:, az:, or file:///folder."""
    folder_bytes: int | None = None
    """How much the folder of the area may keep of it; None is all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Application entity of the archive and the folder that it stores in."""

    ae_title: str
    folder: Path
    is_writable: bool
    quota: Quota = field(default_factory=Quota)
    peers: tuple[PeerEntry, ...] | None = None
    """Who may call; None is anyone."""
    objects: ObjectPlace | None = None
    """Where its files live instead of in the folder, which has those that were used last; None for the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterSetRule:
    """Character set of responses to queries."""

    term: str = ""
    """Defined term of Specific Character Set; "" is ASCII."""
    overrides: bool = False
    """Encode in ``term`` whatever the request says."""
    falls_back: bool = False
    """Try the other one of ``term`` and the request's character set where a value does not fit."""
    aborts: bool = False
    """A value that cannot be encoded ends the query."""
    discards: bool = False
    """Leave out what cannot be encoded."""
    transliterates: bool = False
    """Write something similar for what cannot be encoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRules:
    """Host access control: admits by an ``allow`` that matches, else without a ``deny`` that matches."""

    allow: tuple[str, ...] = ()
    """Addresses, networks ("10.0.0.0/8"), host names, domains (".example.org") or ``ALL``."""
    deny: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveConfiguration:
    """Content of a configuration file."""

    port: int = 104
    max_pdu_bytes: int = DEFAULT_MAX_PDU_BYTES
    max_associations: int = 16
    user_name: str = ""
    group_name: str = ""
    character_set: CharacterSetRule = CharacterSetRule(falls_back=True)
    """Without a line in the file: what the request says, else what a command line adds, else ASCII."""
    database_url: str = field(default="", repr=False)
    """"" keeps an index in each storage area; it may hold a password."""
    hosts: Mapping[str, tuple[PeerEntry, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """By symbolic name."""
    vendors: Mapping[str, tuple[PeerEntry, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """By the name of the vendor."""
    areas: tuple[Area, ...] = ()
    access: HostRules = field(default_factory=HostRules)
    retention: Mapping[str, RetentionRule] = field(default_factory=lambda: MappingProxyType({}))
    """By AE title."""
    warnings: tuple[str, ...] = ()
    """What was read in a way that its writer may not expect."""

    def find_area(self, called_ae_title: str) -> Area | None:
        """The first area of this AE title; case counts."""
        return next((area for area in self.areas if area.ae_title == called_ae_title), None)

    def retention_of(self, ae_title: str) -> RetentionRule:
        """The rule of an area, which removes nothing where there is none."""
        return self.retention.get(ae_title, RetentionRule())

    def find_destination(self, area: Area, ae_title: str) -> PeerEntry | None:
        """Find a move destination: the peers of the area come before the table of hosts, the first one counts."""
        known = [*(area.peers or ()), *(entry for entries in self.hosts.values() for entry in entries)]
        return next((entry for entry in known if entry.ae_title == ae_title), None)

    def are_of_one_vendor(self, one: PeerEntry, other: PeerEntry) -> bool:
        """Whether both stand in the table of vendors under the same name."""
        return any(one in entries and other in entries for entries in self.vendors.values())


def read_configuration(path: Path) -> ArchiveConfiguration:
    """Read a configuration file.

    Raises LocalError where it cannot be read, ConfigurationError with all its mistakes where it is wrong.
    """
    try:
        content = read_named_file(path, _LARGEST_FILE_BYTES)
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise ConfigurationError(f"{path}: this is no configuration, it is too large", problems=()) from error
        raise LocalError(f"cannot access {path}: {error.strerror}") from error
    return parse_configuration(content.decode("utf-8", "replace"), name=str(path))


def parse_configuration(text: str, *, name: str = "configuration") -> ArchiveConfiguration:
    """Read the text of a configuration file; raises ConfigurationError with all its mistakes."""
    lines, tables, problems = read_lines(text)
    reader = _Reader(problems)
    reader.read_globals(lines)
    for table in tables:
        reader.read_table(table)
    reader.check_areas()
    if reader.problems:
        first = reader.problems[0]
        raise ConfigurationError(f"{name}: {first}", problems=tuple(reader.problems))
    return reader.configuration()


class _EntryError(Exception):
    """Mistake in a line or an entry."""


class _Reader:
    """Reader of the lines; collects settings and mistakes."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        self._warnings: list[str] = []
        self._numbers: dict[str, int] = {}
        self._texts: dict[str, str] = {}
        self._character_set = CharacterSetRule(falls_back=True)
        self._hosts: dict[str, tuple[PeerEntry, ...]] | None = None
        self._vendors: dict[str, tuple[PeerEntry, ...]] = {}
        self._areas: list[Area] = []
        self._access: dict[str, list[str]] = {"allow": [], "deny": []}
        self._retention: dict[str, tuple[RetentionRule, int]] = {}
        """With the numbers of their lines."""
        self._objects: dict[str, tuple[ObjectPlace, int]] = {}
        """The same."""

    def configuration(self) -> ArchiveConfiguration:
        numbers, texts = self._numbers, self._texts
        return ArchiveConfiguration(
            port=numbers.get("NetworkTCPPort", 104),
            max_pdu_bytes=numbers.get("MaxPDUSize", DEFAULT_MAX_PDU_BYTES),
            max_associations=numbers.get("MaxAssociations", 16),
            user_name=texts.get("UserName", ""),
            group_name=texts.get("GroupName", ""),
            character_set=self._character_set,
            database_url=texts.get("DatabaseURL", ""),
            hosts=MappingProxyType(self._hosts or {}),
            vendors=MappingProxyType(self._vendors),
            areas=tuple(self._placed_areas()),
            access=HostRules(allow=tuple(self._access["allow"]), deny=tuple(self._access["deny"])),
            retention=MappingProxyType({ae_title: rule for ae_title, (rule, _) in self._retention.items()}),
            warnings=tuple(self._warnings),
        )

    def read_globals(self, lines: list[Line]) -> None:
        for line in lines:
            try:
                self._read_global(line)
            except _EntryError as error:
                self._problem(str(error), line.number)

    def read_table(self, table: Table) -> None:
        entry = {
            "HostTable": self._read_host,
            "VendorTable": self._read_vendor,
            "RetentionTable": self._read_retention,
            "ObjectTable": self._read_objects,
            "AETable": self._read_area,
            "AccessTable": self._read_access,
        }[table.name]
        if table.name == "HostTable" and self._hosts is None:
            self._hosts = {}
        for line in table.lines:
            try:
                entry(line)
            except _EntryError as error:
                self._problem(f"{table.name}: {error}", line.number)

    def _problem(self, text: str, number: int) -> None:
        self.problems.append(f"{text} in configuration file, line {number}")

    def _warn(self, text: str, line: Line) -> None:
        self._warnings.append(f"{text} in configuration file, line {line.number}")

    # -- outside of tables

    def _read_global(self, line: Line) -> None:
        name = line.name
        if name in ("NetworkTCPPort", "MaxPDUSize", "MaxAssociations"):
            self._numbers[name] = _number(name, line.values)
        elif name in ("UserName", "GroupName", "DatabaseURL"):
            self._texts[name] = _text(name, line.values)
        elif name == "SpecificCharacterSet":
            self._read_character_set(line.values)
        elif name == "DisplayPort" or name in _IGNORED:
            pass
        else:
            raise _EntryError(f'Unknown mnemonic "{name}"')

    def _read_character_set(self, values: list[Value]) -> None:
        words = {value.text for value in values}
        terms = [value.text for value in values if value.text not in _CHARACTER_SET_WORDS]
        self._character_set = CharacterSetRule(
            term=terms[-1] if terms else "",
            overrides="override" in words,
            falls_back="fallback" in words,
            aborts="abort" in words,
            discards="discard" in words,
            transliterates="transliterate" in words,
        )

    # -- tables

    def _read_host(self, line: Line) -> None:
        if self._hosts is None:
            raise AssertionError("the table is made before its entries are read")
        self._hosts[line.name] = self._peers(line.values, line)

    def _read_vendor(self, line: Line) -> None:
        self._vendors[line.name] = self._peers(line.values, line)

    def _read_area(self, line: Line) -> None:
        if len(line.values) < 4:
            raise _EntryError("an entry has an AE title, a folder, an access right, a quota and peers")
        folder, access, quota = line.values[:3]
        if access.text not in ("R", "RW", "WR", "W"):
            self._warn(f'the access right "{access.text}" is none of R, RW and W and counts as R', line)
        peers = line.values[3:]
        is_open = any(peer.text == "ANY" and not peer.is_quoted for peer in peers)
        self._areas.append(
            Area(
                ae_title=line.name,
                folder=Path(folder.text),
                is_writable=access.text in ("RW", "WR", "W"),
                quota=self._quota(quota, line),
                peers=None if is_open else self._peers(peers, line),
            )
        )

    def _read_retention(self, line: Line) -> None:
        if len(line.values) != 2:
            raise _EntryError("an entry has an AE title, days and the space that is to stay free")
        days, free = (value.text for value in line.values)
        try:
            rule = RetentionRule(keep_days=read_days(days), keep_free=read_free_space(free))
        except SettingsError as error:
            raise _EntryError(str(error)) from error
        self._retention[line.name] = rule, line.number

    def _read_objects(self, line: Line) -> None:
        if len(line.values) != 2:
            raise _EntryError("an entry has an AE title, a URL and how much the folder keeps")
        url, kept = (value.text for value in line.values)
        if not re.fullmatch(r"(s3|gs|az)://[^/]+.*|file:///.+", url):
            raise _EntryError(f'"{url}" is no URL of an object store, as s3://bucket/prefix')
        try:
            folder_bytes = None if kept.lower() == "unlimited" else read_size(kept)
        except SettingsError as error:
            raise _EntryError(str(error)) from error
        self._objects[line.name] = ObjectPlace(url=url, folder_bytes=folder_bytes), line.number

    def check_areas(self) -> None:
        """Tables about areas name those that there are; they may stand before or behind theirs."""
        known = {area.ae_title for area in self._areas}
        named = [("RetentionTable", ae_title, number) for ae_title, (_, number) in self._retention.items()]
        named += [("ObjectTable", ae_title, number) for ae_title, (_, number) in self._objects.items()]
        for table, ae_title, number in named:
            if ae_title not in known:
                self._problem(f'{table}: there is no storage area "{ae_title}"', number)

    def _placed_areas(self) -> Iterator[Area]:
        """The areas, those of one folder with the object store of the first that has one."""
        named = [area for area in self._areas if area.ae_title in self._objects]
        places = {area.folder: self._objects[area.ae_title][0] for area in reversed(named)}
        for area in self._areas:
            yield replace(area, objects=places.get(area.folder))

    def _read_access(self, line: Line) -> None:
        if line.name not in self._access:
            raise _EntryError(f'an entry begins with allow or deny, not with "{line.name}"')
        self._access[line.name] += [value.text for value in line.values]

    def _peers(self, values: list[Value], line: Line) -> tuple[PeerEntry, ...]:
        found: list[PeerEntry] = []
        for value in values:
            if value.is_quoted:
                entry = self._peer(value, line)
                found += [entry] if entry else []
            elif not self._hosts:
                raise _EntryError("No symbolic names defined")
            elif value.text not in self._hosts:
                raise _EntryError(f'Symbolic name "{value.text}" not defined')
            else:
                found += self._hosts[value.text]
        if not values:
            raise _EntryError("an entry needs at least one peer")
        return tuple(found)

    def _peer(self, value: Value, line: Line) -> PeerEntry | None:
        parts = value.parts()
        if len(parts) < 3:
            self._warn(f'"({value.text})" is not (AE title, host, port) and fits no peer', line)
            return None
        ae_title, host, port = parts[:3]
        if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= _LARGEST_PORT):
            raise _EntryError(f'"{port}" is no port')
        return PeerEntry(ae_title=ae_title, host=host, port=int(port))

    def _quota(self, value: Value, line: Line) -> Quota:
        parts = value.parts()
        if len(parts) != 2:
            raise _EntryError(f'the quota "({value.text})" is not (studies, bytes for each study)')
        studies, size = parts
        max_studies = None
        if studies.lower() != "unlimited":
            if not (studies.isascii() and studies.isdigit() and int(studies[:12]) > 0):
                raise _EntryError(f'"{studies}" is no number of studies')
            max_studies = int(studies[:12])
        return Quota(max_studies=max_studies, max_bytes_per_study=self._size(size, line))

    def _size(self, text: str, line: Line) -> int | None:
        """A size with its unit; one without is unlimited, as with DCMTK."""
        if text.lower() == "unlimited":
            return None
        digits = text[: len(text) - len(text.lstrip("0123456789"))][:15]
        unit = text.lstrip("0123456789")
        if unit.startswith(".") and (fraction := unit[1:].lstrip("0123456789")) != unit[1:]:
            self._warn(f'the fraction of the size "{text}" does not count', line)
            unit = fraction
        if not digits or int(digits) == 0:
            raise _EntryError(f'"{text}" is no size')
        if not unit.lower().endswith("b"):
            self._warn(f'the size "{text}" has no unit (b, kb, mb, gb, tb) and counts as unlimited', line)
            return None
        if unit.lower() not in _UNITS:
            raise _EntryError(f'"{text}" is no size')
        return int(digits) * _UNITS[unit.lower()]


def _number(name: str, values: list[Value]) -> int:
    text = values[0].text if values else ""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise _EntryError(f'the value "{text}" of {name} is no number')
    number = int(text)
    if name == "MaxPDUSize" and not SMALLEST_PDU_BYTES <= number <= LARGEST_PDU_BYTES:
        raise _EntryError(
            f"invalid MaxPDUSize {number}: {SMALLEST_PDU_BYTES} to {LARGEST_PDU_BYTES} bytes are possible"
        )
    if name == "NetworkTCPPort" and number > _LARGEST_PORT:
        raise _EntryError(f"{number} is no port")
    return number


def _text(name: str, values: list[Value]) -> str:
    if not values:
        raise _EntryError(f"{name} has no value")
    return values[0].text

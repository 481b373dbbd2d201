"""Archives that hold the same instances: ours, DCMTK's, and what both are asked and answer."""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.facts import ArchiveFacts
from dicomdesk.archive.indexed_areas import entry_reader
from dicomdesk.archive.setup.configuration import parse_configuration
from dicomdesk.archive.setup.settings import ArchiveSettings
from tests.helpers.dcmtk.delivery import ENVIRONMENT, OURS, listening
from tests.helpers.dcmtk.programs import dcmtk_program, dcmtk_server, free_port

AREA = "ARCHIVE"
DEADLINE_S = 30.0


def configuration_text(
    folder: Path, *, hosts: Mapping[str, tuple[str, int]] | None = None, vendors: str = "", more: str = ""
) -> str:
    """A ``dcmqrscp.cfg`` with one area, which anyone may use; ``hosts`` are addresses by AE title."""
    entries = [f"h{number} = ({title}, {host}, {port})" for number, (title, (host, port)) in enumerate(_all(hosts))]
    lines = [
        *("MaxPDUSize = 65536", "MaxAssociations = 32", more, "HostTable BEGIN", *entries, "HostTable END"),
        *("VendorTable BEGIN", vendors, "VendorTable END") * bool(vendors),
        *("AETable BEGIN", f"{AREA} {folder} RW (200, 1024mb) ANY", "AETable END", ""),
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _all(hosts: Mapping[str, tuple[str, int]] | None) -> list[tuple[str, tuple[str, int]]]:
    return sorted((hosts or {}).items())


@contextmanager
def our_archive(
    folder: Path,
    instances: Sequence[Path] = (),
    *,
    configuration: Mapping[str, object] | None = None,
    facts: ArchiveFacts | None = None,
    **settings: object,
) -> Iterator[Archive]:
    """Ours in this process, on loopback; ``settings`` are those of ArchiveSettings."""
    area = folder / AREA
    area.mkdir(parents=True, exist_ok=True)
    text = configuration_text(area, **(configuration or {}))  # type: ignore[arg-type]  # arguments of a test
    made = ArchiveSettings(
        configuration=parse_configuration(text),
        port=0,
        address="127.0.0.1",
        **settings,  # type: ignore[arg-type]  # settings of a test
    )
    with Archive(made, facts) as archive:
        keep(archive, instances)
        archive.start()
        yield archive


def keep(archive: Archive, instances: Sequence[Path]) -> None:
    """Keep copies of the files, byte for byte."""
    keeper = archive.keeper(AREA)
    read = entry_reader(keeper.area)
    for path in instances:
        file = keeper.storage.open()
        file.write([path.read_bytes()])
        keeper.keep(file, read(str(path), ""))


@contextmanager
def dcmtk_archive(
    folder: Path,
    instances: Sequence[Path] = (),
    *options: str,
    configuration: Mapping[str, object] | None = None,
) -> Iterator[int]:
    """DCMTK's dcmqrscp; gives its port."""
    area = folder / AREA
    area.mkdir(parents=True, exist_ok=True)
    copies = []
    for number, path in enumerate(instances):
        copies.append(area / f"{number:04}.dcm")
        copies[-1].write_bytes(path.read_bytes())
    if copies:
        command = [dcmtk_program("dcmqridx"), str(area), *map(str, copies)]
        subprocess.run(command, check=True, capture_output=True, timeout=DEADLINE_S)
    text = configuration_text(area, **(configuration or {}))  # type: ignore[arg-type]  # arguments of a test
    (folder / "dcmqrscp.cfg").write_text(text)
    with dcmtk_server("dcmqrscp", ["-c", "dcmqrscp.cfg", *options], folder) as port:
        yield port


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a query brought, as findscu tells it."""

    final: str
    """The words for the status of the final response."""
    pending: frozenset[str]
    """The words for the statuses of the others."""
    responses: tuple[Dataset, ...]


def finding(port: int, arguments: Sequence[str | bytes], folder: Path) -> "subprocess.Popen[bytes]":
    """Start DCMTK's findscu; responses come as files into ``folder``."""
    folder.mkdir(parents=True)
    command = [dcmtk_program("findscu"), "-v", "-X", "-od", str(folder), "-aec", AREA, *arguments]
    return subprocess.Popen(
        [*command, "127.0.0.1", str(port)],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


_RESPONSE = re.compile(r"I: Received (Final )?Find Response(?: \d+)? \((.*)\)")


def read_found(process: "subprocess.Popen[bytes]", folder: Path) -> Found:
    """Wait for a findscu, and read what it brought."""
    _, stderr = process.communicate(timeout=DEADLINE_S)
    log = stderr.decode("utf-8", "replace")
    said = [(bool(match[1]), match[2]) for match in map(_RESPONSE.match, log.splitlines()) if match]
    finals = [words for is_final, words in said if is_final]
    assert len(finals) == 1, log
    return Found(
        final=finals[0],
        pending=frozenset(words for is_final, words in said if not is_final),
        responses=tuple(pydicom.dcmread(file) for file in sorted(folder.iterdir())),
    )


def ask_both(ours: int, theirs: int, arguments: Sequence[str | bytes], folder: Path) -> tuple[Found, Found]:
    """Ask the archives at two ports the same; what they answer."""
    processes = [finding(port, arguments, folder / str(number)) for number, port in enumerate((ours, theirs))]
    found = [read_found(process, folder / str(number)) for number, process in enumerate(processes)]
    return found[0], found[1]


_UNIQUE = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
_CHARACTER_SET = "SpecificCharacterSet"


def _values(response: Dataset) -> dict[str, str]:
    values: dict[str, str] = {}
    for element in response:
        if element.VR == "SQ":
            values[element.keyword] = str([_values(item) for item in element.value])
        elif element.keyword != _CHARACTER_SET:
            values[element.keyword or str(element.tag)] = "" if element.value is None else str(element.value)
    return values


def different(ours: Found, theirs: Found) -> set[str]:
    """In which aspects two answers differ: statuses, keys, matches, values, character set."""
    aspects = set()
    if ours.final != theirs.final:
        aspects.add("status")
    if ours.pending != theirs.pending and ours.responses and theirs.responses:
        aspects.add("pending")
    one, other = (
        [_values(response) for response in ours.responses],
        [_values(response) for response in theirs.responses],
    )
    shared = set.intersection(*map(set, [*one, *other])) if one or other else set()
    if one and other and any(set(values) != shared for values in [*one, *other]):
        aspects.add("keys")
    if len(one) != len(other) or _listed(one, shared & set(_UNIQUE)) != _listed(other, shared & set(_UNIQUE)):
        aspects.add("matches")
    elif _listed(one, shared) != _listed(other, shared):
        aspects.add("values")
    if len(one) == len(other) and _character_sets(ours) != _character_sets(theirs):
        aspects.add("character set")
    return aspects


def _listed(answers: Sequence[Mapping[str, str]], keywords: set[str]) -> list[list[str]]:
    return sorted([values[keyword] for keyword in sorted(keywords)] for values in answers)


def _character_sets(found: Found) -> list[str]:
    """Those of the responses that need one."""
    return sorted(
        str(response.get(_CHARACTER_SET, ""))
        for response in found.responses
        if not all(value.isascii() for value in _values(response).values())
    )


@contextmanager
def our_process(
    folder: Path, instances: Sequence[Path] = (), *options: str, configuration: Mapping[str, object] | None = None
) -> Iterator[int]:
    """``dicomdesk dcmqrscp`` with a command line, into which the instances were stored; gives its port."""
    area = folder / AREA
    area.mkdir(parents=True, exist_ok=True)
    file = folder / "dcmqrscp.cfg"
    file.write_text(configuration_text(area, **(configuration or {})))  # type: ignore[arg-type]  # arguments of a test
    port = free_port()
    with listening([*OURS, "dcmqrscp", "-c", str(file), *options, str(port)], port):
        if instances:
            command = [dcmtk_program("storescu"), "-aec", AREA, "127.0.0.1", str(port), *map(str, instances)]
            subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True, timeout=DEADLINE_S)
        yield port

"""A running archive with one area, what it told, data sets to store in it, and requestors that call it."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any, TypeVar

from pydicom.dataset import Dataset
from pynetdicom import AE, build_role, evt
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import SOPClassExtendedNegotiation

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.facts import ArchiveFact
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area, PeerEntry, Quota
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.network.acceptor.observers import ListenerObserver
from dicomdesk.settings import Timeouts
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT, Builder
from tests.helpers.peers.pynetdicom_ends import ending_in_order, serving_pynetdicom
from tests.helpers.peers.requestors import Proposal, connected

DEADLINE_S = 30.0
ARCHIVE = "ARCHIVE"
FIND_STUDY, MOVE_STUDY, GET_STUDY = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
FIND_PATIENT, MOVE_PATIENT, GET_PATIENT = (f"1.2.840.10008.5.1.4.1.2.1.{number}" for number in (1, 2, 3))
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"

Fact = TypeVar("Fact")


def encoded(
    instance: str,
    study: str = "1.2.3",
    series: str = "1.2.3.5",
    *,
    sop_class: str = CT_IMAGE,
    syntax: str = EXPLICIT,
    pixels: bytes = b"\1\2\3\4",
    patient: str = "P1",
    name: str = "Doe^Jane",
    without: Sequence[int] = (),
) -> bytes:
    """A small data set; the tags of ``without`` are left out."""
    build = Builder(syntax)
    elements = {
        0x00080005: ("CS", "ISO_IR 100"),
        0x00080016: ("UI", sop_class),
        0x00080018: ("UI", instance),
        0x00080020: ("DA", "20240102"),
        0x00080030: ("TM", "101112"),
        0x00080050: ("SH", "ACC1"),
        0x00080060: ("CS", "CT"),
        0x00100010: ("PN", name),
        0x00100020: ("LO", patient),
        0x0020000D: ("UI", study),
        0x0020000E: ("UI", series),
        0x00200010: ("SH", "S1"),
        0x00200011: ("IS", "7"),
        0x00200013: ("IS", "1"),
    }
    head = b"".join(build.element(tag, vr, value) for tag, (vr, value) in elements.items() if tag not in without)
    return head + build.element(0x7FE00010, "OW", pixels)


@dataclass(kw_only=True)
class Running:
    """An archive that listens, and what it told."""

    archive: Archive = field(init=False)
    port: int = 0
    facts: list[ArchiveFact] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, fact: ArchiveFact) -> None:
        """Note a fact."""
        with self.changed:
            self.facts.append(fact)
            self.changed.notify_all()

    def told(self, kind: type[Fact]) -> list[Fact]:
        """The facts of a kind so far."""
        with self.changed:
            return [fact for fact in self.facts if isinstance(fact, kind)]

    def wait_for(self, kind: type[Fact], count: int = 1) -> list[Fact]:
        """The facts of a kind, once there are so many."""
        with self.changed:
            assert self.changed.wait_for(
                lambda: sum(isinstance(fact, kind) for fact in self.facts) >= count, DEADLINE_S
            ), f"only {self.facts}"
        return self.told(kind)

    def put(self, *data_sets: bytes, syntax: str = EXPLICIT, sop_class: str = CT_IMAGE, status: int = 0) -> None:
        """Store data sets, all of which must be answered so."""
        with connected(self.port) as peer:
            peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer.associate(
                Proposal(
                    contexts=[(1, sop_class, [syntax])], called=ARCHIVE.encode(), calling=b"SENDER", max_pdu_bytes=0
                )
            )
            for data in data_sets:
                parts = [data[start : start + 16_000] for start in range(0, len(data), 16_000)]
                assert peer.store(instance_uid_of(data), parts, sop_class=sop_class) == status
            peer.release()

    def files(self, ae_title: str = ARCHIVE) -> dict[str, bytes]:
        """Content of the stored files by relative path."""
        storage = self.archive.keeper(ae_title).storage
        return {path: Path(storage.path_of(path)).read_bytes() for path in storage.files()}

    def indexed(self, ae_title: str = ARCHIVE) -> dict[str, str]:
        """SOP Instance UIDs of the index by relative path."""
        keeper = self.archive.keeper(ae_title)
        return {found.path: found.sop_instance_uid for found in keeper.index.find_instances(ae_title)}


def instance_uid_of(data: bytes) -> str:
    """The SOP Instance UID of what ``encoded`` made, in little endian."""
    position = data.index(bytes((8, 0, 0x18, 0)))
    start = position + 8
    length = (
        int.from_bytes(data[position + 6 : start], "little")
        if data[position + 4 : position + 6] == b"UI"
        else int.from_bytes(data[position + 4 : start], "little")
    )
    return data[start : start + length].decode().rstrip("\0")


def make_settings(
    folder: Path,
    *,
    peers: Mapping[str, int] = MappingProxyType({}),
    quota: Quota | None = None,
    is_writable: bool = True,
    database_url: str = "",
    **changes: object,
) -> ArchiveSettings:
    """One area in a folder, for anyone; ``peers`` are ports on this machine by AE title; then any setting."""
    folder.mkdir(parents=True, exist_ok=True)
    area = Area(ae_title=ARCHIVE, folder=folder, is_writable=is_writable, quota=quota or Quota())
    entries = {title: (PeerEntry(ae_title=title, host="127.0.0.1", port=port),) for title, port in peers.items()}
    configuration = ArchiveConfiguration(
        port=0, areas=(area,), hosts=entries, max_associations=100, database_url=database_url
    )
    settings = ArchiveSettings(
        configuration=configuration,
        address="127.0.0.1",
        resolve_hosts=False,
        timeouts=Timeouts(connect_s=DEADLINE_S, acse_s=DEADLINE_S, dimse_s=DEADLINE_S, socket_s=DEADLINE_S),
    )
    return replace(settings, **changes)  # type: ignore[arg-type]  # any field of the settings


@contextmanager
def serving(settings: ArchiveSettings, observer: ListenerObserver | None = None) -> Iterator[Running]:
    """Run an archive until the end of the block."""
    noted = Running()
    with Archive(settings, noted.take, observer) as noted.archive:
        noted.port = noted.archive.start()
        yield noted


@contextmanager
def running(folder: Path, **changes: object) -> Iterator[Running]:
    """Run an archive with one area in a folder; see ``make_settings``."""
    with serving(make_settings(folder, **changes)) as archive:  # type: ignore[arg-type]  # as there
        yield archive


@contextmanager
def calling(
    port: int,
    *,
    title: str = "ASKER",
    called: str = ARCHIVE,
    classes: Sequence[str] = (FIND_STUDY, MOVE_STUDY, GET_STUDY, FIND_PATIENT, MOVE_PATIENT, GET_PATIENT, CT_IMAGE),
    syntaxes: Sequence[str] = (EXPLICIT, IMPLICIT),
    stores_to_us: Sequence[str] = (),
    handlers: Sequence[tuple[Any, Callable[..., object]]] = (),
    extensions: Mapping[str, bytes] = MappingProxyType({}),
) -> Iterator[Association]:
    """An association of pynetdicom's, released where it still stands at the end."""
    entity = AE(ae_title=title)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = DEADLINE_S
    for uid in dict.fromkeys((*classes, *stores_to_us)):
        entity.add_requested_context(uid, list(syntaxes))
    items: list[Any] = [build_role(uid, scu_role=True, scp_role=True) for uid in stores_to_us]
    for uid, information in extensions.items():
        extension = SOPClassExtendedNegotiation()
        extension.sop_class_uid = uid
        extension.service_class_application_information = information
        items.append(extension)
    with ending_in_order() as connections:
        association = entity.associate(
            "127.0.0.1", port, ae_title=called, ext_neg=items, evt_handlers=[*handlers, connections.handler]
        )
        assert association.is_established
        try:
            yield association
        finally:
            if association.is_established:
                association.release()


@dataclass(kw_only=True)
class Destination:
    """Where instances are moved to, and what came."""

    port: int = 0
    stored: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Transfer syntax and encoded data set by SOP Instance UID."""
    requests: list[Any] = field(default_factory=list)
    """The C-STORE requests."""
    ends: list[str] = field(default_factory=list)
    """released or aborted, for each association."""
    status: Callable[[int], int] = lambda _number: 0
    """Answers the nth C-STORE, from 1."""

    def take(self, event: evt.Event) -> int:
        """Answer a C-STORE."""
        request: Any = event.request
        self.requests.append(request)
        answer = self.status(len(self.requests))
        if answer in (0, 0xB000):
            data = request.DataSet.getvalue()
            self.stored[request.AffectedSOPInstanceUID] = (event.context.transfer_syntax, data)
        return answer


@contextmanager
def destination(
    status: Callable[[int], int] = lambda _number: 0,
    *,
    classes: Sequence[str] = (CT_IMAGE, MR_IMAGE),
    syntaxes: Sequence[str] = (EXPLICIT, IMPLICIT),
    called: str = "",
) -> Iterator[Destination]:
    """A storage provider of pynetdicom's; with ``called`` it rejects all who call it otherwise."""
    made = Destination(status=status)
    entity = AE(ae_title=called or "DEST")
    entity.require_called_aet = bool(called)
    entity.maximum_associations = 50
    for uid in classes:
        entity.add_supported_context(uid, list(syntaxes))
    handlers: list[Any] = [
        (evt.EVT_C_STORE, made.take),
        (evt.EVT_RELEASED, lambda _: made.ends.append("released")),
        (evt.EVT_ABORTED, lambda _: made.ends.append("aborted")),
    ]
    with serving_pynetdicom(entity, handlers) as made.port:
        yield made


def identifier(level: str = "STUDY", **keys: str | None) -> Dataset:
    """A query by keywords."""
    made = Dataset()
    made.QueryRetrieveLevel = level
    for keyword, value in keys.items():
        setattr(made, keyword, value)
    return made


def until(condition: Callable[[], bool], what: str = "it") -> None:
    """Wait for something that nobody tells of."""
    end = monotonic() + DEADLINE_S
    pause = threading.Event()
    while not condition():
        assert monotonic() < end, f"{what} did not happen"
        pause.wait(0.01)

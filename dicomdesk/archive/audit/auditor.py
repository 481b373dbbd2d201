"""Auditor of an archive: makes audit messages of what it reports (PS3.15 A.5.3), and gives them to a recorder.

========================================  =============================================================================
message                                   told of
========================================  =============================================================================
Application Activity                      the start and the end of the archive
DICOM Instances Transferred               what an association has stored, one message a study, when it is over; what a
                                          retrieval has sent, one message, when it is answered
Begin Transferring DICOM Instances        a retrieval that begins
Query                                     a query, with its identifier
DICOM Study Deleted                       what went because of a quota, or of its age
Security Alert                            an association that is rejected, and a connection that comes to nothing
========================================  =============================================================================
"""

import os
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from typing import Final

from dicomdesk.archive.audit.messages import (
    AuditMessage,
    EventId,
    EventType,
    Outcome,
    Participant,
    ParticipantObject,
    Role,
    patient_object,
    query_object,
    study_object,
)
from dicomdesk.archive.audit.outlets import open_outlets
from dicomdesk.archive.audit.recorder import Recorder
from dicomdesk.archive.audit.settings import AuditSettings
from dicomdesk.archive.facts import (
    InstanceStored,
    OperationEnded,
    OperationStarted,
    RetentionApplied,
    ServingEvent,
    SubOperationEnded,
)
from dicomdesk.archive.index_entries import AdditionOutcome
from dicomdesk.dicom.query.attributes import PATIENT_ID, PERSON_NAME_TAG, STUDY_INSTANCE_UID
from dicomdesk.dicom.query.identifier_reader import read_identifier
from dicomdesk.dicom.query.sop_classes import Service
from dicomdesk.dicom.uids import is_valid_uid
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationFailed,
    AssociationReceived,
    AssociationReleased,
    ListenerStarted,
    RequestFailed,
)
from dicomdesk.engine.job import ThreadStarter
from dicomdesk.errors import DataError
from dicomdesk.records import dataclass

__all__ = ["Auditor", "open_auditor"]

_ACCESSION_NUMBER: Final = 0x00080050
_SUCCESS: Final = 0
_CANCELLED: Final = 0xFE00
_MOST_OBJECTS: Final = 1000
"""Of one message; hostile identifiers may list any number of studies."""


@dataclass(slots=True, kw_only=True)
class _Arrived:
    """What has come of one study over one association."""

    patient_name: str
    accession_number: str
    is_update: bool = True
    classes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, kw_only=True)
class _Peer:
    """An association, and what it is about."""

    title: str
    address: str
    called: str
    arrived: dict[tuple[str, str], _Arrived] = field(default_factory=dict)
    """By Study Instance UID and Patient ID."""
    sent: dict[str, Counter[str]] = field(default_factory=dict)
    """Of the retrieval at work: SOP classes by Study Instance UID."""
    patients: tuple[str, ...] = ()
    """Patient IDs that the retrieval at work names."""


class Auditor:
    """Auditor of one archive. ``take`` is for the threads of all associations; it returns at once."""

    def __init__(self, recorder: Recorder, areas: Sequence[str]) -> None:
        """``areas`` are the AE titles of the archive."""
        self._recorder = recorder
        self._titles = "AETITLES=" + ";".join(areas)
        self._host = socket.gethostname()
        self._lock = threading.Lock()
        self._peers: dict[int, _Peer] = {}

    def start(self, start_thread: ThreadStarter) -> None:
        """Begin to write what is taken."""
        self._recorder.start(start_thread)

    def close(self) -> None:
        """Tell of the end, and write what waits as far as that is soon done."""
        self._recorder.take(self._activity(EventType.APPLICATION_STOP))
        self._recorder.close()

    def take(self, event: ServingEvent) -> None:
        """Take an event of the archive's job."""
        with self._lock:
            messages = list(self._messages(event))
        for message in messages:
            self._recorder.take(message)

    def _messages(self, event: ServingEvent) -> Iterator[AuditMessage]:
        match event:
            case ListenerStarted():
                yield self._activity(EventType.APPLICATION_START)
            case AssociationReceived():
                address = event.peer_address or event.peer_host
                peer = _Peer(title=event.calling_ae_title, address=address, called=event.called_ae_title)
                self._peers[event.association] = peer
            case AssociationFailed() | RequestFailed():
                yield self._refused(event)
            case InstanceStored():
                yield from self._stored(event)
            case OperationStarted():
                yield from self._started(event)
            case SubOperationEnded():
                self._sent(event)
            case OperationEnded() if event.service is not Service.FIND:
                yield from self._retrieved(event)
            case RetentionApplied():
                yield from (self._deleted(uid, "the retention of the archive") for uid in event.study_instance_uids)
            case AssociationReleased() | AssociationAborted():
                yield from self._ended(event.association)
            case _:
                pass

    def _refused(self, event: AssociationFailed | RequestFailed) -> AuditMessage:
        if isinstance(event, RequestFailed):
            return self._alert("", event.peer_host, event.reason)
        peer = self._peers.pop(event.association, _Peer(title="", address="", called=""))
        return self._alert(peer.title, peer.address, event.reason)

    # -- participants

    def _archive(self, role: Role, title: str = "") -> Participant:
        alternative = f"AETITLES={title}" if title else self._titles
        return Participant(user_id=str(os.getpid()), role=role, alternative_user_id=alternative, address=self._host)

    @staticmethod
    def _remote(role: Role, peer: _Peer, *, is_requestor: bool = True) -> Participant:
        alternative = f"AETITLES={peer.title}" if peer.title else ""
        return Participant(
            user_id=peer.title or peer.address,
            role=role,
            alternative_user_id=alternative,
            is_requestor=is_requestor,
            address=peer.address,
        )

    # -- messages

    def _activity(self, kind: EventType) -> AuditMessage:
        return AuditMessage(
            event=EventId.APPLICATION_ACTIVITY,
            action="E",
            when=datetime.now(UTC),
            types=(kind,),
            participants=(self._archive(Role.APPLICATION),),
        )

    def _alert(self, title: str, address: str, reason: str) -> AuditMessage:
        peer = _Peer(title=title, address=address, called="")
        node = ParticipantObject(
            object_id=title or address, id_type=EventType.NODE_AUTHENTICATION.value, type_code="2", role_code="13"
        )
        return AuditMessage(
            event=EventId.SECURITY_ALERT,
            action="E",
            when=datetime.now(UTC),
            types=(EventType.NODE_AUTHENTICATION,),
            outcome=Outcome.MINOR_FAILURE,
            description=reason,
            participants=(self._archive(Role.APPLICATION), self._remote(Role.SOURCE, peer)),
            objects=(node,),
        )

    def _stored(self, event: InstanceStored) -> Iterator[AuditMessage]:
        request, values, file = event.stored.request, event.stored.entry.values, event.stored.file
        peer = self._peers.get(request.association)
        if peer is None:
            return
        key = values.get(STUDY_INSTANCE_UID, ""), values.get(PATIENT_ID, "")
        arrived = peer.arrived.setdefault(
            key,
            _Arrived(patient_name=values.get(PERSON_NAME_TAG, ""), accession_number=values.get(_ACCESSION_NUMBER, "")),
        )
        arrived.classes[request.sop_class_uid] += 1
        arrived.is_update &= file.addition.outcome is AdditionOutcome.REPLACED
        for study in dict.fromkeys(_study_of(path) for path in file.removed):
            yield self._deleted(study, "the quota of the storage area")

    def _deleted(self, study: str, why: str) -> AuditMessage:
        return AuditMessage(
            event=EventId.STUDY_DELETED,
            action="D",
            when=datetime.now(UTC),
            description=why,
            participants=(self._archive(Role.APPLICATION),),
            objects=(study_object(study, {}),),
        )

    def _ended(self, association: int) -> Iterator[AuditMessage]:
        """What has come over an association that is over: one message a study."""
        peer = self._peers.pop(association, None)
        if peer is None:
            return
        for (study, patient), arrived in peer.arrived.items():
            yield AuditMessage(
                event=EventId.INSTANCES_TRANSFERRED,
                action="U" if arrived.is_update else "C",
                when=datetime.now(UTC),
                participants=(
                    self._remote(Role.SOURCE, peer),
                    self._archive(Role.DESTINATION, peer.called),
                ),
                objects=(
                    study_object(study, arrived.classes, (arrived.accession_number,)),
                    patient_object(patient, arrived.patient_name),
                ),
            )

    def _started(self, event: OperationStarted) -> Iterator[AuditMessage]:
        peer = self._peers.get(event.association)
        if peer is None:
            return
        if event.service is Service.FIND:
            yield AuditMessage(
                event=EventId.QUERY,
                action="E",
                when=datetime.now(UTC),
                participants=(
                    self._remote(Role.SOURCE, peer),
                    self._archive(Role.DESTINATION, peer.called),
                ),
                objects=(query_object(event.sop_class_uid, event.identifier, event.transfer_syntax_uid),),
            )
            return
        studies, peer.patients = _named(event)
        peer.sent = {}
        yield AuditMessage(
            event=EventId.BEGIN_TRANSFERRING,
            action="E",
            when=datetime.now(UTC),
            participants=self._parties(peer, event.destination),
            objects=(
                *(study_object(uid, {}) for uid in studies),
                *(patient_object(one) for one in peer.patients or ("",)),
            ),
        )

    def _parties(self, peer: _Peer, destination: str) -> tuple[Participant, ...]:
        """Who sends and who gets; where that is somebody else than who asked, that one too."""
        archive = self._archive(Role.SOURCE, peer.called)
        if destination in {"", peer.title}:
            return archive, self._remote(Role.DESTINATION, peer)
        to = Participant(user_id=destination, role=Role.DESTINATION, alternative_user_id=f"AETITLES={destination}")
        return (
            archive,
            to,
            Participant(
                user_id=peer.title or peer.address,
                alternative_user_id=f"AETITLES={peer.title}",
                is_requestor=True,
                address=peer.address,
            ),
        )

    def _sent(self, event: SubOperationEnded) -> None:
        peer = self._peers.get(event.association)
        if peer is not None and event.status is not None and (event.status == _SUCCESS or event.status >> 12 == 0xB):
            peer.sent.setdefault(_study_of(event.path), Counter())[event.sop_class_uid] += 1

    def _retrieved(self, event: OperationEnded) -> Iterator[AuditMessage]:
        peer = self._peers.get(event.association)
        if peer is None:
            return
        is_right = event.status in {_SUCCESS, _CANCELLED}
        outcome = Outcome.SUCCESS if is_right else Outcome.MINOR_FAILURE
        if not is_right and not peer.sent:
            outcome = Outcome.SERIOUS_FAILURE
        yield AuditMessage(
            event=EventId.INSTANCES_TRANSFERRED,
            action="R",
            when=datetime.now(UTC),
            outcome=outcome,
            description="" if is_right else event.comment or f"status {event.status:04X}",
            participants=self._parties(peer, event.destination),
            objects=(
                *(study_object(uid, classes) for uid, classes in peer.sent.items()),
                *(patient_object(one) for one in peer.patients or ("",)),
            ),
        )
        peer.sent, peer.patients = {}, ()


def open_auditor(settings: AuditSettings, areas: Sequence[str]) -> Auditor:
    """Open what messages go to, and make the auditor of an archive with these AE titles.

    Raises StorageError for a file that cannot be written, SettingsError for certificates that cannot be used.
    """
    source_id = settings.source_id or socket.gethostname()
    return Auditor(Recorder(open_outlets(settings), settings.queue_size, source_id), areas)


def _study_of(path: str) -> str:
    """Return the Study Instance UID that a path of the archive names, else the name of its folder, or ""."""
    parts = path.split("/")
    return parts[1] if len(parts) == 4 and is_valid_uid(parts[1]) else ""


def _named(event: OperationStarted) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the studies and the patients that an identifier names."""
    try:
        values = read_identifier(event.identifier, event.transfer_syntax_uid).values
    except DataError:
        return (), ()
    return _listed(values, STUDY_INSTANCE_UID), _listed(values, PATIENT_ID)


def _listed(values: Mapping[int, str], tag: int) -> tuple[str, ...]:
    return tuple(one for one in values.get(tag, "").split("\\") if one)[:_MOST_OBJECTS]

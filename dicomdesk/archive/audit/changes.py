"""Audit messages of what somebody does beside the server: changes, removals, imports, exports, transfers, backups.

They are written at once, by whoever does it. A backup or a restore is one message, for it is of all studies.
"""

import os
import socket
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from dicomdesk.archive.audit.messages import (
    AuditMessage,
    EventId,
    Outcome,
    Participant,
    ParticipantObject,
    Role,
    patient_object,
    study_object,
    to_xml,
)
from dicomdesk.archive.audit.outlets import Outlet, open_outlets
from dicomdesk.archive.audit.settings import AuditSettings
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.errors import ReportError

__all__ = [
    "ChangeTrail",
    "backup_message",
    "change_messages",
    "export_messages",
    "import_messages",
    "opened_trail",
    "restore_message",
    "send_messages",
]


class ChangeTrail:
    """Trail of one command; writes nothing where it has no outlets."""

    def __init__(self, outlets: list[Outlet], source_id: str) -> None:
        self._outlets = outlets
        self._source_id = source_id

    def tell(self, messages: Iterable[AuditMessage]) -> None:
        """Write messages. Raises ReportError where one cannot be: what it tells of was done nevertheless."""
        for message in messages:
            xml = to_xml(message, self._source_id)
            for outlet in self._outlets:
                try:
                    outlet.write(xml)
                except OSError as error:
                    raise ReportError(
                        f"It was done, and the audit trail cannot be written: {error.strerror or error}"
                    ) from error


@contextmanager
def opened_trail(settings: AuditSettings | None) -> Iterator[ChangeTrail]:
    """Open a trail before anything is changed. Raises StorageError and SettingsError where that cannot be done."""
    outlets = [] if settings is None else open_outlets(settings)
    source_id = (settings.source_id if settings is not None else "") or socket.gethostname()
    try:
        yield ChangeTrail(outlets, source_id)
    finally:
        for outlet in outlets:
            outlet.close()


def change_messages(
    event: EventId, action: str, instances: Iterable[StoredInstance], *, area: str, user: str, description: str
) -> list[AuditMessage]:
    """Make a message for each study of which instances were changed (U) or removed (D), with its patient."""
    parties = _person(user), _archive(area, Role.APPLICATION)
    return _of_studies(event, action, instances, parties, description)


def export_messages(
    instances: Iterable[StoredInstance], *, area: str, user: str, target: Path, description: str
) -> list[AuditMessage]:
    """Make a message for each study of which instances were written to a folder or file (PS3.15 A.5.3.5)."""
    parties = _person(user, Role.SOURCE), _archive(area, Role.SOURCE), _media(target, Role.DESTINATION_MEDIA)
    return _of_studies(EventId.EXPORT, "R", instances, parties, description)


def import_messages(
    instances: Iterable[StoredInstance], *, area: str, user: str, source: Path, description: str
) -> list[AuditMessage]:
    """Make a message for each study of which instances came from a folder or file (PS3.15 A.5.3.6)."""
    parties = _person(user, Role.DESTINATION), _archive(area, Role.DESTINATION), _media(source, Role.SOURCE_MEDIA)
    return _of_studies(EventId.IMPORT, "C", instances, parties, description)


def send_messages(
    instances: Iterable[StoredInstance], *, area: str, user: str, peer: Participant, description: str, is_all: bool
) -> list[AuditMessage]:
    """Make a message for each study of which instances were sent (PS3.15 A.5.3.7); ``is_all`` where none failed."""
    outcome = Outcome.SUCCESS if is_all else Outcome.MINOR_FAILURE
    parties = _archive(area, Role.SOURCE), peer, _person(user)
    return _of_studies(EventId.INSTANCES_TRANSFERRED, "R", instances, parties, description, outcome)


def backup_message(*, area: str, user: str, target: Path, description: str) -> AuditMessage:
    """Make the message of a backup, which is an export of everything."""
    parties = _person(user, Role.SOURCE), _archive(area, Role.SOURCE), _media(target, Role.DESTINATION_MEDIA)
    return _message(EventId.EXPORT, "R", parties, description)


def restore_message(*, area: str, user: str, source: Path, description: str) -> AuditMessage:
    """Make the message of a restore, which is an import of everything."""
    parties = _person(user, Role.DESTINATION), _archive(area, Role.DESTINATION), _media(source, Role.SOURCE_MEDIA)
    return _message(EventId.IMPORT, "C", parties, description)


def _person(user: str, role: Role | None = None) -> Participant:
    return Participant(user_id=user, role=role, is_requestor=True, address=socket.gethostname())


def _archive(area: str, role: Role) -> Participant:
    return Participant(
        user_id=str(os.getpid()), role=role, alternative_user_id=f"AETITLES={area}", address=socket.gethostname()
    )


def _media(path: Path, role: Role) -> Participant:
    return Participant(user_id=path.absolute().as_uri(), role=role)


def _of_studies(
    event: EventId,
    action: str,
    instances: Iterable[StoredInstance],
    parties: Sequence[Participant],
    description: str,
    outcome: Outcome = Outcome.SUCCESS,
) -> list[AuditMessage]:
    studies: dict[tuple[str, str], Counter[str]] = {}
    for one in instances:
        studies.setdefault((one.study_instance_uid, one.patient_id), Counter())[one.sop_class_uid] += 1
    return [
        _message(event, action, parties, description, outcome, (study_object(study, classes), patient_object(patient)))
        for (study, patient), classes in studies.items()
    ]


def _message(
    event: EventId,
    action: str,
    parties: Sequence[Participant],
    description: str,
    outcome: Outcome = Outcome.SUCCESS,
    objects: Sequence[ParticipantObject] = (),
) -> AuditMessage:
    return AuditMessage(
        event=event,
        action=action,
        when=datetime.now(UTC),
        outcome=outcome,
        description=description,
        participants=parties,
        objects=objects,
    )

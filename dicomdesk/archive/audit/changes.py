"""Audit messages of what somebody changes or removes beside the server: written at once, by whoever changes it."""

import os
import socket
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from dicomdesk.archive.audit.messages import (
    AuditMessage,
    EventId,
    Participant,
    Role,
    patient_object,
    study_object,
    to_xml,
)
from dicomdesk.archive.audit.outlets import Outlet, open_outlets
from dicomdesk.archive.audit.settings import AuditSettings
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.errors import ReportError

__all__ = ["ChangeTrail", "change_messages", "opened_trail"]


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
    studies: dict[tuple[str, str], Counter[str]] = {}
    for one in instances:
        studies.setdefault((one.study_instance_uid, one.patient_id), Counter())[one.sop_class_uid] += 1
    host = socket.gethostname()
    person = Participant(user_id=user, is_requestor=True, address=host)
    archive = Participant(
        user_id=str(os.getpid()), role=Role.APPLICATION, alternative_user_id=f"AETITLES={area}", address=host
    )
    return [
        AuditMessage(
            event=event,
            action=action,
            when=datetime.now(UTC),
            description=description,
            participants=(person, archive),
            objects=(study_object(study, classes), patient_object(patient)),
        )
        for (study, patient), classes in studies.items()
    ]

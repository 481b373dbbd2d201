"""What the log says of facts: associations and outcomes, by AE titles, addresses and status codes only."""

import logging
from collections.abc import Iterable, Iterator

from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    AssociationFailed,
    AssociationReceived,
    AssociationReleased,
    AssociationRequested,
    ItemFinished,
    ItemOutcome,
)
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.wording import sop_class_text, status_code_text

_GOOD = frozenset({ItemOutcome.STORED})


def told_of(arrivals: Iterable[Arrival[object]]) -> Iterator[tuple[int, str]]:
    """Yield level and text of each fact that the log tells of. In English, as all logs are."""
    for arrival in arrivals:
        found = _told(arrival.event)
        if found is not None:
            yield found


def _told(event: object) -> tuple[int, str] | None:
    match event:
        case AssociationRequested():
            return logging.INFO, f"{_name(event)}: {event.calling_ae_title} calls {event.peer}"
        case AssociationReceived():
            whom = f"{event.calling_ae_title} calls {event.called_ae_title}"
            return logging.INFO, f"{_name(event)}: {whom} from {event.peer_host}"
        case AssociationAccepted():
            contexts = event.negotiation.contexts
            accepted = sum(1 for each in contexts if each.is_accepted)
            return logging.INFO, f"{_name(event)}: {accepted} of {len(contexts)} presentation contexts accepted"
        case AssociationFailed():
            return logging.WARNING, f"{_name(event)}: not established: {event.reason}"
        case AssociationAborted():
            return logging.WARNING, f"{_name(event)}: aborted by {'the peer' if event.by_peer else 'us'}"
        case AssociationReleased():
            return logging.INFO, f"{_name(event)}: released"
        case ItemFinished():
            return _told_of_item(event)
    return None


def _told_of_item(event: ItemFinished) -> tuple[int, str]:
    kind = sop_class_text(event.header.sop_class_uid) if event.header else "instance"
    status = f", status {status_code_text(event.status)}" if event.status is not None else ""
    level = logging.DEBUG if event.outcome in _GOOD else logging.WARNING
    cause = f", {event.not_sent_cause.value}" if event.not_sent_cause is not None else ""
    return level, f"{_name(event)}: {kind} {event.outcome.value}{status}{cause}"


def _name(event: "AssociationRequested | AssociationReceived | AssociationAccepted | AssociationFailed | "
          "AssociationAborted | AssociationReleased | ItemFinished") -> str:  # fmt: skip
    return f"job {event.job_id[:8]} association {event.association}"

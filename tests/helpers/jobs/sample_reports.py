"""Reports on transfers, made up."""

from datetime import UTC, datetime

from dicomdesk.engine.delivery.report import ItemRecord, Report
from dicomdesk.engine.events import ItemOutcome

AT = datetime(2026, 11, 20, 9, 46, 16, tzinfo=UTC)
CT = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"


def record(number: int = 1, **changes: object) -> ItemRecord:
    """An instance that was stored, but for the changes."""
    values: dict[str, object] = {
        "number": number,
        "path": "d/ct.dcm",
        "sop_instance_uid": "1.2.3",
        "sop_class_uid": CT,
        "transfer_syntax_uid": EXPLICIT,
        "data_set_bytes": 968,
        "association": 1,
        "context_id": 1,
        "network_transfer_syntax_uid": EXPLICIT,
        "status": 0,
        "outcome": ItemOutcome.STORED,
        "attempts": 1,
    }
    return ItemRecord(**{**values, **changes})  # type: ignore[arg-type] # by name


def report(*items: ItemRecord, **changes: object) -> Report:
    """A report on a transfer to this machine."""
    values: dict[str, object] = {
        "peer_host": "127.0.0.1",
        "peer_port": 104,
        "calling_ae_title": "DCMSEND",
        "called_ae_title": "ANY-SCP",
        "associations": 1,
        "contexts_proposed": 2,
        "items": items,
    }
    return Report(**{**values, **changes})  # type: ignore[arg-type] # by name

"""SOP classes that a capability survey proposes, with their service groups (PS3.4)."""

from typing import NamedTuple

from dicomdesk.dicom.sop_classes import (
    NEWER_STORAGE_SOP_CLASSES,
    STORAGE_SOP_CLASSES,
    VERIFICATION,
)
from dicomdesk.engine.check_findings import ServiceGroup
from dicomdesk.network.presentation.assignment import describe_sop_class

__all__ = ["SERVICES", "Service", "sop_class_words"]


class Service(NamedTuple):
    """SOP class and its service group."""

    sop_class_uid: str
    group: ServiceGroup
    name: str = ""
    """In words, where ``sop_class_words`` has none."""


_QUERY_RETRIEVE = (
    Service("1.2.840.10008.5.1.4.1.2.1.1", ServiceGroup.QUERY_RETRIEVE, "Patient Root Query (C-FIND)"),
    Service("1.2.840.10008.5.1.4.1.2.1.2", ServiceGroup.QUERY_RETRIEVE, "Patient Root Retrieve (C-MOVE)"),
    Service("1.2.840.10008.5.1.4.1.2.1.3", ServiceGroup.QUERY_RETRIEVE, "Patient Root Retrieve (C-GET)"),
    Service("1.2.840.10008.5.1.4.1.2.2.1", ServiceGroup.QUERY_RETRIEVE, "Study Root Query (C-FIND)"),
    Service("1.2.840.10008.5.1.4.1.2.2.2", ServiceGroup.QUERY_RETRIEVE, "Study Root Retrieve (C-MOVE)"),
    Service("1.2.840.10008.5.1.4.1.2.2.3", ServiceGroup.QUERY_RETRIEVE, "Study Root Retrieve (C-GET)"),
    Service("1.2.840.10008.5.1.4.1.2.3.1", ServiceGroup.QUERY_RETRIEVE, "Patient/Study Only Query (C-FIND), retired"),
    Service(
        "1.2.840.10008.5.1.4.1.2.3.2", ServiceGroup.QUERY_RETRIEVE, "Patient/Study Only Retrieve (C-MOVE), retired"
    ),
    Service("1.2.840.10008.5.1.4.1.2.3.3", ServiceGroup.QUERY_RETRIEVE, "Patient/Study Only Retrieve (C-GET), retired"),
    Service("1.2.840.10008.5.1.4.1.2.4.2", ServiceGroup.QUERY_RETRIEVE, "Composite Instance Root Retrieve (C-MOVE)"),
    Service("1.2.840.10008.5.1.4.1.2.4.3", ServiceGroup.QUERY_RETRIEVE, "Composite Instance Root Retrieve (C-GET)"),
    Service("1.2.840.10008.5.1.4.1.2.5.3", ServiceGroup.QUERY_RETRIEVE, "Composite Instance Without Bulk Data (C-GET)"),
    Service("1.2.840.10008.5.1.4.37.1", ServiceGroup.QUERY_RETRIEVE, "General Relevant Patient Information Query"),
    Service("1.2.840.10008.5.1.4.38.2", ServiceGroup.QUERY_RETRIEVE, "Hanging Protocol Query (C-FIND)"),
    Service("1.2.840.10008.5.1.4.38.3", ServiceGroup.QUERY_RETRIEVE, "Hanging Protocol Retrieve (C-MOVE)"),
)
_PROCEDURES = (
    Service("1.2.840.10008.5.1.4.31", ServiceGroup.WORKLIST, "Modality Worklist Query (C-FIND)"),
    Service("1.2.840.10008.5.1.4.34.6.1", ServiceGroup.WORKLIST, "Unified Procedure Step Push"),
    Service("1.2.840.10008.5.1.4.34.6.2", ServiceGroup.WORKLIST, "Unified Procedure Step Watch"),
    Service("1.2.840.10008.5.1.4.34.6.3", ServiceGroup.WORKLIST, "Unified Procedure Step Pull"),
    Service("1.2.840.10008.5.1.4.34.6.4", ServiceGroup.WORKLIST, "Unified Procedure Step Event"),
    Service("1.2.840.10008.5.1.4.34.6.5", ServiceGroup.WORKLIST, "Unified Procedure Step Query"),
    Service("1.2.840.10008.3.1.2.3.3", ServiceGroup.PROCEDURE_STEP, "Modality Performed Procedure Step"),
    Service("1.2.840.10008.3.1.2.3.4", ServiceGroup.PROCEDURE_STEP, "Modality Performed Procedure Step Retrieve"),
    Service("1.2.840.10008.3.1.2.3.5", ServiceGroup.PROCEDURE_STEP, "Modality Performed Procedure Step Notification"),
    Service("1.2.840.10008.1.20.1", ServiceGroup.COMMITMENT, "Storage Commitment Push Model"),
)
_FURTHER = (
    Service("1.2.840.10008.5.1.1.9", ServiceGroup.PRINT, "Basic Grayscale Print Management"),
    Service("1.2.840.10008.5.1.1.18", ServiceGroup.PRINT, "Basic Color Print Management"),
    Service("1.2.840.10008.5.1.1.23", ServiceGroup.PRINT, "Presentation LUT"),
    Service("1.2.840.10008.5.1.1.33", ServiceGroup.OTHER, "Media Creation Management"),
    Service("1.2.840.10008.1.9", ServiceGroup.OTHER, "Basic Study Content Notification, retired"),
    Service("1.2.840.10008.1.40", ServiceGroup.OTHER, "Procedural Event Logging"),
    Service("1.2.840.10008.1.42", ServiceGroup.OTHER, "Substance Administration Logging"),
    Service("1.2.840.10008.5.1.4.33", ServiceGroup.OTHER, "Instance Availability Notification"),
)

SERVICES: tuple[Service, ...] = (
    Service(VERIFICATION, ServiceGroup.VERIFICATION, "Verification (C-ECHO)"),
    *_QUERY_RETRIEVE,
    *_PROCEDURES,
    *_FURTHER,
    *(Service(entry.uid, ServiceGroup.STORAGE) for entry in (*STORAGE_SOP_CLASSES, *NEWER_STORAGE_SOP_CLASSES)),
)
"""What is asked for, in the order in which it is shown."""

_NAMES = {service.sop_class_uid: service.name for service in SERVICES if service.name}


def sop_class_words(uid: str) -> str:
    """The SOP class in words, such as "CT Image Storage" or "Study Root Query (C-FIND)"."""
    return _NAMES.get(uid) or describe_sop_class(uid)

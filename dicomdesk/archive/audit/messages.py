"""Audit messages as values, and as XML by the schema of PS3.15 A.5.1, one line each."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import Enum
from xml.sax.saxutils import quoteattr

from dicomdesk.records import dataclass

__all__ = [
    "AuditMessage",
    "Code",
    "EventId",
    "EventType",
    "Outcome",
    "Participant",
    "ParticipantObject",
    "Role",
    "patient_object",
    "query_object",
    "study_object",
    "to_xml",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A coded value."""

    code: str
    meaning: str
    system: str = "DCM"


class EventId(Enum):
    """What a message is about (PS3.16 CID 400)."""

    APPLICATION_ACTIVITY = Code(code="110100", meaning="Application Activity")
    BEGIN_TRANSFERRING = Code(code="110102", meaning="Begin Transferring DICOM Instances")
    INSTANCES_ACCESSED = Code(code="110103", meaning="DICOM Instances Accessed")
    INSTANCES_TRANSFERRED = Code(code="110104", meaning="DICOM Instances Transferred")
    STUDY_DELETED = Code(code="110105", meaning="DICOM Study Deleted")
    EXPORT = Code(code="110106", meaning="Export")
    IMPORT = Code(code="110107", meaning="Import")
    QUERY = Code(code="110112", meaning="Query")
    SECURITY_ALERT = Code(code="110113", meaning="Security Alert")


class EventType(Enum):
    """Kinds of what a message is about (PS3.16 CID 401)."""

    APPLICATION_START = Code(code="110120", meaning="Application Start")
    APPLICATION_STOP = Code(code="110121", meaning="Application Stop")
    NODE_AUTHENTICATION = Code(code="110126", meaning="Node Authentication")
    USE_OF_RESTRICTED_FUNCTION = Code(code="110132", meaning="Use of Restricted Function")


class Role(Enum):
    """Roles of active participants (PS3.16 CID 402)."""

    APPLICATION = Code(code="110150", meaning="Application")
    LAUNCHER = Code(code="110151", meaning="Application Launcher")
    DESTINATION = Code(code="110152", meaning="Destination Role ID")
    SOURCE = Code(code="110153", meaning="Source Role ID")
    DESTINATION_MEDIA = Code(code="110154", meaning="Destination Media")
    SOURCE_MEDIA = Code(code="110155", meaning="Source Media")


class Outcome(Enum):
    """Event Outcome Indicator."""

    SUCCESS = "0"
    MINOR_FAILURE = "4"
    SERIOUS_FAILURE = "8"


_STUDY_UID = Code(code="110180", meaning="Study Instance UID")
_CLASS_UID = Code(code="110181", meaning="SOP Class UID")
_URI = Code(code="110037", meaning="URI")
"""A kind of media (PS3.16 CID 405)."""
_MEDIA_ROLES = frozenset({Role.DESTINATION_MEDIA, Role.SOURCE_MEDIA})
_PATIENT_NUMBER = Code(code="2", meaning="Patient Number", system="RFC-3881")


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody or something that takes part."""

    user_id: str
    """Of media: the URI of folder or file."""
    role: Role | None = None
    alternative_user_id: str = ""
    """As "AETITLES=A;B" (PS3.15 A.5.2.2.1)."""
    is_requestor: bool = False
    address: str = ""
    """IP address or host name of where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantObject:
    """What it was done with."""

    object_id: str
    id_type: Code
    type_code: str
    """1 person, 2 system object."""
    role_code: str = ""
    """1 patient, 3 report, 24 query."""
    name: str = ""
    query: bytes | None = None
    """Of a query, in the place of a name."""
    details: Mapping[str, str] = field(default_factory=dict)
    accession_numbers: Sequence[str] = ()
    sop_classes: Mapping[str, int] = field(default_factory=dict)
    """How many instances of which class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditMessage:
    """One message."""

    event: EventId
    action: str
    """C, R, U, D or E: created, read, updated, deleted, executed."""
    when: datetime
    participants: Sequence[Participant]
    types: Sequence[EventType] = ()
    outcome: Outcome = Outcome.SUCCESS
    description: str = ""
    """Of the outcome."""
    objects: Sequence[ParticipantObject] = ()


def patient_object(patient_id: str, name: str = "") -> ParticipantObject:
    """Return a patient as an object."""
    return ParticipantObject(object_id=patient_id, id_type=_PATIENT_NUMBER, type_code="1", role_code="1", name=name)


def study_object(
    study_instance_uid: str, sop_classes: Mapping[str, int], accession_numbers: Sequence[str] = ()
) -> ParticipantObject:
    """Return a study as an object, with how many of its instances are concerned."""
    return ParticipantObject(
        object_id=study_instance_uid,
        id_type=_STUDY_UID,
        type_code="2",
        role_code="3",
        accession_numbers=accession_numbers,
        sop_classes=sop_classes,
    )


def query_object(sop_class_uid: str, identifier: bytes, transfer_syntax_uid: str) -> ParticipantObject:
    """Return a query as an object."""
    return ParticipantObject(
        object_id=sop_class_uid,
        id_type=_CLASS_UID,
        type_code="2",
        role_code="24",
        query=identifier,
        details={"TransferSyntax": transfer_syntax_uid},
    )


def to_xml(message: AuditMessage, source_id: str, site_id: str = "") -> str:
    """Return a message as XML, on one line; ``source_id`` names this archive, ``site_id`` its place."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?><AuditMessage>', _event(message)]
    parts += map(_participant, message.participants)
    site = _attribute("AuditEnterpriseSiteID", site_id)
    parts.append(f"<AuditSourceIdentification{site}{_attribute('AuditSourceID', source_id, is_needed=True)}>")
    parts.append('<AuditSourceTypeCode csd-code="4"/></AuditSourceIdentification>')
    parts += map(_object, message.objects)
    return "".join((*parts, "</AuditMessage>"))


def _event(message: AuditMessage) -> str:
    when = message.when.isoformat(timespec="milliseconds")
    described = f"<EventOutcomeDescription>{_text(message.description)}</EventOutcomeDescription>"
    return (
        f'<EventIdentification EventActionCode="{message.action}" EventDateTime="{when}" '
        f'EventOutcomeIndicator="{message.outcome.value}">'
        + _coded("EventID", message.event.value)
        + "".join(_coded("EventTypeCode", one.value) for one in message.types)
        + (described if message.description else "")
        + "</EventIdentification>"
    )


def _participant(one: Participant) -> str:
    kind = "" if not one.address else _attribute("NetworkAccessPointTypeCode", _address_kind(one.address))
    return (
        f"<ActiveParticipant{_attribute('UserID', one.user_id, is_needed=True)}"
        f"{_attribute('AlternativeUserID', one.alternative_user_id)}"
        f' UserIsRequestor="{"true" if one.is_requestor else "false"}"'
        f"{_attribute('NetworkAccessPointID', one.address)}{kind}>"
        + (_coded("RoleIDCode", one.role.value) if one.role else "")
        + (f"<MediaIdentifier>{_coded('MediaType', _URI)}</MediaIdentifier>" if one.role in _MEDIA_ROLES else "")
        + "</ActiveParticipant>"
    )


def _address_kind(address: str) -> str:
    """1 a name, 2 an IP address."""
    is_address = ":" in address or address.replace(".", "").isdecimal()
    return "2" if is_address else "1"


def _object(one: ParticipantObject) -> str:
    opening = (
        f"<ParticipantObjectIdentification{_attribute('ParticipantObjectID', one.object_id, is_needed=True)}"
        f"{_attribute('ParticipantObjectTypeCode', one.type_code)}"
        f"{_attribute('ParticipantObjectTypeCodeRole', one.role_code)}>"
    )
    parts = [opening, _coded("ParticipantObjectIDTypeCode", one.id_type)]
    if one.query is None:
        parts.append(f"<ParticipantObjectName>{_text(one.name)}</ParticipantObjectName>")
    else:
        parts.append(f"<ParticipantObjectQuery>{_base64(one.query)}</ParticipantObjectQuery>")
    parts += [
        f'<ParticipantObjectDetail{_attribute("type", name)} value="{_base64(text.encode("utf-8", "replace"))}"/>'
        for name, text in one.details.items()
    ]
    described = [f"<Accession{_attribute('Number', number)}/>" for number in one.accession_numbers if number]
    described += [
        f'<SOPClass{_attribute("UID", uid)} NumberOfInstances="{count}"/>' for uid, count in one.sop_classes.items()
    ]
    if described:
        parts += ["<ParticipantObjectDescription>", *described, "</ParticipantObjectDescription>"]
    return "".join((*parts, "</ParticipantObjectIdentification>"))


def _coded(name: str, code: Code) -> str:
    return (
        f"<{name}{_attribute('csd-code', code.code)}{_attribute('codeSystemName', code.system)}"
        f"{_attribute('originalText', code.meaning)}/>"
    )


def _attribute(name: str, value: str, *, is_needed: bool = False) -> str:
    return f" {name}={quoteattr(_legal(value))}" if value or is_needed else ""


def _text(value: str) -> str:
    return _legal(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _legal(value: str) -> str:
    """Return the text without what XML 1.0 cannot have; line ends too, as a message is a line."""
    return "".join(one if _is_legal(ord(one)) else "\ufffd" for one in value)


def _is_legal(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")

"""Checks audit messages by the schema of PS3.15 A.5.1: elements in their order, attributes, kinds of values."""

import base64
import re
from datetime import datetime
from xml.etree import ElementTree

_CODED = {"csd-code": "token", "codeSystemName": "token", "displayName?": "token", "originalText": "token"}
_NUMBERS = {count: "|".join(str(number) for number in range(1, count + 1)) for count in (4, 5, 9, 15, 26)}

_SCHEMA: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "AuditMessage": (
        {},
        [
            ("EventIdentification", "1"),
            ("ActiveParticipant", "+"),
            ("AuditSourceIdentification", "1"),
            ("ParticipantObjectIdentification", "*"),
        ],
    ),
    "EventIdentification": (
        {"EventActionCode?": "=C|R|U|D|E", "EventDateTime": "dateTime", "EventOutcomeIndicator": "=0|4|8|12"},
        [("EventID", "1"), ("EventTypeCode", "*"), ("EventOutcomeDescription", "?")],
    ),
    "EventID": (_CODED, []),
    "EventTypeCode": (_CODED, []),
    "RoleIDCode": (_CODED, []),
    "MediaType": (_CODED, []),
    "ParticipantObjectIDTypeCode": (_CODED, []),
    "EventOutcomeDescription": ({}, []),
    "ActiveParticipant": (
        {
            "UserID": "text",
            "AlternativeUserID?": "text",
            "UserName?": "text",
            "UserIsRequestor": "=true|false|0|1",
            "NetworkAccessPointID?": "token",
            "NetworkAccessPointTypeCode?": "=" + _NUMBERS[5],
        },
        [("RoleIDCode", "*"), ("MediaIdentifier", "?")],
    ),
    "MediaIdentifier": ({}, [("MediaType", "1")]),
    "AuditSourceIdentification": (
        {"AuditEnterpriseSiteID?": "token", "AuditSourceID": "token"},
        [("AuditSourceTypeCode", "*")],
    ),
    "AuditSourceTypeCode": ({"csd-code": "=" + _NUMBERS[9]}, []),
    "ParticipantObjectIdentification": (
        {
            "ParticipantObjectID": "token",
            "ParticipantObjectTypeCode?": "=" + _NUMBERS[4],
            "ParticipantObjectTypeCodeRole?": "=" + _NUMBERS[26],
            "ParticipantObjectDataLifeCycle?": "=" + _NUMBERS[15],
            "ParticipantObjectSensitivity?": "token",
        },
        [
            ("ParticipantObjectIDTypeCode", "1"),
            ("ParticipantObjectName|ParticipantObjectQuery", "1"),
            ("ParticipantObjectDetail", "*"),
            ("ParticipantObjectDescription", "*"),
        ],
    ),
    "ParticipantObjectName": ({}, []),
    "ParticipantObjectQuery": ({}, []),
    "ParticipantObjectDetail": ({"type": "token", "value": "base64"}, []),
    "ParticipantObjectDescription": (
        {},
        [
            ("MPPS", "*"),
            ("Accession", "*"),
            ("SOPClass", "*"),
            ("ParticipantObjectContainsStudy", "?"),
            ("Encrypted", "?"),
            ("Anonymized", "?"),
        ],
    ),
    "MPPS": ({"UID": "token"}, []),
    "Accession": ({"Number": "token"}, []),
    "SOPClass": ({"UID?": "token", "NumberOfInstances": "integer"}, [("Instance", "*")]),
    "Instance": ({"UID": "token"}, []),
    "ParticipantObjectContainsStudy": ({}, [("StudyIDs", "*")]),
    "StudyIDs": ({"UID": "token"}, []),
}
_WITH_TEXT = {"EventOutcomeDescription", "ParticipantObjectName", "ParticipantObjectQuery"}


def checked_message(xml: str) -> ElementTree.Element:
    """Parse a message; asserts that it is valid."""
    root = ElementTree.fromstring(xml.encode())
    assert root.tag == "AuditMessage"
    _check(root)
    return root


def _check(element: ElementTree.Element) -> None:
    attributes, children = _SCHEMA[element.tag]
    allowed = {name.rstrip("?"): kind for name, kind in attributes.items()}
    needed = {name for name in attributes if not name.endswith("?")}
    assert needed <= set(element.attrib) <= set(allowed), (element.tag, element.attrib)
    for name, value in element.attrib.items():
        _check_value(allowed[name], value)
    if element.tag == "ParticipantObjectQuery":
        _check_value("base64", element.text or "")
    if element.tag not in _WITH_TEXT:
        assert not (element.text or "").strip(), element.tag
    rest = list(element)
    for names, number in children:
        count = 0
        while rest and rest[0].tag in names.split("|"):
            _check(rest.pop(0))
            count += 1
        assert {"1": count == 1, "?": count <= 1, "+": count >= 1, "*": True}[number], (element.tag, names, count)
    assert not rest, (element.tag, rest[0].tag)


def _check_value(kind: str, value: str) -> None:
    if kind.startswith("="):
        assert value in kind[1:].split("|"), value
    elif kind == "dateTime":
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value), value
        datetime.fromisoformat(value)
    elif kind == "integer":
        int(value)
    elif kind == "base64":
        base64.b64decode(value, validate=True)

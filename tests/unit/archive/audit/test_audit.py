"""Audit messages: valid by the schema of the standard whatever they tell of, and where they go."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.audit.messages import (
    AuditMessage,
    EventId,
    EventType,
    Outcome,
    Participant,
    Role,
    patient_object,
    query_object,
    study_object,
    to_xml,
)
from dicomdesk.archive.audit.outlets import syslog_message
from dicomdesk.archive.audit.settings import SyslogTarget, Transport, read_syslog_target
from dicomdesk.errors import SettingsError
from tests.helpers.archives.audit_schema import checked_message

WHEN = datetime(2026, 11, 30, 12, 0, 0, 123456, UTC)
texts = st.text(max_size=40)


@given(event=st.sampled_from(EventId), text=texts, name=texts, number=st.integers(0, 9), raw=st.binary(max_size=20))
def test_a_message_is_valid_and_on_one_line_whatever_text_is_in_it(
    event: EventId, text: str, name: str, number: int, raw: bytes
) -> None:
    message = AuditMessage(
        event=event,
        action="E",
        when=WHEN,
        types=(EventType.APPLICATION_START,),
        outcome=Outcome.MINOR_FAILURE,
        description=text,
        participants=(
            Participant(user_id=text, role=Role.SOURCE, alternative_user_id=name, is_requestor=True, address=name),
            Participant(user_id="1", role=None),
        ),
        objects=(
            study_object(text, {"1.2.3": number, text: 1}, (name,)),
            patient_object(text, name),
            query_object("1.2", raw, text),
        ),
    )
    xml = to_xml(message, text, name)
    assert len(xml.splitlines()) <= 1 or not {"\n", "\r"} & set(xml)
    root = checked_message(xml)
    assert base64.b64decode(root.findtext(".//ParticipantObjectQuery") or "") == raw


def test_what_xml_reserves_is_told_as_it_is() -> None:
    message = AuditMessage(
        event=EventId.QUERY,
        action="E",
        when=WHEN,
        participants=(Participant(user_id="<&\"'>", address="10.0.0.1"),),
        objects=(patient_object("1", "A&B<C>"),),
    )
    root = checked_message(to_xml(message, "here"))
    (participant,) = root.findall("ActiveParticipant")
    assert participant.attrib["UserID"] == "<&\"'>"
    assert participant.attrib["NetworkAccessPointTypeCode"] == "2"
    assert root.findtext(".//ParticipantObjectName") == "A&B<C>"


def test_a_syslog_message_is_as_rfc_5424_has_it() -> None:
    head, _, xml = syslog_message("<AuditMessage/>", WHEN).partition(b"\xef\xbb\xbf")
    priority, stamp, _host, name, process, kind, data = head.decode().split()
    assert (priority, stamp, name, kind, data) == (
        "<85>1",
        "2026-11-30T12:00:00.123456Z",
        "dicomdesk",
        "DICOM+RFC3881",
        "-",
    )
    assert process.isdecimal()
    assert xml == b"<AuditMessage/>"


@pytest.mark.parametrize(
    ("text", "transport", "host", "port"),
    [
        ("logs", Transport.UDP, "logs", 514),
        ("udp://logs:1514", Transport.UDP, "logs", 1514),
        ("TCP://logs", Transport.TCP, "logs", 601),
        ("tls://logs", Transport.TLS, "logs", 6514),
        ("tls://[::1]:7000", Transport.TLS, "::1", 7000),
        ("udp://::1", Transport.UDP, "::1", 514),
    ],
)
def test_a_collector_is_read_from_words(text: str, transport: Transport, host: str, port: int) -> None:
    assert read_syslog_target(text) == SyslogTarget(transport=transport, host=host, port=port)


@pytest.mark.parametrize("text", ["", "http://logs", "tls://", "udp://logs:0", "udp://logs:x", "udp://logs:70000"])
def test_what_is_no_collector_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="no syslog target"):
        read_syslog_target(text)

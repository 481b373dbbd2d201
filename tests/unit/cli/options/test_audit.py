"""Options of the audit trail."""

from pathlib import Path

import pytest

from dicomdesk.archive.audit.settings import AuditSettings, SyslogTarget, Transport
from dicomdesk.cli.options.audit import AUDIT_OPTIONS, read_audit
from dicomdesk.cli.options.grammar import CommandLineError, Tool, group, parse

TOOL = Tool(name="tool", description="Tool", parameters=(), groups=(group("options", *AUDIT_OPTIONS),))


def read(*words: str) -> AuditSettings | None:
    return read_audit(parse(TOOL, list(words)))


def test_there_is_no_trail_unless_it_is_asked_for() -> None:
    assert read() is None


def test_it_goes_to_a_file_and_a_collector() -> None:
    words = "--audit-file a.log --audit-syslog tls://logs --audit-ca ca.pem --audit-cert c.pem --audit-key k.pem"
    target = SyslogTarget(
        transport=Transport.TLS,
        host="logs",
        port=6514,
        ca_file=Path("ca.pem"),
        certificate_file=Path("c.pem"),
        key_file=Path("k.pem"),
    )
    settings = AuditSettings(file=Path("a.log"), syslog=target, source_id="north")
    assert read(*words.split(), "--audit-source", "north") == settings


@pytest.mark.parametrize(
    "words",
    [
        "--audit-ca ca.pem --audit-file a.log",
        "--audit-ca ca.pem --audit-syslog udp://logs",
        "--audit-key k.pem --audit-syslog tls://logs",
        "--audit-source north",
        "--audit-syslog http://logs",
    ],
)
def test_what_makes_no_sense_is_refused(words: str) -> None:
    with pytest.raises(CommandLineError):
        read(*words.split())

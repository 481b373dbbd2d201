"""Options of the audit trail of an archive."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, option
from dicomdesk.errors import SettingsError

if TYPE_CHECKING:
    from dicomdesk.archive.audit.settings import AuditSettings

__all__ = ["AUDIT_OPTIONS", "read_audit"]

AUDIT_OPTIONS: Final = (
    option(
        "--audit-file",
        "append an audit trail (PS3.15 A.5) to this file,",
        "which tells who patients are",
        argument="[f]ilename: string",
    ),
    option(
        "--audit-syslog",
        "send the audit trail to this collector: tls://,",
        "tcp:// or udp://host:port",
        argument="[t]arget: string",
    ),
    option(
        "--audit-ca",
        "verify the collector by these certificates",
        "(default: those of the system)",
        argument="[f]ilename: string",
    ),
    option("--audit-cert", "present this certificate to the collector", argument="[f]ilename: string"),
    option("--audit-key", "its private key, where that is another file", argument="[f]ilename: string"),
    option(
        "--audit-source",
        "the name of this archive in the audit trail",
        "(default: that of the machine)",
        argument="[n]ame: string",
    ),
)


def read_audit(line: CommandLine) -> "AuditSettings | None":
    """Read where the audit trail goes, None for nowhere; raises CommandLineError."""
    is_tls = line.text("--audit-syslog").lower().startswith("tls://")
    for name in ("--audit-ca", "--audit-cert"):
        if line.has(name):
            line.check_dependency(name, "--audit-syslog tls://", is_met=is_tls)
    if line.has("--audit-key"):
        line.check_dependency("--audit-key", "--audit-cert", is_met=line.has("--audit-cert"))
    is_asked_for = line.has("--audit-file") or line.has("--audit-syslog")
    if line.has("--audit-source"):
        line.check_dependency("--audit-source", "--audit-file or --audit-syslog", is_met=is_asked_for)
    if not is_asked_for:
        return None
    from dataclasses import replace  # noqa: PLC0415 - only where it is asked for: start-up time

    from dicomdesk.archive.audit.settings import AuditSettings, read_syslog_target  # noqa: PLC0415 - as above

    syslog = None
    if line.has("--audit-syslog"):
        try:
            syslog = read_syslog_target(line.text("--audit-syslog"))
        except SettingsError as error:
            raise CommandLineError(str(error)) from error
        syslog = replace(
            syslog,
            ca_file=_path(line, "--audit-ca"),
            certificate_file=_path(line, "--audit-cert"),
            key_file=_path(line, "--audit-key"),
        )
    return AuditSettings(file=_path(line, "--audit-file"), syslog=syslog, source_id=line.text("--audit-source"))


def _path(line: CommandLine, name: str) -> Path | None:
    return Path(line.text(name)) if line.has(name) else None

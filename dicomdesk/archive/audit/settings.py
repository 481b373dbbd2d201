"""Where an audit trail goes, as values and as words."""

from enum import Enum
from pathlib import Path
from typing import Final

from dicomdesk.errors import SettingsError
from dicomdesk.records import dataclass

__all__ = ["AuditSettings", "SyslogTarget", "Transport", "read_syslog_target"]


class Transport(Enum):
    """How syslog messages travel."""

    UDP = "udp"
    """RFC 5426; a message that does not arrive is lost, and nobody knows."""
    TCP = "tcp"
    """RFC 6587, with octet counting."""
    TLS = "tls"
    """RFC 5425, as IHE ATNA has it."""


_PORTS: Final = {Transport.UDP: 514, Transport.TCP: 601, Transport.TLS: 6514}
_LARGEST_PORT: Final = 65535
_LONGEST_PORT: Final = 5
"""Digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyslogTarget:
    """A collector of syslog messages."""

    transport: Transport
    host: str
    port: int
    ca_file: Path | None = None
    """Certificates by which the collector is verified; None for those of the system."""
    certificate_file: Path | None = None
    """Our own, with TLS; None for none."""
    key_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """Where messages go; to both where both are given."""

    file: Path | None = None
    syslog: SyslogTarget | None = None
    source_id: str = ""
    """By which messages name this archive; "" for the name of the machine."""
    queue_size: int = 10_000
    """Messages that may wait; those beyond are lost, and counted."""


def read_syslog_target(text: str) -> SyslogTarget:
    """Read ``tls://host:port``, ``tcp://...``, ``udp://...``, or ``host`` alone for UDP. Raises SettingsError."""
    scheme, is_given, rest = text.rpartition("://")
    try:
        transport = Transport(scheme.lower()) if is_given else Transport.UDP
    except ValueError as error:
        raise SettingsError(f'"{text}" is no syslog target: it begins with none of udp, tcp and tls') from error
    host, port_text = _split(rest)
    is_number = port_text.isascii() and port_text.isdigit() and len(port_text) <= _LONGEST_PORT
    port = _PORTS[transport] if not port_text else int(port_text) if is_number else 0
    if not host or not 0 < port <= _LARGEST_PORT:
        raise SettingsError(f'"{text}" is no syslog target: tls://host:port, tcp://host:port or udp://host:port')
    return SyslogTarget(transport=transport, host=host, port=port)


def _split(text: str) -> tuple[str, str]:
    """Return host and port, "" where none is given; an IPv6 address is in brackets where a port follows."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":")
    if text.count(":") > 1:
        return text, ""
    host, _, port = text.partition(":")
    return host, port

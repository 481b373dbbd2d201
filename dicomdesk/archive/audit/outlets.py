"""Outlets of audit messages: a file of one message a line, and syslog (RFC 5424) over UDP, TCP or TLS.

Used by one thread, that of the recorder. An outlet that fails raises OSError, and is tried anew with the next message.
"""

import os
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from dicomdesk.archive.audit.settings import AuditSettings, SyslogTarget, Transport
from dicomdesk.errors import SettingsError, StorageError

__all__ = ["FileOutlet", "Outlet", "SyslogOutlet", "open_outlets", "syslog_message"]

_TIMEOUT_S: Final = 10.0
_PRIORITY: Final = 10 * 8 + 5
"""Facility 10, security and authorization; severity 5, notice (PS3.15 A.6)."""
_MESSAGE_ID: Final = "DICOM+RFC3881"
_APPLICATION: Final = "dicomdesk"
_LONGEST_DATAGRAM: Final = 65_000
_LONGEST_NAME: Final = 255


class Outlet(Protocol):
    """Where messages go."""

    def write(self, xml: str) -> None:
        """Write one message. Raises OSError where that cannot be done now."""

    def close(self) -> None:
        """End; raises nothing."""


def open_outlets(settings: AuditSettings) -> list[Outlet]:
    """Open what is asked for. Raises StorageError for a file that cannot be written, SettingsError for certificates.

    A syslog collector that is not there is none: it is tried with each message.
    """
    outlets: list[Outlet] = []
    if settings.file is not None:
        outlets.append(FileOutlet(settings.file))
    if settings.syslog is not None:
        outlets.append(SyslogOutlet(settings.syslog))
    return outlets


class FileOutlet:
    """A file that is appended to; where it was moved away meanwhile, as logs are rotated, a new one is begun."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._descriptor = self._open()
        except OSError as error:
            raise StorageError(f"The audit trail {path} cannot be written: {error.strerror}") from error

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)

    def write(self, xml: str) -> None:
        """See ``Outlet``."""
        if self._descriptor < 0 or self._is_moved():
            self.close()
            self._descriptor = self._open()
        content = memoryview((xml + "\n").encode())
        size = os.fstat(self._descriptor).st_size
        try:
            while content:
                content = content[os.write(self._descriptor, content) :]
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, size)  # a full disk leaves no half a line
            raise

    def _is_moved(self) -> bool:
        try:
            return not os.path.samestat(os.stat(self._path), os.fstat(self._descriptor))
        except FileNotFoundError:
            return True

    def close(self) -> None:
        """See ``Outlet``."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)


class SyslogOutlet:
    """A syslog collector; connected with the first message, and again where the connection was lost."""

    def __init__(self, target: SyslogTarget) -> None:
        self._target = target
        self._socket: socket.socket | None = None
        self._context = _tls_context(target) if target.transport is Transport.TLS else None

    def write(self, xml: str) -> None:
        """See ``Outlet``."""
        message = syslog_message(xml, datetime.now(UTC))
        try:
            connection = self._socket or self._connect()
            if self._target.transport is Transport.UDP:
                connection.send(message[:_LONGEST_DATAGRAM])
            else:
                connection.sendall(str(len(message)).encode() + b" " + message)
        except OSError:
            self.close()
            raise

    def _connect(self) -> socket.socket:
        target = self._target
        if target.transport is Transport.UDP:
            family, kind, protocol, _name, address = socket.getaddrinfo(
                target.host, target.port, type=socket.SOCK_DGRAM
            )[0]
            connection = socket.socket(family, kind, protocol)
            connection.connect(address)
        else:
            connection = socket.create_connection((target.host, target.port), _TIMEOUT_S)
        if self._context is not None:
            connection = self._context.wrap_socket(connection, server_hostname=target.host)
        connection.settimeout(_TIMEOUT_S)
        self._socket = connection
        return connection

    def close(self) -> None:
        """See ``Outlet``."""
        connection, self._socket = self._socket, None
        if connection is not None:
            with suppress(OSError):
                connection.close()


def syslog_message(xml: str, when: datetime) -> bytes:
    """Return a message by RFC 5424, without what a transport puts before it."""
    host = (socket.gethostname() or "-").encode("ascii", "replace").decode()[:_LONGEST_NAME]
    stamp = when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    head = f"<{_PRIORITY}>1 {stamp} {host} {_APPLICATION} {os.getpid()} {_MESSAGE_ID} - "
    return head.encode() + b"\xef\xbb\xbf" + xml.encode()


def _tls_context(target: SyslogTarget) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=None if target.ca_file is None else str(target.ca_file))
        if target.certificate_file is not None:
            context.load_cert_chain(target.certificate_file, target.key_file)
    except OSError as error:  # of ssl too
        raise SettingsError(f"The certificates of the audit trail cannot be used: {error}") from error
    return context

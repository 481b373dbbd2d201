"""Recorders and outlets of the audit trail: nothing waits for them, and what is lost is counted and said."""

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dicomdesk.archive.audit import recorder as recorder_module
from dicomdesk.archive.audit.changes import change_messages, opened_trail
from dicomdesk.archive.audit.messages import AuditMessage, EventId, Participant
from dicomdesk.archive.audit.outlets import FileOutlet, SyslogOutlet
from dicomdesk.archive.audit.recorder import Recorder
from dicomdesk.archive.audit.settings import AuditSettings, SyslogTarget, Transport
from dicomdesk.errors import ReportError, StorageError
from tests.helpers.archives.audit_schema import checked_message
from tests.helpers.tls.certificates import Authority

DEADLINE_S = 30.0


def message(number: int) -> AuditMessage:
    return AuditMessage(
        event=EventId.QUERY,
        action="E",
        when=datetime.now(UTC),
        participants=(Participant(user_id=str(number)),),
    )


def start(name: str, run: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def users(lines: list[str]) -> list[str]:
    return [checked_message(line).find("ActiveParticipant").attrib["UserID"] for line in lines]  # type: ignore[union-attr]  # it is there by the schema


class Failing:
    """An outlet that can do nothing until it is told."""

    def __init__(self) -> None:
        self.works = threading.Event()
        self.tried = threading.Event()
        self.has_two = threading.Event()
        self.written: list[str] = []

    def write(self, xml: str) -> None:
        self.tried.set()
        if not self.works.is_set():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.written.append(xml)
        if len(self.written) == 2:
            self.has_two.set()

    def close(self) -> None:
        """Nothing."""


def test_messages_are_lines_of_a_file_in_their_order_which_others_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    recorder = Recorder([FileOutlet(path)], 1000, "here")
    recorder.start(start)
    for number in range(200):
        recorder.take(message(number))
    recorder.close()
    assert users(path.read_text().splitlines()) == [str(number) for number in range(200)]
    assert path.stat().st_mode & 0o077 == 0
    assert recorder.lost == 0


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    outlet = FileOutlet(path)
    outlet.write("<a/>")
    path.rename(tmp_path / "audit.log.1")
    outlet.write("<b/>")
    outlet.close()
    assert (path.read_text(), (tmp_path / "audit.log.1").read_text()) == ("<b/>\n", "<a/>\n")


def test_a_file_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="audit trail"):
        FileOutlet(tmp_path / "gone" / "audit.log")


def test_what_waits_is_bounded_and_what_is_lost_is_counted_and_said(
    caplog: pytest.LogCaptureFixture, announce_log: Callable[[str], None]
) -> None:
    announce_log("udit messages|audit trail")
    outlet = Failing()
    recorder = Recorder([outlet], 10, "here")
    recorder.start(start)
    for number in range(25):
        recorder.take(message(number))
    assert recorder.lost == 15
    assert outlet.tried.wait(DEADLINE_S)
    recorder.close()
    assert recorder.lost == 25
    assert "25 audit messages were lost" in caplog.text


def test_an_outlet_that_fails_is_tried_again_and_the_other_has_each_message_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("audit trail")
    monkeypatch.setattr(recorder_module, "_WAIT_S", 0.001)
    outlet, path = Failing(), tmp_path / "audit.log"
    recorder = Recorder([FileOutlet(path), outlet], 10, "here")
    recorder.start(start)
    recorder.take(message(1))
    recorder.take(message(2))
    assert outlet.tried.wait(DEADLINE_S)
    outlet.works.set()
    assert outlet.has_two.wait(DEADLINE_S)
    recorder.close()
    assert users(outlet.written) == users(path.read_text().splitlines()) == ["1", "2"]
    assert recorder.lost == 0


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE_S)
        yield server


def received(connection: socket.socket) -> bytes:
    """One message with octet counting."""
    count = b""
    while not count.endswith(b" "):
        count += connection.recv(1)
    content = b""
    while len(content) < int(count):
        content += connection.recv(int(count) - len(content))
    return content


def test_messages_go_over_udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(DEADLINE_S)
        port = server.getsockname()[1]
        outlet = SyslogOutlet(SyslogTarget(transport=Transport.UDP, host="127.0.0.1", port=port))
        outlet.write("<a/>")
        assert server.recv(65536).endswith(b"\xef\xbb\xbf<a/>")
        outlet.close()


def test_messages_go_over_tcp_and_again_where_the_collector_was_restarted(listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    outlet = SyslogOutlet(SyslogTarget(transport=Transport.TCP, host="127.0.0.1", port=port))
    outlet.write("<a/>")
    connection, _ = listening.accept()
    assert received(connection).endswith(b"<a/>")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()
    while True:  # what was sent before the loss is noticed is gone: so is TCP
        try:
            outlet.write("<b/>")
        except OSError:
            break
    outlet.write("<c/>")
    connection, _ = listening.accept()
    with connection:
        assert received(connection).endswith(b"<c/>")
    outlet.close()


def test_messages_go_over_tls_to_a_collector_that_is_verified(listening: socket.socket, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "root")
    server = authority.issue("server")
    context = server.server_context()
    port = listening.getsockname()[1]
    got: list[bytes] = []

    def serve() -> None:
        for _ in range(2):
            connection, _address = listening.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as secured:
                    got.append(received(secured))
            except (OSError, ValueError):
                connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    target = SyslogTarget(transport=Transport.TLS, host="localhost", port=port)
    with pytest.raises(OSError, match=r"(?i)certificate.verify.failed"):
        SyslogOutlet(target).write("<a/>")
    outlet = SyslogOutlet(
        SyslogTarget(transport=Transport.TLS, host="localhost", port=port, ca_file=authority.certificate)
    )
    outlet.write("<b/>")
    thread.join(DEADLINE_S)
    outlet.close()
    assert [one.endswith(b"<b/>") for one in got] == [True]


def test_a_change_that_cannot_be_told_is_an_error_and_nothing_is_written_where_nothing_is_asked_for(
    tmp_path: Path,
) -> None:
    messages = change_messages(EventId.STUDY_DELETED, "D", [], area="A", user="me", description="")
    assert messages == []
    with opened_trail(None) as trail:
        trail.tell([message(1)])
    with opened_trail(AuditSettings(file=tmp_path / "audit.log")) as trail:
        (tmp_path / "audit.log").unlink()
        (tmp_path / "audit.log").mkdir()
        with pytest.raises(ReportError, match="It was done"):
            trail.tell([message(1)])

"""Services are told by their first bytes."""

import pytest

from dicomdesk.network.wire.greetings import ListenerKind, first_line, recognize_service, service_sentence


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", ListenerKind.SSH, "(SSH) listens on that port"),
        (b"220 (vsFTPd 3.0.3)\r\n", ListenerKind.FTP, "(FTP) listens on that port"),
        (b"220 mail.example ESMTP\r\n", ListenerKind.MAIL, "mail server listens on that port"),
        (b"HTTP/1.1 400 Bad Request\r\n", ListenerKind.HTTP, "web server listens on that port"),
        (b"\x93\x01", ListenerKind.UNKNOWN, ""),
        (b"", ListenerKind.UNKNOWN, ""),
    ],
)
def test_a_service_is_told_by_how_it_begins(data: bytes, kind: ListenerKind, words: str) -> None:
    assert recognize_service(data) is kind
    assert words in service_sentence(data)
    assert bool(service_sentence(data)) == bool(words)


def test_the_first_line_is_short_and_printable() -> None:
    assert first_line(b"a\x1b[0mb" + bytes(100)).startswith("a")
    assert first_line(b"a\x1b[0mb" + bytes(100)).isprintable()
    assert first_line(b"") == ""

"""Failures of TLS in words."""

import ssl

import pytest

from dicomdesk.engine.send.retry import is_transient_error
from dicomdesk.errors import AssociationAbortedError, PeerUnreachableError, TlsHandshakeError
from dicomdesk.network.wire.tls_errors import (
    acceptor_error,
    explain,
    explain_plain_bytes,
    lost_error,
    requestor_error,
    unanswered_error,
)


def _failure(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] words (_ssl.c:1000)")
    error.reason = reason
    return error


def _refusal(code: int, message: str = "openssl's words") -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.reason = "CERTIFICATE_VERIFY_FAILED"
    error.verify_code, error.verify_message = code, message
    return error


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("TLSV1_ALERT_UNKNOWN_CA", "does not trust the authority of our certificate"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "demands a certificate"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "nothing in common"),
        ("SSL/TLS_ALERT_HANDSHAKE_FAILURE", "nothing in common"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "no TLS version in common"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "our certificate has expired"),
        ("SSLV3_ALERT_CERTIFICATE_REVOKED", "our certificate was revoked"),
        ("TLSV1_UNRECOGNIZED_NAME", "does not go by the host name"),
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "presented no certificate"),
        ("NO_SHARED_CIPHER", "no cipher suite in common"),
        ("UNSUPPORTED_PROTOCOL", "no TLS version in common"),
        ("WRONG_VERSION_NUMBER", "not TLS"),
        ("UNEXPECTED_MESSAGE", "not TLS"),
        ("SSLV3_ALERT_UNEXPECTED_MESSAGE", "did not expect"),
        ("UNEXPECTED_EOF_WHILE_READING", "closed the connection"),
        ("SOMETHING_QUITE_NEW", "something quite new"),
    ],
)
def test_openssls_reasons_become_words_and_advice(reason: str, words: str) -> None:
    explanation = explain(_failure(reason))
    assert words in explanation.text
    assert explanation.advice


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (3, "no revocation list"),
        (9, "not valid yet"),
        (10, "has expired"),
        (12, "revocation list of its issuer has expired"),
        (18, "self-signed"),
        (19, "ends in an authority that is not trusted"),
        (20, "not among the trusted authorities"),
        (23, "was revoked"),
        (62, "another host name"),
        (64, "another address"),
    ],
)
def test_refused_certificates_have_a_reason(code: int, words: str) -> None:
    explanation = explain(_refusal(code))
    assert words in explanation.text
    assert explanation.advice
    assert "openssl's words" in explain(_refusal(9999)).text


@pytest.mark.parametrize(
    ("greeting", "words"),
    [
        (bytes.fromhex("0100000000cd00010000"), "association without TLS"),
        (bytes.fromhex("07000000000400000200"), "DICOM without TLS"),
        (bytes.fromhex("03000000000400010101"), "DICOM without TLS"),
        (b"HTTP/1.1 400 Bad Request", "HTTP"),
        (b"GET / HTTP/1.1", "HTTP"),
        (b"220 ready", "not TLS"),
        (b"\x01", "not TLS"),
    ],
)
def test_what_is_no_tls_is_recognised(greeting: bytes, words: str) -> None:
    explanation = explain_plain_bytes(greeting)
    assert explanation is not None
    assert words in explanation.text


@pytest.mark.parametrize("greeting", [b"", b"\x16\x03\x01", b"\x15\x03\x03\x00\x02\x02\x28"])
def test_tls_records_tell_nothing(greeting: bytes) -> None:
    assert explain_plain_bytes(greeting) is None


def test_errors_have_dcmtks_condition() -> None:
    refused = requestor_error(_refusal(10), b"\x16\x03\x03")
    assert isinstance(refused, TlsHandshakeError)
    assert refused.condition == "TLS error: certificate verify failed"
    assert requestor_error(_failure("TLSV1_ALERT_UNKNOWN_CA"), b"").condition == "TLS error: tlsv1 alert unknown ca"
    for end in (ssl.SSLEOFError(8, "EOF"), ssl.SSLZeroReturnError(6, "TLS/SSL connection has been closed (EOF)")):
        assert requestor_error(end, b"").condition == "TLS error: unexpected eof while reading"
        assert explain(end).text == "the peer closed the connection"
    reset = requestor_error(ConnectionResetError(104, "Connection reset by peer"), b"")
    assert isinstance(reset, PeerUnreachableError)
    assert reset.condition == "OpenSSL I/O error (SSL_ERROR_SYSCALL)"
    newer = _failure("SSL/TLS_ALERT_BAD_CERTIFICATE")
    assert requestor_error(newer, b"").condition == "TLS error: sslv3 alert bad certificate"


def test_the_acceptors_line_is_dcmtks_with_its_meaning() -> None:
    error = acceptor_error(_failure("WRONG_VERSION_NUMBER"), bytes.fromhex("0100000000cd"))
    assert str(error).startswith("TLS error: wrong version number (the peer asks for an association without TLS")
    assert error.condition == "TLS error: wrong version number"
    assert error.advice


def test_what_cannot_pass_by_waiting_is_told_from_what_may() -> None:
    assert not is_transient_error(requestor_error(_failure("NO_SHARED_CIPHER"), b""))
    assert is_transient_error(requestor_error(ssl.SSLEOFError(8, "EOF"), b""))


def test_an_alert_after_the_handshake_is_a_refusal_of_the_request() -> None:
    alert = _failure("TLSV13_ALERT_CERTIFICATE_REQUIRED")
    lost = lost_error(alert)
    assert isinstance(lost, AssociationAbortedError)
    assert lost.condition == "Peer aborted Association (or never connected)"
    lost.__cause__ = alert
    refused = unanswered_error(lost)
    assert isinstance(refused, TlsHandshakeError)
    assert "demands a certificate" in str(refused)
    silent = AssociationAbortedError("gone")
    assert unanswered_error(silent) is silent

"""Conditions of DCMTK with their numbers, as its messages show them: "0006:0317 Peer aborted ..."."""

from dicomdesk.errors import DicomdeskError
from dicomdesk.human import printable

_NUMBERS = (
    ("Invalid stream", "0001:0004"),
    ("End of stream", "0001:0005"),
    ("I/O suspension or premature end of stream", "0001:000a"),
    ("ASC Bad presentation context ID", "0006:0101"),
    ("Total length of user items", "0006:0103"),
    ("ASC Coding error in ASC_requestAssociation", "0006:0103"),
    ("ASC User Identification Negotiation failed", "0006:0108"),
    ("DIMSE Bad command type", "0006:0201"),
    ("DIMSE Badly formed message", "0006:0203"),
    ("DIMSE No data available", "0006:0207"),
    ("DIMSE No valid Presentation Context ID", "0006:0208"),
    ("DIMSE Read PDV failed", "0006:020c"),
    ("DIMSE Failed to receive message", "0006:020d"),
    ("DIMSE Failed to send message", "0006:020e"),
    ("DIMSE: Unexpected Response MsgId", "0006:0211"),
    ("DUL Finite State Machine Error", "0006:0303"),
    ("Illegal service parameter", "0006:030c"),
    ("DUL Unexpected PDU", "0006:0314"),
    ("Peer aborted Association", "0006:0317"),
    ("DUL Peer Requested Release", "0006:0319"),
    ("DUL network read timeout", "0006:031a"),
    ("TCP Initialization Error", "0006:031c"),
    ("TCP I/O Error", "0006:031d"),
    ("Attempt to connect to unknown host", "0006:0320"),
    ("Unrecognized PDU type", "0006:0321"),
    ("profile key undefined", "0006:0426"),
)


_TLS_NUMBERS = {
    "OpenSSL I/O error (SSL_ERROR_SYSCALL)": "000b:0017",
    "TLS error: certificate verify failed": "000b:0886",
    "TLS error: http request": "000b:089c",
    "TLS error: no protocols available": "000b:08bf",
    "TLS error: no shared cipher": "000b:08c1",
    "TLS error: peer did not return a certificate": "000b:08c7",
    "TLS error: unsupported protocol": "000b:0902",
    "TLS error: wrong version number": "000b:090b",
    "TLS error: unexpected eof while reading": "000b:0926",
    "TLS error: dh key too small": "000b:098a",
    "TLS error: version too low": "000b:098c",
    "TLS error: sslv3 alert unexpected message": "000b:0bf2",
    "TLS error: sslv3 alert bad record mac": "000b:0bfc",
    "TLS error: tlsv1 alert record overflow": "000b:0bfe",
    "TLS error: sslv3 alert handshake failure": "000b:0c10",
    "TLS error: sslv3 alert bad certificate": "000b:0c12",
    "TLS error: sslv3 alert unsupported certificate": "000b:0c13",
    "TLS error: sslv3 alert certificate revoked": "000b:0c14",
    "TLS error: sslv3 alert certificate expired": "000b:0c15",
    "TLS error: sslv3 alert certificate unknown": "000b:0c16",
    "TLS error: sslv3 alert illegal parameter": "000b:0c17",
    "TLS error: tlsv1 alert unknown ca": "000b:0c18",
    "TLS error: tlsv1 alert access denied": "000b:0c19",
    "TLS error: tlsv1 alert decode error": "000b:0c1a",
    "TLS error: tlsv1 alert decrypt error": "000b:0c1b",
    "TLS error: tlsv1 alert protocol version": "000b:0c2e",
    "TLS error: tlsv1 alert insufficient security": "000b:0c2f",
    "TLS error: tlsv1 alert internal error": "000b:0c38",
    "TLS error: tlsv1 alert inappropriate fallback": "000b:0c3e",
    "TLS error: tlsv1 alert user cancelled": "000b:0c42",
    "TLS error: tlsv13 alert missing extension": "000b:0c55",
    "TLS error: tlsv1 unrecognized name": "000b:0c58",
    "TLS error: tlsv13 alert certificate required": "000b:0c5c",
    "TLS error: tlsv1 alert no application protocol": "000b:0c60",
}
"""As seen from echoscu 3.6.7: module 11, hexadecimal 800 plus OpenSSL's number of the reason."""


def condition_text(error: DicomdeskError | None) -> str:
    """The error in DCMTK's words where there are some, "" for none."""
    return printable(getattr(error, "condition", "") or str(error or ""))


def numbered_condition(text: str) -> str:
    """The text with its number before it; as it is where DCMTK has no such condition."""
    if text in _TLS_NUMBERS:
        return f"{_TLS_NUMBERS[text]} {text}"
    for beginning, number in _NUMBERS:
        if text.startswith(beginning):
            return f"{number} {text}"
    return text


def known_conditions() -> list[str]:
    """The conditions that have a number, as they begin, with it."""
    return [numbered_condition(text) for text in (*(beginning for beginning, _ in _NUMBERS), *_TLS_NUMBERS)]

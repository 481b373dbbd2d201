"""Recognises services other than DICOM by the first bytes that they send. Pure."""

import re
from enum import Enum

from dicomdesk.human import printable

__all__ = ["ListenerKind", "first_line", "recognize_service", "service_sentence"]

_LONGEST_LINE = 60


class ListenerKind(Enum):
    """Kinds of listeners."""

    UNKNOWN = "unknown"
    """It says nothing that we know."""
    GONE = "gone"
    """It takes no connections any more."""
    TLS = "tls"
    HTTP = "http"
    SSH = "ssh"
    FTP = "ftp"
    MAIL = "mail"
    GREETING = "greeting"
    """Some other service that speaks first, which DICOM never does."""


_BEGINNINGS = (
    (re.compile(rb"SSH-"), ListenerKind.SSH),
    (re.compile(rb"220[ -].*FTP", re.IGNORECASE), ListenerKind.FTP),
    (re.compile(rb"220[ -]|\+OK|\* OK"), ListenerKind.MAIL),
    (re.compile(rb"HTTP/|<!DOCTYPE html|<html", re.IGNORECASE), ListenerKind.HTTP),
)
_NAMES = {
    ListenerKind.SSH: "a secure shell server (SSH)",
    ListenerKind.FTP: "a file transfer server (FTP)",
    ListenerKind.MAIL: "a mail server",
    ListenerKind.HTTP: "a web server",
}


def recognize_service(data: bytes) -> ListenerKind:
    """The kind of service that begins to speak in this way, UNKNOWN for none that we know."""
    return next((kind for pattern, kind in _BEGINNINGS if pattern.match(data)), ListenerKind.UNKNOWN)


def service_sentence(data: bytes) -> str:
    """Which service listens where these bytes came from, in words; "" where they tell of none that we know."""
    name = _NAMES.get(recognize_service(data), "")
    return f'{name} listens on that port, which says "{first_line(data)}"' if name else ""


def first_line(data: bytes) -> str:
    """The beginning of the first line, printable."""
    lines = data.splitlines()
    return printable(lines[0][:_LONGEST_LINE].decode("ascii", "replace")).strip() if lines else ""

"""Recognises records of TLS (RFC 8446 5.1) on a connection without TLS. Knows no ssl module."""

from struct import Struct

__all__ = ["TLS_HEADER_BYTES", "is_tls_record", "may_be_tls_record"]

TLS_HEADER_BYTES = 5

_HEADER = Struct(">BBBH")
_TYPES = range(0x14, 0x18)
"""Change cipher spec, alert, handshake, application data."""
_MAJOR_VERSION = 3
_LARGEST_MINOR_VERSION = 4
_LARGEST_RECORD_BYTES = (1 << 14) + 2048


def is_tls_record(data: bytes | bytearray | memoryview) -> bool:
    """Whether the data, of five bytes or more, begin with the header of a record that may be."""
    if len(data) < TLS_HEADER_BYTES:
        return False
    kind, major, minor, length = _HEADER.unpack_from(data)
    is_version = major == _MAJOR_VERSION and minor <= _LARGEST_MINOR_VERSION
    return kind in _TYPES and is_version and 0 < length <= _LARGEST_RECORD_BYTES


def may_be_tls_record(data: bytes | bytearray | memoryview) -> bool:
    """Whether the data, one byte or more, are a record's header as far as they go."""
    if len(data) >= TLS_HEADER_BYTES:
        return is_tls_record(data)
    return data[0] in _TYPES and (len(data) < 2 or data[1] == _MAJOR_VERSION)

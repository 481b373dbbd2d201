"""P-DATA-TF PDUs as they are written, with one presentation data value each (PS3.8 9.3.5, annex E.2)."""

from struct import Struct

from dicomdesk.network.wire.connection import P_DATA_TF

COMMAND, LAST = 0x01, 0x02
"""Bits of a message control header: of a command set, and the last fragment of it or of a data set."""

HEADERS = Struct(">BxLLBB")
"""Of a PDU and of its first PDV: PDU type and length, PDV length, context ID, message control header."""

PDU_HEADER_BYTES = 6
PDV_HEADER_BYTES = 6
"""Length, context ID and message control header before the data of a PDV (PS3.8 9.3.5.1)."""

DCMTK_OVERHEAD_BYTES = 12
"""What DCMTK subtracts from a maximum PDU length for its "Max Send PDV"."""

_CONTROL_BYTES = 2
"""Of a PDV's length: context ID and message control header."""


def fragment_header(size: int, context_id: int, control: int) -> bytes:
    """PDU header and PDV header of a fragment of ``size`` bytes."""
    return HEADERS.pack(P_DATA_TF, size + PDV_HEADER_BYTES, size + _CONTROL_BYTES, context_id, control)


def message_pdus(context_id: int, data: bytes, *, is_command: bool, max_pdu_bytes: int) -> bytes:
    """A command set or data set in P-DATA-TF PDUs of at most ``max_pdu_bytes`` (0 is unlimited), one PDV each.

    A limit below 8 leaves room for nothing and is taken for 8.
    """
    kind = COMMAND if is_command else 0
    length = len(data)
    if not max_pdu_bytes or length + PDV_HEADER_BYTES <= max_pdu_bytes:
        return fragment_header(length, context_id, kind | LAST) + data
    size = max(max_pdu_bytes - PDV_HEADER_BYTES, 2)
    pdus = bytearray()
    for position in range(0, max(length, 1), size):
        fragment = data[position : position + size]
        pdus += fragment_header(len(fragment), context_id, kind | (LAST if position + size >= length else 0))
        pdus += fragment
    return bytes(pdus)

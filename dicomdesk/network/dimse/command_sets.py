"""DIMSE command sets (PS3.7 6.3, E.1) as bytes: Implicit VR Little Endian, group 0000.

Read and written by hand because each received instance needs one of each.
"""

from collections.abc import Mapping
from enum import IntEnum
from struct import Struct, unpack_from

from dicomdesk.errors import PeerProtocolError
from dicomdesk.records import dataclass

LARGEST_COMMAND_SET_BYTES = 256 * 1024
"""A command set is a few hundred bytes, or has a comment that a peer pours its log into; what is longer is none."""

AFFECTED_SOP_CLASS_UID = 0x0002
REQUESTED_SOP_CLASS_UID = 0x0003
COMMAND_FIELD = 0x0100
MESSAGE_ID = 0x0110
MESSAGE_ID_RESPONDED_TO = 0x0120
MOVE_DESTINATION = 0x0600
PRIORITY = 0x0700
COMMAND_DATA_SET_TYPE = 0x0800
STATUS = 0x0900
OFFENDING_ELEMENT = 0x0901
ERROR_COMMENT = 0x0902
AFFECTED_SOP_INSTANCE_UID = 0x1000
REQUESTED_SOP_INSTANCE_UID = 0x1001
EVENT_TYPE_ID = 0x1002
ACTION_TYPE_ID = 0x1008
NUMBER_OF_REMAINING_SUBOPERATIONS = 0x1020
NUMBER_OF_COMPLETED_SUBOPERATIONS = 0x1021
NUMBER_OF_FAILED_SUBOPERATIONS = 0x1022
NUMBER_OF_WARNING_SUBOPERATIONS = 0x1023
MOVE_ORIGINATOR_AE_TITLE = 0x1030
MOVE_ORIGINATOR_MESSAGE_ID = 0x1031

NO_DATA_SET = 0x0101
"""Command Data Set Type of a message without data set (PS3.7 9.3)."""
HAS_DATA_SET = 0x0001
"""Command Data Set Type of a message with one; anything but 0101H."""

RESPONSE = 0x8000
"""The bit of a Command Field that tells a response from a request."""

_ELEMENT = Struct("<HHL")
_GROUP_LENGTH = Struct("<HHLL")
_RESPONSE_HEAD = Struct("<HHLLHHL")
_RESPONSE_NUMBERS = Struct("<HHLHHHLHHHLHHHLH")
_US = Struct("<H")
_LONGEST_COMMENT = 64
"""Characters of a value of VR LO."""


class CommandField(IntEnum):
    """Command Field (0000,0100) (PS3.7 E.1)."""

    C_STORE_RQ = 0x0001
    C_GET_RQ = 0x0010
    C_FIND_RQ = 0x0020
    C_MOVE_RQ = 0x0021
    C_ECHO_RQ = 0x0030
    N_EVENT_REPORT_RQ = 0x0100
    N_ACTION_RQ = 0x0130
    C_CANCEL_RQ = 0x0FFF
    C_STORE_RSP = 0x8001
    C_GET_RSP = 0x8010
    C_FIND_RSP = 0x8020
    C_MOVE_RSP = 0x8021
    C_ECHO_RSP = 0x8030
    N_EVENT_REPORT_RSP = 0x8100
    N_ACTION_RSP = 0x8130


_C_STORE_RSP = int(CommandField.C_STORE_RSP)
_STORE_REQUEST_FIELD = _US.pack(CommandField.C_STORE_RQ)
_MESSAGE_ID_HEAD = _ELEMENT.pack(0, MESSAGE_ID, 2)
_COUNTS = Struct("<8s2s8s2s8s2s8s2s")
"""The counts of sub-operations: heads and values of the last elements of a pending response."""
COUNT_HEADS = [
    _ELEMENT.pack(0, number, 2)
    for number in (
        NUMBER_OF_REMAINING_SUBOPERATIONS,
        NUMBER_OF_COMPLETED_SUBOPERATIONS,
        NUMBER_OF_FAILED_SUBOPERATIONS,
        NUMBER_OF_WARNING_SUBOPERATIONS,
    )
]
"""What stands before the value of each of them: tag and length, in the order of their tags."""
_AFTER_MESSAGE_ID_BYTES = 20
"""Command Data Set Type and Status in a C-STORE-RSP."""
_MOST_PATTERNS = 64
_MOST_OFFENDING = 32
"""Bytes of tags that anybody reads."""


class CommandSet:
    """The elements of one command set; text ends at a NUL, is unpadded, and otherwise unchecked."""

    __slots__ = ("success", "values")

    def __init__(self, values: Mapping[int, bytes], success: tuple[bytes, bytes] | None = None) -> None:
        self.values = values
        self.success = success
        """The C-STORE-RSP with Success, without Message ID and SOP Instance UID: what comes before and between them.

        The very same for requests that differ in these at most.
        """

    def number(self, element: int, default: int | None = None) -> int:
        """The US value of an element; raises PeerProtocolError where it is absent without default, or malformed."""
        value = self.values.get(element)
        if value is None or len(value) != 2:
            if value is None and default is not None:
                return default
            raise PeerProtocolError(f"command set without usable element (0000,{element:04X})")
        return value[0] | value[1] << 8

    def text(self, element: int) -> str:
        """The text of an element up to the first NUL and without padding, "" where it is absent."""
        return self.values.get(element, b"").partition(b"\0")[0].decode("latin-1").strip(" ")

    @property
    def complaint(self) -> str:
        """What a response says of its status: Error Comment (0000,0902), then the elements of Offending Element
        (0000,0901) in brackets; "" where it says nothing.
        """
        comment, offending = self.text(ERROR_COMMENT), self.values.get(OFFENDING_ELEMENT, b"")
        if not offending:
            return comment
        from dicomdesk.dicom.dictionary import find_name  # noqa: PLC0415 - only where there are some: start-up time

        tags = [unpack_from("<HH", offending, at) for at in range(0, min(len(offending), _MOST_OFFENDING) - 3, 4)]
        named = ", ".join(f"({group:04X},{element:04X}) {find_name(group << 16 | element)}" for group, element in tags)
        return f"{comment} [{named}]".lstrip() if tags else comment

    @property
    def has_data_set(self) -> bool:
        """Whether a data set follows."""
        return self.number(COMMAND_DATA_SET_TYPE) != NO_DATA_SET


def read_command_set(data: bytes) -> CommandSet:
    """Read a command set; elements not of group 0000 are passed over.

    Raises PeerProtocolError where lengths do not fit.
    """
    values: dict[int, bytes] = {}
    unpack_element = _ELEMENT.unpack_from
    position = 0
    end = len(data)
    while position < end:
        if end - position < 8:
            raise PeerProtocolError("command set ends in the middle of an element")
        group, element, length = unpack_element(data, position)
        position += 8
        if length > end - position:
            raise PeerProtocolError(f"element ({group:04X},{element:04X}) of {length} bytes exceeds its command set")
        if group == 0:
            values[element] = data[position : position + length]
        position += length
    return CommandSet(values)


class StoreRequestReader:
    """Reads command sets of one association, quickly where little in them differs from another.

    That is Message ID and SOP Instance UID of C-STORE requests, and counts in pending responses to C-MOVE and C-GET.
    """

    def __init__(self) -> None:
        self._known: dict[int, _Pattern] = {}
        """By length."""
        self._counting: tuple[bytes, Mapping[int, bytes]] = b"", {}
        """The last command set that ends with counts: what comes before them, and its elements."""

    def read(self, data: bytes) -> CommandSet:
        """See ``read_command_set``."""
        known = self._known.get(len(data))
        if known is not None:
            message_id, uid, tail = known.message_id, known.uid, known.tail
            if (
                data[:message_id] == known.head
                and data[message_id + 2 : uid] == known.middle
                and data[tail:] == known.after
            ):
                values = known.values.copy()
                values[MESSAGE_ID] = data[message_id : message_id + 2]
                values[AFFECTED_SOP_INSTANCE_UID] = data[uid:tail]
                return CommandSet(values, known.success)
        before, counting = self._counting
        if before and len(data) == len(before) + _COUNTS.size and data.startswith(before):
            *heads, remaining, completed, failed, warning = _counts(data)
            if heads == COUNT_HEADS:
                values = dict(counting)
                values[NUMBER_OF_REMAINING_SUBOPERATIONS] = remaining
                values[NUMBER_OF_COMPLETED_SUBOPERATIONS] = completed
                values[NUMBER_OF_FAILED_SUBOPERATIONS] = failed
                values[NUMBER_OF_WARNING_SUBOPERATIONS] = warning
                return CommandSet(values)
        command = read_command_set(data)
        if command.values.get(COMMAND_FIELD) == _STORE_REQUEST_FIELD:
            self._learn(data, command)
        elif NUMBER_OF_WARNING_SUBOPERATIONS in command.values and _ends_with_counts(data):
            self._counting = data[: -_COUNTS.size], command.values
        return command

    def _learn(self, data: bytes, command: CommandSet) -> None:
        uid_value = command.values.get(AFFECTED_SOP_INSTANCE_UID)
        if uid_value is None:
            return  # what looks like it is part of another value
        message_id = data.find(_MESSAGE_ID_HEAD) + len(_MESSAGE_ID_HEAD)
        uid_head = _ELEMENT.pack(0, AFFECTED_SOP_INSTANCE_UID, len(uid_value))
        uid = data.find(uid_head, message_id) + len(uid_head)
        is_plain = data.count(_MESSAGE_ID_HEAD) == 1 and data.count(uid_head) == 1 and len(uid_value) % 2 == 0
        if not is_plain or uid < message_id or data[message_id : message_id + 2] != command.values.get(MESSAGE_ID):
            return
        if len(self._known) >= _MOST_PATTERNS:
            self._known.clear()
        response = store_response(command, 0)
        numbers = len(response) - len(uid_value) - len(uid_head) - _AFTER_MESSAGE_ID_BYTES
        self._known[len(data)] = _Pattern(
            message_id=message_id,
            uid=uid,
            tail=uid + len(uid_value),
            head=data[:message_id],
            middle=data[message_id + 2 : uid],
            after=data[uid + len(uid_value) :],
            values=dict(command.values),
            success=(response[: numbers - 2], response[numbers : len(response) - len(uid_value)]),
        )


def _counts(data: bytes) -> tuple[bytes, ...]:
    """What are heads and then what are values of counts, where a command set ends with counts."""
    parts: tuple[bytes, ...] = _COUNTS.unpack_from(data, len(data) - _COUNTS.size)
    return *parts[::2], *parts[1::2]


def _ends_with_counts(data: bytes) -> bool:
    """Whether the last elements of a command set are the counts, and not a part of another that looks like them."""
    if len(data) <= _COUNTS.size or list(_counts(data)[:4]) != COUNT_HEADS:
        return False
    try:
        read_command_set(data[: -_COUNTS.size])
    except PeerProtocolError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """A C-STORE-RQ; which bytes of it are those of every instance."""

    message_id: int
    """Where the Message ID is."""
    uid: int
    """Where the SOP Instance UID is."""
    tail: int
    """Where it ends."""
    head: bytes
    middle: bytes
    after: bytes
    values: dict[int, bytes]
    success: tuple[bytes, bytes]


def write_command_set(values: Mapping[int, bytes | int]) -> bytes:
    """Encode elements, given in ascending order, with their group length.

    Numbers are encoded as US; bytes are padded to even length with a zero byte.
    """
    parts = bytearray(12)
    for element, value in values.items():
        encoded = _US.pack(value) if isinstance(value, int) else value + b"\0" * (len(value) % 2)
        parts += _ELEMENT.pack(0, element, len(encoded))
        parts += encoded
    _GROUP_LENGTH.pack_into(parts, 0, 0, 0, 4, len(parts) - 12)
    return bytes(parts)


def store_response(request: CommandSet, status: int, comment: str = "") -> bytes:
    """The C-STORE-RSP (PS3.7 9.3.1.2) to a C-STORE-RQ; UIDs are echoed byte for byte.

    Put together by hand: one is written for each instance, and the peer waits for it.
    """
    if request.success is not None and not status and not comment:
        before, between = request.success
        return b"".join((before, request.values[MESSAGE_ID], between, request.values[AFFECTED_SOP_INSTANCE_UID]))
    sop_class_uid = _even(request.values.get(AFFECTED_SOP_CLASS_UID, b""))
    sop_instance_uid = _even(request.values.get(AFFECTED_SOP_INSTANCE_UID, b""))
    comment_element = b""
    if comment:
        text = encoded_comment(comment)
        comment_element = _ELEMENT.pack(0, ERROR_COMMENT, len(text)) + text
    length = 56 + len(sop_class_uid) + len(comment_element) + len(sop_instance_uid)
    head = _RESPONSE_HEAD.pack(0, 0, 4, length, 0, AFFECTED_SOP_CLASS_UID, len(sop_class_uid))
    numbers = _RESPONSE_NUMBERS.pack(
        *(0, COMMAND_FIELD, 2, _C_STORE_RSP),
        *(0, MESSAGE_ID_RESPONDED_TO, 2, request.number(MESSAGE_ID)),
        *(0, COMMAND_DATA_SET_TYPE, 2, NO_DATA_SET),
        *(0, STATUS, 2, status),
    )
    instance = _ELEMENT.pack(0, AFFECTED_SOP_INSTANCE_UID, len(sop_instance_uid))
    return b"".join((head, sop_class_uid, numbers, comment_element, instance, sop_instance_uid))


def encoded_comment(comment: str) -> bytes:
    """The value of Error Comment (0000,0902), cut to 64 characters."""
    text = comment[:_LONGEST_COMMENT].encode("ascii", errors="replace")
    return text + b" " * (len(text) % 2)


def _even(value: bytes) -> bytes:
    return value + b"\0" if len(value) % 2 else value


def echo_response(request: CommandSet) -> bytes:
    """The C-ECHO-RSP (PS3.7 9.3.5.2) with Success."""
    return write_command_set(
        {
            AFFECTED_SOP_CLASS_UID: request.values.get(AFFECTED_SOP_CLASS_UID, b"1.2.840.10008.1.1"),
            COMMAND_FIELD: CommandField.C_ECHO_RSP,
            MESSAGE_ID_RESPONDED_TO: request.number(MESSAGE_ID),
            COMMAND_DATA_SET_TYPE: NO_DATA_SET,
            STATUS: 0,
        }
    )

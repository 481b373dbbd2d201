"""C-STORE requests to a connection: command sets from templates, data sets from where they are (PS3.7 9.3.1).

Knows how a message is cut into P-DATA-TF PDUs (PS3.8 9.3.5) and nothing of what the peer answers, so that requestor and
acceptor send instances in the same way.
"""

from struct import Struct

from dicomdesk.dicom.data_set_source import DataSetSource, FileRange, check_unchanged
from dicomdesk.network.dimse.command_sets import CommandField
from dicomdesk.network.dimse.fragments import (
    LARGE_BYTES,
    DataConnection,
    FileFragments,
    memory_fragments,
)
from dicomdesk.network.upper_layer.data_pdus import COMMAND, HEADERS, LAST, PDV_HEADER_BYTES, fragment_header
from dicomdesk.records import dataclass

__all__ = ["InstanceWriter", "MoveOriginator", "StoreItem"]

_US = Struct("<H")
_HEAD = Struct("<HHLLHHL")
"""Group length element and the head of (0000,0002)."""
_MIDDLE = Struct("<HHLHHHLHHHLHHHLHHHL")
"""(0000,0100), (0000,0110), (0000,0700), (0000,0800) and the head of (0000,1000)."""
_ELEMENT = Struct("<HHL")
_MESSAGE_ID_OFFSET = 18
_GROUP_LENGTH_BYTES = 12
_MOVE_ORIGINATOR_AE_TITLE = 0x1030
_MOVE_ORIGINATOR_MESSAGE_ID = 0x1031


@dataclass(frozen=True, slots=True)
class StoreItem:
    """One instance to be stored."""

    context_id: int
    """An accepted presentation context whose transfer syntax is that of the data."""
    sop_class_uid: str
    sop_instance_uid: str
    data: DataSetSource
    tag: object
    """The caller's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOriginator:
    """For whom instances are moved (PS3.7 9.3.1.1: Move Originator AE Title and Message ID)."""

    ae_title: str
    message_id: int
    priority: int = 0
    """Of the C-MOVE request: 0 medium, 1 high, 2 low."""


@dataclass(frozen=True, slots=True)
class _Template:
    """A C-STORE-RQ as one PDU, but for message ID and SOP Instance UID."""

    before: bytes
    between: bytes
    after: bytes


def _padded(uid: str) -> bytes:
    value = uid.encode("latin-1", errors="replace")
    return value + b"\0" if len(value) & 1 else value


def _originator_elements(originator: MoveOriginator | None) -> bytes:
    if originator is None:
        return b""
    title = originator.ae_title[:16].encode("ascii", errors="replace")
    title += b" " * (len(title) & 1)
    return b"".join(
        (
            _ELEMENT.pack(0, _MOVE_ORIGINATOR_AE_TITLE, len(title)),
            title,
            _ELEMENT.pack(0, _MOVE_ORIGINATOR_MESSAGE_ID, 2),
            _US.pack(originator.message_id),
        )
    )


def _make_template(
    context_id: int, sop_class_uid: str, instance_uid_bytes: int, originator: MoveOriginator | None
) -> _Template:
    class_uid = _padded(sop_class_uid)
    middle = _MIDDLE.pack(
        *(0, 0x0100, 2, CommandField.C_STORE_RQ),
        *(0, 0x0110, 2, 0),
        *(0, 0x0700, 2, originator.priority if originator else 0),
        *(0, 0x0800, 2, 0),
        *(0, 0x1000, instance_uid_bytes),
    )
    after = _originator_elements(originator)
    group_bytes = 8 + len(class_uid) + len(middle) + instance_uid_bytes + len(after)
    command_bytes = _GROUP_LENGTH_BYTES + group_bytes
    header = fragment_header(command_bytes, context_id, COMMAND | LAST)
    head = _HEAD.pack(0, 0, 4, group_bytes, 0, 2, len(class_uid))
    return _Template(header + head + class_uid + middle[:_MESSAGE_ID_OFFSET], middle[_MESSAGE_ID_OFFSET + 2 :], after)


class InstanceWriter:
    """Writes whole C-STORE requests to one connection; used by its thread."""

    def __init__(
        self, connection: DataConnection, max_pdu_bytes: int, originator: MoveOriginator | None = None
    ) -> None:
        """``max_pdu_bytes`` is the length field of the largest P-DATA-TF that may be sent."""
        self._connection = connection
        self._max_pdu_bytes = max_pdu_bytes
        self._max_fragment_bytes = (max_pdu_bytes - PDV_HEADER_BYTES) & ~1
        self.originator = originator
        """Goes into each request from now on."""
        self._templates: dict[tuple[int, str, int, MoveOriginator | None], _Template] = {}
        self._file_fragments: FileFragments | None = None

    def write(self, item: StoreItem, message_id: int) -> None:
        """Send one request with its data set.

        Raises what the connection raises; DataError or OSError where the file fails while it is being sent.
        """
        command = self._command_pdu(item, message_id)
        if len(command) > self._max_pdu_bytes + 6:
            self._send_long_command(item, command)
            command = b""
        if isinstance(item.data, FileRange):
            self._send_file(item.context_id, command, item.data)
        else:
            self._send_memory(item.context_id, command, item.data)

    @staticmethod
    def check(item: StoreItem) -> None:
        """Raise DataError where the item's file has become too short or was changed; nothing is sent."""
        if isinstance(item.data, FileRange):
            check_unchanged(item.data)

    def _command_pdu(self, item: StoreItem, message_id: int) -> bytes:
        # A UID has at most 64 characters (PS3.5 9.1). Peers abort at longer ones; the data set keeps them all.
        instance_uid = _padded(item.sop_instance_uid[:64])
        key = (item.context_id, item.sop_class_uid, len(instance_uid), self.originator)
        template = self._templates.get(key)
        if template is None:
            template = self._templates[key] = _make_template(*key)
        return b"".join((template.before, _US.pack(message_id), template.between, instance_uid, template.after))

    def _send_long_command(self, item: StoreItem, command: bytes) -> None:
        """A peer with tiny PDUs gets the command set in several."""
        command_set = command[HEADERS.size :]
        step = self._max_fragment_bytes
        for start in range(0, len(command_set), step):
            fragment = command_set[start : start + step]
            control = COMMAND | (LAST if start + step >= len(command_set) else 0)
            self._connection.send(fragment_header(len(fragment), item.context_id, control) + fragment)

    def _send_memory(self, context_id: int, command: bytes, data: bytes | bytearray | memoryview) -> None:
        size = len(data) if not isinstance(data, memoryview) else data.nbytes
        if size <= self._max_fragment_bytes:
            head = command + fragment_header(size, context_id, LAST)
            self._connection.send_buffers((head, data), len(head) + size, heeds_input=True)
            return
        if size >= LARGE_BYTES:
            self._connection.prepare_for_large_data()
        for buffers, length in memory_fragments(context_id, command, data, self._max_fragment_bytes):
            self._connection.send_buffers(buffers, length, heeds_input=True)

    def _send_file(self, context_id: int, command: bytes, data: FileRange) -> None:
        if self._file_fragments is None:
            self._file_fragments = FileFragments(self._connection, self._max_fragment_bytes)
        self._file_fragments.send(context_id, command, data)

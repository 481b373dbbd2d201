"""What becomes of one arriving instance: kept in memory while small, checked, written, given its name, answered for.

Nothing here raises for disk trouble: the rest of the instance is swallowed and the answer is a refusal (A700). A file
has its final name before Success is answered, and not before all its bytes are written.

Statuses answered (PS3.4 B.2.3): 0000 stored; A700 out of resources (disk full, folder read-only or gone); C000 empty
data set, or one whose structure is broken (the association is then aborted, as DCMTK does); C111 refused because the
instance is here already. The standard has no C-STORE status for that; Cxxx is permanent, so that no sender tries again.
"""

import contextlib
import itertools
import mmap
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.data_sets.structure_check import StructureFindings, check_data_set, check_data_set_file
from dicomdesk.dicom.files.part10 import file_meta_information, parse_header
from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.engine.receive.placement import Placement, PlacementKind
from dicomdesk.engine.receive.request import StorageMode
from dicomdesk.errors import CancelledError, DataError
from dicomdesk.network.acceptor.handlers import IncomingStore, InstanceSink, StoreAnswer
from dicomdesk.network.status import Status
from dicomdesk.settings import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

__all__ = [
    "STORED_AS_RECEIVED",
    "Arrival",
    "Storing",
    "disagreement",
]


_SUCCESS = StoreAnswer(status=0)
_PREFIX_BYTES = 4096
"""Enough of a data set to identify it."""
_IN_MEMORY_BYTES = 1 << 20
"""Data sets up to here are checked before a file is opened; longer ones go to the file as they arrive."""
_MOST_KINDS = 256
_LONGEST_HEADER = 12
"""Bytes of an element header; more than that is not cut off."""
_PLAIN_UID = re.compile(r"[0-9.]{8,64}", re.ASCII)
_MOST_REWRITTEN_BYTES = 32 << 20
"""Longer data sets, inflated, keep undefined lengths: rewriting takes memory, and nothing in them becomes wrong."""
STORED_AS_RECEIVED = "lengths or delimiters of the data set disagree, and it was stored as received"
"""Told of what is not rewritten."""
_one_rewriting = threading.Lock()
"""Data sets of any number of associations are rewritten one at a time, so that memory is bounded."""


@dataclass(slots=True)
class Arrival:
    """One instance and what became of it; written by the thread of its association."""

    request: IncomingStore
    index: int
    """Running number in the job, from 0."""
    size_bytes: int = 0
    """Of the data set, as received."""
    path: str = ""
    """Of the file, "" where nothing was stored."""
    prefix: bytes = b""
    """First bytes of the file as received, meta information included; b"" where nobody wants to identify it."""
    meta_bytes: int = 0
    """How much of the prefix is preamble and meta information."""
    warnings: list[str] = field(default_factory=list)
    """To be logged; they did not prevent storing."""
    error: str = ""
    """Why the disk did not take it; "" when it did."""

    def header(self) -> InstanceHeader | None:
        """Return what the first bytes tell; None where they tell nothing, or were not kept."""
        if not self.prefix:
            return None
        try:
            return parse_header(self.prefix, self.meta_bytes + self.size_bytes, InputFormat.FILE_ONLY)
        except DataError:
            return None


class Storing:
    """A ``StoreHandler``: one ``Arrival`` for each request, stored as the mode says. For all associations at once."""

    def __init__(
        self,
        placement: Placement | None,
        mode: StorageMode,
        *,
        begun: Callable[[Arrival], None],
        discarded: Callable[[Arrival], None],
        identify: bool = False,
    ) -> None:
        """``placement`` may be None for the mode IGNORE only; ``begun`` and ``discarded`` are told of each arrival."""
        self.moving: Callable[[], None] | None = None
        """May raise CancelledError while a long data set is checked."""
        self._mode = mode
        self._placement = placement
        self._begun = begun
        self._discarded = discarded
        needs_header = identify or (placement is not None and placement.sub_folder is not None)
        self._prefix_bytes = _PREFIX_BYTES if needs_header else 0
        self._numbers = itertools.count()
        self._meta = _MetaInformation()
        self._buffers: dict[int, memoryview] = {}
        """Memory for small data sets, of each association that has sent one."""

    def begin(self, request: IncomingStore) -> InstanceSink:
        """See ``StoreHandler``."""
        arrival = Arrival(request, next(self._numbers))
        meta = self._meta.write(request)
        arrival.meta_bytes = len(meta)
        sink = self._make_sink(arrival, meta)
        self._begun(arrival)
        return sink

    def forget(self, association: int) -> None:
        """The association is over."""
        self._buffers.pop(association, None)

    def _make_sink(self, arrival: Arrival, meta: bytes) -> InstanceSink:
        placement = self._placement
        if placement is None or self._mode is StorageMode.IGNORE:
            return _Ignored(arrival, meta, self._prefix_bytes, self._discarded)
        sink = _Stored(arrival, meta, placement, self._discarded)
        sink.prefix_bytes = self._prefix_bytes
        if self._mode is StorageMode.NORMAL:
            sink.is_checked = True
            sink.moving = self.moving
            sink.memory_bytes = _IN_MEMORY_BYTES
        elif self._prefix_bytes:
            sink.memory_bytes = _PREFIX_BYTES
        if sink.memory_bytes:
            sink.buffer = self._buffer(arrival.request.association)
        if placement.sub_folder is None:
            sink.open_early()
        return sink

    def _buffer(self, association: int) -> memoryview:
        buffer = self._buffers.get(association)
        if buffer is None:
            buffer = self._buffers[association] = memoryview(bytearray(_IN_MEMORY_BYTES))
        return buffer


class _Ignored:
    """Receives and forgets."""

    __slots__ = ("_arrival", "_discarded", "_meta", "_prefix_bytes")

    def __init__(self, arrival: Arrival, meta: bytes, prefix_bytes: int, discarded: Callable[[Arrival], None]) -> None:
        self._arrival = arrival
        self._meta = meta
        self._prefix_bytes = prefix_bytes
        self._discarded = discarded

    def write(self, fragments: Sequence[memoryview]) -> None:
        arrival = self._arrival
        wanted = self._prefix_bytes - arrival.size_bytes
        if wanted > 0:
            arrival.prefix = (arrival.prefix or self._meta) + b"".join(fragments)[:wanted]
        arrival.size_bytes += sum(map(len, fragments))

    def finish(self) -> StoreAnswer:
        return _SUCCESS

    def discard(self) -> None:
        self._discarded(self._arrival)


class _Stored:
    """Writes a file."""

    __slots__ = (
        "_arrival",
        "_disagreement",
        "_discarded",
        "_file",
        "_is_failed",
        "_is_spilled",
        "_meta",
        "_placement",
        "_subfolder",
        "buffer",
        "is_checked",
        "memory_bytes",
        "moving",
        "prefix_bytes",
    )

    def __init__(
        self, arrival: Arrival, meta: bytes, placement: Placement, discarded: Callable[[Arrival], None]
    ) -> None:
        self._arrival = arrival
        self._meta = meta
        self._placement = placement
        self._discarded = discarded
        self._file: AtomicFile | None = None
        self._is_spilled = False
        """Whether the file holds what has arrived so far; else the buffer does."""
        self._is_failed = False
        self._subfolder = ""
        self._disagreement = ""
        """What is to be told about lengths and delimiters that disagree."""
        self.buffer = memoryview(b"")
        """Holds what has arrived until it is spilled to the file."""
        self.memory_bytes = 0
        """How much of the data set may wait in the buffer."""
        self.prefix_bytes = 0
        self.is_checked = False
        """Whether the structure of the data set is checked and its lengths are made explicit."""
        self.moving: Callable[[], None] | None = None
        """May raise CancelledError while a long data set is checked."""

    def open_early(self) -> None:
        """Open the file while the peer still sends; only where its folder does not depend on the data set."""
        try:
            self._open()
        except OSError as error:
            self._fail(error)

    def write(self, fragments: Sequence[memoryview]) -> None:
        """See ``InstanceSink``."""
        arrival = self._arrival
        before = arrival.size_bytes
        arrival.size_bytes = end = before + sum(map(len, fragments))
        if end <= self.memory_bytes and not self._is_spilled:
            buffer = self.buffer
            for fragment in fragments:
                after = before + len(fragment)
                buffer[before:after] = fragment
                before = after
        elif not self._is_failed:
            try:
                self._spill(fragments, before)
            except OSError as error:
                self._fail(error)

    def finish(self) -> StoreAnswer:
        """See ``InstanceSink``."""
        if not self._is_failed:
            try:
                answer = self._store()
            except OSError as error:
                self._fail(error)
            except CancelledError as error:
                self._drop_file()
                return StoreAnswer(status=Status.OUT_OF_RESOURCES, comment=_comment(str(error)), abort=True)
            except DataError as error:
                self._drop_file()
                return StoreAnswer(status=Status.CANNOT_UNDERSTAND, comment=_comment(str(error)), abort=True)
            else:
                return answer
        return StoreAnswer(status=Status.OUT_OF_RESOURCES, comment=_comment(self._arrival.error))

    def discard(self) -> None:
        """See ``InstanceSink``."""
        self._drop_file()
        self._discarded(self._arrival)

    def _spill(self, fragments: Sequence[memoryview], in_memory: int) -> None:
        """Write to the file, which first takes what has waited in memory."""
        if self._is_spilled and self._file is not None:
            self._file.write(fragments)
            return
        waiting = self.buffer[:in_memory]
        self._keep_prefix([waiting, *fragments])
        file = self._file or self._open()
        file.write([self._meta, waiting, *fragments] if in_memory else [self._meta, *fragments])
        self._is_spilled = True

    def _open(self) -> AtomicFile:
        if self._placement.sub_folder is not None:
            self._subfolder = self._placement.sub_folder(self._arrival.header())
        self._file = self._placement.open(self._subfolder)
        return self._file

    def _keep_prefix(self, fragments: Sequence[memoryview]) -> None:
        wanted = self.prefix_bytes
        if not wanted:
            return
        pieces: list[bytes | memoryview] = [self._meta]
        for fragment in fragments:
            pieces.append(fragment[:wanted])
            wanted -= len(pieces[-1])
            if wanted <= 0:
                break
        self._arrival.prefix = b"".join(pieces)

    def _store(self) -> StoreAnswer:
        file = self._file
        if file is None or not self._is_spilled:
            waiting = self.buffer[: self._arrival.size_bytes]
            self._keep_prefix([waiting])
            data: bytes | memoryview = waiting
            if self.is_checked:
                findings = self._check(data)
                if findings.is_empty:
                    self._drop_file()
                    return _EMPTY
                if findings.needs_new_lengths:
                    data = self._with_new_lengths(waiting, findings)
            file = self._file or self._open()
            file.write([self._meta, data])
        elif self.is_checked:
            self._check_file(file)
        return self._publish(file)

    def _check(self, data: bytes | memoryview) -> StructureFindings:
        syntax = find_transfer_syntax(self._arrival.request.transfer_syntax_uid)
        if syntax is None:
            return check_data_set(data, is_explicit_vr=True, is_little_endian=True, takes_rest=True)
        return check_data_set(
            data,
            is_explicit_vr=syntax.is_explicit_vr,
            is_little_endian=syntax.is_little_endian,
            is_deflated=syntax.is_deflated and bool(data),
            takes_rest=True,
        )

    def _check_file(self, file: AtomicFile) -> None:
        """Check the data set in the file; rewrite it where lengths have to be made explicit."""
        start, length = len(self._meta), self._arrival.size_bytes
        syntax = find_transfer_syntax(self._arrival.request.transfer_syntax_uid)
        findings = check_data_set_file(
            file.descriptor,
            start,
            length,
            is_explicit_vr=syntax is None or syntax.is_explicit_vr,
            is_little_endian=syntax is None or syntax.is_little_endian,
            is_deflated=syntax is not None and syntax.is_deflated,
            takes_rest=True,
            moving=self.moving,
        )
        if not findings.needs_new_lengths:
            return
        if length <= _MOST_REWRITTEN_BYTES:
            pages = mmap.mmap(file.descriptor, start + length, access=mmap.ACCESS_READ)
            data = memoryview(pages)[start:]
            explicit = self._with_new_lengths(data, findings)
            if explicit is not data:
                file.start_again()
                file.write([self._meta, explicit])
        elif 0 < findings.rest_bytes <= _LONGEST_HEADER and not (syntax is not None and syntax.is_deflated):
            file.shorten(file.size_bytes - findings.rest_bytes)
            self._disagreement = disagreement(findings)
        elif findings.is_irregular:
            self._disagreement = STORED_AS_RECEIVED

    def _with_new_lengths(self, data: memoryview, findings: StructureFindings) -> bytes | memoryview:
        """Rewrite a data set that was checked; one that cannot be or would become too long stays as it is."""
        from dicomdesk.dicom.transcode import make_lengths_explicit  # noqa: PLC0415 - many receivers never need it

        explicit: bytes | memoryview = data
        with _one_rewriting, contextlib.suppress(DataError):
            explicit = make_lengths_explicit(
                data,
                self._arrival.request.transfer_syntax_uid,
                most_inflated_bytes=_MOST_REWRITTEN_BYTES,
            )
        if findings.is_irregular:
            self._disagreement = STORED_AS_RECEIVED if explicit is data else disagreement(findings)
        return explicit

    def _publish(self, file: AtomicFile) -> StoreAnswer:
        arrival = self._arrival
        request = arrival.request
        placed = self._placement.publish(file, request.sop_class_uid, request.sop_instance_uid, self._subfolder)
        self._file = None
        if placed.kind is PlacementKind.REFUSED:
            return _DUPLICATE
        arrival.path = placed.path
        if placed.kind is PlacementKind.REPLACED:
            arrival.warnings.append(f"file already exists, overwriting: {placed.path}")
        elif placed.kind is PlacementKind.BESIDE:
            arrival.warnings.append(f"file already exists, keeping both: {placed.path}")
        if self._disagreement:
            arrival.warnings.append(f"{self._disagreement}: {placed.path}")
        return _SUCCESS

    def _fail(self, error: OSError) -> None:
        self._is_failed = True
        self._arrival.error = error.strerror or str(error)
        self._drop_file()

    def _drop_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.discard()


_EMPTY = StoreAnswer(status=Status.CANNOT_UNDERSTAND, comment="The data set is empty")
_DUPLICATE = StoreAnswer(status=Status.DUPLICATE_HERE, comment="Duplicate instance: it is here already")


def disagreement(findings: StructureFindings) -> str:
    """What was done about lengths and delimiters that disagree, for the log."""
    if findings.rest_bytes:
        return f"the last {findings.rest_bytes} bytes of the data set are no element and were left out"
    return "lengths or delimiters of the data set disagreed and were made right"


def _comment(text: str) -> str:
    return text[:64]


class _MetaInformation:
    """Writes group 0002; what instances of one kind have in common is written once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str, int], tuple[bytes, bytes]] = {}
        """What comes before and after the SOP Instance UID, which has the length of the key's last part."""

    def write(self, request: IncomingStore) -> bytes:
        """Return preamble, prefix and group 0002 for the instance."""
        uid = request.sop_instance_uid
        key = (request.sop_class_uid, request.transfer_syntax_uid, request.calling_ae_title, len(uid))
        known = self._known.get(key)
        if not _PLAIN_UID.fullmatch(uid):
            return _meta_information(request, uid)
        if known is None:
            placeholder = "\1" * len(uid)
            before, found, after = _meta_information(request, placeholder).partition(placeholder.encode("ascii"))
            if not found or after.count(b"\1" * len(uid)):
                return _meta_information(request, uid)
            if len(self._known) >= _MOST_KINDS:
                self._known.clear()
            known = self._known[key] = before, after
        return b"".join((known[0], uid.encode("ascii"), known[1]))


def _meta_information(request: IncomingStore, sop_instance_uid: str) -> bytes:
    return file_meta_information(
        sop_class_uid=request.sop_class_uid,
        sop_instance_uid=sop_instance_uid,
        transfer_syntax_uid=request.transfer_syntax_uid,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
        source_ae_title=request.calling_ae_title,
    )

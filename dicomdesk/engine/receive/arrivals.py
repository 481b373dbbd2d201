"""Stores arriving instances: in memory while small, checked, written, named, then answered.

Nothing here raises for disk trouble: the rest of the instance is swallowed and the answer is a refusal (A700). A file
has its final name before Success is answered, and not before all its bytes are written.

Statuses answered (PS3.4 B.2.3): 0000 stored; A700 out of resources (disk full, folder read-only or gone); C000 empty
data set, or one whose structure is broken (the association is then aborted, as DCMTK does); C111 refused because the
instance is here already. The standard has no C-STORE status for that; Cxxx is permanent, so that no sender tries again.
"""

import contextlib
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes
from dicomdesk.dicom.data_sets.structure_check import StructureFindings
from dicomdesk.dicom.files.part10 import file_meta_information, parse_header
from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.engine.receive.instance_file import (
    IN_MEMORY_BYTES,
    MOST_REWRITTEN_BYTES,
    STORED_AS_RECEIVED,
    SUCCESS,
    Buffers,
    InstanceFile,
    RefusedError,
    disagreement,
)
from dicomdesk.engine.receive.placement import PlacedFile, Placement, PlacementKind
from dicomdesk.engine.receive.request import StorageMode
from dicomdesk.errors import DataError
from dicomdesk.network.dimse.store_reception import IncomingStore, InstanceSink, StoreAnswer
from dicomdesk.network.status import Status
from dicomdesk.records import dataclass
from dicomdesk.settings import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

if TYPE_CHECKING:
    from dicomdesk.dicom.files.storing_format import StoringFormat

__all__ = ["Arrival", "ArrivalHandler"]

_PREFIX_BYTES = 4096
"""Enough of a data set to identify it."""
_NO_BUFFER = memoryview(b"")
_MOST_KINDS = 256
_SMALL_BYTES = 64 << 10
"""Of a data set that arrives together with its command: the file of a longer one is opened while it arrives."""
_TOO_LONG = "stays as it came, since it is too long to be rewritten"
_LONGEST_HEADER = 12
_NEW = PlacementKind.NEW
"""Bytes of an element header; more than that is not cut off."""
_PLAIN_UID = re.compile(r"[0-9.]{8,64}", re.ASCII)


@dataclass(slots=True)
class Arrival:
    """Arriving instance and its outcome; written by the thread of its association."""

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
    is_told: bool = False
    """Whether it was reported that it has begun to arrive."""
    taken: PlacedFile | None = None
    """What became of it where the name of its file was taken; None where it was not."""

    def header(self) -> InstanceHeader | None:
        """Return what the first bytes tell; None where they tell nothing, or were not kept."""
        if not self.prefix:
            return None
        try:
            return parse_header(self.prefix, self.meta_bytes + self.size_bytes, InputFormat.FILE_ONLY)
        except DataError:
            return None


class ArrivalHandler:
    """``StoreHandler`` with one ``Arrival`` for each request, stored as the mode says. For all associations at once."""

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
        self._ignores, self._is_checked = mode is StorageMode.IGNORE, mode is StorageMode.NORMAL
        self._placement = placement
        self._format = placement.storing_format if placement is not None else None
        self._has_meta = self._format is None or self._format.is_file_format
        self._begun = begun
        self._discarded = discarded
        needs_header = identify or (placement is not None and placement.sub_folder is not None)
        self._prefix_bytes = _PREFIX_BYTES if needs_header else 0
        self._numbers = itertools.count()
        self._meta = _MetaInformation()
        self._buffers = Buffers()

    def forget(self, association: int) -> None:
        """To be told when an association is over."""
        self._buffers.forget(association)
        if self._placement is not None:
            self._placement.forget(association)

    def begin(self, request: IncomingStore) -> InstanceSink:
        """See ``StoreHandler``."""
        arrival = Arrival(request, next(self._numbers))
        meta = self._meta.write(request) if self._has_meta else b""
        arrival.meta_bytes = len(meta)
        sink = self._make_sink(arrival, meta)
        self._begun(arrival)
        return sink

    def _make_sink(self, arrival: Arrival, meta: bytes) -> InstanceSink:
        placement = self._placement
        if placement is None or self._ignores:
            return _IgnoredArrival(arrival, meta, self._prefix_bytes, self._discarded)
        is_checked = self._is_checked
        memory_bytes = IN_MEMORY_BYTES if is_checked else self._prefix_bytes
        buffer = self._buffers.of(arrival.request.association) if memory_bytes else _NO_BUFFER
        sink = _StoredArrival(arrival, meta, placement, self._discarded, buffer, memory_bytes)
        sink.prefix_bytes = self._prefix_bytes
        sink.is_checked = is_checked
        sink.storing_format = self._format
        sink.moving = self.moving
        if placement.sub_folder is None:
            sink.open_early()
        return sink


class _IgnoredArrival:
    """Sink of an instance that is received and not stored."""

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
        return SUCCESS

    def settle(self) -> None:
        pass

    def discard(self) -> None:
        self._discarded(self._arrival)


class _StoredArrival(InstanceFile):
    """Sink of an instance that is stored as a file."""

    __slots__ = (
        "_arrival",
        "_disagreement",
        "_discarded",
        "_placement",
        "_published",
        "_subfolder",
        "is_checked",
        "prefix_bytes",
        "storing_format",
    )

    def __init__(
        self,
        arrival: Arrival,
        meta: bytes,
        placement: Placement,
        discarded: Callable[[Arrival], None],
        buffer: memoryview,
        memory_bytes: int,
    ) -> None:
        super().__init__(arrival.request, meta, buffer, memory_bytes)
        self._arrival = arrival
        self._placement = placement
        self._discarded = discarded
        self._published: AtomicFile | None = None
        """The file that has its name, to be closed."""
        self._subfolder = ""
        self._disagreement = ""
        """What is to be told about lengths and delimiters that disagree."""
        self.prefix_bytes = 0
        self.is_checked = False
        """Whether the structure of the data set is checked and its lengths are made explicit."""
        self.storing_format: StoringFormat | None = None
        """Another format than that, for a data set that is checked."""

    def finish(self) -> StoreAnswer:
        """See ``InstanceSink``."""
        self._arrival.size_bytes = self.size_bytes
        return super().finish()

    def settle(self) -> None:
        """See ``InstanceSink``: close the file, and open the next one where they come in quick succession."""
        file, self._published = self._published, None
        if file is not None:
            file.close()
            if self.size_bytes <= _SMALL_BYTES and self._placement.sub_folder is None:
                self._placement.make_ready(self.request.association)

    def discard(self) -> None:
        """See ``InstanceSink``."""
        self._arrival.size_bytes = self.size_bytes
        super().discard()
        self._discarded(self._arrival)

    def _open(self) -> AtomicFile:
        if self._placement.sub_folder is not None:
            self._subfolder = self._placement.sub_folder(self._arrival.header())
        self._file = self._placement.open(self._subfolder, self.request.association)
        return self._file

    def _begins(self, fragments: Sequence[memoryview]) -> None:
        """Keep what identifies the instance."""
        self._arrival.size_bytes = self.size_bytes
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

    def _store(self) -> None:
        if self.prefix_bytes and not self._is_spilled:
            self._begins([self._buffer[: self.size_bytes]])
        if self.is_checked:
            findings = self._check()
            if findings.is_empty:
                raise RefusedError(Status.CANNOT_UNDERSTAND, "The data set is empty")
            if self.storing_format is not None:
                self._shape(findings, self.storing_format)
            elif findings.needs_new_lengths:
                self._make_lengths_right(findings)
        self._publish(self._complete())

    def _shape(self, findings: StructureFindings, wanted: "StoringFormat") -> None:
        """Bring a data set that was checked into another format; one that cannot be stays as it came."""
        from dicomdesk.dicom.shaping import shaped  # noqa: PLC0415 - most receivers never need it

        request, own = self.request, self.request.transfer_syntax_uid
        meta, is_rewritten = self._meta, False
        if wanted.converts(own):
            meta = _meta_information(request, request.sop_instance_uid, wanted.transfer_syntax_uid) if meta else b""
        elif self.size_bytes > MOST_REWRITTEN_BYTES:
            self._disagreement = _TOO_LONG
            return

        def make(data: memoryview) -> DataSetBytes:
            most, before = MOST_REWRITTEN_BYTES, len(meta)
            return shaped(data, own, wanted, before_bytes=before, most_inflated_bytes=most, moving=self.moving)[0]

        try:
            is_rewritten = self._rewrite(meta, make)
        except DataError as error:
            self._disagreement = f"stays as it came, since it cannot be converted: {error}"
        if findings.is_irregular and not self._disagreement:
            self._disagreement = disagreement(findings) if is_rewritten else STORED_AS_RECEIVED

    def _make_lengths_right(self, findings: StructureFindings) -> None:
        """Rewrite a data set that was checked; one that cannot be or would become too long stays as it is."""
        syntax = find_transfer_syntax(self.request.transfer_syntax_uid)
        is_rewritten = False
        if self.size_bytes <= MOST_REWRITTEN_BYTES:
            from dicomdesk.dicom.transcode import make_lengths_explicit  # noqa: PLC0415 - many receivers never need it

            def make(data: memoryview) -> bytes | memoryview:
                uid, most = self.request.transfer_syntax_uid, MOST_REWRITTEN_BYTES
                return make_lengths_explicit(data, uid, most_inflated_bytes=most, moving=self.moving)

            with contextlib.suppress(DataError):
                is_rewritten = self._rewrite(self._meta, make)
        elif 0 < findings.rest_bytes <= _LONGEST_HEADER and not (syntax is not None and syntax.is_deflated):
            file = self._complete()
            file.shorten(file.size_bytes - findings.rest_bytes)
            is_rewritten = True
        if findings.is_irregular:
            self._disagreement = disagreement(findings) if is_rewritten else STORED_AS_RECEIVED

    def _publish(self, file: AtomicFile) -> None:
        arrival, request = self._arrival, self.request
        placed = self._placement.publish(file, request.sop_class_uid, request.sop_instance_uid, self._subfolder)
        self._file, self._published = None, file
        if placed.kind is not _NEW:
            self._note_duplicate(placed)
        arrival.path = placed.path
        if self._disagreement:
            arrival.warnings.append(f"{self._disagreement}: {placed.path}")

    def _note_duplicate(self, placed: PlacedFile) -> None:
        self._arrival.taken = placed
        if placed.kind is PlacementKind.REFUSED:
            raise RefusedError(Status.DUPLICATE_HERE, "Duplicate instance: it is here already")
        done = "overwriting" if placed.kind is PlacementKind.REPLACED else "keeping both"
        self._arrival.warnings.append(f"file already exists, {done}: {placed.path}")

    def _fail(self, error: OSError) -> None:
        self._arrival.error = error.strerror or str(error)
        super()._fail(error)


class _MetaInformation:
    """Writer of group 0002; what instances of one kind have in common is written once."""

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


def _meta_information(request: IncomingStore, sop_instance_uid: str, transfer_syntax_uid: str = "") -> bytes:
    """``transfer_syntax_uid`` is that of the file, "" for the one that the data set came in."""
    return file_meta_information(
        sop_class_uid=request.sop_class_uid,
        sop_instance_uid=sop_instance_uid,
        transfer_syntax_uid=transfer_syntax_uid or request.transfer_syntax_uid,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
        source_ae_title=request.calling_ae_title,
    )

"""Arriving instance: in memory while small, then in a file without a name; checked, rewritten, answered.

Where its bytes go to in the end is said by subclasses: those of the receiver and of the archive.
"""

import contextlib
import mmap
import threading
from collections.abc import Callable, Sequence
from typing import Final

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.data_set_source import DataSetSource, FileRange
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes
from dicomdesk.dicom.data_sets.structure_check import StructureFindings, check_data_set
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import CancelledError, DataError
from dicomdesk.network.dimse.store_reception import IncomingStore, StoreAnswer
from dicomdesk.network.status import Status

__all__ = [
    "IN_MEMORY_BYTES",
    "MOST_REWRITTEN_BYTES",
    "STORED_AS_RECEIVED",
    "SUCCESS",
    "Buffers",
    "InstanceFile",
    "RefusedError",
    "disagreement",
]

SUCCESS: Final = StoreAnswer(status=0)
IN_MEMORY_BYTES: Final = 1 << 20
"""Data sets up to here are in memory until they are complete; longer ones go to the file as they arrive."""
MOST_REWRITTEN_BYTES: Final = 64 << 20
"""Longer data sets, inflated, keep their lengths: rewriting takes memory, and nothing in them becomes wrong."""
STORED_AS_RECEIVED: Final = "lengths or delimiters of the data set disagree, and it was stored as received"
"""Told of what is not rewritten."""

_one_rewriting = threading.Lock()
"""What takes much memory is rewritten one at a time for any number of associations: the long, and what grows."""


class RefusedError(Exception):
    """Refusal of an instance: status, reason, and whether the association ends."""

    def __init__(self, status: int, comment: str, *, abort: bool = False) -> None:
        super().__init__(comment)
        self.answer = StoreAnswer(status=status, comment=comment[:64], abort=abort)


class Buffers:
    """Buffers for small data sets, of each association that has sent one."""

    def __init__(self) -> None:
        self._buffers: dict[int, memoryview] = {}

    def of(self, association: int) -> memoryview:
        """Return the buffer of an association, which receives one instance after the other."""
        buffer = self._buffers.get(association)
        if buffer is None:
            buffer = self._buffers[association] = memoryview(bytearray(IN_MEMORY_BYTES))
        return buffer

    def forget(self, association: int) -> None:
        """Free the buffer of an association that is over."""
        self._buffers.pop(association, None)


class InstanceFile:
    """``InstanceSink`` that fills a file. Used by the thread of its association; raises nothing.

    Disk trouble raises nothing either: the rest is swallowed, and the answer is A700.
    """

    __slots__ = (
        "_buffer",
        "_file",
        "_is_spilled",
        "_memory_bytes",
        "_meta",
        "_refusal",
        "moving",
        "request",
        "size_bytes",
    )

    def __init__(self, request: IncomingStore, meta: bytes, buffer: memoryview, memory_bytes: int) -> None:
        """``meta`` comes before the data set, of which ``memory_bytes`` at most wait in the buffer."""
        self.request = request
        self.size_bytes = 0
        """Of the data set, as received."""
        self.moving: Callable[[], None] | None = None
        """May raise CancelledError while a data set is checked or rewritten."""
        self._meta = meta
        self._buffer = buffer
        self._memory_bytes = memory_bytes
        self._file: AtomicFile | None = None
        self._is_spilled = False
        """Whether the file holds what has arrived; else the buffer does."""
        self._refusal: StoreAnswer | None = None
        """Without its error: that would keep alive, by its traceback, all that has arrived."""

    def open_early(self) -> None:
        """Open the file while the peer still sends."""
        try:
            self._open()
        except OSError as error:
            self._fail(error)

    def write(self, fragments: Sequence[memoryview]) -> None:
        """See ``InstanceSink``."""
        before = self.size_bytes
        self.size_bytes = end = before + sum(map(len, fragments))
        if end <= self._memory_bytes and not self._is_spilled:
            buffer = self._buffer
            for fragment in fragments:
                after = before + len(fragment)
                buffer[before:after] = fragment
                before = after
        elif self._refusal is None:
            try:
                self._spill(fragments, before)
            except OSError as error:
                self._fail(error)
            except RefusedError as refused:
                self._refuse(refused)

    def finish(self) -> StoreAnswer:
        """See ``InstanceSink``."""
        try:
            if self._refusal is None:
                self._store()
        except OSError as error:
            self._fail(error)
        except RefusedError as refused:
            self._refuse(refused)
        return SUCCESS if self._refusal is None else self._refusal

    def settle(self) -> None:
        """See ``InstanceSink``."""

    def discard(self) -> None:
        """See ``InstanceSink``."""
        file, self._file = self._file, None
        if file is not None:
            file.discard()

    # -- of subclasses

    def _open(self) -> AtomicFile:
        """Open the file, set ``_file``, and return it; may raise OSError and RefusedError."""
        raise NotImplementedError

    def _store(self) -> None:
        """Check and name the file, since everything has arrived; may raise OSError and RefusedError."""
        raise NotImplementedError

    def _begins(self, fragments: Sequence[memoryview]) -> None:
        """Look at the first bytes, before there is a file, perhaps."""

    # -- for subclasses

    def _fail(self, error: OSError) -> None:
        self._refuse(RefusedError(Status.OUT_OF_RESOURCES, error.strerror or str(error)))

    def _refuse(self, refused: RefusedError) -> None:
        self._refusal = refused.answer
        InstanceFile.discard(self)

    def _check(self) -> StructureFindings:
        """Check the structure of what has arrived; raises RefusedError."""
        syntax = find_transfer_syntax(self.request.transfer_syntax_uid)
        file, size = self._file, self.size_bytes
        data: DataSetSource = self._buffer[:size]
        if file is not None and self._is_spilled:
            data = FileRange(file.descriptor, len(self._meta), size)
        try:
            return check_data_set(
                data,
                is_explicit_vr=syntax is None or syntax.is_explicit_vr,
                is_little_endian=syntax is None or syntax.is_little_endian,
                is_deflated=syntax is not None and syntax.is_deflated and size > 0,
                takes_rest=True,
                moving=self.moving,
            )
        except CancelledError as error:
            raise RefusedError(Status.OUT_OF_RESOURCES, str(error), abort=True) from error
        except DataError as error:
            raise RefusedError(Status.CANNOT_UNDERSTAND, str(error), abort=True) from error

    def _rewrite(self, meta: bytes, make: Callable[[memoryview], DataSetBytes]) -> bool:
        """Replace the data set by what is made of it, and what comes before it; return whether that is another.

        What ``make`` raises passes, but for CancelledError; everything is as it was then.
        """
        file = self._file
        if file is None or not self._is_spilled:
            content = self._buffer[: self.size_bytes]
        else:
            start = len(self._meta)
            content = memoryview(mmap.mmap(file.descriptor, start + self.size_bytes, access=mmap.ACCESS_READ))[start:]
        syntax = find_transfer_syntax(self.request.transfer_syntax_uid)
        grows = syntax is not None and (syntax.is_deflated or syntax.is_encapsulated)
        try:
            with _one_rewriting if self._is_spilled or grows else contextlib.nullcontext():
                made = make(content)
        except CancelledError as error:
            raise RefusedError(Status.OUT_OF_RESOURCES, str(error), abort=True) from error
        if made is content:
            return False
        if self._is_spilled:
            assert file is not None
            file.start_again()
        self._put(meta, made)
        return True

    def _complete(self) -> AtomicFile:
        """Return the file with everything in it."""
        file = self._file
        if file is None or not self._is_spilled:
            return self._put(self._meta, self._buffer[: self.size_bytes])
        return file

    def _put(self, meta: bytes, data: DataSetBytes) -> AtomicFile:
        file = self._file or self._open()
        self._is_spilled = True
        file.write([meta, data])
        return file

    def _spill(self, fragments: Sequence[memoryview], in_memory: int) -> None:
        """Write to the file, which first takes what has waited in memory."""
        file = self._file
        if file is not None and self._is_spilled:
            file.write(fragments)
            return
        waiting = self._buffer[:in_memory]
        self._begins([waiting, *fragments])
        file = file or self._open()
        file.write([self._meta, waiting, *fragments] if in_memory else [self._meta, *fragments])
        self._is_spilled = True


def disagreement(findings: StructureFindings) -> str:
    """Return for the log what was done about lengths and delimiters that disagree."""
    if findings.rest_bytes:
        return f"the last {findings.rest_bytes} bytes of the data set are no element and were left out"
    return "lengths or delimiters of the data set disagreed and were made right"

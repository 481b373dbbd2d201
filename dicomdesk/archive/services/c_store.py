"""C-STORE (PS3.4 B.2): one arriving instance becomes a file and an index entry, and only then is it acknowledged.

Statuses: A700 the disk or the index does not take it, or it is larger than its quota; A900 its class or instance is not
what the command says; 0122 its class is none that is stored here, whatever its context was negotiated for; C000 it
cannot be understood, or belongs to no study or series; C111 an instance of the same UIDs is here that is another
patient's, in ID and in name. Data sets whose lengths do not fit together end the association, as with DCMTK.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from dicomdesk.archive.areas.entry_reader import entry_of_data_set, entry_of_open_file
from dicomdesk.archive.areas.keeper import Keeper, QuotaExceededError
from dicomdesk.archive.entries import AdditionOutcome, IndexEntry
from dicomdesk.archive.facts import Stored
from dicomdesk.archive.setup.storing_format import StoringFormat, shaped
from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes
from dicomdesk.dicom.data_sets.structure_check import StructureFindings, check_data_set, check_data_set_file
from dicomdesk.dicom.files.part10 import file_meta_information
from dicomdesk.dicom.query.attributes import (
    SERIES_INSTANCE_UID,
    SOP_CLASS_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
)
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.engine.receive.arrivals import STORED_AS_RECEIVED, disagreement
from dicomdesk.errors import CancelledError, ConversionError, DataError, LocalError
from dicomdesk.network.acceptor.handlers import IncomingStore, StoreAnswer
from dicomdesk.network.status import Status
from dicomdesk.settings import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

__all__ = ["IgnoringSink", "StoringSink"]

logger = logging.getLogger(__name__)

_SUCCESS = StoreAnswer(status=0)
_LONGEST_UID = 64
_IN_MEMORY_BYTES = 1 << 20
"""Data sets up to here are kept in memory until they are complete; longer ones go to the file as they arrive."""
_MOST_REWRITTEN_BYTES = 64 << 20
"""Longer data sets are stored as they came, since rewriting takes memory."""
_one_rewriting = threading.Lock()
"""Long data sets of any number of associations are rewritten one at a time, so that memory is bounded."""


class _RefusedError(Exception):
    """The instance is not stored; with which status, why, and whether the association ends."""

    def __init__(self, status: int, comment: str, *, abort: bool = False) -> None:
        super().__init__(comment)
        self.answer = StoreAnswer(status=status, comment=comment[:64], abort=abort)


class StoringSink:
    """Receives one instance. Used by the thread of its association; raises nothing."""

    def __init__(
        self,
        request: IncomingStore,
        keeper: Keeper,
        storing_format: StoringFormat,
        stored: Callable[[Stored], None] | None = None,
        *,
        is_class_taken: bool = True,
        moving: Callable[[], None] | None = None,
    ) -> None:
        """``stored`` is told before the instance is acknowledged; ``is_class_taken`` says whether the class is ours.

        ``moving`` may raise CancelledError while a long data set is checked.
        """
        self._moving = moving
        self._is_class_taken = is_class_taken
        self._request = request
        self._keeper = keeper
        self._format = storing_format
        self._stored = stored
        self._memory = bytearray()
        self._file: AtomicFile | None = None
        self._size_bytes = 0
        self._failure: _RefusedError | None = None
        self._stored_syntax = request.transfer_syntax_uid
        self._is_as_received = False
        """Whether the data set is kept byte for byte."""

    def write(self, fragments: Sequence[memoryview]) -> None:
        """See ``InstanceSink``."""
        self._size_bytes += sum(map(len, fragments))
        if self._failure is not None:
            return
        try:
            if self._file is not None:
                self._file.write(fragments)
            elif self._size_bytes <= _IN_MEMORY_BYTES:
                for fragment in fragments:
                    self._memory += fragment
            else:
                self._keeper.check_size(self._size_bytes)
                self._spill(fragments)
        except OSError as error:
            self._fail(_disk_failure(error))
        except QuotaExceededError as error:
            self._fail(_RefusedError(Status.OUT_OF_RESOURCES, str(error)))

    def finish(self) -> StoreAnswer:
        """See ``InstanceSink``."""
        try:
            if self._failure is not None:
                raise self._failure
            self._store()
        except _RefusedError as refused:
            answer = refused.answer
        except OSError as error:
            answer = _disk_failure(error).answer
        except QuotaExceededError as error:
            answer = _RefusedError(Status.OUT_OF_RESOURCES, str(error)).answer
        except LocalError as error:
            logger.error("An instance could not be kept: %s", error)  # noqa: TRY400 - the sentence says it all
            answer = StoreAnswer(status=Status.OUT_OF_RESOURCES, comment="The archive cannot keep it now")
        else:
            return _SUCCESS
        finally:
            self.discard()
        return answer

    def discard(self) -> None:
        """See ``InstanceSink``."""
        file, self._file = self._file, None
        if file is not None:
            file.discard()

    def _fail(self, failure: _RefusedError) -> None:
        self._failure = failure
        self._memory.clear()
        self.discard()

    def _spill(self, fragments: Sequence[memoryview]) -> None:
        self._file = self._keeper.storage.open()
        self._file.write([self._meta(self._request.transfer_syntax_uid), self._memory, *fragments])
        self._memory = bytearray()

    def _meta(self, transfer_syntax_uid: str) -> bytes:
        if not self._format.is_file_format:
            return b""
        request = self._request
        return file_meta_information(
            sop_class_uid=request.sop_class_uid,
            sop_instance_uid=request.sop_instance_uid,
            transfer_syntax_uid=transfer_syntax_uid,
            implementation_class_uid=IMPLEMENTATION_CLASS_UID,
            implementation_version_name=IMPLEMENTATION_VERSION_NAME,
            source_ae_title=request.calling_ae_title,
        )

    def _store(self) -> None:
        if self._size_bytes == 0:
            raise _RefusedError(Status.CANNOT_UNDERSTAND, "The data set is empty")
        findings = self._check_structure()
        needs_rewriting = self._needs_rewriting(findings)
        entry = self._entry()
        self._check_identity(entry, is_whole=not findings.rest_bytes)
        file = self._file
        if file is None:
            file = self._write(is_rewritten=needs_rewriting)
        elif needs_rewriting:
            file = self._write_again(file)
        else:
            self._is_as_received = True
        self._keeper.check_size(file.size_bytes)
        syntax = self._stored_syntax
        entry = replace(entry, size_bytes=file.size_bytes, transfer_syntax_uid=syntax, received=time.time())
        kept = self._keeper.keep(file, entry)
        self._file = None
        if kept.addition.outcome is AdditionOutcome.CONTRADICTED:
            logger.warning("An instance was refused: another patient's is here with the same UIDs: %s", kept.path)
            raise _RefusedError(Status.DUPLICATE_HERE, "Another patient's instance of this UID is here already")
        if findings.is_irregular:
            words = STORED_AS_RECEIVED if self._is_as_received else disagreement(findings)
            logger.warning("%s: %s", words.capitalize(), kept.path)
        if self._stored is not None:
            self._stored(Stored(request=self._request, entry=entry, kept=kept))

    def _needs_rewriting(self, findings: StructureFindings) -> bool:
        wanted = self._format
        if wanted.is_bit_preserving:
            return False
        is_as_it_comes = wanted.keeps_plain_data_sets and not wanted.converts(self._request.transfer_syntax_uid)
        return not is_as_it_comes or findings.needs_new_lengths

    def _write(self, *, is_rewritten: bool) -> AtomicFile:
        """Write a data set that is in memory."""
        own = self._request.transfer_syntax_uid
        target = self._format.transfer_syntax_uid if self._format.converts(own) else own
        meta = self._meta(target)
        data: DataSetBytes = self._memory
        self._is_as_received = not is_rewritten
        try:
            if is_rewritten:
                data, self._stored_syntax = shaped(self._memory, own, self._format, before_bytes=len(meta))
        except DataError as error:
            if target != own:
                is_conversion = isinstance(error, ConversionError)
                status = Status.OUT_OF_RESOURCES if is_conversion else Status.CANNOT_UNDERSTAND
                raise _RefusedError(status, str(error)) from error
            self._is_as_received = True
        self._file = file = self._keeper.storage.open()
        file.write([meta, data])
        return file

    def _write_again(self, file: AtomicFile) -> AtomicFile:
        """Write a data set that is in the file already once more, unless it is too long to be taken into memory."""
        needs_conversion = self._format.converts(self._request.transfer_syntax_uid)
        if self._size_bytes > _MOST_REWRITTEN_BYTES:
            if needs_conversion:
                raise _RefusedError(Status.OUT_OF_RESOURCES, "The data set is too long to be converted")
            self._is_as_received = True
            return file
        with _one_rewriting:
            self._memory += os.pread(file.descriptor, self._size_bytes, file.size_bytes - self._size_bytes)
            self.discard()
            return self._write(is_rewritten=True)

    def _check_structure(self) -> StructureFindings:
        syntax = find_transfer_syntax(self._request.transfer_syntax_uid)
        is_explicit_vr = syntax is None or syntax.is_explicit_vr
        is_little_endian = syntax is None or syntax.is_little_endian
        is_deflated = syntax is not None and syntax.is_deflated
        try:
            if self._file is None:
                return check_data_set(
                    self._memory,
                    is_explicit_vr=is_explicit_vr,
                    is_little_endian=is_little_endian,
                    is_deflated=is_deflated,
                    takes_rest=True,
                )
            return check_data_set_file(
                self._file.descriptor,
                self._file.size_bytes - self._size_bytes,
                self._size_bytes,
                is_explicit_vr=is_explicit_vr,
                is_little_endian=is_little_endian,
                is_deflated=is_deflated,
                takes_rest=True,
                moving=self._moving,
            )
        except CancelledError as error:
            raise _RefusedError(Status.OUT_OF_RESOURCES, str(error), abort=True) from error
        except DataError as error:
            raise _RefusedError(Status.CANNOT_UNDERSTAND, str(error), abort=True) from error

    def _entry(self) -> IndexEntry:
        file, area, syntax = self._file, self._keeper.name, self._request.transfer_syntax_uid
        try:
            if file is None:
                return entry_of_data_set(self._memory, syntax, area=area, path="", size_bytes=0)
            size = file.size_bytes
            return entry_of_open_file(file.descriptor, size - self._size_bytes, size, syntax, area=area, path="")
        except DataError as error:
            raise _RefusedError(Status.CANNOT_UNDERSTAND, str(error)) from error

    def _check_identity(self, entry: IndexEntry, *, is_whole: bool) -> None:
        request, values = self._request, entry.values
        if values.get(SOP_CLASS_UID) != request.sop_class_uid:
            raise _RefusedError(
                Status.DOES_NOT_MATCH_SOP_CLASS, "The SOP Class UID of the data set is not that of the command"
            )
        if not self._is_class_taken:
            raise _RefusedError(Status.SOP_CLASS_NOT_SUPPORTED, "The archive does not store this SOP class")
        if not _is_named(values.get(SOP_INSTANCE_UID, ""), request.sop_instance_uid):
            raise _RefusedError(
                Status.DOES_NOT_MATCH_SOP_CLASS, "The SOP Instance UID of the data set is not the command's"
            )
        for tag, name in ((STUDY_INSTANCE_UID, "Study"), (SERIES_INSTANCE_UID, "Series")):
            if not values.get(tag):
                how = "has" if is_whole else "is cut off and has"
                raise _RefusedError(
                    Status.CANNOT_UNDERSTAND, f"The data set {how} no {name} Instance UID", abort=not is_whole
                )


def _is_named(uid: str, named: str) -> bool:
    """Whether a command names this instance; DCMTK and others cut UIDs that are too long there to what is allowed."""
    return uid == named or (len(named) == _LONGEST_UID and uid.startswith(named))


class IgnoringSink:
    """Receives and forgets."""

    def write(self, fragments: Sequence[memoryview]) -> None:
        """See ``InstanceSink``."""

    def finish(self) -> StoreAnswer:
        """See ``InstanceSink``."""
        return _SUCCESS

    def discard(self) -> None:
        """See ``InstanceSink``."""


def _disk_failure(error: OSError) -> _RefusedError:
    return _RefusedError(Status.OUT_OF_RESOURCES, error.strerror or str(error))

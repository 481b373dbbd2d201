"""C-STORE (PS3.4 B.2): an arriving instance becomes a file and an index entry, and only then is it acknowledged.

Statuses: A700 the disk or the index does not take it, or it is larger than its quota; A900 its class or instance is not
what the command says; 0122 its class is none that is stored here, whatever its context was negotiated for; C000 it
cannot be understood, or belongs to no study or series; B000 it is stored, and contradicts others (another patient has a
study of its UID, or another place an instance of its UID); C111 it does, and is refused therefore,
where the settings say so. Data sets whose lengths do not fit together end the association, as with DCMTK.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dicomdesk.archive.areas.entry_reader import entry_of_data_set, entry_of_open_file
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.quota import QuotaExceededError
from dicomdesk.archive.facts import AcceptedInstance
from dicomdesk.archive.index_entries import LOUD_CONFLICTS, AdditionOutcome, Conflict, IndexEntry
from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes
from dicomdesk.dicom.data_sets.structure_check import StructureFindings
from dicomdesk.dicom.files.part10 import file_meta_information
from dicomdesk.dicom.files.storing_format import StoringFormat
from dicomdesk.dicom.query.attributes import (
    SERIES_INSTANCE_UID,
    SOP_CLASS_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
)
from dicomdesk.dicom.shaping import shaped
from dicomdesk.engine.receive.instance_file import (
    IN_MEMORY_BYTES,
    MOST_REWRITTEN_BYTES,
    STORED_AS_RECEIVED,
    SUCCESS,
    InstanceFile,
    RefusedError,
    disagreement,
)
from dicomdesk.errors import ConversionError, DataError, LocalError, TruncatedError
from dicomdesk.network.dimse.store_reception import IncomingStore, StoreAnswer
from dicomdesk.network.status import Status

__all__ = ["IgnoringSink", "StoringSink"]

logger = logging.getLogger(__name__)

_LONGEST_UID = 64
CONFLICT_TEXTS: Final[Mapping[Conflict, str]] = {
    Conflict.OTHER_PATIENT: "PatientID differs from others of the study",
    Conflict.OTHER_STUDY: "another study has its SOPInstanceUID",
    Conflict.OTHER_SERIES: "another series has its SOPInstanceUID",
}
"""What a conflict means, for logs and responses."""


class StoringSink(InstanceFile):
    """Sink of one arriving instance. Used by the thread of its association; raises nothing."""

    __slots__ = ("_format", "_is_class_taken", "_keeper", "_stored", "_warning")

    def __init__(
        self,
        request: IncomingStore,
        keeper: Keeper,
        storing_format: StoringFormat,
        buffer: memoryview,
        stored: Callable[[AcceptedInstance], None] | None = None,
        *,
        is_class_taken: bool = True,
    ) -> None:
        """``stored`` is told before the instance is acknowledged; ``is_class_taken`` says whether the class is ours.

        The buffer holds the instance while it is small.
        """
        meta = _meta(request, storing_format, request.transfer_syntax_uid)
        super().__init__(request, meta, buffer, IN_MEMORY_BYTES)
        self._is_class_taken = is_class_taken
        self._keeper = keeper
        self._format = storing_format
        self._stored = stored
        self._warning: StoreAnswer | None = None

    def _open(self) -> AtomicFile:
        self._file = self._keeper.storage.open()
        return self._file

    def _begins(self, fragments: Sequence[memoryview]) -> None:  # noqa: ARG002 - as declared
        self._check_size(self.size_bytes)

    def _check_size(self, size_bytes: int) -> None:
        try:
            self._keeper.quota.check_size(size_bytes)
        except QuotaExceededError as error:
            raise RefusedError(Status.OUT_OF_RESOURCES, str(error)) from error

    def _check(self) -> StructureFindings:
        try:
            return super()._check()
        except RefusedError as refused:
            cause = refused.__cause__
            if not isinstance(cause, TruncatedError) or not cause.cut:
                raise
            raise RefusedError(Status.CANNOT_UNDERSTAND, cause.cut, abort=True) from cause

    def _store(self) -> None:
        try:
            self._check_and_keep()
        except LocalError as error:
            logger.error("An instance could not be kept: %s", error)  # noqa: TRY400 - the sentence says it all
            raise RefusedError(Status.OUT_OF_RESOURCES, "The archive cannot keep it now") from error

    def _check_and_keep(self) -> None:
        if self.size_bytes == 0:
            raise RefusedError(Status.CANNOT_UNDERSTAND, "The data set is empty")
        findings = self._check()
        entry = self._entry()
        self._check_identity(entry, is_whole=not findings.rest_bytes)
        syntax = self._shape() if self._needs_rewriting(findings) else ""
        file = self._complete()
        self._check_size(file.size_bytes)
        stored_syntax = syntax or self.request.transfer_syntax_uid
        entry = replace(entry, size_bytes=file.size_bytes, transfer_syntax_uid=stored_syntax)
        kept = self._keeper.keep(file, entry)
        self._file = None
        if kept.addition.outcome is AdditionOutcome.REFUSED:
            logger.warning("Refused, for it contradicts what is stored: %s", _named(entry))
            raise RefusedError(Status.DUPLICATE_HERE, "It contradicts what is stored of its patient, study or UIDs")
        if kept.addition.conflict & LOUD_CONFLICTS:
            self._warn(entry, kept.addition.conflict)
        if findings.is_irregular:
            words = disagreement(findings) if syntax else STORED_AS_RECEIVED
            logger.warning("%s: %s", words.capitalize(), kept.path)
        if self._stored is not None:
            self._stored(AcceptedInstance(request=self.request, entry=entry, file=kept))

    def _warn(self, entry: IndexEntry, conflict: Conflict) -> None:
        """Answer with a warning that the instance contradicts others; whose it is stands in no log."""
        said = [text for flag, text in CONFLICT_TEXTS.items() if flag in conflict]
        logger.warning("Stored, but %s: %s", " and ".join(said), _named(entry))
        comment = f"Stored, but {said[0]}"
        self._warning = StoreAnswer(status=Status.COERCION_OF_DATA_ELEMENTS, comment=comment)

    def finish(self) -> StoreAnswer:
        """See ``InstanceSink``."""
        answer = super().finish()
        return self._warning if self._warning is not None and not answer.status else answer

    def _needs_rewriting(self, findings: StructureFindings) -> bool:
        wanted = self._format
        if wanted.is_bit_preserving:
            return False
        is_as_it_comes = wanted.keeps_plain_data_sets and not wanted.converts(self.request.transfer_syntax_uid)
        return not is_as_it_comes or findings.needs_new_lengths

    def _shape(self) -> str:
        """Write the data set as the format says; return its transfer syntax then, "" where it stays as received."""
        own, wanted = self.request.transfer_syntax_uid, self._format
        needs_conversion = wanted.converts(own)
        if self.size_bytes > MOST_REWRITTEN_BYTES:
            if needs_conversion:
                raise RefusedError(Status.OUT_OF_RESOURCES, "The data set is too long to be converted")
            return ""
        target = wanted.transfer_syntax_uid if needs_conversion else own
        meta = _meta(self.request, wanted, target)

        def make(data: memoryview) -> DataSetBytes:
            most, before = MOST_REWRITTEN_BYTES, len(meta)
            return shaped(data, own, wanted, before_bytes=before, most_inflated_bytes=most, moving=self.moving)[0]

        try:
            return target if self._rewrite(meta, make) else ""
        except DataError as error:
            if not needs_conversion:
                return ""
            is_conversion = isinstance(error, ConversionError)
            status = Status.OUT_OF_RESOURCES if is_conversion else Status.CANNOT_UNDERSTAND
            raise RefusedError(status, str(error)) from error

    def _entry(self) -> IndexEntry:
        file, area, syntax = self._file, self._keeper.name, self.request.transfer_syntax_uid
        try:
            if file is None:
                data = self._buffer[: self.size_bytes]
                return entry_of_data_set(data, syntax, area=area, path="", size_bytes=0)
            offset, size = len(self._meta), file.size_bytes
            return entry_of_open_file(file.descriptor, offset, size, syntax, area=area, path="")
        except DataError as error:
            raise RefusedError(Status.CANNOT_UNDERSTAND, str(error)) from error

    def _check_identity(self, entry: IndexEntry, *, is_whole: bool) -> None:
        request, values = self.request, entry.values
        if values.get(SOP_CLASS_UID) != request.sop_class_uid:
            raise RefusedError(
                Status.DOES_NOT_MATCH_SOP_CLASS, "The SOP Class UID of the data set is not that of the command"
            )
        if not self._is_class_taken:
            raise RefusedError(Status.SOP_CLASS_NOT_SUPPORTED, "The archive does not store this SOP class")
        if not _is_named(values.get(SOP_INSTANCE_UID, ""), request.sop_instance_uid):
            raise RefusedError(
                Status.DOES_NOT_MATCH_SOP_CLASS, "The SOP Instance UID of the data set is not the command's"
            )
        for tag, name in ((STUDY_INSTANCE_UID, "Study"), (SERIES_INSTANCE_UID, "Series")):
            if not values.get(tag):
                how = "has" if is_whole else "is cut off and has"
                raise RefusedError(
                    Status.CANNOT_UNDERSTAND, f"The data set {how} no {name} Instance UID", abort=not is_whole
                )


def _is_named(uid: str, named: str) -> bool:
    """Whether a command names this instance; DCMTK and others cut UIDs that are too long there to what is allowed."""
    return uid == named or (len(named) == _LONGEST_UID and uid.startswith(named))


def _named(entry: IndexEntry) -> str:
    """An entry as logs name it: no patient is in them."""
    values = entry.values
    return f"study {values.get(STUDY_INSTANCE_UID, '')}, instance {values.get(SOP_INSTANCE_UID, '')}"


class IgnoringSink:
    """Sink that acknowledges an instance without storing it."""

    def write(self, fragments: Sequence[memoryview]) -> None:
        """See ``InstanceSink``."""

    def finish(self) -> StoreAnswer:
        """See ``InstanceSink``."""
        return SUCCESS

    def settle(self) -> None:
        """See ``InstanceSink``."""

    def discard(self) -> None:
        """See ``InstanceSink``."""


def _meta(request: IncomingStore, storing_format: StoringFormat, transfer_syntax_uid: str) -> bytes:
    """Return what comes before the data set in the file."""
    if not storing_format.is_file_format:
        return b""
    return file_meta_information(
        sop_class_uid=request.sop_class_uid,
        sop_instance_uid=request.sop_instance_uid,
        transfer_syntax_uid=transfer_syntax_uid,
        source_ae_title=request.calling_ae_title,
    )

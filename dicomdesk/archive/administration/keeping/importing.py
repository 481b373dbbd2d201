"""Imports files, folders, DICOMDIRs and ZIP archives into an archive, as if a peer had stored what is in them.

Each instance goes through what a C-STORE goes through: the same checks, names, index and quota. The originals are only
read. What is no instance, is damaged or refused costs nothing but its line.
"""

import itertools
import os
from collections.abc import Iterator, Sequence
from enum import Enum

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.facts import AcceptedInstance
from dicomdesk.archive.index_entries import AdditionOutcome
from dicomdesk.archive.services.c_store import StoringSink
from dicomdesk.dicom.data_set_source import DataSetSource, FileRange
from dicomdesk.dicom.files.scan import SkippedInput, scan
from dicomdesk.dicom.files.storing_format import StoringFormat
from dicomdesk.dicom.instance import FoundInstance, InputFormat, InputSelection
from dicomdesk.dicom.query.attributes import STUDY_INSTANCE_UID
from dicomdesk.dicom.sop_classes import is_storable
from dicomdesk.engine.preparation import InstancePreparer
from dicomdesk.engine.receive.instance_file import IN_MEMORY_BYTES
from dicomdesk.errors import DataError, StorageError, TruncatedError
from dicomdesk.human import error_text
from dicomdesk.network.dimse.store_reception import IncomingStore
from dicomdesk.network.status import StatusClass, classify_status
from dicomdesk.records import dataclass

__all__ = ["ImportOutcome", "ImportedItem", "import_inputs"]

_READ_AT_ONCE = 1 << 18
_COMPRESSION_LEVEL = 6
_EXTENSION = ".dcm"
_PREAMBLE_BYTES = 132
_MOST_FAILURES_IN_A_ROW = 5
_OUT_OF_RESOURCES = 0xA7


class ImportOutcome(Enum):
    """What became of an input."""

    STORED = "stored"
    STORED_AGAIN = "stored-again"
    """It was there: the newer one has taken its place, as with a C-STORE."""
    REFUSED = "refused"
    """A C-STORE of it would have been refused."""
    SKIPPED = "skipped"
    """It is nothing that could be stored: no DICOM, or no instance."""
    FAILED = "failed"
    """It cannot be read, or is damaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedItem:
    """One input, and what became of it."""

    name: str
    """Path; "path:member" in an archive."""
    outcome: ImportOutcome
    reason: str = ""
    """Why it was not stored, or with what warning it was."""
    sop_instance_uid: str = ""
    study_instance_uid: str = ""
    size_bytes: int = 0
    path: str = ""
    """Of the stored file, relative to the area's folder."""

    @property
    def is_missed(self) -> bool:
        """Whether something that was to be stored is not."""
        return self.outcome in {ImportOutcome.REFUSED, ImportOutcome.FAILED}


def import_inputs(
    keeper: Keeper, inputs: Sequence[str], *, takes_bare_data_sets: bool = False
) -> Iterator[ImportedItem]:
    """Store what is found in files, folders and archives; yields each input once it is known what became of it.

    ``takes_bare_data_sets`` takes also files without file meta information, which nothing tells from rubbish at once.
    Ends with StorageError where the disk or the index takes nothing any more; what was yielded as stored is.
    """
    input_format = InputFormat.FILE_OR_DATA_SET if takes_bare_data_sets else InputFormat.FILE_ONLY
    importer = _Importer(keeper, input_format)
    selection = InputSelection(
        paths=tuple(inputs),
        format=input_format,
        read_dicomdir=True,
        scan_directories=True,
        recurse=True,
        open_archives=True,
        check_uids=False,
    )
    own_state = os.path.realpath(keeper.storage.folder)
    for found in scan(selection):
        if isinstance(found, SkippedInput):
            is_missed = found.is_missed and not _is_scrap(found)
            outcome = ImportOutcome.FAILED if is_missed else ImportOutcome.SKIPPED
            yield ImportedItem(name=found.name, outcome=outcome, reason=found.reason)
        elif os.path.realpath(found.path).startswith(own_state + os.sep):
            reason = "it lies in the storage area itself"
            yield ImportedItem(name=found.name, outcome=ImportOutcome.SKIPPED, reason=reason)
        else:
            yield importer.store(found)


def _is_scrap(skipped: SkippedInput) -> bool:
    """Whether a file is too short for an instance, and does not claim to be one by its name."""
    if skipped.archive_member or skipped.path.lower().endswith(_EXTENSION):
        return False
    try:
        return 0 < os.stat(skipped.path).st_size < _PREAMBLE_BYTES
    except (OSError, ValueError):
        return False


class _Importer:
    """Stores one instance after the other."""

    def __init__(self, keeper: Keeper, input_format: InputFormat) -> None:
        self._keeper = keeper
        self._preparer = InstancePreparer(input_format, _COMPRESSION_LEVEL)
        self._buffer = memoryview(bytearray(IN_MEMORY_BYTES))
        self._numbers = itertools.count(1)
        self._failures = 0

    def store(self, found: FoundInstance) -> ImportedItem:
        header = found.header
        if not is_storable(header.sop_class_uid):
            return self._item(found, ImportOutcome.SKIPPED, "its SOP class is none that is stored")
        try:
            prepared = self._preparer.prepare(found, header.transfer_syntax_uid)
        except (DataError, OSError) as error:
            return self._item(found, ImportOutcome.FAILED, error_text(error, names_file=False))
        try:
            return self._store(found, prepared.data)
        finally:
            prepared.close()

    def _store(self, found: FoundInstance, data: DataSetSource) -> ImportedItem:
        accepted: list[AcceptedInstance] = []
        header = found.header
        request = IncomingStore(
            association=0,
            message_id=next(self._numbers) & 0xFFFF,
            context_id=1,
            sop_class_uid=header.sop_class_uid,
            sop_instance_uid=header.sop_instance_uid,
            transfer_syntax_uid=header.transfer_syntax_uid,
            calling_ae_title="IMPORT",
            peer_host="",
            called_ae_title=self._keeper.area.ae_title,
        )
        sink = StoringSink(request, self._keeper, StoringFormat(), self._buffer, accepted.append)
        try:
            for part in _parts(data):
                sink.write([part])
        except (DataError, OSError) as error:
            sink.discard()
            return self._item(found, ImportOutcome.FAILED, error_text(error, names_file=False))
        except BaseException:
            sink.discard()
            raise
        answer = sink.finish()
        if classify_status(answer.status) not in {StatusClass.SUCCESS, StatusClass.WARNING}:
            self._note_failure(answer.status, answer.comment)
            return self._item(found, ImportOutcome.REFUSED, f"{answer.comment} (status {answer.status:04X})")
        self._failures = 0
        return self._stored(found, accepted, answer.comment)

    def _stored(self, found: FoundInstance, accepted: Sequence[AcceptedInstance], comment: str) -> ImportedItem:
        outcome, path, study_uid = ImportOutcome.STORED, "", ""
        for one in accepted:
            path, study_uid = one.file.path, one.entry.values.get(STUDY_INSTANCE_UID, "")
            if one.file.addition.outcome is not AdditionOutcome.ADDED:
                outcome = ImportOutcome.STORED_AGAIN
        return self._item(found, outcome, comment, path=path, study_instance_uid=study_uid)

    def _note_failure(self, status: int, comment: str) -> None:
        """Raise StorageError where one after the other is not taken by the disk or the index."""
        self._failures = self._failures + 1 if status >> 8 == _OUT_OF_RESOURCES else 0
        if self._failures >= _MOST_FAILURES_IN_A_ROW:
            raise StorageError(f"Nothing more can be stored in {self._keeper.storage.folder}: {comment}")

    @staticmethod
    def _item(
        found: FoundInstance, outcome: ImportOutcome, reason: str, *, path: str = "", study_instance_uid: str = ""
    ) -> ImportedItem:
        header = found.header
        return ImportedItem(
            name=found.name,
            outcome=outcome,
            reason=reason,
            sop_instance_uid=header.sop_instance_uid,
            study_instance_uid=study_instance_uid,
            size_bytes=header.data_set_length,
            path=path,
        )


def _parts(data: DataSetSource) -> Iterator[memoryview]:
    """The bytes of a data set, some at a time; raises TruncatedError where its file has become shorter, OSError."""
    if not isinstance(data, FileRange):
        view = memoryview(data)
        for start in range(0, len(view), _READ_AT_ONCE):
            yield view[start : start + _READ_AT_ONCE]
        return
    position, end = data.offset, data.offset + data.length
    while position < end:
        part = os.pread(data.file_descriptor, min(_READ_AT_ONCE, end - position), position)
        if not part:
            raise TruncatedError("The file is shorter than it was")
        position += len(part)
        yield memoryview(part)

"""Retrieval, common to C-MOVE and C-GET (PS3.4 C.4.2, C.4.3): identifier, counts, pending and final responses.

Final statuses are those of DCMTK's archive: 0000 all were stored or nothing matches; B000 some failed, or were stored
with a warning; A702 all failed; FE00 cancelled.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable, Sequence

from dicomdesk.archive.areas.checksums import checksum_of, is_comparable
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.facts import ArchiveFacts, OperationEnded, SubOperationEnded
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.archive.matching.query_reader import IdentifierError, IdentifierRules, read_retrieve_query
from dicomdesk.dicom.data_sets.element_writer import encode_for
from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.dicom.query.query import Model, Query
from dicomdesk.dicom.query.sop_classes import Service
from dicomdesk.engine.preparation import InstancePreparer, PreparedInstance, Shape, ShapeChoice
from dicomdesk.engine.send.retry import is_transient_status
from dicomdesk.errors import DataError, LocalError, TruncatedError
from dicomdesk.network.acceptor.operation import Operation
from dicomdesk.network.dimse.responses import PendingRetrieval, SubOperations, service_response
from dicomdesk.network.negotiation import NegotiatedContext
from dicomdesk.network.presentation.proposals import choose_context
from dicomdesk.network.status import Status, StatusClass, classify_status, status_text

__all__ = ["NO_CONTEXT", "Outlet", "Retrieval", "RetrievalRefusedError"]

logger = logging.getLogger(__name__)

_FAILED_SOP_INSTANCE_UID_LIST = 0x00080058
_MOST_FAILED_UIDS = 65535
_MOST_CAUSES = 100
_COMPRESSION_LEVEL = 6
NO_CONTEXT = "no presentation context for its SOP class was accepted"

_TAG = re.compile(r" \([0-9A-F]{4},[0-9A-F]{4}\)")
"""Behind the keyword of an element: a comment has 64 characters."""


class RetrievalRefusedError(Exception):
    """Refusal of a retrieval before its first sub-operation."""

    def __init__(self, status: int, comment: str, *offending: int) -> None:
        super().__init__(comment)
        self.status = status
        self.comment = comment
        self.offending = offending


class Retrieval:
    """One C-MOVE or C-GET, while it is performed; used by the thread of its association."""

    def __init__(
        self, operation: Operation, service: Service, keeper: Keeper, facts: ArchiveFacts, *, destination: str = ""
    ) -> None:
        self.operation = operation
        self.keeper = keeper
        self.destination = destination
        self.is_cancelled = False
        self.cancelled: Callable[[], None] = _go_on
        """Called once, when the cancellation is noticed."""
        self._service = service
        self._facts = facts
        self._query: Query | None = None
        self._pending = PendingRetrieval(operation.message.command_set)
        self._left = 0
        self._completed = self._failed = self._warning = 0
        self._failed_uids: list[str] = []
        self.passing: list[StoredInstance] = []
        """What failed for reasons that pass."""
        self.kept = 0
        """How much of that is kept, to be sent later."""
        self._causes: Counter[str] = Counter()
        """Why instances were not sent, or not without a warning, and how often."""

    def find(self, model: Model, rules: IdentifierRules) -> list[StoredInstance]:
        """Find the requested instances, the oldest first; raises RetrievalRefusedError."""
        message = self.operation.message
        syntax = message.context.accepted_transfer_syntax or ""
        try:
            self._query = read_retrieve_query(message.data_set or b"", syntax, model, rules)
            instances = list(self.keeper.index.instances(self._query, self.keeper.name))
        except IdentifierError as error:
            raise RetrievalRefusedError(error.status, error.comment, *error.offending_tags) from error
        except LocalError as error:
            logger.error("A retrieval failed: %s", error)  # noqa: TRY400 - the sentence says it all
            raise RetrievalRefusedError(Status.OUT_OF_RESOURCES_FOR_MATCHES, "The index cannot answer") from error
        self._left = len(instances)
        return instances

    def check_cancelled(self) -> bool:
        """Whether the peer does not want the rest; raises PeerError when it has gone."""
        if not self.is_cancelled and self.operation.is_cancelled():
            self.is_cancelled = True
            self.cancelled()
        return self.is_cancelled

    def fileno(self) -> int:
        """See ``network.wire.connection.Companion``."""
        return self.operation.fileno()

    def heed(self) -> None:
        """Take what the peer has sent; raises PeerError when it has gone, LocalError when the archive ends."""
        is_cancelled = self.operation.is_cancelled()
        if is_cancelled and not self.is_cancelled:
            self.is_cancelled = True
            self.cancelled()

    def take(self, instance: StoredInstance, status: int | None, reason: str = "", *, may_pass: bool = False) -> None:
        """One sub-operation has ended; None where the instance could not be sent, for a reason that may pass."""
        self._left -= 1
        kind = None if status is None else classify_status(status)
        if kind is StatusClass.SUCCESS:
            self._completed += 1
        elif kind is StatusClass.WARNING:
            self._warning += 1
        else:
            self._failed += 1
            if may_pass or (status is not None and is_transient_status(status)):
                self.passing.append(instance)
            if len(self._failed_uids) < _MOST_FAILED_UIDS:
                self._failed_uids.append(instance.sop_instance_uid)
        if kind is not StatusClass.SUCCESS:
            # What the destination says to it may tell who the patient is: its status has to do.
            cause = reason if status is None else f"answered {status_text(status)}"
            if cause in self._causes or len(self._causes) < _MOST_CAUSES:
                self._causes[cause] += 1
        self._facts(
            SubOperationEnded(
                association=self.operation.message.association,
                service=self._service,
                message_id=self.operation.message.message_id,
                sop_class_uid=instance.sop_class_uid,
                sop_instance_uid=instance.sop_instance_uid,
                path=instance.path,
                status=status,
                reason=reason,
            )
        )
        self.operation.reply(self._pending.response(self._counts(with_remaining=True)))

    def fail_all(self, instances: Sequence[StoredInstance], reason: str, *, may_pass: bool = False) -> None:
        """None of these can be sent."""
        for instance in instances:
            if self.check_cancelled():
                return
            self.take(instance, None, reason, may_pass=may_pass)

    def end(self) -> OperationEnded:
        """Send the final response."""
        status = self._final_status()
        data_set = self._failed_list() if self._failed_uids else None
        counts = self._counts(with_remaining=self.is_cancelled)
        request = self.operation.message.command_set
        comment = self._cause() or (self._query.warning if self._query is not None else "")
        response = service_response(request, status, has_data_set=data_set is not None, comment=comment, counts=counts)
        self.operation.reply(response, data_set)
        return self._ended(status, comment=comment, counts=counts)

    def _cause(self) -> str:
        """Return why not all went well, as far as the most frequent cause tells it; "" where all did."""
        if not self._causes or self.is_cancelled:
            return ""
        reason, count = self._causes.most_common(1)[0]
        kept = f", {self.kept} kept for later" if self.kept else ""
        return f"{count} of {self._completed + self._failed + self._warning}{kept}: {reason}"

    def refuse(self, error: RetrievalRefusedError) -> OperationEnded:
        """Send a final response that is a failure."""
        request = self.operation.message.command_set
        self.operation.reply(service_response(request, error.status, comment=error.comment, offending=error.offending))
        return self._ended(error.status, comment=error.comment)

    def _ended(self, status: int, *, counts: SubOperations | None = None, comment: str = "") -> OperationEnded:
        return OperationEnded(
            association=self.operation.message.association,
            service=self._service,
            message_id=self.operation.message.message_id,
            status=status,
            comment=comment,
            query=self._query,
            counts=counts,
            destination=self.destination,
        )

    def _final_status(self) -> int:
        if self.is_cancelled:
            return Status.CANCEL
        if self._failed and not (self._completed or self._warning):
            return Status.OUT_OF_RESOURCES_FOR_SUB_OPERATIONS
        return Status.SUB_OPERATIONS_NOT_ALL_WELL if self._failed or self._warning else Status.SUCCESS

    def _counts(self, *, with_remaining: bool) -> SubOperations:
        return SubOperations(
            completed=self._completed,
            failed=self._failed,
            warning=self._warning,
            remaining=self._left if with_remaining else None,
        )

    def _failed_list(self) -> bytes:
        value = "\\".join(self._failed_uids).encode("ascii", "replace")
        return encode_for(
            self.operation.message.context.accepted_transfer_syntax or "",
            lambda writer: writer.write_element(_FAILED_SOP_INSTANCE_UID_LIST, b"UI", value),
        )


class Outlet:
    """Preparer of stored instances for the presentation contexts of an association."""

    def __init__(
        self, keeper: Keeper, contexts: Sequence[NegotiatedContext], moving: Callable[[], None] | None = None
    ) -> None:
        """``contexts`` are those that the peer takes instances in.

        ``moving`` is called before each further part of a long file is read; what it raises passes.
        """
        self._keeper = keeper
        self._contexts = contexts
        self._moving = moving
        self._preparer = InstancePreparer(InputFormat.FILE_OR_DATA_SET, _COMPRESSION_LEVEL, moving, takes_rest=True)
        self._chosen: dict[tuple[str, str], NegotiatedContext | None] = {}

    def prepare(self, instance: StoredInstance) -> tuple[NegotiatedContext, PreparedInstance]:
        """Open an instance; the caller closes it.

        Raises DataError where it cannot be converted or no context takes it, OSError where its file cannot be read.
        """
        context = self._choose(instance, instance.transfer_syntax_uid)  # before any file is touched

        def choose(header: InstanceHeader) -> Shape:
            nonlocal context
            if header.sop_instance_uid != instance.sop_instance_uid:
                raise DataError("the file holds another instance than the index says")
            if header.sop_class_uid != instance.sop_class_uid:
                raise DataError("the file is of another SOP class than the index says")
            if header.transfer_syntax_uid != instance.transfer_syntax_uid:
                context = self._choose(instance, header.transfer_syntax_uid)
            return Shape(transfer_syntax_uid=context.accepted_transfer_syntax or "")

        storage = self._keeper.storage
        path = storage.path_of(instance.path)
        try:
            prepared = self._prepare_file(path, choose)
        except FileNotFoundError:
            # It may have come again since the index was asked: then its newer file has another name.
            newer = self._newer_path(instance)
            if not newer:
                raise
            prepared = self._prepare_file(storage.path_of(newer), choose)
            return context, prepared
        try:
            self._check_content(instance, path, prepared.content)
        except BaseException:
            prepared.close()
            raise
        size_bytes = prepared.header.data_set_offset + prepared.header.data_set_length
        if prepared.rest_bytes and size_bytes != instance.size_bytes:  # not how it came: it was cut since
            prepared.close()
            raise DataError(f"the file is cut after {size_bytes} of {instance.size_bytes} bytes")
        return context, prepared

    def _prepare_file(self, path: str, choose: ShapeChoice) -> PreparedInstance:
        try:
            return self._preparer.prepare_file(path, choose)
        except TruncatedError as error:
            raise DataError(_TAG.sub("", error.cut) or f"the file is cut: {error}") from error

    def _check_content(self, instance: StoredInstance, path: str, content: bytes | None) -> None:
        """Raise DataError where the file is not what was stored.

        One that is too long to be read at once is read for this, unless it was lately, and is in the system's cache.
        """
        if not is_comparable(instance.checksum):
            return
        if content is not None:
            is_right = checksum_of(content) == instance.checksum
        else:
            is_right = self._keeper.checked_files.is_right(path, instance.checksum, self._moving)
        if not is_right:
            logger.error("The file %s is damaged: it has another content than was stored", instance.path)
            raise DataError("the file is damaged: it has another content than was stored")

    def _choose(self, instance: StoredInstance, transfer_syntax_uid: str) -> NegotiatedContext:
        key = instance.sop_class_uid, transfer_syntax_uid
        if key not in self._chosen:
            self._chosen[key] = choose_context(self._contexts, *key)
        context = self._chosen[key]
        if context is None:
            raise DataError(NO_CONTEXT)
        return context

    def _newer_path(self, instance: StoredInstance) -> str:
        try:
            found = self._keeper.index.find_instances(
                self._keeper.name,
                study_instance_uid=instance.study_instance_uid,
                series_instance_uid=instance.series_instance_uid,
                sop_instance_uids=[instance.sop_instance_uid],
            )
            return next((other.path for other in found if other.path != instance.path), "")
        except LocalError:
            return ""


def _go_on() -> None:
    """Do nothing."""

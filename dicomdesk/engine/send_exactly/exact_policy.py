"""Policy of an exact send job: opens each file and chooses its context in its turn."""

from collections import Counter
from collections.abc import Iterator

from dicomdesk.engine.delivery.delivery import Delivery, Refusal
from dicomdesk.engine.delivery.instance_sender import SendPolicy, not_sent_cause
from dicomdesk.engine.delivery.transfer_list import TransferItem
from dicomdesk.engine.events import Event, FileRenamed, InstanceNotSent, NoticeLevel, StoreBrokenOff
from dicomdesk.engine.preparation import PreparedInstance, failure_detail, failure_reason
from dicomdesk.engine.send_exactly.exact_choice import ExactShaper
from dicomdesk.engine.send_exactly.exact_files import ExactFiles
from dicomdesk.engine.send_exactly.processed_names import rename_processed
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.errors import DataError, InvalidUidError
from dicomdesk.network.negotiation import Negotiation
from dicomdesk.network.requestor.store_stream import OddAnswer, OddVerdict

__all__ = ["ExactPolicy"]

_MAX_MESSAGE_ID = 0xFFFF


class ExactPolicy(SendPolicy):
    """Policy of files in order, as with DCMTK's storescu; see ``SendPolicy``."""

    def __init__(self, delivery: Delivery, files: ExactFiles, request: ExactSendRequest) -> None:
        self.halts_at_refusal = request.halt_on_error
        self.outlives_bad_files = not request.halt_on_error
        self.aborts_at_end = request.aborts_at_end
        self._delivery = delivery
        self._files = files
        self._request = request
        self._shaper = ExactShaper(request)
        self._position = 0
        """Of the file that was taken last."""
        self._tried = 0
        self._has_failed: set[str] = set()
        """Files, by path, of which an earlier repetition, or another member, was not taken."""
        self._left_in_archives = Counter(file.path for file in files.files if file.archive_member)
        """Members that are still to be tried, by path."""

    def agree(self, negotiation: Negotiation) -> None:
        """See ``SendPolicy``."""
        self._shaper.contexts = negotiation.contexts

    def items(self) -> Iterator[TransferItem]:
        """See ``SendPolicy``."""
        for position in range(len(self._files.files)):
            self._position = position
            while position in self._files.not_begun:
                if self._delivery.is_ending:
                    return
                yield self._files.take(position)

    def prepare(self, item: TransferItem) -> PreparedInstance:
        """See ``SendPolicy``."""
        shaper, found = self._shaper, item.found
        self._tried += 1
        shaper.begin()
        prepared = self._delivery.preparer.prepare_file(found.path, shaper.choose, found.archive_member)
        self._identify(item)
        if shaper.invented is not None:
            item.invented = shaper.invented.limited_to(prepared.replaced)
        return prepared

    def _identify(self, item: TransferItem) -> None:
        """Note what was learnt of the item, as far as it went."""
        shaper = self._shaper
        if shaper.header is not None:
            self._delivery.transfer.identify(item, shaper.header)
        if shaper.context is not None:
            item.context_id = shaper.context.context_id
            item.network_transfer_syntax_uid = shaper.context.accepted_transfer_syntax or ""

    def refuse(self, item: TransferItem, error: DataError | OSError) -> Refusal:
        """The file cannot be sent, now or again."""
        self._identify(item)
        header, context = self._shaper.header, self._shaper.context
        told = InstanceNotSent(
            job_id=self._delivery.job_id,
            path=item.found.name,
            cause=not_sent_cause(error),
            reason=failure_reason(error),
            sop_class_uid=header.sop_class_uid if header is not None else "",
            transfer_syntax_uid=header.transfer_syntax_uid if header is not None else "",
            wanted_transfer_syntax_uid=(context and context.accepted_transfer_syntax) or "",
            has_invalid_uids=isinstance(error, InvalidUidError),
            message_id=(self._tried - 1) % _MAX_MESSAGE_ID + 1,
            invented=self._shaper.invented,
        )
        detail = failure_detail(error)
        if self._request.halt_on_error:
            return Refusal([item], told.cause, told.reason, [told], halts_at=error, detail=detail)
        return Refusal([item, *self._files.give_up(self._position)], told.cause, told.reason, [told], detail=detail)

    def tell_broken_off(self, item: TransferItem, reason: str) -> list[Event]:
        """See ``SendPolicy``."""
        return [StoreBrokenOff(job_id=self._delivery.job_id, path=item.found.name, reason=reason)]

    def judge_odd(self, item: TransferItem, odd: OddAnswer) -> OddVerdict:
        """As DCMTK's storescu, take an answer in whatever context it comes, but none to another message."""
        if odd.answered_message_id == odd.message_id:
            contexts = f"in presentation context {odd.answered_context_id} instead of {odd.item.context_id}"
            self._delivery.notice(NoticeLevel.WARNING, f"the peer answers {contexts}: {item.found.name}")
            return OddVerdict.TAKEN
        return OddVerdict.REFUSED if self._request.halt_on_error else OddVerdict.DROPPED

    def ended(self, item: TransferItem, *, is_taken: bool, is_over: bool) -> None:
        """See ``SendPolicy``."""
        if item.is_last or is_over:
            self._rename(item, is_done=is_taken)
        elif not is_taken:
            self._has_failed.add(item.found.path)

    def _rename(self, item: TransferItem, *, is_done: bool) -> None:
        """Rename the file of an item that was tried for the last time; an archive with its last member."""
        if not self._request.renames_files:
            return
        path = item.found.path
        if item.found.archive_member:
            self._left_in_archives[path] -= 1
            if not is_done:
                self._has_failed.add(path)
            if self._left_in_archives[path]:
                return
        renamed = rename_processed(path, is_done=is_done and path not in self._has_failed)
        self._delivery.report(
            FileRenamed(
                job_id=self._delivery.job_id,
                path=path,
                new_path=renamed.path,
                problem=renamed.problem,
                has_replaced=renamed.has_replaced,
            )
        )

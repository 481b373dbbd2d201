"""The one association of an exact send job: each file is opened, given its context and sent when its turn comes.

What the user is told of one file comes after the answer to the file before, although files are opened while the peer
works.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dicomdesk.engine.events import InventedIdentity, ItemOutcome, Notice, NoticeLevel, NotSentCause
from dicomdesk.engine.outgoing_association import NotOpenedError, OutgoingAssociation
from dicomdesk.engine.preparation import PreparedInstance, Preparing, failure_reason
from dicomdesk.engine.send.transfer_list import (
    Answer,
    InstanceHaltError,
    StoppedError,
    TransferItem,
    judge_status,
)
from dicomdesk.engine.send_exactly.exact_choice import ExactShaper, NoContextError
from dicomdesk.engine.send_exactly.exact_files import ExactEnd, ExactSendFailure, ExactTransfer, FileToSend
from dicomdesk.engine.send_exactly.exact_wording import FAILED_TO_SEND, failure_notices, local_condition
from dicomdesk.engine.send_exactly.processed_names import rename_processed
from dicomdesk.engine.stats import AssociationCounters
from dicomdesk.errors import CancelledError, ConversionError, DataError, DicomdeskError, PeerError
from dicomdesk.network.negotiation import ExtendedNegotiation, ProposedContext
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.network.requestor.store_stream import OddAnswer, OddVerdict, StoreItem

__all__ = ["ExactSender"]

_MAX_MESSAGE_ID = 0xFFFF


class _Shipment:
    """One instance on its way."""

    __slots__ = ("attempt", "invented", "is_converted", "is_last", "item", "prepared")

    def __init__(self, item: TransferItem, prepared: PreparedInstance, *, is_last: bool) -> None:
        self.item = item
        self.prepared = prepared
        self.is_converted = prepared.transfer_syntax_uid != item.network_transfer_syntax_uid
        self.is_last = is_last
        """Whether the file is not sent again after this."""
        self.invented: InventedIdentity | None = None
        self.attempt = 0
        """0 until the request was begun."""


class _LeftOut(NamedTuple):
    """One file that is not sent, and perhaps not tried again."""

    items: list[TransferItem]
    """The one tried first."""
    cause: NotSentCause
    reason: str
    notices: list[tuple[NoticeLevel, str]]


class ExactSender:
    """Runs the association; ``run`` is called once, on the thread that then owns it."""

    def __init__(self, shared: ExactTransfer) -> None:
        self._shared = shared
        request = shared.request
        self._outgoing = OutgoingAssociation(
            job_id=shared.job_id, number=1, control=shared.control, report=shared.report
        )
        self._preparing = Preparing(request.inputs.format, request.compression_level, shared.control.require_going_on)
        self._shaper = ExactShaper(request)
        self._counters: AssociationCounters | None = None
        self._in_hand: list[_Shipment] = []
        """Opened and not ended."""
        self._left_out: list[_LeftOut] = []
        """Files that cannot be sent, to be told of once those before them are answered."""
        self._has_failed: set[str] = set()
        """Files, by path, of which an earlier repetition, or another member, was not taken."""
        self._left_in_archives = Counter(file.path for file in shared.files if file.archive_member)
        """Members that are still to be tried, by path."""
        self._tried = 0
        self._halt: Answer | None = None
        """The failure that the job halts at."""

    def run(self, contexts: Sequence[ProposedContext], extensions: Sequence[ExtendedNegotiation]) -> ExactEnd:
        """Open, send, and release or abort."""
        request = self._shared.request
        try:
            with self._outgoing.opened(request.peer, request.association, contexts, extensions) as association:
                return self._use(association)
        except NotOpenedError as failed:
            return ExactEnd(failure=ExactSendFailure.ASSOCIATION, error=failed.error)

    def _use(self, association: RequestedAssociation) -> ExactEnd:
        contexts = association.negotiation.contexts
        if not any(context.is_accepted for context in contexts):
            self._outgoing.release(association)
            error = PeerError("No Acceptable Presentation Contexts")
            return ExactEnd(failure=ExactSendFailure.NO_PRESENTATION_CONTEXT, error=error)
        self._shaper.contexts = contexts
        self._counters = self._shared.stats.open_association(association)
        try:
            return self._send(association)
        finally:
            self._tell_left_out()
            self._shared.stats.close_association(self._counters)
            for shipment in self._in_hand:
                shipment.prepared.close()

    def _send(self, association: RequestedAssociation) -> ExactEnd:
        while True:
            try:
                association.store_all(self._items(association), self, judge_odd=self._judge_odd)
            except StoppedError:
                pass
            except InstanceHaltError as error:
                if self._halt is None:
                    return self._break_off(association, error)
            except (DataError, OSError) as error:  # sound when it was opened, not when it was sent
                reason = failure_reason(error)
                self._drop_in_hand(reason)
                if association.is_open and not self._shared.request.halt_on_error:
                    continue
                return self._break_off(association, InstanceHaltError(reason, condition=FAILED_TO_SEND))
            except PeerError as error:
                self._give_up_unanswered(error)
                self._outgoing.report_loss(error)
                return ExactEnd(failure=ExactSendFailure.ASSOCIATION_LOST, error=error)
            return self._end(association)

    def _drop_in_hand(self, reason: str) -> None:
        """The file that was opened last cannot be sent after all."""
        for shipment in self._in_hand:
            shipment.prepared.close()
            notices = [(NoticeLevel.ERROR, f"Store Failed, file: {shipment.item.found.name}:\n{reason}")]
            self._left_out.append(_LeftOut([shipment.item], NotSentCause.UNREADABLE, reason, notices))
        self._in_hand.clear()
        self._tell_left_out()

    def _break_off(self, association: RequestedAssociation, error: DicomdeskError) -> ExactEnd:
        self._tell_left_out()
        self._outgoing.abort(association, error)
        return ExactEnd(failure=ExactSendFailure.INSTANCE, error=error)

    def _end(self, association: RequestedAssociation) -> ExactEnd:
        """End in order, or abort where that is asked for."""
        error: DicomdeskError | None = None
        if self._shared.request.aborts_at_end:
            self._outgoing.abort(association, "Aborted, as was asked for")
        else:
            error = self._outgoing.release(association)
        status = self._halt.status if self._halt is not None else None
        if error is not None:
            return ExactEnd(failure=ExactSendFailure.RELEASE, error=error, status=status)
        if self._halt is not None:
            return ExactEnd(failure=ExactSendFailure.STATUS, error=PeerError(self._halt.reason), status=status)
        return ExactEnd()

    # -- files

    def _items(self, association: RequestedAssociation) -> Iterator[StoreItem]:
        """Open one file after the other; the peer works on the one before meanwhile."""
        shared = self._shared
        for position, file in enumerate(shared.files):
            while position in shared.not_begun:
                if shared.control.is_stopping or self._halt is not None:
                    return
                shipment = self._prepare(association, position, file)
                if shipment is None:
                    continue
                self._in_hand.append(shipment)
                header = shipment.item.found.header
                yield StoreItem(
                    shipment.item.context_id,
                    header.sop_class_uid,
                    header.sop_instance_uid,
                    shipment.prepared.data,
                    shipment,
                )

    def _prepare(self, association: RequestedAssociation, position: int, file: FileToSend) -> _Shipment | None:
        """Make the file ready to be sent once; where that cannot be, leave it out altogether and return None."""
        shared, shaper = self._shared, self._shaper
        item = shared.add(file)
        further = shared.note_begun(position)
        self._tried += 1
        shaper.begin()
        try:
            prepared = self._preparing.prepare_file(file.path, shaper.choose, file.archive_member)
        except CancelledError:
            return None
        except (DataError, OSError) as error:
            self._identify(item)
            association.skip_message_id()
            self._leave_out(item, position, further, error)
            return None
        self._identify(item)
        shipment = _Shipment(item, prepared, is_last=not further)
        item.loaded_bytes = prepared.size_bytes
        if shaper.invented is not None:
            shipment.invented = shaper.invented.limited_to(prepared.replaced)
        return shipment

    def _identify(self, item: TransferItem) -> None:
        """Note what was learnt of the item, as far as it went."""
        shaper = self._shaper
        item.association = 1
        if shaper.header is not None:
            self._shared.transfer.identify(item, shaper.header)
        if shaper.context is not None:
            item.context_id = shaper.context.context_id
            item.network_transfer_syntax_uid = shaper.context.accepted_transfer_syntax or ""

    def _leave_out(self, item: TransferItem, position: int, further: int, error: DataError | OSError) -> None:
        """The file cannot be sent, now or again; ends the association as well where the job is to halt."""
        file = self._shared.files[position]
        cause = _cause(error)
        reason = failure_reason(error)
        left_out = _LeftOut([item], cause, reason, self._words(file.name, error))
        halts = self._shared.request.halt_on_error
        self._left_out.append(left_out)
        if further and not halts:
            del self._shared.not_begun[position]
            left_out.items.extend(other for other, _ in self._shared.add_unsent(file, further, reason))
        if not self._in_hand:
            self._tell_left_out()
        if halts:
            raise InstanceHaltError(reason, condition=local_condition(error))

    def _words(self, name: str, error: DataError | OSError) -> list[tuple[NoticeLevel, str]]:
        settings, peer = self._shared.request.association, self._shared.request.peer
        titles = (settings.calling_ae_title, peer.ae_title)
        message_id = (self._tried - 1) % _MAX_MESSAGE_ID + 1
        return failure_notices(name, error, self._shaper, message_id=message_id, titles=titles)

    def _tell_left_out(self) -> None:
        for items, cause, reason, notices in self._left_out:
            for level, text in notices:
                self._notice(level, text)
            for item in items:
                self._shared.transfer.leave_out(item, cause, reason)
            self._rename(items[0], is_done=False)
        self._left_out.clear()

    # -- answers

    def store_started(self, item: StoreItem, message_id: int) -> None:
        """See ``StoreObserver``."""
        shipment = item.tag
        assert isinstance(shipment, _Shipment)
        shared = self._shared
        if shared.control.is_stopping or self._halt is not None:
            raise StoppedError
        assert self._counters is not None
        self._counters.begin(shipment.prepared.size_bytes)
        if shipment.prepared.remark:
            self._notice(NoticeLevel.WARNING, f"{shipment.prepared.remark}: {shipment.item.found.name}")
        own = shipment.prepared.transfer_syntax_uid
        shipment.attempt = shared.transfer.begin(
            shipment.item,
            message_id,
            converted_from=own if shipment.is_converted else "",
            converted_to=shipment.item.network_transfer_syntax_uid if shipment.is_converted else "",
            invented=shipment.invented,
        )

    def store_answered(self, item: StoreItem, message_id: int, status: int, comment: str) -> None:  # noqa: ARG002 - of the protocol
        """See ``StoreObserver``."""
        shipment = item.tag
        assert isinstance(shipment, _Shipment)
        assert self._counters is not None
        self._in_hand.remove(shipment)
        shipment.prepared.close()
        answer = judge_status(status, comment)
        self._counters.finish(shipment.item.size_bytes)
        self._shared.transfer.finish(shipment.item, answer, shipment.attempt)
        is_taken = answer.outcome is not ItemOutcome.REFUSED
        if not is_taken and self._shared.request.halt_on_error:
            self._halt = answer
            self._left_out.clear()  # never reached, had the answer come before the file was looked at
        if shipment.is_last or self._halt is not None:
            self._rename(shipment.item, is_done=is_taken)
        elif not is_taken:
            self._has_failed.add(shipment.item.found.path)
        if self._left_out:
            self._tell_left_out()

    def _judge_odd(self, odd: OddAnswer) -> OddVerdict:
        """As DCMTK's storescu, take an answer in whatever context it comes, but none to another message."""
        shipment = odd.item.tag
        assert isinstance(shipment, _Shipment)
        if odd.answered_message_id == odd.message_id:
            self._notice(
                NoticeLevel.WARNING,
                f"the peer answers in presentation context {odd.answered_context_id} instead of "
                f"{odd.item.context_id}: {shipment.item.found.name}",
            )
            return OddVerdict.TAKEN
        if self._shared.request.halt_on_error:
            return OddVerdict.REFUSED
        assert self._counters is not None
        self._counters.drop()
        self._in_hand.remove(shipment)
        shipment.prepared.close()
        reason = f"The peer answered message {odd.answered_message_id} instead of {odd.message_id}"
        self._give_up(shipment, odd.condition, reason)
        if shipment.is_last:
            self._rename(shipment.item, is_done=False)
        else:
            self._has_failed.add(shipment.item.found.path)
        if self._left_out:
            self._tell_left_out()
        return OddVerdict.DROPPED

    def _give_up_unanswered(self, error: PeerError) -> None:
        """The association is lost, and what became of the instance that was begun is unknown."""
        for shipment in self._in_hand:
            shipment.prepared.close()
            if shipment.attempt:
                self._give_up(shipment, error.condition or str(error), str(error))
                self._rename(shipment.item, is_done=False)
        self._in_hand.clear()

    def _give_up(self, shipment: _Shipment, condition: str, reason: str) -> None:
        item = shipment.item
        self._notice(NoticeLevel.ERROR, f"Store Failed, file: {item.found.name}:\n{condition}")
        self._shared.stats.leave_out(item.size_bytes)
        self._shared.transfer.finish(item, Answer(ItemOutcome.FAILED, None, reason), shipment.attempt)

    def _rename(self, item: TransferItem, *, is_done: bool) -> None:
        """Rename the file of an item that was tried for the last time; an archive with its last member."""
        if not self._shared.request.renames_files:
            return
        path = item.found.path
        if item.found.archive_member:
            self._left_in_archives[path] -= 1
            if not is_done:
                self._has_failed.add(path)
            if self._left_in_archives[path]:
                return
        renamed = rename_processed(path, is_done=is_done and path not in self._has_failed)
        if renamed.problem:
            self._notice(NoticeLevel.WARNING, f"cannot rename file '{path}' to '{renamed.path}'")
            return
        self._notice(NoticeLevel.DEBUG, f"renamed file '{path}' to '{renamed.path}'")
        if renamed.has_replaced:
            self._notice(NoticeLevel.WARNING, f"replaced file '{renamed.path}', which was there before")

    def _notice(self, level: NoticeLevel, text: str) -> None:
        self._shared.report(Notice(job_id=self._shared.job_id, level=level, text=text))


def _cause(error: DataError | OSError) -> NotSentCause:
    if isinstance(error, NoContextError):
        return NotSentCause.NO_CONTEXT
    return NotSentCause.NOT_CONVERTED if isinstance(error, ConversionError) else NotSentCause.UNREADABLE

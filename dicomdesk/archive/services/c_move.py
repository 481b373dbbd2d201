"""C-MOVE (PS3.4 C.4.2): sub-operations over associations of our own with the destination."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.facts import OperationEnded
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.archive.matching.query_reader import IdentifierRules
from dicomdesk.archive.services.move_destinations import MoveBatch, plan_moves
from dicomdesk.archive.services.retrieval import Outlet, Retrieval, RetrievalRefusedError
from dicomdesk.archive.setup.configuration import Area, PeerEntry
from dicomdesk.archive.setup.known_peers import Addresses, is_same_host
from dicomdesk.archive.setup.settings import ArchiveSettings, MoveRestriction
from dicomdesk.dicom.query.query import Model
from dicomdesk.engine.preparation import PreparedInstance, failure_reason
from dicomdesk.engine.send.retry import is_transient_error
from dicomdesk.errors import DataError, DicomdeskError, LocalError, PeerError, SettingsError
from dicomdesk.network.dimse.command_sets import MESSAGE_ID, MOVE_DESTINATION, PRIORITY
from dicomdesk.network.dimse.instance_writer import MoveOriginator, StoreItem
from dicomdesk.network.presentation.profiles import Profile
from dicomdesk.network.status import Status
from dicomdesk.network.wire.connection import Companion, Interruption
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer

if TYPE_CHECKING:
    from dicomdesk.network.requestor.association import RequestedAssociation

__all__ = ["KeepForLater", "MoveProvider"]

_ANSWER_AFTER_CANCEL_S: Final = 0.5
"""So long a destination may still answer for the instance that it is being sent."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


KeepForLater = Callable[[Keeper, str, str, Sequence[StoredInstance]], int]
"""Keeps instances of an archive (its AE title) that did not reach a destination; returns how many."""


class MoveProvider:
    """C-MOVE provider; for the threads of all associations."""

    def __init__(self, profile: Profile | None = None, keep: KeepForLater | None = None) -> None:
        """``profile`` is what is proposed to destinations, None for what the settings' proposal says.

        ``keep`` keeps what failed for reasons that pass.
        """
        self._keep = keep
        self._profile = profile
        self._addresses = Addresses()
        self._interruptions = _Interruptions()

    def move(
        self, retrieval: Retrieval, model: Model, rules: IdentifierRules, settings: ArchiveSettings
    ) -> OperationEnded:
        """Answer a C-MOVE to its final response. Raises PeerError and LocalError when the association ends."""
        try:
            instances = retrieval.find(model, rules)
            destination = self._find_destination(retrieval, settings) if instances else None
        except RetrievalRefusedError as error:
            return retrieval.refuse(error)
        if destination is not None:
            self._move_all(retrieval, instances, _Destination(destination, settings))
            self._keep_for_later(retrieval, destination.ae_title)
        return retrieval.end()

    def _move_all(self, retrieval: Retrieval, instances: Sequence[StoredInstance], destination: "_Destination") -> None:
        try:
            for batch in plan_moves(instances, destination.settings.proposed_transfer_syntax, self._profile):
                if retrieval.check_cancelled():
                    break
                self._move_batch(retrieval, batch, destination)
        except _MoveRequestorError as error:
            raise error.error from error

    def _keep_for_later(self, retrieval: Retrieval, destination: str) -> None:
        if self._keep is None or not retrieval.passing or retrieval.check_cancelled():
            return
        archive = retrieval.operation.message.negotiation.called_ae_title
        retrieval.kept = self._keep(retrieval.keeper, archive, destination, retrieval.passing)

    def stop(self) -> None:
        """Abort the associations with destinations, now and from now on. Any thread."""
        self._interruptions.set()

    def _find_destination(self, retrieval: Retrieval, settings: ArchiveSettings) -> PeerEntry:
        message = retrieval.operation.message
        area = settings.configuration.find_area(message.negotiation.called_ae_title) or retrieval.keeper.area
        title = message.command_set.text(MOVE_DESTINATION)
        entry = settings.configuration.find_destination(area, title)
        if entry is None:
            raise RetrievalRefusedError(
                Status.MOVE_DESTINATION_UNKNOWN, f'The move destination "{title[:16]}" is not known'
            )
        if not self._may_move(entry, area, retrieval, settings):
            raise RetrievalRefusedError(
                Status.MOVE_DESTINATION_UNKNOWN, f'Nothing may be moved to "{title[:16]}" from there'
            )
        return entry

    def _may_move(self, entry: PeerEntry, area: Area, retrieval: Retrieval, settings: ArchiveSettings) -> bool:
        negotiation = retrieval.operation.message.negotiation
        match settings.move_restriction:
            case MoveRestriction.NONE:
                return True
            case MoveRestriction.SAME_AE_TITLE:
                return entry.ae_title == negotiation.calling_ae_title
            case MoveRestriction.SAME_HOST:
                address = negotiation.peer_address
                confirmed = self._addresses.confirmed(address, negotiation.peer_host)
                if is_same_host(entry, address, confirmed, self._addresses):
                    return True
                return bool(self._addresses.of(entry.host) & self._addresses.of(confirmed))
            case MoveRestriction.SAME_VENDOR:
                configuration = settings.configuration
                asking = configuration.find_destination(area, negotiation.calling_ae_title)
                return asking is not None and configuration.are_of_one_vendor(asking, entry)

    def _move_batch(self, retrieval: Retrieval, batch: MoveBatch, destination: "_Destination") -> None:
        """Send what goes over one association; what cannot go has failed."""
        from dicomdesk.network.requestor.association import open_association  # noqa: PLC0415 - start-up time

        message = retrieval.operation.message
        settings = destination.association_settings(message.negotiation.called_ae_title)
        originator = MoveOriginator(
            ae_title=message.negotiation.calling_ae_title,
            message_id=message.command_set.number(MESSAGE_ID),
            priority=message.command_set.number(PRIORITY, 0),
        )
        left: Sequence[StoredInstance] = batch.instances
        while left and not retrieval.check_cancelled():
            with contextlib.ExitStack() as ends:
                try:
                    interruption = ends.enter_context(self._interruptions.one(_MoveRequestor(retrieval)))
                    ends.enter_context(_not_waiting_long(retrieval, interruption))
                    association = open_association(
                        peer=destination.peer, settings=settings, contexts=batch.contexts, interruption=interruption
                    )
                except (PeerError, SettingsError, LocalError) as error:
                    retrieval.fail_all(left, str(error), may_pass=is_transient_error(error))
                    return
                left = _send(retrieval, association, left, originator)


@dataclass(frozen=True, slots=True)
class _Destination:
    entry: PeerEntry
    settings: ArchiveSettings

    @property
    def peer(self) -> Peer:
        entry = self.entry
        return Peer(host=entry.host, port=entry.port, ae_title=entry.ae_title, tls=self.settings.destination_tls)

    def association_settings(self, calling_ae_title: str) -> AssociationSettings:
        return AssociationSettings(
            calling_ae_title=calling_ae_title,
            max_pdu_bytes=self.settings.max_pdu_bytes or self.settings.configuration.max_pdu_bytes,
            timeouts=self.settings.timeouts,
        )


def _send(
    retrieval: Retrieval,
    association: "RequestedAssociation",
    instances: Sequence[StoredInstance],
    originator: MoveOriginator,
) -> Sequence[StoredInstance]:
    """Send over an association and end it; returns what needs another one."""
    sending = _BatchObserver(retrieval, association, instances)
    with contextlib.ExitStack() as stack:
        stack.callback(association.abort)
        sending.run(originator)
        with contextlib.suppress(PeerError):  # all has been answered: how it says goodbye does not matter
            association.release()
        stack.pop_all()
    return sending.left


@contextlib.contextmanager
def _not_waiting_long(retrieval: Retrieval, interruption: Interruption) -> Iterator[None]:
    """End what is waited for a moment after the move is cancelled: the destination may not answer any more."""
    timer = threading.Timer(_ANSWER_AFTER_CANCEL_S, interruption.set)
    timer.daemon = True
    retrieval.cancelled = timer.start
    try:
        yield
    finally:
        timer.cancel()


class _Interruptions:
    """Interruptions of all associations with destinations, so that another thread can end them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[Interruption] = set()
        self._is_stopping = False

    @contextlib.contextmanager
    def one(self, companion: Companion) -> Iterator[Interruption]:
        """One more; it is set already when everything is to end."""
        interruption = Interruption(companion)
        with self._lock:
            self._open.add(interruption)
            if self._is_stopping:
                interruption.set()
        try:
            yield interruption
        finally:
            with self._lock:
                self._open.discard(interruption)
            interruption.close()

    def set(self) -> None:
        """End all, and those that are still to come."""
        with self._lock:
            self._is_stopping = True
            for interruption in self._open:
                interruption.set()


class _MoveRequestorError(Exception):
    """End of the association with the requestor of the move; not to be confused with the destination's."""

    def __init__(self, error: DicomdeskError) -> None:
        super().__init__(str(error))
        self.error = error


def _asking(call: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
    """Talk to the peer that asked for the move."""
    try:
        return call(*arguments, **named)
    except (PeerError, LocalError) as error:
        raise _MoveRequestorError(error) from error


class _MoveRequestor:
    """Requestor of a move, attended to while we wait for the destination; a ``Companion``."""

    def __init__(self, retrieval: Retrieval) -> None:
        self._retrieval = retrieval

    def fileno(self) -> int:
        return self._retrieval.fileno()

    def heed(self) -> None:
        _asking(self._retrieval.heed)


class _BatchObserver:
    """Observer of the instances of one batch; a ``StoreObserver``."""

    def __init__(
        self, retrieval: Retrieval, association: "RequestedAssociation", instances: Sequence[StoredInstance]
    ) -> None:
        self._retrieval = retrieval
        self._association = association
        self._outlet = Outlet(retrieval.keeper, association.negotiation.contexts, _MoveRequestor(retrieval).heed)
        self._left = list(reversed(instances))
        self._open: dict[int, PreparedInstance] = {}
        """What was made ready and is not answered, by the identity of its instance."""
        self._sent: list[StoredInstance] = []

    def run(self, originator: MoveOriginator) -> None:
        """Until all are answered, the peer does not want the rest, or the association is over."""
        try:
            self._association.store_all(self._items(), self, originator)
        except PeerError as error:
            may_pass = is_transient_error(error)
            for instance in self._sent:
                self._retrieval.take(instance, None, str(error), may_pass=may_pass)
            left, self._left = self.left, []
            self._retrieval.fail_all(left, str(error), may_pass=may_pass)
        except (DataError, OSError) as error:
            # The file of the last one became too short, or could not be read on.
            for instance in self._sent:
                self._retrieval.take(instance, None, failure_reason(error))
        finally:
            for prepared in self._open.values():
                prepared.close()

    @property
    def left(self) -> Sequence[StoredInstance]:
        """Return the instances that were neither sent nor failed."""
        return self._left[::-1]

    def _items(self) -> Iterator[StoreItem]:
        retrieval = self._retrieval
        while self._left and not _asking(retrieval.check_cancelled):
            instance = self._left.pop()
            try:
                context, prepared = self._outlet.prepare(instance)
            except (DataError, OSError) as error:
                _asking(retrieval.take, instance, None, failure_reason(error))
                continue
            self._open[id(instance)] = prepared
            self._sent.append(instance)
            yield StoreItem(
                context.context_id, instance.sop_class_uid, instance.sop_instance_uid, prepared.data, instance
            )

    def store_started(self, item: StoreItem, message_id: int) -> None:
        """See ``StoreObserver``."""

    def store_answered(
        self,
        item: StoreItem,
        message_id: int,  # noqa: ARG002 - as declared
        status: int,
        comment: str,
    ) -> None:
        """See ``StoreObserver``."""
        instance = item.tag
        if not isinstance(instance, StoredInstance):
            raise TypeError("items are tagged with their instances")
        self._sent.remove(instance)
        self._open.pop(id(instance)).close()
        _asking(self._retrieval.take, instance, status, comment)

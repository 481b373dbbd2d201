"""Exchange of one request and its responses over a requested association: all services but C-STORE.

pynetdicom has negotiated; for the time of the exchange the socket is read here. Whatever is no P-DATA goes to
pynetdicom's state machine, which knows what it means.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from time import monotonic

from dicomdesk.errors import DicomdeskError, PeerProtocolError, PeerTimeoutError
from dicomdesk.network.dimse.command_sets import (
    COMMAND_DATA_SET_TYPE,
    COMMAND_FIELD,
    MESSAGE_ID_RESPONDED_TO,
    RESPONSE,
    STATUS,
    CommandField,
    CommandSet,
)
from dicomdesk.network.dimse.messages import Message, MessageReader, send_message
from dicomdesk.network.dimse.requests import Request, Response, cancel_request, read_response
from dicomdesk.network.dimse.responses import SubOperations
from dicomdesk.network.dimse.store_reception import (
    EstablishedAssociation,
    IncomingStoreObserver,
    InstanceSink,
    StoreHandler,
    StoreReception,
)
from dicomdesk.network.negotiation import NegotiatedContext
from dicomdesk.network.requestor.pynetdicom_internals import PumpedAssociation
from dicomdesk.network.status import StatusClass, classify_status
from dicomdesk.network.upper_layer.data_pdus import HEADERS, LAST, fragment_header
from dicomdesk.network.upper_layer.pdu_reader import FragmentReader
from dicomdesk.network.wire.connection import P_DATA_TF, READ_TIMEOUT
from dicomdesk.network.wire.peer_pace import Pace
from dicomdesk.settings import PlaceRules

NO_ANSWER = "DIMSE No data available (timeout in non-blocking mode)"
"""DCMTK's wording for a DIMSE timeout."""

NO_CONTEXT = "DIMSE No valid Presentation Context ID"
"""DCMTK's wording where no presentation context serves."""

_BAD_MESSAGE = "DIMSE Badly formed message"
_BAD_TYPE = "DIMSE Bad command type"
"""DCMTK's wordings for what is not a message at all, and for one that is not the answer."""


Received = Response | Callable[[], None]
"""A response, or what tells of an instance."""


class Exchange(Iterator[Response]):
    """The responses to one request, pending ones as they arrive, the final one last.

    For the thread that uses the association, which it holds until the final response has come; the request is sent when
    the first response is asked for. ``cancel`` and the gauge are for any thread. To stop asking before the end, or to
    ``close``, aborts the association: cancel, and take the responses to the end, to go on using it.

    Raises PeerTimeoutError, AssociationAbortedError (also when the peer releases), PeerProtocolError for whatever is no
    response to this request, and StorageError where an instance's sink asks for an abort: the association has ended.
    """

    def __init__(  # noqa: PLR0913 - by keyword only; made in one place
        self,
        pumped: PumpedAssociation,
        established: EstablishedAssociation,
        request: Request,
        *,
        message_id: int,
        max_pdu_bytes: int,
        dimse_timeout_s: float | None,
        in_use: Callable[[], AbstractContextManager[None]],
        stores: tuple[StoreHandler, IncomingStoreObserver] | None = None,
        peer: str = "The peer",
    ) -> None:
        """``in_use`` holds the association, and ends it where it is left by an exception; ``peer`` begins sentences."""
        self.request = request
        self.message_id = message_id
        self._pumped = pumped
        self._connection = pumped.connection
        self._max_pdu_bytes = max_pdu_bytes
        received: deque[Received] = deque()
        reception = None
        if stores is not None:
            reception = StoreReception(established, *stores, self._connection.send, received.append)
        self._answers = self._make_answers(established, peer, reception)
        self._answers.received = received
        self._fragments = FragmentReader()
        self._takes_instances = reception is not None
        self._is_query = request.field == CommandField.C_FIND_RQ
        self._pace = Pace(PlaceRules())
        self._peer = peer
        self._dimse_timeout_s = dimse_timeout_s
        self._deadline: float | None = None
        self._is_progress = False
        """Whether what has come since the last wait puts the deadline off."""
        self._is_cancel_asked = self._is_cancel_sent = False
        self._match_command = b""
        """The PDU with the command of the last match, where it holds that and nothing else."""
        self.passes_over_matches = False
        """Hand on but one of the matches of a C-FIND that have arrived, which says how many they are; to be set before
        the first response is asked for."""
        self.most_stored: int | None = None
        """Cancel when the peer has stored so many instances to us; None never does."""
        self._steps = self._perform(in_use)

    def _make_answers(
        self, established: EstablishedAssociation, peer: str, reception: StoreReception | None
    ) -> "Answers":
        return Answers(established, self.request, self.message_id, peer, reception)

    @property
    def stored(self) -> SubOperations:
        """Gauge: what came of the instances that the peer has stored to us, by our answers."""
        return SubOperations(**self._answers.stored)

    def __next__(self) -> Response:
        return next(self._steps)

    @property
    def is_cancelled(self) -> bool:
        """Gauge: whether a cancel was asked for."""
        return self._is_cancel_asked

    def cancel(self) -> None:
        """Send a C-CANCEL-RQ, once, where the request is under way and of a kind that can be cancelled (PS3.7 9.3.2.3).

        Any thread, any time. The peer still answers, with what it has under way and a final status.
        """
        if not self._is_cancel_asked:
            self._is_cancel_asked = True
            self._connection.interruption.nudge()

    def close(self) -> None:
        """Abort the association unless the final response has come."""
        self._steps.close()

    def _perform(self, in_use: Callable[[], AbstractContextManager[None]]) -> Generator[Response, None, None]:
        answers = self._answers
        with in_use():
            self._connection.before_waiting = self._cancel_if_asked
            if self._takes_instances:
                self._connection.prepare_for_large_input()
            try:
                self._send(self.request.context_id, self.request.command_set(self.message_id), self.request.data_set)
                self._restart_clock()
                while not answers.is_complete:
                    # The peer waits for the answer to an instance that has arrived: nothing is told before.
                    if not (self._takes_instances and self._connection.holds_pdu):
                        yield from self._hand_on()
                    self._take_pdu()
                    if self.most_stored is not None:
                        self._cancel_where_enough(self.most_stored)
                yield from self._hand_on()
            except DicomdeskError:
                yield from self._hand_on()
                raise
            finally:
                self._connection.before_waiting = None
                answers.tell_all()
                answers.abandon()
        yield from (response for response in answers.received if isinstance(response, Response))

    def _hand_on(self) -> Generator[Response, None, None]:
        """The pending responses that have come; between them, in order, is told what was stored."""
        received = self._answers.received
        while received:
            first = received[0]
            if isinstance(first, Response) and not first.is_pending:
                return
            received.popleft()
            if not isinstance(first, Response):
                first()
                continue
            response: Response | None = first
            while response is not None:
                yield response
                response = self._next_match(response)
            self._restart_clock()  # the time that the caller takes is no fault of the peer's

    def _send(self, context_id: int, command_set: bytes, data_set: bytes | None = None) -> None:
        send_message(self._connection.send, self._max_pdu_bytes, context_id, command_set, data_set)

    def _cancel_where_enough(self, most: int) -> None:
        if sum(self._answers.stored.values()) >= most and not self._answers.is_complete:
            self.cancel()

    def _cancel_if_asked(self) -> None:
        if self._is_cancel_asked and not self._is_cancel_sent and self.request.may_be_pending:
            self._is_cancel_sent = True
            self._send(self.request.context_id, cancel_request(self.message_id))

    # -- reading

    def _restart_clock(self) -> None:
        self._deadline = None if self._dimse_timeout_s is None else monotonic() + self._dimse_timeout_s

    def _next_match(self, response: Response) -> Response | None:
        """The next match, where its command is byte for byte that of this response and it has arrived already.

        None where it is to be read in the ordinary way, for which everything is as it was.
        """
        is_to_cancel = self._is_cancel_asked and not self._is_cancel_sent
        if not self._match_command or is_to_cancel or self._answers.received:
            return None
        pdu = self._connection.take_pdu_after(self._match_command)
        if pdu is None:
            return None
        size = len(pdu) - HEADERS.size
        if size < 0 or pdu[: HEADERS.size] != fragment_header(size, self.request.context_id, LAST):
            self._take_data(memoryview(self._match_command))
            self._take_data(pdu)
            return None
        return Response(
            command_set=response.command_set,
            status=response.status,
            is_pending=True,
            data_set=bytes(pdu[HEADERS.size :]),
            repeated=self._pass_over(pdu[: HEADERS.size]) if self.passes_over_matches else 0,
        )

    def _pass_over(self, header: memoryview) -> int:
        """Take the matches that have arrived with the same command, and in one fragment each; how many they are."""
        context_and_end = bytes(header[-2:])
        count = 0
        while not self._is_cancel_asked:
            pdu = self._connection.take_pdu_after(self._match_command, context_and_end)
            if pdu is None:
                break
            count += 1
        return count

    def _take_pdu(self) -> None:
        is_to_cancel = self._is_cancel_asked and not self._is_cancel_sent
        found = None if is_to_cancel else self._connection.buffered_pdu()
        if found is None:
            self._await()  # receiving more moves what is buffered
            if self._is_progress:  # only now: the time that our disk takes is no fault of the peer's
                self._is_progress = False
                self._restart_clock()
            found = self._wait_for_pdu()
        pdu_type, pdu = found
        if self._pace.received(len(pdu)):
            raise PeerTimeoutError(f"{self._peer} sends a message too slowly", condition=READ_TIMEOUT)
        if pdu_type != P_DATA_TF:
            self._pumped.dul.feed(pdu)
            raise self._pumped.end_error() or PeerProtocolError("The peer sent an unexpected PDU")
        self._take_data(pdu)

    def _take_data(self, pdu: memoryview) -> None:
        try:
            for fragment in self._fragments.fragments(pdu):
                self._answers.take(fragment)
                if fragment.is_command and self._is_query:
                    is_whole = fragment.is_last and len(fragment.data) == len(pdu) - HEADERS.size
                    self._match_command = bytes(pdu) if is_whole else b""
                if fragment.is_last or (fragment.data and not fragment.is_command):
                    self._is_progress = True
        except PeerProtocolError as error:
            if error.condition:
                raise
            raise self._undecodable(error) from error
        self._pace.is_at(inside_message=self._answers.awaits_rest)

    def _await(self) -> None:
        try:
            self._answers.wait()
        except PeerProtocolError as error:
            raise self._undecodable(error) from error

    def _undecodable(self, error: PeerProtocolError) -> PeerProtocolError:
        text = f"{self._peer} sent a message that cannot be decoded: {error}"
        return PeerProtocolError(text, condition=_BAD_MESSAGE)

    def _wait_for_pdu(self) -> tuple[int, memoryview]:
        self._cancel_if_asked()
        patience_s = self._pace.wait_limit_s
        limits = [self._deadline, None if patience_s is None else monotonic() + patience_s]
        self._pace.waits()
        try:
            return self._connection.read_pdu(min((limit for limit in limits if limit is not None), default=None))
        except PeerTimeoutError as error:
            if self._deadline is None or monotonic() < self._deadline:
                raise
            text = f"{self._peer} did not answer {self.request.name} in time"
            raise PeerTimeoutError(text, condition=NO_ANSWER) from error


class Answers(MessageReader):
    """Message reader of an exchange, which judges what arrives."""

    def __init__(
        self,
        established: EstablishedAssociation,
        request: Request,
        message_id: int,
        peer: str,
        stores: StoreReception | None,
    ) -> None:
        super().__init__(established)
        self._request = request
        self._message_id = message_id
        self._peer = peer
        self._stores = stores
        self.received: deque[Received] = deque()
        """And not yet handed on; in between, what tells of an instance that was stored meanwhile."""
        self.is_complete = False
        """Whether the final response has come."""
        self._pending_kind: tuple[bytes | None, ...] | None = None
        """Of pending responses that were found right: all come alike, one for each instance or match."""
        self.stored = {"completed": 0, "failed": 0, "warning": 0}

    def begin(self, context: NegotiatedContext, command: CommandSet) -> InstanceSink | None:
        """See ``MessageReader``."""
        if context.context_id == self._request.context_id and _kind(command) == self._pending_kind:
            return None
        field = command.number(COMMAND_FIELD)
        if field == _C_STORE_RQ and self._stores is not None and not self.is_complete:
            return self._stores.begin(context, command)
        self._check(context, command, field)
        return None

    def finish(self, sink: InstanceSink) -> None:
        """See ``MessageReader``."""
        if self._stores is None:
            raise AssertionError("an instance ends that nobody takes")
        kind = classify_status(self._stores.finish(sink).status)
        self.stored[_COUNTERS.get(kind, "failed")] += 1

    def wait(self) -> None:
        """See ``MessageReader``."""
        self.flush()
        if self._stores is not None and self._sink is not None:
            self._stores.wait()

    def tell_all(self) -> None:
        """Tell what is not told yet of instances that were stored."""
        for one in self.received:
            if not isinstance(one, Response):
                one()

    def take_message(self, message: Message) -> None:
        """See ``MessageReader``."""
        response = read_response(self._request, message)
        self.received.append(response)
        if not response.is_pending:
            self.is_complete, self._pending_kind = True, None

    def _check(self, context: NegotiatedContext, command: CommandSet, field: int) -> None:
        """Raise PeerProtocolError for what is not the next response."""
        name = self._request.name
        expected = (self._request.response_field, self._message_id, self._request.context_id)
        if self.is_complete:
            raise self._wrong(f"sent another message (0x{field:04x}) after its answer to {name}", _BAD_TYPE)
        if not field & RESPONSE:
            raise self._wrong(f"sent a request (0x{field:04x}) while it was to answer {name}", _BAD_TYPE)
        if (field, command.number(MESSAGE_ID_RESPONDED_TO), context.context_id) != expected:
            raise self._wrong(f"answered {name} with a different message", _BAD_TYPE)
        is_pending = self._request.is_pending(command)
        if command.has_data_set and not self._request.may_have_data_set(is_pending=is_pending):
            raise self._wrong(f"answered {name} with a data set where none belongs", _BAD_MESSAGE)
        if not command.has_data_set and self._request.must_have_data_set(is_pending=is_pending):
            raise self._wrong(f"answered {name} without the data set that belongs to it", _BAD_MESSAGE)
        if is_pending:
            self._pending_kind = _kind(command)

    def _wrong(self, what: str, condition: str) -> PeerProtocolError:
        return PeerProtocolError(f"{self._peer} {what}", condition=condition)


_C_STORE_RQ = int(CommandField.C_STORE_RQ)


def _kind(command: CommandSet) -> tuple[bytes | None, ...]:
    """What a response is judged by."""
    get = command.values.get
    return get(COMMAND_FIELD), get(MESSAGE_ID_RESPONDED_TO), get(COMMAND_DATA_SET_TYPE), get(STATUS)


_COUNTERS = {StatusClass.SUCCESS: "completed", StatusClass.WARNING: "warning"}

"""The seams of the listener: who is told about associations, and where received instances go.

All methods are called on the thread of the association concerned; several associations call at the same time. A call
that waits makes only its own peer wait. None of these methods may raise: what they raise ends the association with an
A-ABORT and is logged as a programming error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dicomdesk.network.negotiation import ExtendedNegotiation, Negotiation, ProposedContext, UserIdentityExchange


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingAssociation:
    """What a peer asks for in its A-ASSOCIATE-RQ (PS3.8 9.3.2); text is printable, but otherwise as it came."""

    association: int
    """Number within the listener, from 1."""
    peer_host: str
    """Name where host lookup is on and answers, else the address."""
    peer_port: int
    peer_address: str = ""
    """IP address, whatever ``peer_host`` is."""
    calling_ae_title: str
    """Without padding; may be empty."""
    called_ae_title: str
    """Without padding; may be empty."""
    contexts: tuple[ProposedContext, ...]
    max_pdu_bytes: int
    """What the peer is ready to receive; 0 is unlimited."""
    implementation_class_uid: str
    implementation_version: str
    user_identity: UserIdentityExchange | None = None
    """None where none was presented."""
    extensions: tuple[ExtendedNegotiation, ...] = ()
    """SOP Class Extended Negotiation that the peer proposes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingStore:
    """One C-STORE request (PS3.7 9.3.1.1) as it came from the wire: text is decoded and unpadded but not checked."""

    association: int
    message_id: int
    context_id: int
    sop_class_uid: str
    """Affected SOP Class UID; may differ from the abstract syntax of the context, be empty or as hostile as below."""
    sop_instance_uid: str
    """Affected SOP Instance UID; never empty, otherwise hostile: any length, any character."""
    transfer_syntax_uid: str
    """Negotiated for the context: how the data set is encoded."""
    calling_ae_title: str
    peer_host: str
    called_ae_title: str = ""
    priority: int = 0
    """0 medium, 1 high, 2 low (PS3.7 9.3.1.1)."""
    move_originator_ae_title: str = ""
    move_originator_message_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAnswer:
    """How a C-STORE request is answered."""

    status: int
    """DIMSE status (PS3.4 B.2.3): 0 for success."""
    comment: str = ""
    """Error Comment (0000,0902), cut to 64 characters; "" sends none."""
    abort: bool = False
    """Abort the association after the response."""


class InstanceSink(Protocol):
    """Where the data set of one instance goes.

    The association's thread calls ``write`` any number of times, then exactly one of ``finish`` and ``discard``. A sink
    does not raise for disk trouble: it swallows the rest and answers from ``finish``.
    """

    def write(self, fragments: Sequence[memoryview]) -> None:
        """Take the next bytes of the data set, in order.

        The memory is reused as soon as this returns. The fragments are what has arrived so far, in no particular
        sizes; zero-length ones are left out.
        """
        ...

    def finish(self) -> StoreAnswer:
        """All bytes have arrived, the last fragment with the last flag: store for good and say how to answer."""
        ...

    def discard(self) -> None:
        """The rest will never arrive (abort, loss, time-out, stop): leave nothing behind."""
        ...


class StoreHandler(Protocol):
    """Decides where instances go."""

    def begin(self, request: IncomingStore) -> InstanceSink:
        """Prepare for the data set of one instance; its bytes follow at once."""
        ...


class ListenerObserver(Protocol):
    """Is told each fact once, in order per association.

    ``association_received``, then ``association_accepted`` or ``association_refused``; an accepted association ends
    with exactly one of ``association_released`` and ``association_aborted``. A connection on which no association
    request could be read ends with ``request_failed`` alone, or with nothing where its address has had many of those.
    """

    def request_failed(self, peer_host: str, reason: str) -> None:
        """A peer connected but sent no usable A-ASSOCIATE-RQ (rubbish, silence, TLS handshake failed)."""
        ...

    def association_received(self, request: IncomingAssociation) -> None:
        """A peer asks for an association."""
        ...

    def association_accepted(self, association: int, negotiation: Negotiation) -> None:
        """The association is established."""
        ...

    def association_refused(self, association: int, reason: str) -> None:
        """We sent an A-ASSOCIATE-RJ, or the connection was lost before an answer was sent."""
        ...

    def association_released(self, association: int) -> None:
        """The association ended in order."""
        ...

    def association_aborted(self, association: int, reason: str, *, by_peer: bool) -> None:
        """The association ended by A-ABORT of either side, or by loss of the connection (``by_peer``)."""
        ...

    def echoed(self, association: int, message_id: int) -> None:
        """A C-ECHO request was answered with Success."""
        ...

    def store_started(self, request: IncomingStore) -> None:
        """A C-STORE request has arrived; ``StoreHandler.begin`` is called next."""
        ...

    def store_answered(self, request: IncomingStore, answer: StoreAnswer) -> None:
        """The C-STORE response has been sent."""
        ...

    def warned(self, association: int, text: str) -> None:
        """Something is odd but was let through."""
        ...


class SilentObserver:
    """A ``ListenerObserver`` that does nothing; also a base for those who want a few facts only."""

    def request_failed(self, peer_host: str, reason: str) -> None:
        """See ``ListenerObserver``."""

    def association_received(self, request: IncomingAssociation) -> None:
        """See ``ListenerObserver``."""

    def association_accepted(self, association: int, negotiation: Negotiation) -> None:
        """See ``ListenerObserver``."""

    def association_refused(self, association: int, reason: str) -> None:
        """See ``ListenerObserver``."""

    def association_released(self, association: int) -> None:
        """See ``ListenerObserver``."""

    def association_aborted(self, association: int, reason: str, *, by_peer: bool) -> None:
        """See ``ListenerObserver``."""

    def echoed(self, association: int, message_id: int) -> None:
        """See ``ListenerObserver``."""

    def store_started(self, request: IncomingStore) -> None:
        """See ``ListenerObserver``."""

    def store_answered(self, request: IncomingStore, answer: StoreAnswer) -> None:
        """See ``ListenerObserver``."""

    def warned(self, association: int, text: str) -> None:
        """See ``ListenerObserver``."""

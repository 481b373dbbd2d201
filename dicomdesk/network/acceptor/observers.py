"""Observer of a listener, and what it is told; where instances go is in ``dimse.store_reception``.

All methods are called on the thread of the association concerned; several associations call at the same time. A call
that waits makes only its own peer wait. None of these methods may raise: what they raise ends the association with an
A-ABORT and is logged as a programming error.
"""

from dicomdesk.network.dimse.store_reception import IncomingStoreObserver
from dicomdesk.network.negotiation import ExtendedNegotiation, Negotiation, ProposedContext, UserIdentityExchange
from dicomdesk.records import dataclass


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


class ListenerObserver(IncomingStoreObserver):
    """Facts about associations, each told once, in order per association; does nothing unless overridden.

    ``association_received``, then ``association_accepted`` or ``association_refused``; an accepted association ends
    with exactly one of ``association_released`` and ``association_aborted``. A connection on which no association
    request could be read ends with ``request_failed`` alone, or with nothing where its address has had many of those.
    """

    def request_failed(self, peer_host: str, reason: str) -> None:
        """A peer connected but sent no usable A-ASSOCIATE-RQ (rubbish, silence, TLS handshake failed)."""

    def association_received(self, request: IncomingAssociation) -> None:
        """A peer asks for an association."""

    def association_accepted(self, association: int, negotiation: Negotiation) -> None:
        """The association is established."""

    def association_refused(self, association: int, reason: str) -> None:
        """We sent an A-ASSOCIATE-RJ, or the connection was lost before an answer was sent."""

    def association_released(self, association: int) -> None:
        """The association ended in order."""

    def association_aborted(self, association: int, reason: str, *, by_peer: bool) -> None:
        """The association ended by A-ABORT of either side, or by loss of the connection (``by_peer``)."""

    def echoed(self, association: int, message_id: int) -> None:
        """A C-ECHO request was answered with Success."""

"""An established association of ours over a socket pair, whose peer is the test."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from dicomdesk.network.dimse.command_sets import AFFECTED_SOP_INSTANCE_UID, MESSAGE_ID, CommandSet
from dicomdesk.network.dimse.store_reception import EstablishedAssociation, IncomingStore, StoreAnswer
from dicomdesk.network.negotiation import NegotiatedContext, Negotiation, ProposedContext, Role
from dicomdesk.network.requestor.association import RequestedAssociation, open_association
from dicomdesk.settings import AssociationSettings, Peer, Timeouts
from tests.helpers.peers.fake_peer import Accept, accept_pdu, item
from tests.helpers.peers.requestors import DEADLINE_S, Requestor

IMPLICIT = "1.2.840.10008.1.2"
VERIFICATION = "1.2.840.10008.1.1"
FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
CT = "1.2.840.10008.5.1.4.1.1.2"
VERIFICATION_ID, FIND_ID, MOVE_ID, GET_ID, CT_ID = 1, 3, 5, 7, 9
CONTEXTS = {VERIFICATION_ID: VERIFICATION, FIND_ID: FIND, MOVE_ID: MOVE, GET_ID: GET, CT_ID: CT}

_ROLE = item(0x54, len(CT).to_bytes(2, "big") + CT.encode() + b"\0\1")


@contextmanager
def exchanging(
    sent: bytes = b"", *, timeouts: Timeouts | None = None
) -> Iterator[tuple[RequestedAssociation, Requestor]]:
    """The association, and its peer, which has read the A-ASSOCIATE-RQ and has sent these bytes after its answer."""
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    peer = Requestor(theirs)
    contexts = {number: (uid, [IMPLICIT]) for number, uid in CONTEXTS.items()}
    with theirs:
        peer.send(accept_pdu(bytes(74), contexts, Accept(extra_user_items=_ROLE)) + sent)
        association = open_association(
            peer=Peer(host="127.0.0.1", port=104, ae_title="PACS"),
            settings=AssociationSettings(timeouts=timeouts or Timeouts(dimse_s=DEADLINE_S, acse_s=DEADLINE_S)),
            contexts=[
                ProposedContext(
                    context_id=number,
                    abstract_syntax=uid,
                    transfer_syntaxes=(IMPLICIT,),
                    role=Role(scu=False, scp=True) if uid == CT else None,
                )
                for number, uid in CONTEXTS.items()
            ],
            sock=ours,
        )
        try:
            peer.read_pdu()
            yield association, peer
        finally:
            association.abort()


@dataclass
class StoredInstance:
    """A sink in memory."""

    request: IncomingStore
    answer: StoreAnswer
    data: bytearray = field(default_factory=bytearray)
    largest_write: int = 0
    end: str = ""
    when_settled: Callable[[], None] = lambda: None

    def write(self, fragments: Sequence[memoryview]) -> None:
        """See ``InstanceSink``."""
        self.largest_write = max(self.largest_write, sum(map(len, fragments)))
        for fragment in fragments:
            self.data += fragment

    def finish(self) -> StoreAnswer:
        """See ``InstanceSink``."""
        self.end = "finished"
        return self.answer

    def settle(self) -> None:
        """See ``InstanceSink``."""
        self.when_settled()

    def discard(self) -> None:
        """See ``InstanceSink``."""
        self.end = "discarded"


class Storing:
    """A store handler that answers these one after the other, the last again and again."""

    def __init__(self, *answers: StoreAnswer) -> None:
        self._answers = answers or (StoreAnswer(status=0),)
        self.instances: list[StoredInstance] = []

    def begin(self, request: IncomingStore) -> StoredInstance:
        """See ``StoreHandler``."""
        answer = self._answers[min(len(self.instances), len(self._answers) - 1)]
        self.instances.append(StoredInstance(request, answer))
        return self.instances[-1]


def established(
    *contexts: NegotiatedContext, association: int = 0, peer_max_pdu_bytes: int = 16384
) -> EstablishedAssociation:
    """An association with these contexts, as the messages know it."""
    return EstablishedAssociation(
        association=association,
        negotiation=Negotiation(
            is_requestor=True,
            calling_ae_title="US",
            called_ae_title="PACS",
            responding_ae_title="PACS",
            peer_host="host",
            peer_port=104,
            our_implementation_class_uid="1.2",
            our_implementation_version="",
            peer_implementation_class_uid="1.3",
            peer_implementation_version="",
            our_max_pdu_bytes=16384,
            peer_max_pdu_bytes=peer_max_pdu_bytes,
            max_send_pdv_bytes=peer_max_pdu_bytes - 6,
            contexts=contexts,
        ),
    )


def request_of(command: CommandSet) -> IncomingStore:
    """What an association has told of a C-STORE-RQ in context 5, but for its numbers and UID."""
    return IncomingStore(
        association=0,
        message_id=command.number(MESSAGE_ID),
        context_id=5,
        sop_class_uid=CT,
        sop_instance_uid=command.text(AFFECTED_SOP_INSTANCE_UID),
        transfer_syntax_uid=IMPLICIT,
        calling_ae_title="US",
        called_ae_title="PACS",
        peer_host="host",
    )

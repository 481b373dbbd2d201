"""A listener with a handler and an observer that write down everything, in memory."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from dicomdesk.network.acceptor.acceptor import Callbacks
from dicomdesk.network.acceptor.association_answer import Judge
from dicomdesk.network.acceptor.listener import Listener, ListenerSettings
from dicomdesk.network.acceptor.observers import IncomingAssociation, ListenerObserver
from dicomdesk.network.acceptor.operation import Services
from dicomdesk.network.dimse.store_reception import IncomingStore, StoreAnswer
from dicomdesk.network.negotiation import Negotiation
from dicomdesk.network.presentation.context_acceptance import AcceptancePolicy, accept_all_policy
from dicomdesk.settings import PlaceRules, Timeouts

DEADLINE_S = 20.0

SUCCESS = StoreAnswer(status=0)


@dataclass
class ReceivedInstance:
    """A sink: what arrived of one instance and how it ended."""

    request: IncomingStore
    note: Callable[[str], None]
    answer: StoreAnswer
    keep: bool
    size: int = 0
    data: bytearray = field(default_factory=bytearray)
    ends: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.digest = sha256()

    def write(self, fragments: Sequence[memoryview]) -> None:
        for fragment in fragments:
            assert fragment
            self.size += len(fragment)
            self.digest.update(fragment)
            if self.keep:
                self.data += fragment

    def finish(self) -> StoreAnswer:
        self.ends.append("finished")
        return self.answer

    def settle(self) -> None:
        """See ``InstanceSink``."""

    def discard(self) -> None:
        self.ends.append("discarded")
        self.note(f"discarded {self.request.sop_instance_uid}")


class Receiver(ListenerObserver):
    """Handler and observer of one listener; facts are short texts in the order in which they happened."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.facts: list[str] = []
        self.instances: list[ReceivedInstance] = []
        self.requests: list[IncomingAssociation] = []
        self.negotiations: list[Negotiation] = []
        self.answer = SUCCESS
        self.keep = True
        self.begin_hook: Callable[[IncomingStore], None] = lambda _request: None

    def note(self, fact: str) -> None:
        """Write down a fact."""
        with self._changed:
            self.facts.append(fact)
            self._changed.notify_all()

    def wait_for(self, text: str, count: int = 1) -> str:
        """The fact that contains the text, as soon as there are so many of them."""
        with self._changed:
            found = self._changed.wait_for(
                lambda: (facts := [fact for fact in self.facts if text in fact])[: len(facts) >= count and count],
                DEADLINE_S,
            )
        assert found, f"no {text!r} in {self.facts}"
        return found[-1]

    # -- StoreHandler

    def begin(self, request: IncomingStore) -> ReceivedInstance:
        self.begin_hook(request)
        instance = ReceivedInstance(request, self.note, self.answer, self.keep)
        self.instances.append(instance)
        self.note(f"begun {request.sop_instance_uid}")
        return instance

    # -- ListenerObserver

    def request_failed(self, peer_host: str, reason: str) -> None:
        self.note(f"failed: {reason}")

    def association_received(self, request: IncomingAssociation) -> None:
        self.requests.append(request)
        self.note(f"received {request.association}")

    def association_accepted(self, association: int, negotiation: Negotiation) -> None:
        self.negotiations.append(negotiation)
        self.note(f"accepted {association}")

    def association_refused(self, association: int, reason: str) -> None:
        self.note(f"refused {association}: {reason}")

    def association_released(self, association: int) -> None:
        self.note(f"released {association}")

    def association_aborted(self, association: int, reason: str, *, by_peer: bool) -> None:
        self.note(f"aborted {association} by {'peer' if by_peer else 'us'}: {reason}")

    def echoed(self, association: int, message_id: int) -> None:
        self.note(f"echoed {message_id}")

    def store_started(self, request: IncomingStore) -> None:
        self.note(f"started {request.message_id}")

    def store_answered(self, request: IncomingStore, answer: StoreAnswer) -> None:
        self.note(f"answered {request.message_id} {answer.status:04x}")

    def warned(self, association: int, text: str) -> None:
        self.note(f"warned: {text}")


@contextmanager
def listening(
    receiver: Receiver,
    policy: AcceptancePolicy | None = None,
    settings: ListenerSettings | None = None,
    services: Services | None = None,
    judge: Judge | None = None,
) -> Iterator[tuple[int, Listener]]:
    """A listener on loopback; its port and itself. It is stopped at the end, and no thread may be left."""
    chosen = settings or listener_settings()
    listener = Listener(chosen, policy or accept_all_policy(), Callbacks(receiver, receiver, services, judge))
    try:
        yield listener.start(), listener
    finally:
        listener.stop(abort=True)
        names = [thread.name for thread in threading.enumerate() if thread.name.startswith("association-from")]
        assert not names


def listener_settings(
    *,
    max_associations: int = 100,
    max_pdu_bytes: int = 131072,
    timeouts: Timeouts | None = None,
    places: PlaceRules | None = None,
    grace_s: float = 10.0,
) -> ListenerSettings:
    """Settings for tests, on a free port of loopback."""
    return ListenerSettings(
        port=0,
        address="127.0.0.1",
        max_associations=max_associations,
        max_pdu_bytes=max_pdu_bytes,
        timeouts=timeouts or Timeouts(),
        places=places or PlaceRules(),
        stop_grace_s=grace_s,
    )

"""The seams of the listener."""

from collections.abc import Sequence

from dicomdesk.network.acceptor.observers import ListenerObserver
from dicomdesk.network.dimse.store_reception import IncomingStore, InstanceSink, StoreAnswer, StoreHandler


class _Sink:
    def __init__(self) -> None:
        self.received = bytearray()

    def write(self, fragments: Sequence[memoryview]) -> None:
        for fragment in fragments:
            self.received += fragment

    def finish(self) -> StoreAnswer:
        return StoreAnswer(status=0)

    def settle(self) -> None:
        pass

    def discard(self) -> None:
        self.received.clear()


class _Handler:
    def begin(self, request: IncomingStore) -> InstanceSink:
        return _Sink()


def test_small_classes_satisfy_the_protocols() -> None:
    handler: StoreHandler = _Handler()
    observer: ListenerObserver = ListenerObserver()
    request = IncomingStore(
        association=1,
        message_id=1,
        context_id=1,
        sop_class_uid="1.2",
        sop_instance_uid="1.2.3",
        transfer_syntax_uid="1.2.840.10008.1.2",
        calling_ae_title="A",
        peer_host="127.0.0.1",
    )
    observer.store_started(request)
    sink = handler.begin(request)
    sink.write([memoryview(b"ab"), memoryview(b"c")])
    answer = sink.finish()
    observer.store_answered(request, answer)
    assert answer == StoreAnswer(status=0, comment="", abort=False)

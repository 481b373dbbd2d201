"""An Outbox as tests want it: errands from paths, peers by name, and waiting for what becomes of them."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import FoundInstance, InputSelection
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import SettingValue
from dicomdesk.engine.outbox.errands import Destination, Errand, ErrandRequest, OutboxLimits
from dicomdesk.engine.outbox.facts import OutboxFact
from dicomdesk.engine.outbox.outbox import Outbox
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import SettingsError
from dicomdesk.settings import AssociationSettings, Peer, Timeouts

DEADLINE_S = 20.0

FactT = TypeVar("FactT")


def find(paths: Iterable[str | Path]) -> tuple[FoundInstance, ...]:
    """The instances at these paths, as a front end has them."""
    results = scan(InputSelection(paths=tuple(map(str, paths)), scan_directories=True), lambda: None)
    return tuple(result for result in results if isinstance(result, FoundInstance))


def errand_for(peer: str, paths: Iterable[str | Path], **options: object) -> ErrandRequest:
    """Send these files to a peer; ``options`` are those of ErrandRequest."""
    fields: dict[str, object] = {"title": "study", "peer": peer, "instances": find(paths), **options}
    return ErrandRequest(**fields)  # type: ignore[arg-type] # options of a test


class KnownPorts:
    """An address book: names to ports of this machine."""

    def __init__(self, **ports: int) -> None:
        self.ports = ports
        self.associations: int | None = 1
        self.titles: dict[str, str] = {}
        """AE titles of peers that are not called as in this book."""
        self.faults: dict[str, Exception] = {}
        """What looking for a peer raises."""
        self.resolved: list[str] = []

    def __call__(self, peer: str, settings: Mapping[str, SettingValue]) -> Destination:
        """See ``Resolve``."""
        del settings
        self.resolved.append(peer)
        if peer in self.faults:
            raise self.faults[peer]
        if peer not in self.ports:
            raise SettingsError(f"There is no peer called {peer} in the address book")
        request = SendRequest(
            peer=Peer(host="127.0.0.1", port=self.ports[peer], ae_title=self.titles.get(peer, peer)),
            inputs=InputSelection(paths=()),
            association=AssociationSettings(timeouts=Timeouts(connect_s=5, acse_s=10, dimse_s=10)),
        )
        return Destination(request=request, associations=self.associations)


class Facts:
    """A sink that keeps all, and wakes those who wait."""

    def __init__(self) -> None:
        self.facts: list[OutboxFact | Event] = []
        self.changed = threading.Condition()
        self.react: Callable[[OutboxFact | Event], None] = lambda _fact: None
        """Called with each, on the thread that tells it."""

    def __call__(self, fact: OutboxFact | Event) -> None:
        self.react(fact)
        with self.changed:
            self.facts.append(fact)
            self.changed.notify_all()

    def of(self, kind: type[FactT]) -> list[FactT]:
        """All of a kind, in order."""
        return [fact for fact in list(self.facts) if isinstance(fact, kind)]

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something that facts come with."""
        with self.changed:
            assert self.changed.wait_for(is_so, DEADLINE_S), self.facts[-5:]

    def wait_for(self, kind: type[FactT], count: int = 1) -> FactT:
        """Wait for so many of a kind; the last of them."""
        self.wait_until(lambda: len(self.of(kind)) >= count)
        return self.of(kind)[count - 1]


class OpenOutbox:
    """An Outbox with all that is around it."""

    def __init__(self, outbox: Outbox, facts: Facts, journal: Journal, peers: KnownPorts) -> None:
        self.outbox, self.facts, self.journal, self.peers = outbox, facts, journal, peers

    def wait_for_end(self) -> tuple[Errand, ...]:
        """Wait until all errands have ended; all of them."""
        self.facts.wait_until(lambda: all(errand.is_ended for errand in self.outbox.errands()))
        return self.outbox.errands()

    def wait_for(self, errand_id: int, is_so: Callable[[Errand], bool]) -> Errand:
        """Wait until an errand is as wanted."""
        self.facts.wait_until(lambda: is_so(self.outbox.errand(errand_id)))
        return self.outbox.errand(errand_id)


@contextmanager
def open_outbox(
    *,
    journal: Journal | None = None,
    limits: OutboxLimits | None = None,
    resumes: bool = True,
    engine: Engine | None = None,
    titles: dict[str, str] | None = None,
    **ports: int,
) -> Iterator[OpenOutbox]:
    """An Outbox that is closed at the end, with what it leaves: nothing."""
    facts, peers, kept = Facts(), KnownPorts(**ports), journal or MemoryJournal()
    peers.titles.update(titles or {})
    with engine or Engine() as running:
        outbox = Outbox(running, kept, facts, peers, limits=limits, resumes=resumes)
        try:
            yield OpenOutbox(outbox, facts, kept, peers)
        finally:
            outbox.close(abort=True)
    assert not [
        thread.name
        for thread in threading.enumerate()
        if thread.name.startswith(("dicomdesk-outbox", "dicomdesk-send"))
    ]

"""Receive jobs as tests want them: a running job, its port, its folder and its events."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TypeVar

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.receive.receive import ReceiveJob
from dicomdesk.engine.receive.request import Acceptance, Commands, ReceiveRequest, Storage
from dicomdesk.settings import Timeouts
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder

Part = TypeVar("Part", ReceiveRequest, Acceptance, Storage, Commands)


@dataclass
class Receiving:
    """A receive job that runs."""

    job: ReceiveJob
    folder: Path
    events: EventRecorder

    @property
    def port(self) -> int:
        return self.job.port

    def files(self) -> dict[str, bytes]:
        """What is in the folder, hidden files too, by name."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }


def receive_request(folder: Path, **options: object) -> ReceiveRequest:
    """A request to receive everything; ``options`` are those of ReceiveRequest and of its parts."""
    request = ReceiveRequest(
        port=0,
        address="127.0.0.1",
        acceptance=Acceptance(accept_all=True, resolve_hosts=False, timeouts=Timeouts(acse_s=10)),
        storage=Storage(folder=folder),
    )
    return with_options(request, options)


def with_options(request: ReceiveRequest, options: Mapping[str, object]) -> ReceiveRequest:
    """The request with options of its own and of its parts, by name."""
    rest = dict(options)

    def with_its_own(part: Part) -> Part:
        own = {each.name: rest.pop(each.name) for each in fields(part) if each.name in rest}
        return replace(part, **own)  # type: ignore[arg-type] # options of a test

    found = replace(
        with_its_own(request),
        acceptance=with_its_own(request.acceptance),
        storage=with_its_own(request.storage),
        commands=with_its_own(request.commands),
    )
    assert not rest
    return found


@contextmanager
def receiving(folder: Path, **options: object) -> Iterator[Receiving]:
    """Receive until the end of the block; the promises of every job are checked then."""
    recorder = EventRecorder()
    request = receive_request(folder, **options)
    with Engine() as engine:
        job = engine.submit(request, recorder)
        yield Receiving(job, folder, recorder)
        job.cancel()
        job.done.result(DEADLINE_S)
    recorder.check(is_stored_told=request.report_stored)

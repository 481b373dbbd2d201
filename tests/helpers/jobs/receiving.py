"""Receive jobs as tests want them: a running job, its port, its folder and its events."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.receive.receive import ReceiveJob
from dicomdesk.engine.receive.request import ReceiveRequest
from dicomdesk.settings import Timeouts
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder


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
    """A request to receive everything; ``options`` are those of ReceiveRequest."""
    request = ReceiveRequest(
        port=0, address="127.0.0.1", accept_all=True, folder=folder, resolve_hosts=False, timeouts=Timeouts(acse_s=10)
    )
    return replace(request, **options)  # type: ignore[arg-type] # options of a test


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

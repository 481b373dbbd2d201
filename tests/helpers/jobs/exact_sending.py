"""Exact send jobs as tests want them: files in, result and events out."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from dicomdesk.cli.storescu.lines import store_words
from dicomdesk.dicom.instance import InputFormat, InputSelection
from dicomdesk.engine.delivery.delivery import SendResult
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, ItemOutcome, Notice
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.settings import AssociationSettings, Peer, Timeouts
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder


def exact_request(port: int, paths: Iterable[str | Path], **options: object) -> ExactSendRequest:
    """A request to send to this machine; ``options`` are those of ExactSendRequest."""
    request = ExactSendRequest(
        peer=Peer(host="127.0.0.1", port=port),
        inputs=InputSelection(paths=tuple(map(str, paths)), format=InputFormat.FILE_OR_DATA_SET),
        association=AssociationSettings(
            calling_ae_title="STORESCU", timeouts=Timeouts(connect_s=5, acse_s=10, dimse_s=10)
        ),
    )
    return replace(request, **options)  # type: ignore[arg-type] # options of a test


def send_exactly(
    port: int, paths: Iterable[str | Path], *, react: Callable[[Event], None] | None = None, **options: object
) -> tuple[SendResult, EventRecorder]:
    """Send and wait for the end; the promises of every job are checked. ``react`` is called with each event."""
    recorder = EventRecorder(react)
    with Engine() as engine:
        job = engine.submit(exact_request(port, paths, **options), recorder)
        result = job.done.result(DEADLINE_S)
        progress = job.progress()
    recorder.check()
    assert progress.items_done == progress.items_total
    assert progress.bytes_done == progress.bytes_total
    assert progress.associations == 0
    return result, recorder


def outcomes(result: SendResult) -> list[ItemOutcome]:
    """What became of each file and repetition, in order."""
    return [item.outcome for item in result.report.items]


def told(recorder: EventRecorder) -> list[Notice]:
    """All notices, and what storescu says of other facts, in order."""
    words = store_words(exact_request(0, []))
    return [notice for event in recorder.events for notice in ([event] if isinstance(event, Notice) else words(event))]


def notices(recorder: EventRecorder) -> list[str]:
    """The texts of the same."""
    return [notice.text for notice in told(recorder)]

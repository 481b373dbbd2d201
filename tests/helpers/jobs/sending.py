"""Send jobs as tests want them: files in, result and events out."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.delivery.delivery import SendResult
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.settings import AssociationSettings, Peer, Timeouts
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder, part10
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder


def write_instance(
    folder: Path,
    name: str,
    *,
    transfer_syntax_uid: str = EXPLICIT,
    sop_class_uid: str = CT_IMAGE,
    sop_instance_uid: str = "",
    rest: bytes = b"",
) -> str:
    """Write a small instance; its UID is made from its name unless given. Returns the path."""
    uid = sop_instance_uid or "1.2.3." + str(int.from_bytes(name.encode(), "big"))[:40]
    data_set = Builder(transfer_syntax_uid).instance(sop_class_uid=sop_class_uid, sop_instance_uid=uid) + rest
    path = folder / name
    path.write_bytes(part10(data_set, transfer_syntax_uid, sop_class_uid=sop_class_uid, sop_instance_uid=uid))
    return str(path)


def write_instances(folder: Path, count: int) -> list[str]:
    """Write so many small instances."""
    return [write_instance(folder, f"{number:03}.dcm") for number in range(count)]


def send_request(port: int, paths: Iterable[str | Path], **options: object) -> SendRequest:
    """A request to send to this machine; ``options`` are those of SendRequest."""
    request = SendRequest(
        peer=Peer(host="127.0.0.1", port=port),
        inputs=InputSelection(paths=tuple(map(str, paths)), scan_directories=True),
        association=AssociationSettings(timeouts=Timeouts(connect_s=5, acse_s=10, dimse_s=10)),
    )
    return replace(request, **options)  # type: ignore[arg-type] # options of a test


def send(port: int, paths: Iterable[str | Path], **options: object) -> tuple[SendResult, EventRecorder]:
    """Send and wait for the end; the promises of every job are checked."""
    recorder = EventRecorder()
    with Engine() as engine:
        job = engine.submit(send_request(port, paths, **options), recorder)
        result = job.done.result(DEADLINE_S)
        progress = job.progress()
    recorder.check()
    assert progress.items_done == progress.items_total == len(result.report.items)
    assert progress.associations == 0
    return result, recorder

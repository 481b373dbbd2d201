"""Files that change between being listed and being sent."""

import threading
from collections.abc import Callable
from pathlib import Path

from dicomdesk.engine.events import Event, ScanFinished
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, PIXEL_DATA, Builder, part10


def instance_file(uid: str, *, syntax: str = EXPLICIT, sop_class: str = CT_IMAGE, pixels: int = 4) -> bytes:
    """A Part 10 file; those of the same ``pixels`` and syntax, whose UIDs are as long, are as large."""
    builder = Builder(syntax)
    data_set = builder.instance(sop_class_uid=sop_class, sop_instance_uid=uid)
    data_set += builder.element(PIXEL_DATA, "OW", bytes(pixels))
    return part10(data_set, syntax, sop_class_uid=sop_class, sop_instance_uid=uid)


def data_set_of(file: bytes) -> bytes:
    """What of such a file is sent."""
    return file[144 + int.from_bytes(file[140:144], "little") :]


def once_scanned(act: Callable[[], object]) -> Callable[[Event], None]:
    """For a job's events: act when it knows what there is to send."""

    def react(event: Event) -> None:
        if isinstance(event, ScanFinished):
            act()

    return react


class Meanwhile(threading.Event):
    """To be waited for by a peer: acts then, while the peer's answer is awaited."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            self.set()
            self._act()
        return True


def put_in_place(path: Path, content: bytes) -> None:
    """Let another file take the place of one."""
    other = path.with_name(f".{path.name}.new")
    other.write_bytes(content)
    other.replace(path)

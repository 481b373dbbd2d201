"""Run as a module: draws a small picture for each line of standard input, with bounded memory and time for each.

A line is a JSON object with ``path`` and ``side``; the answer is a JSON object in a line, and the ``length`` bytes that
it tells of: a picture, or with ``error`` why there is none. It ends with its input, or in the middle of what takes too
long.
"""

import json
import mmap
import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from dicomdesk.dicom.files.part10 import read_open_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.dicom.pixels.small_image import SmallImage, draw_small_image
from dicomdesk.errors import ConversionError, DicomdeskError
from dicomdesk.human import error_text

MEMORY_BYTES = 1 << 30
"""More than at the start, the file included."""
LARGEST_FILE_BYTES = 512 << 20
SECONDS = 10.0
"""For one picture."""
_NICENESS = 10


def draw_file(path: str, side: int) -> SmallImage:
    """Draw a file; raises ConversionError, DataError or OSError where there is no picture."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > LARGEST_FILE_BYTES:
            raise ConversionError(f"it is larger than {LARGEST_FILE_BYTES >> 20} MiB")
        header = read_open_header(file.fileno(), size, InputFormat.FILE_OR_DATA_SET, takes_rest=True)
        content = memoryview(mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ))
        return draw_small_image(content[header.data_set_offset :], header.transfer_syntax_uid, side)


def main() -> int:
    """Answer until the input ends."""
    _limit()
    while line := sys.stdin.buffer.readline():
        watch = _Watch()
        answer, pixels = answer_line(line)
        watch.end()
        sys.stdout.buffer.write(json.dumps(answer).encode("ascii") + b"\n" + pixels)
        sys.stdout.buffer.flush()
    return 0


def answer_line(line: bytes) -> tuple[dict[str, object], bytes]:
    """What is answered to a line: an object, and the bytes of the picture."""
    wanted = json.loads(line)
    try:
        image = draw_file(wanted["path"], wanted["side"])
    except (DicomdeskError, OSError) as error:
        return {"error": error_text(error), "length": 0}, b""
    except MemoryError:
        return {"error": "it takes too much memory", "length": 0}, b""
    facts = asdict(image)
    pixels = facts.pop("pixels")
    return {"image": facts, "length": len(pixels)}, pixels


class _Watch:
    """Ends this process where a picture takes too long, also where a library does not let Python run."""

    def __init__(self) -> None:
        self._timer = threading.Timer(SECONDS, os._exit, (1,))
        self._timer.daemon = True
        self._timer.start()
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, SECONDS + 1)

    def end(self) -> None:
        self._timer.cancel()
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


def _limit() -> None:
    """Take little of the processor and of the memory; nothing is limited where the system has no limits."""
    with suppress(OSError, AttributeError):
        os.nice(_NICENESS)
    try:
        import resource  # noqa: PLC0415 - not on every system

        mapped = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    most = mapped + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())

"""Draws small pictures of files in a process of its own, which is begun when it is needed and ended when it is not."""

import json
import subprocess
import threading
from contextlib import suppress

from dicomdesk.dicom.pixels.limited_decoding import can_decode_limited
from dicomdesk.dicom.pixels.small_image import SmallImage
from dicomdesk.engine.pictures import drawing_process
from dicomdesk.errors import ConversionError
from dicomdesk.own_processes import module_command, module_environment

__all__ = ["Drawer", "ask"]

_PROCESS = drawing_process.__name__
_LARGEST_PICTURE_BYTES = 16 << 20
_LONGEST_ANSWER_BYTES = 1 << 16


class Drawer:
    """Draws one file at a time. ``draw`` belongs to one thread at a time, ``rest`` and ``close`` to any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    @property
    def is_awake(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    def draw(self, path: str, side: int) -> SmallImage:
        """Draw a file, at most ``side`` pixels wide and high; takes seconds at most.

        Raises ConversionError with the reason where there is no picture, or none within the bounds; reads the disk.
        """
        if not can_decode_limited():  # Python embedded in another program has none to run
            return _draw_here(path, side)
        process = self._begun()
        try:
            return ask(process, path, side)
        except (OSError, ValueError) as error:
            self.rest()
            raise ConversionError("drawing it takes too much time or memory") from error

    def rest(self) -> None:
        """End the process; the next picture begins another."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            _end(process)

    def close(self) -> None:
        """End the process, and draw no more."""
        self._is_closed = True
        self.rest()

    def _begun(self) -> "subprocess.Popen[bytes]":
        with self._lock:
            if self._is_closed:
                raise ConversionError("the program is closing")
            if self._process is None:
                self._process = _begin()
            return self._process


def _begin() -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            module_command(_PROCESS),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=module_environment(),
        )
    except OSError as error:
        raise ConversionError("no process for pictures can be begun") from error


def ask(process: "subprocess.Popen[bytes]", path: str, side: int) -> SmallImage:
    """Have a picture drawn by a process that may say anything, since it reads foreign bytes with libraries in C.

    Raises ConversionError with the process's own reason; OSError or ValueError where it is of no more use.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"path": path, "side": side}).encode("ascii") + b"\n")
    process.stdin.flush()
    try:
        answer = json.loads(process.stdout.readline(_LONGEST_ANSWER_BYTES))
        if "error" in answer:
            raise ConversionError(str(answer["error"]))
        length = answer["length"]
        if not 0 <= length <= _LARGEST_PICTURE_BYTES:
            raise ValueError(length)
        drawn = SmallImage(pixels=process.stdout.read(length), **answer["image"])
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("it is no answer") from error
    if not _is_whole(drawn, side):
        raise ValueError("it is no picture")
    return drawn


def _is_whole(drawn: SmallImage, side: int) -> bool:
    """Whether a picture is one of at most this size, with all its pixels."""
    numbers = (drawn.width, drawn.height, drawn.rows, drawn.columns, drawn.frame, drawn.frames)
    if type(drawn.is_colour) is not bool or any(type(number) is not int or number < 1 for number in numbers):
        return False
    samples = drawn.width * drawn.height * (3 if drawn.is_colour else 1)
    return max(drawn.width, drawn.height) <= side and len(drawn.pixels) == samples


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(OSError):
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _draw_here(path: str, side: int) -> SmallImage:
    try:
        return drawing_process.draw_file(path, side)
    except ConversionError:
        raise
    except (OSError, MemoryError) as error:
        raise ConversionError(str(error)) from error

"""What readers of foreign bytes must keep to, as checks that name the property that is broken.

Steps are counted, never timed: a step is a call, of a function or of what is written in C.
"""

import logging
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Generic, TypeVar

import dicomdesk

PACKAGE = str(Path(dicomdesk.__file__).parent)

FOREIGN_ERROR = "only the project's own errors leave"
TOO_MANY_STEPS = "steps are linear in size"
TOO_MUCH_MEMORY = "memory is bounded"

_Value = TypeVar("_Value")


class BrokenPropertyError(AssertionError):
    """A reader broke a property: which, and where, without what depends on the very input."""

    def __init__(self, name: str, detail: str = "", *, place: str = "") -> None:
        super().__init__(f"{name}: {detail}" if detail else name)
        self.signature = f"{name} | {place}" if place else name
        """The same for two inputs that show the same defect, as far as that can be told."""


class _TooManyStepsError(BaseException):
    """Goes through every handler of the code that is counted."""


@dataclass(frozen=True)
class Outcome(Generic[_Value]):
    """What a reader answered, or which error of the project's own it raised."""

    value: _Value | None
    error: Exception | None

    @property
    def told(self) -> object:
        """What two ways of reading the same bytes must have in common."""
        return self.value if self.error is None else (type(self.error).__name__, str(self.error))


def attempt(read: Callable[[], _Value], *own: type[Exception]) -> Outcome[_Value]:
    """Read; ``own`` are the errors that the reader documents."""
    try:
        return Outcome(read(), None)
    except own as error:
        return Outcome(None, error)
    except BrokenPropertyError:
        raise
    except Exception as error:
        raise BrokenPropertyError(FOREIGN_ERROR, f"{error!r} at {place_of(error)}", place=place_of(error)) from error


def require(holds: object, name: str, detail: object = "") -> None:
    """The property of this name holds."""
    if not holds:
        raise BrokenPropertyError(name, str(detail)[:1000])


def require_same(one: object, other: object, name: str) -> None:
    """Two readings agree."""
    if one != other:
        raise BrokenPropertyError(name, f"{one!r:.500} is not {other!r:.500}")


def place_of(error: BaseException) -> str:
    """Type of an error and the innermost function of the package that it came through."""
    place, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(PACKAGE):
            place = f"{code.co_filename[len(PACKAGE) + 1 :]}:{code.co_name}"
        trace = trace.tb_next
    return f"{type(error).__name__} {place}"


@contextmanager
def silent_log() -> Iterator[None]:
    """Within the block nothing is logged: of most inputs there is something to be said."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


class _Calls:
    """Counts calls, of functions and of what is written in C."""

    def __init__(self, limit: int) -> None:
        self.count = 0
        self._limit = 2 * limit
        """Of events: each call has one when it begins and one when it ends."""

    def note(self, _frame: FrameType, _event: str, _argument: object) -> None:
        self.count += 1
        if self.count > self._limit:
            raise _TooManyStepsError


@contextmanager
def counted_steps(limit: int) -> Iterator[None]:
    """Breaks the property as soon as more than ``limit`` calls were made in this thread within the block."""
    sys.setprofile(_Calls(limit).note)
    try:
        yield
    except _TooManyStepsError as error:
        raise BrokenPropertyError(TOO_MANY_STEPS, f"more than {limit} at {place_of(error)}") from error
    finally:
        sys.setprofile(None)


def called_steps(act: Callable[[], object]) -> int:
    """How many calls are made in this thread by this one."""
    calls = _Calls(1 << 62)
    sys.setprofile(calls.note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return calls.count // 2


class _Lines:
    """Remembers which lines of the package run, and counts them."""

    def __init__(self, limit: int) -> None:
        self.seen: set[tuple[CodeType, int]] = set()
        self._count = 0
        self._limit = limit

    def enter(self, frame: FrameType, _event: str, _argument: object) -> Any:
        return self._step if frame.f_code.co_filename.startswith(PACKAGE) else None

    def _step(self, frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            self._count += 1
            self.seen.add((frame.f_code, frame.f_lineno))
            if self._count > self._limit:
                raise _TooManyStepsError
        return self._step


@contextmanager
def seen_lines(limit: int) -> Iterator[set[tuple[CodeType, int]]]:
    """The lines of the package that run within the block; breaks the property as soon as more than ``limit`` did.

    Slower than ``counted_steps``. A tracer that is there already (a debugger) stays: then nothing is seen.
    """
    lines = _Lines(limit)
    if sys.gettrace() is not None:
        yield lines.seen
        return
    sys.settrace(lines.enter)
    try:
        yield lines.seen
    except _TooManyStepsError as error:
        raise BrokenPropertyError(TOO_MANY_STEPS, f"more than {limit} lines at {place_of(error)}") from error
    finally:
        sys.settrace(None)


@contextmanager
def bounded_memory(limit_bytes: int) -> Iterator[None]:
    """Python's own memory grows by no more than this within the block."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    require(peak <= limit_bytes, TOO_MUCH_MEMORY, f"{peak} bytes where {limit_bytes} are allowed")

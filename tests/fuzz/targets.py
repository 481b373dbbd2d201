"""One harness for each reader of foreign bytes: what it is given, what must hold, and where its inputs come from."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from tests.fuzz.properties import BrokenPropertyError, bounded_memory, counted_steps, seen_lines

Harness = Callable[[bytes], None]
"""Raises BrokenPropertyError, and nothing else."""

LARGEST_INPUT_BYTES = 1 << 16

_LINES_PER_STEP = 8
_WARM: set[str] = set()
"""Targets that have been tried in this process."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One reader."""

    name: str
    reader: str
    """What is read, and by whom."""
    harness: Harness
    build: Callable[[Random], bytes]
    """An input as it might be, mostly one that is taken."""
    mutate: Callable[[Random, bytes, Sequence[bytes]], bytes]
    """Something close to an input; the others are there to be mixed in."""
    take_file: Callable[[bytes], bytes | None] = lambda _content: None
    """The input that a DICOM file is, to begin with; None where it is none."""
    size_of: Callable[[bytes], int] = len
    """What steps and memory are in proportion to."""
    steps_per_byte: int = 20
    steps_allowance: int = 20_000
    """For what does not depend on the size."""
    memory_per_byte: int = 64
    memory_allowance: int = 4 << 20
    cases: int = 60
    """That hypothesis tries, of those that take long fewer."""

    def _warm_up(self) -> None:
        """Let the harness import and make what it needs once, so that it is not counted with one of the inputs."""
        if self.name not in _WARM:
            _WARM.add(self.name)
            with suppress(BrokenPropertyError):
                self.harness(self.build(Random(1)))

    def run(self, data: bytes) -> None:
        """Try an input, and count the steps. Raises BrokenPropertyError."""
        self._warm_up()
        with counted_steps(self._most_steps(data)):
            self.harness(data)

    def measure(self, data: bytes) -> None:
        """Try an input, and watch the memory. Raises BrokenPropertyError."""
        self._warm_up()
        with bounded_memory(self.memory_per_byte * self.size_of(data) + self.memory_allowance):
            self.harness(data)

    def look(self, data: bytes) -> frozenset[object]:
        """Try an input; which lines of the package run. Raises BrokenPropertyError."""
        self._warm_up()
        with seen_lines(_LINES_PER_STEP * self._most_steps(data)) as lines:
            self.harness(data)
        return frozenset(lines)

    def _most_steps(self, data: bytes) -> int:
        return self.steps_per_byte * self.size_of(data) + self.steps_allowance

"""Searches one target for inputs that break a property, by changing those that reached something new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.fuzz.properties import BrokenPropertyError
from tests.fuzz.targets import LARGEST_INPUT_BYTES, Target

_SEEDS = 200
_LOOK_EVERY = 5
_MEASURE_EVERY = 101
"""In one case out of these it is looked which lines run, or memory is measured: both take several times as long."""
_MOST_KEPT = 4000
_MOST_TRIES = 600


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that breaks a property."""

    target: str
    signature: str
    message: str
    data: bytes


class Search:
    """Belongs to one thread; ``findings`` has one input, made small, for each signature."""

    def __init__(self, target: Target, random: Random, *, more_seeds: Sequence[bytes] = ()) -> None:
        self.target = target
        self.cases = 0
        self.findings: dict[str, Finding] = {}
        self._random = random
        self._more_seeds = list(more_seeds)
        self._kept: list[bytes] = []
        self._seen: set[object] = set()

    def run(self, is_over: Callable[[], bool], about_to_try: Callable[[bytes], None] = lambda _data: None) -> None:
        """Try inputs until it is over; ``about_to_try`` is told of each before it is tried."""
        build, random = self.target.build, self._random
        while not is_over():
            if self.cases < _SEEDS or not self._kept or random.random() < 0.1:
                data = self._more_seeds.pop() if self._more_seeds else build(random)
            else:
                data = self.mutated(random.choice(self._kept), random)
            about_to_try(data)
            self.try_input(data)

    def mutated(self, data: bytes, random: Random) -> bytes:
        """Something close to an input, mixed with those that reached something new."""
        others = [random.choice(self._kept)] if self._kept else []
        return self.target.mutate(random, data, others)[:LARGEST_INPUT_BYTES]

    def try_input(self, data: bytes) -> None:
        """Try one input; keep it where it reaches something new, write down what it breaks."""
        self.cases += 1
        seen: frozenset[object] = frozenset()
        try:
            if self.cases % _LOOK_EVERY == 0 or self.cases <= _SEEDS:
                seen = self.target.look(data)
            elif self.cases % _MEASURE_EVERY == 0:
                self.target.measure(data)
            else:
                self.target.run(data)
        except BrokenPropertyError as error:
            if error.signature not in self.findings:
                small = minimise(self.target, data, error.signature)
                self.findings[error.signature] = Finding(self.target.name, error.signature, str(error), small)
            return
        if not seen <= self._seen:
            self._seen |= seen
            self._kept.append(data)
            if len(self._kept) > _MOST_KEPT:
                del self._kept[self._random.randrange(len(self._kept))]


def broken_property(target: Target, data: bytes) -> str:
    """The signature of what an input breaks; "" where it breaks nothing."""
    for try_input in (target.run, target.measure):
        try:
            try_input(data)
        except BrokenPropertyError as error:
            return error.signature
    return ""


def minimise(target: Target, data: bytes, signature: str) -> bytes:
    """A part of the input that shows the same, with zeros where nothing else is needed."""
    tries = 0

    def shows_it(candidate: bytes) -> bool:
        nonlocal tries
        tries += 1
        return broken_property(target, candidate) == signature

    size = len(data) // 2
    while size and tries < _MOST_TRIES:
        at = 0
        while at < len(data) and tries < _MOST_TRIES:
            candidate = data[:at] + data[at + size :]
            if shows_it(candidate):
                data = candidate
            else:
                at += size
        size //= 2
    for at in range(len(data)):
        candidate = data[:at] + b"\0" + data[at + 1 :]
        if data[at] and tries < _MOST_TRIES and shows_it(candidate):
            data = candidate
    return data

"""Searches one target for some seconds: python -m fuzzing.worker TARGET SECONDS SEED FOLDER STATE CORPUS MODE."""

import contextlib
import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

from fuzzing.findings import write_finding
from fuzzing.state import State

_INSTRUMENTED_STEPS = 8
"""atheris adds calls of its own to what is counted."""
_MEASURE_EVERY = 101
_MOST_SEEDS = 300
_LARGEST_SEED_BYTES = 1 << 12
_TO_BE_TRIED_LAST_S = 120


def _seeds(folder: str, take_file: Callable[[bytes], bytes | None]) -> list[bytes]:
    """What the target makes of the files of a folder that are small enough."""
    found = []
    for path in sorted(Path(folder).rglob("*")) if folder else ():
        if path.is_file() and path.stat().st_size <= _LARGEST_SEED_BYTES:
            seed = take_file(path.read_bytes())
            found += [] if seed is None else [seed]
    return found[:_MOST_SEEDS]


def _search(name: str, seconds: float, random: Random, folder: Path, state: State, corpus: str) -> None:
    """Without atheris: what reaches new lines is kept and changed."""
    from tests.fuzz.registry import TARGETS  # noqa: PLC0415 - not before atheris could instrument it
    from tests.fuzz.searching import Search  # noqa: PLC0415 - as above

    search = Search(TARGETS[name], random, more_seeds=_seeds(corpus, TARGETS[name].take_file))
    end = time.monotonic() + seconds
    known: set[str] = set()

    def is_over() -> bool:
        for signature in search.findings.keys() - known:
            known.add(signature)
            finding = search.findings[signature]
            write_finding(folder, name, signature, finding.message, finding.data)
        return time.monotonic() >= end

    search.run(is_over, lambda data: state.begin(search.cases, data))


def _search_guided(name: str, seconds: float, random: Random, folder: Path, state: State, corpus: str) -> None:
    """With atheris, which sees the branches of the package."""
    import atheris  # noqa: PLC0415 - an optional library

    with atheris.instrument_imports(include=["dicomdesk"]):
        from tests.fuzz.registry import TARGETS  # noqa: PLC0415 - instrumented as it is imported
    from tests.fuzz.properties import BrokenPropertyError  # noqa: PLC0415 - imports the package
    from tests.fuzz.searching import minimise  # noqa: PLC0415 - as above

    plain = TARGETS[name]
    target = replace(
        plain,
        steps_per_byte=_INSTRUMENTED_STEPS * plain.steps_per_byte,
        steps_allowance=_INSTRUMENTED_STEPS * plain.steps_allowance,
    )
    known: set[str] = set()
    others: list[bytes] = [target.build(random)]
    cases = 0

    def try_input(data: bytes) -> None:
        nonlocal cases
        cases += 1
        state.begin(cases, data)
        try:
            (target.measure if cases % _MEASURE_EVERY == 0 else target.run)(data)
        except BrokenPropertyError as error:
            if error.signature not in known:
                known.add(error.signature)
                write_finding(folder, name, error.signature, str(error), data)
                small = minimise(target, data, error.signature)
                write_finding(folder, name, error.signature, str(error), small)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chosen = Random(seed)
        if chosen.random() < 0.4:
            return bytes(atheris.Mutate(data, most))
        made = target.build(chosen) if chosen.random() < 0.05 else target.mutate(chosen, data, others)
        others[:] = [data or others[0]]
        return made[:most]

    with tempfile.TemporaryDirectory(prefix="fuzz-seeds-") as seeds:
        for number, seed in enumerate([*(target.build(random) for _ in range(200)), *_seeds(corpus, target.take_file)]):
            Path(seeds, str(number)).write_bytes(seed)
        options = {
            "max_total_time": max(1, int(seconds)),
            "seed": random.randrange(1, 1 << 31),
            "max_len": 1 << 16,
            "timeout": _TO_BE_TRIED_LAST_S,
            "rss_limit_mb": 0,
            "verbosity": 0,
        }
        atheris.Setup(
            [sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), seeds],
            try_input,
            custom_mutator=mutate,
        )
        with contextlib.suppress(SystemExit):
            atheris.Fuzz()


def main() -> int:
    """Run."""
    name, seconds, seed, folder, state, corpus, mode = sys.argv[1:8]
    sys.argv[1:] = []
    guided = mode == "guided" and importlib.util.find_spec("atheris") is not None
    search = _search_guided if guided else _search
    search(name, float(seconds), Random(int(seed)), Path(folder), State(Path(state)), corpus)
    sys.stdout.flush()
    os._exit(0)  # libFuzzer and codec libraries have been seen to fail on their way out


if __name__ == "__main__":
    main()

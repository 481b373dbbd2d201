"""The search finds what is wrong with a reader, makes it small, and tells it as files and an exit code."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.mutations import mutation_of_bytes
from tests.fuzz.properties import FOREIGN_ERROR, TOO_MANY_STEPS, TOO_MUCH_MEMORY, attempt
from tests.fuzz.registry import TARGETS
from tests.fuzz.searching import Search
from tests.fuzz.targets import Target

PROJECT = Path(__file__).resolve().parents[2]
DEADLINE_S = 300


def _with_foreign_error(data: bytes) -> None:
    if b"\xff" in data:
        attempt(lambda: data[len(data)], ValueError)


def _with_quadratic_time(data: bytes) -> None:
    for _ in data:
        for _ in data:
            len(data)


def _with_large_memory(data: bytes) -> None:
    bytearray(1 << 20 if data.count(b"\0") > 1 else 0)


@pytest.mark.parametrize(
    ("harness", "name", "small"),
    [
        (_with_foreign_error, FOREIGN_ERROR, b"\xff"),
        (_with_quadratic_time, TOO_MANY_STEPS, None),
        (_with_large_memory, TOO_MUCH_MEMORY, b"\0\0"),
    ],
)
def test_broken_property_is_found_and_its_input_made_small(harness: object, name: str, small: bytes | None) -> None:
    target = Target(
        name="planted",
        reader="a reader with a defect",
        harness=harness,  # type: ignore[arg-type]  # one of those above
        build=lambda random: random.randbytes(60),
        mutate=mutation_of_bytes((b"\0\0",)),
        steps_allowance=1000,
        memory_allowance=1 << 18,
    )
    search = Search(target, Random(1))
    search.run(lambda: bool(search.findings) or search.cases > 20_000)
    (finding,) = search.findings.values()
    assert finding.signature.startswith(name)
    assert small is None or finding.data == small


@pytest.mark.parametrize("name", ["command", "codestream"])
def test_search_of_a_reader_without_defects_counts_its_cases(name: str) -> None:
    search = Search(TARGETS[name], Random(1), more_seeds=[b"seed"])
    search.run(lambda: search.cases >= 300)
    assert search.cases == 300
    assert not search.findings


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'packaging'}"}
    return subprocess.run(
        [sys.executable, "-m", "fuzzing", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def test_long_run_says_how_many_cases_there_were(tmp_path: Path) -> None:
    done = _run("command", "1", "--seed", "1", "--folder", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| command | " in done.stdout
    assert done.stdout.endswith("\n0 findings\n")


def test_long_run_with_findings_names_them_and_fails(tmp_path: Path) -> None:
    (tmp_path / "command-0.bin").write_bytes(b"left by a run before")
    (tmp_path / "command-0.txt").write_text("what it breaks")
    done = _run("command", "1", "--folder", str(tmp_path))
    assert done.returncode == 1
    assert "what it breaks" in done.stdout
    assert f"1 findings in {tmp_path}" in done.stdout


def test_unknown_target_is_a_mistake_of_the_command_line() -> None:
    done = _run("nothing", "1")
    assert done.returncode == 2
    assert "part10" in done.stderr

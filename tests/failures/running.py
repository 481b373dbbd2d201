"""Provokes a failure with our tool, or DCMTK's, and keeps what it left behind."""

import json
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.failures.case import Case
from tests.failures.stage import PATIENT, Stage, staged
from tests.helpers.dcmtk.commands import dcmtks, ours
from tests.helpers.processes import tool_process

REPORTING = ("dcmsend", "storescu", "resume")
"""Tools that write reports; of DCMTK only the first."""
_DEBRIS = (".part", ".tmp", "~", "core")


@dataclass
class Outcome:
    """What a process left behind."""

    case: Case
    code: int | None
    """None where it had to be killed."""
    out: str
    err: str
    seconds: float
    report: str | None
    values: dict[str, str]
    debris: list[str]
    events: list[dict[str, Any]] = field(default_factory=list)
    bad_json: list[str] = field(default_factory=list)

    def fill(self, text: str) -> str:
        """The text with the values of the stage."""
        for name, value in self.values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    @property
    def json_text(self) -> str:
        """All that is said in the events."""
        return "\n".join(text for event in self.events for text in _strings(event))

    @property
    def shown(self) -> str:
        """All that is shown to the user."""
        return self.err if self.events else self.err + self.out

    @property
    def has_patient(self) -> bool:
        """Whether the patient is named where that is not to be."""
        return any(part in self.err + self.out for part in PATIENT.split("^"))


def run_ours(case: Case) -> Outcome:
    """Our tool, with events and report."""
    with staged(case.scenes) as stage:
        words = [*ours(case.tool), *_words(stage, case.options)]
        if case.tool == "archive":  # its options come behind its command
            return _run(case, stage, [*words, *_words(stage, case.words), "--json"])
        words.append("--json")
        if case.tool in REPORTING:
            words += ["--report-file", str(stage.apart / "report.txt")]
        return _run(case, stage, [*words, *_words(stage, case.words)])


def run_dcmtks(case: Case) -> Outcome:
    """DCMTK's tool."""
    with staged(case.scenes) as stage:
        words = dcmtks(case.tool)
        if case.tool == "dcmsend":
            words += ["+crf", str(stage.apart / "report.txt")]
        return _run(case, stage, [*words, *_words(stage, case.words)])


def _words(stage: Stage, line: str) -> list[str]:
    return [stage.fill(word) for word in shlex.split(line)]


def _run(case: Case, stage: Stage, command: list[str]) -> Outcome:
    before = set(stage.home.rglob("*"))
    if stage.wrapper:
        command = ["sh", "-c", f"{stage.wrapper}; exec {shlex.join(command)}"]
    command = [*stage.command, *command]
    out, err = stage.apart / "out", stage.apart / "err"
    begun = time.monotonic()
    with out.open("wb") as out_file, err.open("wb") as err_file:
        process = tool_process.Popen(
            command,
            cwd=stage.home,
            env=tool_process.environment(),
            stdin=subprocess.DEVNULL,
            stdout=out_file,
            stderr=err_file,
        )
        code: int | None
        try:
            for action in stage.during:
                action(stage, process)
            code = process.wait(case.deadline_s)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    report = stage.apart / "report.txt"
    made = Outcome(
        case=case,
        code=code,
        out=_read(out),
        err=_read(err),
        seconds=time.monotonic() - begun,
        report=_read(report) if report.exists() else None,
        values=dict(stage.values),
        debris=_debris(stage.home, before, case),
    )
    _read_events(made)
    return made


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="surrogateescape")


def _debris(home: Path, before: set[Path], case: Case) -> list[str]:
    """Half-written files that were not there before."""
    new = (path for path in home.rglob("*") if path not in before and ".dicomdesk" not in path.parts)
    return [
        path.name
        for path in new
        if path.name.endswith(_DEBRIS) and not any(path.match(pattern) for pattern in case.kept)
    ]


def _read_events(outcome: Outcome) -> None:
    for line in outcome.out.splitlines():
        try:
            read = json.loads(line)
        except ValueError:
            outcome.bad_json.append(line)
            continue
        if isinstance(read, dict):
            outcome.events.append(read)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str | int):
        yield str(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)

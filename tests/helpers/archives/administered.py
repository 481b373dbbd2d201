"""Commands of ``archive`` in this process, on an archive of a test."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dicomdesk.cli.catalogue import load_program
from dicomdesk.cli.program import run_program
from tests.helpers.dcmtk.commands import Done

Command = Callable[..., Done]
"""Runs ``archive`` with these words."""


def command_of(capsys: pytest.CaptureFixture[str]) -> Command:
    """Make what runs a command to its end."""

    def run(*words: str | Path) -> Done:
        capsys.readouterr()
        code = run_program(load_program("archive"), [str(word) for word in words])
        out, err = capsys.readouterr()
        return Done(code=code, out=out, err=err)

    return run


def objects(done: Done) -> list[dict[str, Any]]:
    """The objects of JSON Lines, but for the last that tells why the exit code is not 0."""
    told = [json.loads(line) for line in done.out.splitlines()]
    ends = [one for one in told if one.get("event") == "exit"]
    assert [one["exit_code"] for one in ends] == ([done.code] if done.code else []), done
    return [one for one in told if one not in ends]

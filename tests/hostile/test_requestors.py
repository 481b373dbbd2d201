"""Whatever a provider answers, the requestors end in time, say in a few lines what went wrong, and exit as DCMTK's."""

import re
import resource
import subprocess
from pathlib import Path

import pytest

from tests.helpers.data.datasets import part10
from tests.helpers.dcmtk.commands import ours
from tests.helpers.processes import tool_process
from tests.hostile.kinds import PATIENT, Kind, ct_image
from tests.hostile.provider_kinds import PROVIDERS, Expectation
from tests.hostile.providers import HostileProvider
from tests.hostile.victims import BRIEF

DEADLINE_S = 15.0
MOST_MEMORY_BYTES = 1 << 30
"""Of addresses."""
MOST_LINES = 4
EXPLAINING = "W:   "
"""How lines begin that say why, and what to do: besides those that DCMTK has."""

CASES = [
    pytest.param(expectation, kind, id=kind.name.replace(" ", "-"))
    for expectation in PROVIDERS
    for kind in expectation.kinds
]
_LINE = re.compile(r"[FEW]: [^\x00-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]*")
_PYTHON = re.compile(r"Traceback|Error\(|struct|unpack|NoneType|object has no|\(error\)|fault of this program")


@pytest.mark.parametrize(("expectation", "hostile"), CASES)
def test_tools_end_in_time_and_say_why(expectation: Expectation, hostile: Kind, tmp_path: Path) -> None:
    path = tmp_path / "ct.dcm"
    path.write_bytes(part10(ct_image()))
    with HostileProvider(hostile) as provider:
        runs = {}
        for tool in expectation.codes:
            files = () if tool == "echoscu" else (str(path),)
            command = [*ours(tool), *BRIEF, "127.0.0.1", str(provider.port), *files]
            runs[tool] = tool_process.Popen(
                command, env=tool_process.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path
            )
            resource.prlimit(runs[tool].pid, resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
        try:
            told = {tool: run.communicate(timeout=DEADLINE_S)[0].decode(errors="replace") for tool, run in runs.items()}
        finally:
            for run in runs.values():
                run.kill()
                run.wait()
    assert [path.name for path in tmp_path.iterdir()] == ["ct.dcm"]
    for tool, codes in expectation.codes.items():
        lines = told[tool].splitlines()
        assert runs[tool].returncode in codes, (tool, lines)
        assert all(_LINE.fullmatch(line) for line in lines), lines
        assert not _PYTHON.search(told[tool]), lines
        assert not any(part in told[tool] for part in PATIENT.split("^"))
        assert sum(not line.startswith(EXPLAINING) for line in lines) <= MOST_LINES
        assert not expectation.is_told or any(line[0] in "EF" for line in lines), lines

"""Whatever a provider answers, those who query and retrieve end in time, keep what is good and show nothing harmful."""

import re
import resource
import subprocess
from pathlib import Path

import pytest

from tests.helpers.dcmtk.commands import ours
from tests.helpers.processes import tool_process
from tests.hostile.kinds import Kind
from tests.hostile.providers import HostileProvider
from tests.hostile.query_kinds import QUERIED, QueryExpectation
from tests.hostile.victims import BRIEF, ELSEWHERE

DEADLINE_S = 15.0
MOST_MEMORY_BYTES = 1 << 30
"""Of addresses."""
KEYS = ("-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3", "-k", "PatientName")

CASES = [
    pytest.param(expectation, kind, id=kind.name.replace(" ", "-"))
    for expectation in QUERIED
    for kind in expectation.kinds
]
_LINE = re.compile(r"[FEWI]: [^\x00-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]*")
_PYTHON = re.compile(r"Traceback|Error\(|struct\.|unpack|NoneType|object has no|\(error\)|fault of this program")
_HARMLESS_NAME = re.compile(r"CT\.[A-Za-z0-9._-]{1,120}")


@pytest.mark.parametrize(("expectation", "hostile"), CASES)
def test_query_tools_end_in_time(expectation: QueryExpectation, hostile: Kind, tmp_path: Path) -> None:
    runs, folders = {}, {tool: tmp_path / tool for tool in expectation.codes}
    with HostileProvider(hostile) as provider:
        for tool, folder in folders.items():
            folder.mkdir()
            command = [*ours(tool), *BRIEF, *KEYS, "127.0.0.1", str(provider.port)]
            runs[tool] = tool_process.Popen(
                command, env=tool_process.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder
            )
            resource.prlimit(runs[tool].pid, resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
        try:
            told = {tool: run.communicate(timeout=DEADLINE_S)[0].decode(errors="replace") for tool, run in runs.items()}
        finally:
            for run in runs.values():
                run.kill()
                run.wait()
    assert not ELSEWHERE.exists()
    for tool, codes in expectation.codes.items():
        lines = told[tool].split("\n")[:-1]
        assert runs[tool].returncode in codes, (tool, lines[:20])
        assert [line for line in lines if not _LINE.fullmatch(line)][:3] == []
        assert not _PYTHON.search(told[tool]), lines[:20]
        names = {path.name for path in folders[tool].iterdir()}
        assert names >= expectation.kept(hostile), lines[:20]
        assert [name for name in names if not _HARMLESS_NAME.fullmatch(name)] == []

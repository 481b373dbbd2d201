"""SIGINT in the first moments of a process ends it quietly, wherever its imports are."""

import random
import signal
import subprocess
import textwrap
from pathlib import Path

import pytest

from tests.helpers.dcmtk.commands import DEADLINE_S, ours
from tests.helpers.processes.tool_process import environment

HOOK = textwrap.dedent(
    """
    import os, signal, sys

    class Sender:
        '''Sends SIGINT to the process when the module of a number is looked for, once our first lines are reached.'''

        def __init__(self):
            self.left = int(os.environ["SIGNAL_AT"])

        def find_spec(self, name, path=None, target=None):
            if name == "dicomdesk.cli":
                self.begun = True
            if getattr(self, "begun", False):
                self.left -= 1
                if not self.left:
                    os.kill(os.getpid(), signal.SIGINT)

    sys.meta_path.insert(0, Sender())
    """
)


@pytest.mark.parametrize(
    "words",
    [
        ["dcmsend", "127.0.0.1", "1", "."],
        ["storescu", "127.0.0.1", "1", "x"],
        ["dcmrecv", "--accept-all", "0"],
        ["echoscu", "127.0.0.1", "1"],
        ["dcmqrscp", "-c", "nofile"],
        ["passcode", "users", "anna"],
    ],
    ids=lambda words: words[0],
)
def test_interrupt_while_it_starts_is_quiet(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(HOOK)
    tool, *rest = words
    numbers = random.Random(tool)
    for number in (1, *(numbers.randint(2, 120) for _ in range(4))):
        variables = environment({"SIGNAL_AT": str(number)})
        variables["PYTHONPATH"] = f"{tmp_path}:{variables['PYTHONPATH']}"
        done = subprocess.run(
            [*ours(tool), *rest],
            cwd=tmp_path,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        assert "Traceback" not in done.stderr, (number, done.stderr)
        assert done.returncode in {-signal.SIGINT, 130, 1, 10, 62, 61, 21, 23}, (number, done)

"""What requestors load at their start: nothing of that which they need for other files or peers only."""

import subprocess
import sys

import pytest

from tests.helpers.dcmtk.programs import free_port
from tests.helpers.processes.tool_process import environment

SCRIPT = """
import sys
from dicomdesk.cli.catalogue import load_program
from dicomdesk.cli.program import run_program
code = run_program(load_program(sys.argv[1]), sys.argv[2:])
print(code, "pynetdicom" in sys.modules, "numpy" in sys.modules)
"""
KEYS = ["-P", "-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID=1"]


@pytest.mark.parametrize(
    "words",
    [["echoscu"], ["echoscu", "--diagnose"], ["findscu", *KEYS], ["movescu", *KEYS], ["getscu", *KEYS]],
    ids=" ".join,
)
def test_requestors_come_to_their_peer_without_numpy(words: list[str]) -> None:
    command = [sys.executable, "-c", SCRIPT, *words, "127.0.0.1", str(free_port())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment())
    assert done.stdout.splitlines()[-1].split()[1:] == ["True", "False"], (done.stdout, done.stderr)

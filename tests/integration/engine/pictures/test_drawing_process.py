import json
import subprocess
import sys

import pytest

from dicomdesk.engine.pictures import drawing_process

_BUSY = "while True: pass"
_STUCK_IN_A_LIBRARY = "import hashlib; hashlib.pbkdf2_hmac('sha256', b'x', b'y', 1 << 30)"
_HUNGRY = "bytearray(1 << 40)"


def ended(body: str) -> "subprocess.CompletedProcess[bytes]":
    """The process with a picture that takes what ``body`` takes."""
    script = f"""
from {drawing_process.__name__} import *
from {drawing_process.__name__} import main
import {drawing_process.__name__} as module
def draw_file(path, side):
    {body}
module.draw_file, module.SECONDS = draw_file, 0.2
main()
"""
    line = json.dumps({"path": "x", "side": 8}).encode() + b"\n"
    return subprocess.run([sys.executable, "-c", script], input=line, capture_output=True, check=False, timeout=20)


@pytest.mark.long
@pytest.mark.parametrize("body", [_BUSY, _STUCK_IN_A_LIBRARY])
def test_process_ends_in_the_middle_of_what_takes_too_long(body: str) -> None:
    done = ended(body)
    assert done.returncode != 0
    assert done.stdout == b""


def test_what_takes_too_much_memory_is_answered() -> None:
    done = ended(_HUNGRY)
    assert (done.returncode, json.loads(done.stdout)["error"]) == (0, "it takes too much memory")

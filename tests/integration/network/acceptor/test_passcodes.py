"""What verifying passcodes costs a process."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux, to know what memory is in use")
def test_many_guesses_leave_no_memory_behind() -> None:
    program = """
import re, threading
from pathlib import Path
from dicomdesk.network.acceptor.passcodes import Passcodes, hash_passcode
users, gone = Passcodes({"joe": hash_passcode("x")}), threading.Event()
guessed = threading.Semaphore(0)
def guess():
    users.are_right(b"joe", b"wrong")
    guessed.release()
    gone.wait()
threads = [threading.Thread(target=guess) for _ in range(12)]
for thread in threads: thread.start()
for _ in threads: guessed.acquire()
print(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
gone.set()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert int(ended.stdout) < 100_000  # kilobytes; with half the cost 12 times 16 MB are kept

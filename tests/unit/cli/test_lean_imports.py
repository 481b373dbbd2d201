import subprocess
import sys

SCRIPT = """
import sys
from dicomdesk.cli.lean_imports import lean_imports
with lean_imports():
    import pynetdicom
assert "numpy" not in sys.modules
assert "http.client" not in sys.modules
import urllib.request
assert urllib.request.Request("http://localhost/x").host == "localhost"
import numpy
assert numpy.zeros(1)[0] == 0
print("fine")
"""


def test_pynetdicom_comes_without_what_can_still_be_had() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("fine\n", "")

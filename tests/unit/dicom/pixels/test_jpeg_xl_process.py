import subprocess
import sys

import imagecodecs
import numpy as np
import pytest

from dicomdesk.dicom.pixels import jpeg_xl_process


def run(codestream: bytes, memory_bytes: int) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-P", jpeg_xl_process.__file__, str(memory_bytes), "60"],
        input=codestream,
        capture_output=True,
        check=False,
        timeout=100,
    )


def test_samples_are_written_behind_their_size() -> None:
    array = np.arange(600, dtype="<u2").reshape(20, 30)
    done = run(bytes(imagecodecs.jpegxl_encode(array, lossless=True)), 256 << 20)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"\2" + array.tobytes()


def test_errors_are_a_line_without_traceback() -> None:
    done = run(b"\xff\x0anonsense", 256 << 20)
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1


@pytest.mark.long
def test_more_memory_than_allowed_is_an_error() -> None:
    frame = bytes(imagecodecs.jpegxl_encode(np.zeros((3000, 3000), "u2"), lossless=True, effort=1))
    assert run(frame, 512 << 20).returncode == 0
    assert run(frame, 10 << 20).returncode != 0

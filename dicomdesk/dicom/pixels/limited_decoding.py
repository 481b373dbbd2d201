"""Decodes in a process of its own those codestreams of which nobody can tell before what they take.

``MEMORY_BYTES`` and ``MEMORY_OF_SAMPLE`` bound its memory, ``SECONDS`` and ``SAMPLES_OF_SECOND`` its time. Where the
system has no such limits (Windows), the time is bounded only.
"""

import subprocess
import sys

from dicomdesk.dicom.pixels import jpeg_xl_process
from dicomdesk.errors import ConversionError
from dicomdesk.own_processes import module_command, module_environment

_PROCESS = jpeg_xl_process.__name__

MEMORY_BYTES = 256 << 20
MEMORY_OF_SAMPLE = 96
"""Bytes for each sample of the image: that many copies of it, as floats, may be waiting for others."""
SECONDS = 20
SAMPLES_OF_SECOND = 1 << 20
"""For this many samples, a second more."""


def decode_jpeg_xl_limited(codestream: bytes, sample_count: int) -> tuple[bytes, int]:
    """Samples, little endian, and the bytes of each. Raises ConversionError where it fails or takes too much."""
    seconds = SECONDS + sample_count // SAMPLES_OF_SECOND
    memory_bytes = MEMORY_BYTES + MEMORY_OF_SAMPLE * sample_count
    try:
        done = subprocess.run(
            module_command(_PROCESS, str(memory_bytes), str(seconds)),
            env=module_environment(),
            input=codestream,
            capture_output=True,
            check=False,
            timeout=3 * seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise ConversionError(f"a JPEG XL frame takes longer than {seconds} s to decode") from error
    if done.returncode < 0:
        raise ConversionError(f"a JPEG XL frame takes more than {memory_bytes} bytes or {seconds} s to decode")
    if done.returncode or not done.stdout:
        lines = done.stderr.decode("utf-8", "replace").splitlines() or ["it cannot be decoded"]
        raise ConversionError(f"a JPEG XL frame is corrupt: {lines[-1][:200]}")
    return done.stdout[1:], done.stdout[0]


def can_decode_limited() -> bool:
    """Whether there is a program to run: not so where Python is embedded in another."""
    return bool(sys.executable)

import io
import os
import subprocess
import sys

import pytest

from dicomdesk.cli.output.standard_streams import make_output_tolerant, write_stderr, write_stdout
from tests.helpers.dcmtk.commands import DEADLINE_S
from tests.helpers.processes.tool_process import environment

SCRIPT = """
import os, sys
from dicomdesk.cli.output.standard_streams import open_missing_streams, write_stderr, write_stdout
open_missing_streams()
descriptor = os.open(os.devnull, os.O_RDONLY)
write_stdout("out")
write_stderr("err")
sys.stdin.read()
os._exit(descriptor)
"""


@pytest.mark.parametrize("closed", ["0", "1", "2", "01", "02", "12", "012"])
def test_what_is_opened_later_never_gets_a_descriptor_of_a_standard_stream(closed: str) -> None:
    words = " ".join(f"{number}{'<' if number == '0' else '>'}&-" for number in closed)
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -c "$1" {words}', sys.executable, SCRIPT],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode >= 3
    assert done.stdout == (b"" if "1" in closed else b"out")
    told = b"E: cannot write to standard output: Bad file descriptor\n" if "1" in closed else b""
    assert done.stderr == (b"" if "2" in closed else told + b"err")


class Spoilt(io.StringIO):
    """Cannot be written."""

    def __init__(self, error: OSError, descriptor: int) -> None:
        super().__init__()
        self._error = error
        self._descriptor = descriptor

    def write(self, _text: str) -> int:
        raise self._error

    def fileno(self) -> int:
        return self._descriptor


@pytest.mark.parametrize(
    ("error", "is_fine", "told"),
    [
        (BrokenPipeError(), True, ""),
        (
            OSError(28, "No space left on device"),
            False,
            "E: cannot write to standard output: No space left on device\n",
        ),
    ],
)
def test_trouble_with_stdout_is_told_unless_nobody_reads_it(
    error: OSError, is_fine: bool, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptor = os.open(os.devnull, os.O_RDONLY)
    monkeypatch.setattr(sys, "stdout", Spoilt(error, descriptor))
    assert write_stdout("text") is is_fine
    os.close(descriptor)
    assert capsys.readouterr().err == told


def test_trouble_with_stderr_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Spoilt(OSError(5, "gone"), -1))
    write_stderr("text")


def test_names_that_are_no_text_can_be_written() -> None:
    """As they are for programs, where that can be; as escapes in what people read, whatever the locale."""
    for encoding, for_programs in (("utf-8", b"caf\x80"), ("ascii", b"caf\\x80"), ("latin-1", b"caf\\x80")):
        raw = [io.BytesIO(), io.BytesIO()]
        out, err = (io.TextIOWrapper(each, encoding=encoding) for each in raw)
        make_output_tolerant(out, err)
        for stream in (out, err):
            stream.write("caf\udc80")
            stream.flush()
        assert [each.getvalue() for each in raw] == [for_programs, b"caf\\x80"]

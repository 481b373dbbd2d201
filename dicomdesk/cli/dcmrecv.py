"""The tool ``dcmrecv``."""

from dicomdesk.cli.dcmrecv_options import TOOL, read_options
from dicomdesk.cli.grammar import CommandLine
from dicomdesk.cli.program import Program
from dicomdesk.logs import Log


def run(line: CommandLine, log: Log) -> int:
    """Receive as the command line says; returns the exit code."""
    read_options(line)
    log.logger("dcmtk.apps.dcmrecv").fatal("the engine is not there yet")
    return 70


def list_ciphers() -> str:
    """The answer to ``--list-ciphers``."""
    return "Supported TLS ciphersuites are:\n  none, this version has no TLS\n"


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-ciphers": list_ciphers})

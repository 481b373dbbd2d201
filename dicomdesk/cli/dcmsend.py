"""The tool ``dcmsend``."""

from dicomdesk.cli.dcmsend_options import TOOL, read_options
from dicomdesk.cli.grammar import CommandLine
from dicomdesk.cli.program import Program
from dicomdesk.logs import Log


def run(line: CommandLine, log: Log) -> int:
    """Send what the command line says; returns the exit code."""
    read_options(line)
    log.logger("dcmtk.apps.dcmsend").fatal("the engine is not there yet")
    return 70


def list_decoders() -> str:
    """The answer to ``--list-decoders``."""
    from dicomdesk.dicom.codecs import can_decode  # noqa: PLC0415 - only where asked for: start-up time
    from dicomdesk.dicom.transfer_syntaxes import TRANSFER_SYNTAXES, UNCOMPRESSED  # noqa: PLC0415 - as above

    native = [syntax.name for syntax in TRANSFER_SYNTAXES if syntax.uid in UNCOMPRESSED]
    decoded = [syntax for syntax in TRANSFER_SYNTAXES if syntax.uid not in UNCOMPRESSED and can_decode(syntax.uid)]
    decoded.sort(key=lambda syntax: not syntax.is_deflated)
    lines = ["Transfer syntaxes supported natively:", *(f"- {name}" for name in native), ""]
    lines += ["Transfer syntaxes supported by decoders:", *(f"- {syntax.name}" for syntax in decoded)]
    return "\n".join(lines) + "\n"


PROGRAM = Program(tool=TOOL, run=run, answers={"--list-decoders": list_decoders})

"""What came of a retrieval, on stdout and in a report."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.query.options import Form, QueryOptions
from dicomdesk.cli.retrieving.options import RetrieveExtras
from dicomdesk.errors import ReportError
from dicomdesk.human import printable
from dicomdesk.logs import Level, Logger

if TYPE_CHECKING:
    from dicomdesk.engine.retrieve.facts import RetrieveFact
    from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
    from dicomdesk.engine.stats import Progress

__all__ = ["RetrieveOutput", "make_output", "write_report"]


class RetrieveOutput(Protocol):
    """``JsonReporter`` of a retrieve job, which also writes what came of it."""

    @property
    def is_lost(self) -> bool:
        """See ``JsonReporter``."""

    def show(self, batch: "Sequence[RetrieveFact]") -> None:
        """See ``JsonReporter``."""

    def show_progress(self, progress: "Progress") -> None:
        """See ``JsonReporter``."""

    def end(self, result: "RetrieveOutcome") -> None:
        """Write what is known at the end."""


def make_output(form: Form) -> RetrieveOutput | None:
    """What writes to stdout; None where nothing is asked for."""
    match form:
        case Form.NONE:
            return None
        case Form.JSON:
            from dicomdesk.cli.retrieving.json_lines import RetrieveJsonReporter  # noqa: PLC0415 - start-up time

            return RetrieveJsonReporter()
        case _:
            from dicomdesk.cli.output.standard_streams import write_stdout  # noqa: PLC0415 - start-up time
            from dicomdesk.cli.retrieving.instance_rows import InstanceRows  # noqa: PLC0415 - as above

            return InstanceRows(form, write_stdout)


def write_report(options: QueryOptions, extras: RetrieveExtras, result: "RetrieveOutcome", logger: Logger) -> int:
    """Write the report where one is asked for; the exit code, not 0 where it cannot be written, which is then told."""
    if not extras.report_file:
        return int(ExitCode.SUCCESS)
    from dicomdesk.engine.delivery.report_files import write_content  # noqa: PLC0415 - only where asked for

    text = "\n".join(_report_lines(options, result)) + "\n"
    try:
        write_content(extras.report_file, text.encode("utf-8", "surrogateescape"), "detailed report")
    except ReportError as error:
        logger.write(Level.ERROR, printable(str(error)))
        return int(ExitCode.CANNOT_WRITE_REPORT_FILE)
    return int(ExitCode.SUCCESS)


def _report_lines(options: QueryOptions, result: "RetrieveOutcome") -> Sequence[str]:
    from dicomdesk.engine.retrieve.diagnosis.report import report_lines  # noqa: PLC0415 - only where asked for

    title = "Detailed Report on the Retrieval of Instances"
    peer, association = options.peer, options.association
    at = datetime.now().astimezone()
    lines = [
        title,
        "=" * len(title),
        "",
        f"Communication Peer : {peer.host}:{peer.port}",
        f"AE Titles used     : {association.calling_ae_title} -> {peer.ae_title}",
        f"Current Date/Time  : {at:%Y-%m-%d %H:%M:%S}",
        "",
        *report_lines(result),
    ]
    for name, uids in (("Missing", result.missing), ("Refused", result.refused)):
        lines += ["", f"{name}:", *(f"  {printable(uid)}" for uid in uids)] if uids else []
    return lines

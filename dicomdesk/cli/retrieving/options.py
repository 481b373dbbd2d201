"""Options of ours that movescu and getscu share, and what they ask for; what reads one raises CommandLineError."""

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, Option, OptionGroup, group, option
from dicomdesk.cli.options.tls import TlsRole, tls_extensions, tls_group
from dicomdesk.cli.query import options as query
from dicomdesk.cli.query.list_options import list_group
from dicomdesk.cli.query.options import Form
from dicomdesk.records import dataclass

__all__ = ["RetrieveExtras", "read_extras", "retrieve_extensions"]

_MOST_PARALLEL = 64
_NOT_OF_LISTS = ("--table", "--csv", "--create-report-file")
"""What comes of a list is in its own report."""


def retrieve_extensions(tool: str, role: TlsRole, *own: Option) -> OptionGroup:
    """The options of ours that a tool which retrieves has, TLS with its groups among them; ``own`` has it alone."""
    return group(
        f"extensions (not in DCMTK's {tool})",
        shared.JSON,
        option("--table", "write to stdout what became of each instance, as", "a table"),
        option("--csv", "write to stdout what became of each instance, as", "CSV"),
        option("--progress", "show how many instances came, if stderr is a", "terminal"),
        option("--create-report-file", "write a report to file f", argument="[f]ilename: string"),
        option(
            "--limit",
            "cancel each request when n instances were sent",
            argument="[n]umber: integer (default: never)",
        ),
        option("--compare", "ask what exists first (C-FIND), and compare it", "with what came"),
        option("--resume", "as --compare, and leave out what the output", "directory has already"),
        option(
            "--parallel",
            "as --compare, and fetch the series over n",
            "associations at once",
            argument="[n]umber: integer (default: 1)",
        ),
        shared.JOURNAL,
        *own,
        shared.FSYNC,
        list_group(fetches=True),
        *query.IDENTITY,
        *tls_extensions(role),
        *tls_group(role).groups,
    )


NOTE = (
    "--json, --table and --csv write to standard output, the log goes to standard error. At the end what was announced "
    "(with --compare), what the peer has counted, what arrived, what is stored and what is missing stand beside each "
    "other there, and in the report, with the reasons and what to do next; a report that cannot be written is exit "
    "code 43. With --resume a retrieval that was broken off is taken up where it was. With --journal, which asks what "
    "exists first as --compare does, what was asked for is kept in a file, and 'dicomdesk resume --journal FILE' takes "
    "up what has not all come, lists too."
)
"""For the tools' descriptions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveExtras:
    """What the options of ours ask for."""

    form: Form
    report_file: str
    """"" for none."""
    limit: int | None
    compares: bool
    """What exists is asked for first."""
    resumes: bool
    parallel: int
    journal: str
    """"" for none."""

    @property
    def tells_unasked(self) -> bool:
        """Whether somebody is told of instances that nobody asked for."""
        return self.form is not Form.NONE or bool(self.report_file)


def read_extras(line: CommandLine) -> RetrieveExtras:
    """What the command line asks for of them."""
    for given in _NOT_OF_LISTS:
        line.check_conflict(given, "--list", is_given=line.has("--list") and line.has(given))
    parallel = line.integer("--parallel", 1, _MOST_PARALLEL) or 1
    resumes = line.has("--resume")
    return RetrieveExtras(
        form=query.read_form(line),
        report_file=line.text("--create-report-file"),
        limit=line.integer("--limit", 1),
        compares=resumes or parallel > 1 or line.has("--compare") or line.has("--journal"),
        resumes=resumes,
        parallel=parallel,
        journal=line.text("--journal"),
    )

"""``archive reload``."""

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.place import GENERAL, OUTPUT, PLACE, read_place
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, Tool, group, option
from dicomdesk.cli.program import Program
from dicomdesk.errors import ConfigurationError
from dicomdesk.human import printable
from dicomdesk.logs import Log, Logger

_COLUMNS = ("host", "pid", "is_in_force", "configuration", "problems")
_LONGEST_WAIT_S = 30

TOOL = Tool(
    name="archive reload",
    description="Have servers read their configuration again, without a restart",
    parameters=(),
    groups=(
        GENERAL,
        PLACE,
        group(
            "reload options",
            option("--wait", "wait n seconds for their answers", argument="[n]umber: integer (default: 30)"),
        ),
        OUTPUT,
    ),
    notes=(
        (
            "The configuration is read here first: a mistake is told with its line, and nobody is asked. Then every "
            "dcmqrscp that serves its storage areas on this machine reads its file again, as after SIGHUP, and answers."
        ),
        (
            "All of a configuration is put in force or nothing: peers, access, quotas and areas, new ones included. "
            "Associations that run keep what they began with. What cannot change in a process that runs is said: port, "
            "MaxPDUSize, MaxAssociations, user and group, DatabaseURL and the folder of an area."
        ),
        "A dcmqrscp that was started at a terminal ends with it at SIGHUP, and is not asked.",
    ),
    examples=(("Put a new peer in force.", "archive reload --config archive.cfg"),),
    objects=(
        (
            "reload",
            "``host``, ``pid``, ``configuration`` (the file that it reads), ``is_in_force``, ``problems`` (why not)",
        ),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Ask the servers; returns the exit code."""
    place = read_place(line)
    wait_s = line.integer("--wait", 0, 3600)
    from dicomdesk.archive.administration.reloading import ask_to_reload  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    form = read_form(line)

    def work(logger: Logger) -> int:
        try:
            answers = ask_to_reload(place, float(_LONGEST_WAIT_S if wait_s is None else wait_s))
        except ConfigurationError as error:
            for problem in error.problems:
                logger.error(printable(problem))  # noqa: TRY400 - each mistake has its line
            raise
        if not answers:
            logger.error("no server of this archive runs that could be asked")
            return int(ExitCode.NOT_ALL_RIGHT)
        for answer in answers:
            for problem in answer.problems:
                logger.error(f"process {answer.pid} on {printable(answer.host)}: {printable(problem)}")
        code = RowOutput(form, _COLUMNS).take_all(
            (
                "reload",
                {
                    "host": answer.host,
                    "pid": answer.pid,
                    "is_in_force": answer.is_in_force,
                    "configuration": answer.configuration,
                    "problems": list(answer.problems),
                },
            )
            for answer in answers
        )
        is_well = all(answer.is_in_force for answer in answers)
        return code or int(ExitCode.SUCCESS if is_well else ExitCode.NOT_ALL_RIGHT)

    return carry_out(log, work)


PROGRAM = Program(tool=TOOL, run=run)

"""``archive hold``, and what ``archive release`` shares with it."""

from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.confirmation import who_asks
from dicomdesk.cli.archive.place import GENERAL, OUTPUT, PLACE, read_place, read_selected
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Parameter, Tool, group, option
from dicomdesk.cli.program import Program
from dicomdesk.dicom.query.attributes import STUDY_INSTANCE_UID, Level, find_attribute
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.administration.opening import OpenedArea
    from dicomdesk.archive.administration.selection import Selection

__all__ = ["PROGRAM", "read_studies", "selected_studies"]

_COLUMNS = ("study_instance_uid", "since", "by", "why")

TOOL = Tool(
    name="archive hold",
    description="Protect studies from every removal, or list which are",
    parameters=(
        Parameter(
            name="key=value",
            text="the studies, or a Study Instance UID; without any: list what is on hold",
            is_repeatable=True,
            is_optional=True,
        ),
    ),
    groups=(
        GENERAL,
        PLACE,
        group("hold options", option("--why", "write down why", argument="[t]ext: string")),
        OUTPUT,
    ),
    notes=(
        (
            "A study on hold is removed by no quota, no retention, and by archive remove only with --force. A hold is "
            "by Study Instance UID; it stays when the index is made again, and counts for all servers of the folder."
        ),
    ),
    examples=(
        ("Protect a study.", "archive hold 1.2.3 --why 'lawsuit 17'"),
        ("See what is on hold.", "archive hold"),
    ),
    objects=(("held", "``area``, ``study_instance_uid``, ``since`` (ISO 8601 with offset), ``by``, ``why``"),),
)


def run(line: CommandLine, log: Log) -> int:
    """Put studies on hold, or list those that are; returns the exit code."""
    selection = read_studies(line) if line.parameters else None
    place = read_place(line)
    from dicomdesk.archive.administration.opening import opened_areas, working_on  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.areas.holds import hold_study, read_holds  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    output = RowOutput(read_form(line), _COLUMNS)

    def work(logger: Logger) -> int:
        count = 0
        with opened_areas(place) as areas:
            for opened in areas:
                uids = None if selection is None else selected_studies(opened, selection)
                if uids:
                    with working_on(opened) as keeper:
                        for uid in uids:
                            hold_study(keeper.storage, uid, by=who_asks(), why=line.text("--why"))
                holds = read_holds(opened.area.folder)
                for uid in holds if uids is None else uids:
                    hold = holds[uid]
                    row = {"study_instance_uid": uid, "since": hold.since, "by": hold.by, "why": hold.why}
                    output.take("held", {"area": opened.name, **row})
                    count += 1
        if selection is not None and not count:
            logger.write_failure("nothing matches: nothing was put on hold")
            return int(ExitCode.NOT_ALL_RIGHT)
        return output.end()

    return carry_out(log, work)


def read_studies(line: CommandLine) -> "Selection":
    """Read which studies are meant; raises CommandLineError."""
    selection = read_selected(line.parameters)
    if selection.level is not Level.STUDY or not selection.restricts:
        raise CommandLineError("Studies are put on hold: give a Study Instance UID, or keys of studies or patients")
    return selection


def selected_studies(opened: "OpenedArea", selection: "Selection") -> list[str]:
    """The Study Instance UIDs that match."""
    attribute = find_attribute(STUDY_INSTANCE_UID)
    query = selection.query(returned=() if attribute is None else (attribute,))
    return sorted({match.values[STUDY_INSTANCE_UID] for match in opened.index.find(query, opened.name)})


PROGRAM = Program(tool=TOOL, run=run)

"""``archive release``."""

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.keeping.hold_command import read_studies, selected_studies
from dicomdesk.cli.archive.place import GENERAL, PLACE, read_place
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, Parameter, Tool, group
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.program import Program
from dicomdesk.dicom.query.attributes import STUDY_INSTANCE_UID
from dicomdesk.logs import Log, Logger

TOOL = Tool(
    name="archive release",
    description="Take studies from hold",
    parameters=(
        Parameter(name="key=value", text="the studies, or a Study Instance UID", is_repeatable=True, is_optional=False),
    ),
    groups=(GENERAL, PLACE, group("output options", JSON)),
    notes=("A hold of a study that is not in the archive any more is taken by its UID. See archive hold.",),
    examples=(("Take a study from hold.", "archive release 1.2.3"),),
    objects=(("released", "``area``, ``study_instance_uid``"),),
)


def run(line: CommandLine, log: Log) -> int:
    """Take studies from hold; returns the exit code."""
    selection, place = read_studies(line), read_place(line)
    named = [value for key, value in selection.values.items() if key.tag == STUDY_INSTANCE_UID]
    from dicomdesk.archive.administration.opening import opened_areas, working_on  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.areas.holds import release_study  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    output = RowOutput(read_form(line), ("study_instance_uid",))

    def work(logger: Logger) -> int:
        count = 0
        with opened_areas(place) as areas:
            for opened in areas:
                uids = {*selected_studies(opened, selection), *(uid for value in named for uid in value.split("\\"))}
                with working_on(opened) as keeper:
                    for uid in sorted(uids):
                        if release_study(keeper.storage, uid):
                            text = f"{opened.name}: {uid} is not on hold any more"
                            output.tell("released", {"area": opened.name, "study_instance_uid": uid}, text)
                            count += 1
        if not count:
            logger.write_failure("none of these studies is on hold")
        return output.exit_code(ExitCode.SUCCESS if count else ExitCode.NOT_ALL_RIGHT)

    return carry_out(log, work)


PROGRAM = Program(tool=TOOL, run=run)

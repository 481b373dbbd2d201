"""``archive remove``."""

from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.confirmation import YES, confirm, who_asks
from dicomdesk.cli.archive.place import GENERAL, PLACE, SELECTION, read_place, read_selected
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.audit import AUDIT_OPTIONS, read_audit
from dicomdesk.cli.options.grammar import CommandLine, Tool, group, option
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.program import Program
from dicomdesk.human import count_text, printable, size_text
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.administration.keeping.removal import Removal, RemovalPlan
    from dicomdesk.archive.administration.opening import OpenedArea
    from dicomdesk.archive.audit.messages import AuditMessage
    from dicomdesk.cli.output.json_lines import Fields, JsonLinesReporter

_DEFAULT_DAYS = 30
_MOST_DAYS = 36_500

TOOL = Tool(
    name="archive remove",
    description="Remove patients, studies, series or instances, into the trash",
    parameters=SELECTION,
    groups=(
        GENERAL,
        PLACE,
        group(
            "removal options",
            YES,
            option("--dry-run", "show what would go, remove nothing"),
            option(
                "--keep-days",
                "keep it in the trash for n days, at least;",
                "0 removes it for good",
                argument=f"[n]umber: integer (default: {_DEFAULT_DAYS})",
            ),
            option("--why", "write down why", argument="[t]ext: string"),
            option("--force", "remove studies on hold, too"),
        ),
        group("output options", JSON, *AUDIT_OPTIONS),
    ),
    notes=(
        (
            "remove shows what would go, study by study, and asks. What it removes is in the trash of its storage area "
            "until its time is over, where archive trash lists it and puts it back. What has come since it was shown "
            "stays."
        ),
        (
            "Servers go on meanwhile: a C-MOVE that is sending a file sends it to its end; instances that it has not "
            "come to yet are failed sub-operations, with the reason."
        ),
        (
            "Studies on hold stay, and the exit code is 80 then, as it is where nothing matches. Without a terminal "
            "and without --yes nothing is removed, and the exit code is 89."
        ),
    ),
    examples=(
        (
            "See what would go of a patient, then remove it, with a reason.",
            "archive remove patient 4711 --dry-run",
            "archive remove patient 4711 --why 'sent to the wrong archive'",
        ),
        (
            "Remove the studies of before 2016 in a script, for good.",
            "archive remove studies StudyDate=-20151231 --keep-days 0 --yes --json",
        ),
    ),
    objects=(
        (
            "removal-planned",
            "``area``, ``study_instance_uid``, ``instances``, ``bytes``, ``held_why`` (null where it is not on hold)",
        ),
        (
            "removed",
            (
                "``area``, ``instances``, ``bytes``, ``held`` (Study Instance UIDs that stay), ``trash`` (number of "
                "the entry, or null)"
            ),
        ),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Remove what is selected; returns the exit code."""
    selection, place, audit = read_selected(line.parameters), read_place(line), read_audit(line)
    days = line.integer("--keep-days", 0, _MOST_DAYS)
    from dicomdesk.archive.administration.keeping.removal import plan_removal, remove_planned, settle_trash  # noqa: PLC0415
    from dicomdesk.archive.administration.opening import opened_areas, working_on  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.audit.changes import opened_trail  # noqa: PLC0415 - as above
    from dicomdesk.cli.output.json_lines import JsonLinesReporter  # noqa: PLC0415 - as above

    json = JsonLinesReporter() if line.has("--json") else None

    def work(logger: Logger) -> int:
        with opened_areas(place) as areas, opened_trail(audit) as trail:
            plans = [(opened, plan_removal(opened, selection)) for opened in areas]
            plans = [(opened, plan) for opened, plan in plans if plan.instances]
            for opened, plan in plans:
                _show_plan(opened, plan, json)
            if not plans:
                logger.write_failure("nothing matches: nothing was removed")
                return int(ExitCode.NOT_ALL_RIGHT)
            if line.has("--dry-run"):
                return int(ExitCode.SUCCESS)
            if not confirm(line, _question(plans, _DEFAULT_DAYS if days is None else days), logger):
                return int(ExitCode.NOT_CONFIRMED)
            is_all = True
            for opened, plan in plans:
                with working_on(opened) as keeper:
                    settle_trash(keeper)
                    removal = remove_planned(
                        keeper,
                        plan,
                        by=who_asks(),
                        why=line.text("--why"),
                        keep_days=float(_DEFAULT_DAYS if days is None else days),
                        forces=line.has("--force"),
                    )
                _show_removal(opened, removal, json, logger)
                trail.tell(_messages(opened, plan, removal))
                is_all &= not removal.held
        return int(ExitCode.SUCCESS if is_all else ExitCode.NOT_ALL_RIGHT)

    return carry_out(log, work)


def _messages(opened: "OpenedArea", plan: "RemovalPlan", removal: "Removal") -> "list[AuditMessage]":
    """Return what the audit trail is told of a removal."""
    from dicomdesk.archive.audit.changes import change_messages  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.audit.messages import EventId  # noqa: PLC0415 - as above

    gone = [one for one in plan.instances if one.study_instance_uid not in removal.held]
    return change_messages(
        EventId.STUDY_DELETED, "D", gone, area=opened.name, user=who_asks(), description="archive remove"
    )


def _show_plan(opened: "OpenedArea", plan: "RemovalPlan", json: "JsonLinesReporter | None") -> None:
    for one in plan.studies:
        if json is not None:
            fields: Fields = {
                "area": opened.name,
                "study_instance_uid": one.study_instance_uid,
                "instances": one.instances,
                "bytes": one.size_bytes,
                "held_why": one.held_why,
            }
            json.write([("removal-planned", fields)])
            continue
        held = "" if one.held_why is None else f", on hold: {one.held_why or 'no reason given'}"
        text = f"{opened.name}: {one.study_instance_uid}: {count_text(one.instances, 'instance')}, "
        write_stdout(printable(f"{text}{size_text(one.size_bytes)}{held}") + "\n")


def _question(plans: "list[tuple[OpenedArea, RemovalPlan]]", days: int) -> str:
    instances = sum(len(plan.instances) for _opened, plan in plans)
    studies = sum(len(plan.studies) for _opened, plan in plans)
    where = "for good" if days == 0 else f"into the trash, for {count_text(days, 'day')}"
    return f"Remove {count_text(instances, 'instance')} of {count_text(studies, 'study', 'studies')} {where}?"


def _show_removal(opened: "OpenedArea", removal: "Removal", json: "JsonLinesReporter | None", logger: Logger) -> None:
    for uid in removal.held:
        logger.warn(printable(f"{opened.name}: {uid} is on hold and stays"))
    entry = None if removal.entry is None else removal.entry.id
    if json is not None:
        fields: Fields = {
            "area": opened.name,
            "instances": len(removal.removed),
            "bytes": removal.size_bytes,
            "held": removal.held,
            "trash": entry,
        }
        json.write([("removed", fields)])
        return
    where = "" if entry is None else f"; archive trash restore {entry} puts it back"
    text = f"{opened.name}: {count_text(len(removal.removed), 'instance')} removed, {size_text(removal.size_bytes)}"
    write_stdout(printable(f"{text}{where}") + "\n")


PROGRAM = Program(tool=TOOL, run=run)

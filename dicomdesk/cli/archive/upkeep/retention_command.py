"""``archive retention``."""

from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.confirmation import YES, confirm
from dicomdesk.cli.archive.place import GENERAL, OUTPUT, PLACE, read_place
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, Tool, group, option
from dicomdesk.cli.options.retention import RETENTION_OPTIONS, read_retention
from dicomdesk.cli.program import Program
from dicomdesk.errors import SettingsError
from dicomdesk.human import count_text
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.administration.expiring import ExpiringArea
    from dicomdesk.archive.administration.opening import OpenedArea
    from dicomdesk.archive.setup.retention_rules import RetentionRule
    from dicomdesk.cli.archive.rows import RowOutput

_APPLIED = ("studies", "instances", "bytes", "held", "missing_bytes")
_COLUMNS = ("study_instance_uid", "instances", "bytes", "last_received", "age_days", "reason", "is_held")

TOOL = Tool(
    name="archive retention",
    description="Remove studies that are too old, or to make room, as the configuration says",
    parameters=(),
    groups=(
        GENERAL,
        PLACE,
        group(
            "retention options",
            option("--dry-run", "show what would go and why, and remove nothing"),
            YES,
            *RETENTION_OPTIONS,
        ),
        OUTPUT,
    ),
    notes=(
        (
            "A server does by itself, once a minute, what RetentionTable in its configuration says; this does it once, "
            "beside servers or without. With --dry-run it shows what the next time would be."
        ),
        (
            "The age of a study counts from the arrival of its last instance; reading it does not make it younger. "
            "Studies go as a whole and for good, those first that have waited longest. What is on hold stays, and to "
            "make room nothing goes that came within the last day."
        ),
    ),
    examples=(
        (
            "See what would go of an archive that keeps ten years and a tenth of its disk free.",
            "archive retention --keep-days 3650 --keep-free 10% --dry-run",
        ),
    ),
    objects=(
        (
            "retention-planned",
            (
                "``area``, ``study_instance_uid``, ``instances``, ``bytes``, ``last_received`` (ISO 8601 with "
                "offset), ``age_days``, ``reason`` (age, free-space), ``is_held`` (it stays)"
            ),
        ),
        ("retention-applied", "``area``, ``studies``, ``instances``, ``bytes``, ``held``, ``missing_bytes``"),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Show what is to go, and remove it where that is confirmed; returns the exit code."""
    place, rule = read_place(line), read_retention(line)
    from dicomdesk.archive.administration.expiring import find_expiring  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.administration.opening import opened_areas  # noqa: PLC0415 - as above
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    form = read_form(line)

    def work(logger: Logger) -> int:
        with opened_areas(place) as areas:
            plans = [find_expiring(opened, rule or _rule_of(opened)) for opened in areas]
            output = RowOutput(form, ("area", *_COLUMNS) if len(plans) > 1 else _COLUMNS)
            code = output.take_all(
                (
                    "retention-planned",
                    {
                        "area": plan.opened.name,
                        "study_instance_uid": one.study.study_instance_uid,
                        "instances": one.study.instance_count,
                        "bytes": one.study.size_bytes,
                        "last_received": one.study.last_received,
                        "age_days": round(one.age_days, 1),
                        "reason": one.reason.value,
                        "is_held": one.is_held,
                    },
                )
                for plan in plans
                for one in plan.expired
            )
            going = [plan for plan in plans if plan.going]
            if code or line.has("--dry-run") or not going:
                return code
            studies = sum(len(plan.going) for plan in going)
            if not confirm(line, f"Remove {count_text(studies, 'study', 'studies')} for good?", logger):
                return int(ExitCode.NOT_CONFIRMED)
            return _apply(going, RowOutput(form, ("area", *_APPLIED)))

    return carry_out(log, work)


def _rule_of(opened: "OpenedArea") -> "RetentionRule":
    from dicomdesk.archive.administration.expiring import rule_of  # noqa: PLC0415 - start-up time

    rule = rule_of(opened)
    if rule.removes_nothing:
        raise SettingsError(
            f'RetentionTable says nothing of the storage area "{opened.name}": --keep-days or --keep-free would'
        )
    return rule


def _apply(plans: "list[ExpiringArea]", output: "RowOutput") -> int:
    from dicomdesk.archive.administration.expiring import remove_expired  # noqa: PLC0415 - start-up time

    reports = ((plan.opened.name, remove_expired(plan)) for plan in plans)
    return output.take_all(
        (
            "retention-applied",
            {
                "area": name,
                "studies": report.studies,
                "instances": report.instances,
                "bytes": report.size_bytes,
                "held": report.held,
                "missing_bytes": report.missing_bytes,
            },
        )
        for name, report in reports
    )


PROGRAM = Program(tool=TOOL, run=run)

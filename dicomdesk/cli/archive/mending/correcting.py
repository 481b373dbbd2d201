"""What the commands that correct share: their options, and the way from a preview over the question to the work."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.confirmation import YES, confirm
from dicomdesk.cli.archive.place import read_place
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.audit import AUDIT_OPTIONS, read_audit
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, group, option
from dicomdesk.cli.options.shared import JSON
from dicomdesk.cli.output.standard_streams import write_stderr, write_stdout
from dicomdesk.cli.output.terminal import is_terminal
from dicomdesk.errors import SettingsError
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.areas.keeper import Keeper
    from dicomdesk.archive.audit.messages import AuditMessage
    from dicomdesk.archive.corrections.corrector import Corrector
    from dicomdesk.archive.corrections.record import CorrectionKind, CorrectionRecord
    from dicomdesk.archive.corrections.remedies import Remedy
    from dicomdesk.cli.output.json_lines import Fields

__all__ = [
    "CONFIRMING",
    "OUTPUT",
    "REASON",
    "RECORD_KEYS",
    "SET",
    "correct_with",
    "describe_record",
    "read_set",
    "record_lines",
]

SET = option(
    "--set",
    "give this attribute this value (repeatable)",
    argument="[k]eyword=value: string",
    is_secret=True,
)
REASON = group(
    "trail options",
    option("--reason", "why, in words, for the trail", argument="[t]ext: string"),
    option("--user", "who corrects, where it is not the user", "of the operating system", argument="[n]ame: string"),
    option(
        "--coerce",
        "the files say COERCE: values follow another source,",
        "instead of CORRECT: values were wrong",
    ),
)
CONFIRMING = group("confirmation options", YES, option("--dry-run", "show what would be changed, and change nothing"))
OUTPUT = group("output options", JSON, *AUDIT_OPTIONS)
RECORD_KEYS = (
    "``area``, ``id``, ``kind`` (correct, merge, split, undo), ``when`` (ISO 8601 with offset), ``user``, ``host``, "
    "``reason``, ``code`` (CORRECT, COERCE), ``undoes`` (the correction that was taken back, or empty), "
    "``instances`` (how many), ``changes`` (each ``before`` and ``after`` by keyword, null for what is not there, and "
    "``instances``, their SOP Instance UIDs now), ``uids`` (old and new)"
)

RemedyFor = Callable[["Keeper", "Corrector"], "tuple[Remedy, str] | None"]
"""Makes the remedy for an area, and says which correction it takes back, if any; None where there is nothing for it."""


class _Progress:
    """Observer of a correction: draws how far it is on a terminal."""

    def __init__(self, *, draws: bool) -> None:
        self._draws = draws

    def progressed(self, done: int, total: int) -> None:
        """See ``CorrectionObserver``."""
        if self._draws and (not done % 50 or done == total):
            write_stderr(f"\r\033[K{done} of {total} files" if done < total else "\r\033[K")

    def check(self) -> None:
        """See ``CorrectionObserver``; a signal ends the work by an exception of its own."""


def read_set(line: CommandLine) -> "dict[int, str | None]":
    """Read the values that are given; raises CommandLineError."""
    from dicomdesk.archive.corrections.values import read_values  # noqa: PLC0415 - start-up time

    try:
        return read_values(line.every_text("--set"))
    except SettingsError as error:
        raise CommandLineError(str(error)) from error


def correct_with(line: CommandLine, log: Log, kind: str, remedy_for: RemedyFor) -> int:
    """Preview, ask, and correct in each area; returns the exit code."""
    place, audit = read_place(line), read_audit(line)
    from dicomdesk.archive.administration.opening import opened_areas, working_on  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.audit.changes import opened_trail  # noqa: PLC0415 - as above
    from dicomdesk.archive.corrections.record import CorrectionKind  # noqa: PLC0415 - as above

    def work(logger: Logger) -> int:
        codes = []
        with opened_areas(place) as areas, opened_trail(audit) as trail:
            for opened in areas:
                with working_on(opened) as keeper:
                    code, record = _correct_area(line, logger, keeper, CorrectionKind(kind), remedy_for)
                    codes.append(code)
                    trail.tell(_messages(keeper, record))
        if ExitCode.NOT_CONFIRMED in codes:
            return int(ExitCode.NOT_CONFIRMED)
        if any(code is ExitCode.SUCCESS for code in codes):
            return int(ExitCode.SUCCESS)
        logger.error("nothing was found that would change")
        return int(ExitCode.NOT_ALL_RIGHT)

    return carry_out(log, work)


def _correct_area(
    line: CommandLine, logger: Logger, keeper: "Keeper", kind: "CorrectionKind", remedy_for: RemedyFor
) -> "tuple[ExitCode, CorrectionRecord | None]":
    from dicomdesk.archive.corrections.corrector import Corrector  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.corrections.record import new_origin  # noqa: PLC0415 - as above
    from dicomdesk.dicom.corrections.original_attributes import ReasonCode  # noqa: PLC0415 - as above

    writes_json = line.has("--json")
    corrector = Corrector(keeper, _Progress(draws=is_terminal() and not writes_json))
    made = remedy_for(keeper, corrector)
    if made is None:
        return ExitCode.NOT_ALL_RIGHT, None
    remedy, undoes = made
    origin = new_origin(
        kind,
        reason=line.text("--reason"),
        code=ReasonCode.COERCE if line.has("--coerce") else ReasonCode.CORRECT,
        user=line.text("--user"),
        undoes=undoes,
    )
    preview = corrector.preview(remedy.find, origin, remedy.uids)
    if not preview.instance_count:
        return ExitCode.NOT_ALL_RIGHT, None
    is_dry = line.has("--dry-run")
    if not writes_json or is_dry:
        _show(keeper.name, preview, writes_json=writes_json, event="correction-planned")
    if is_dry:
        return ExitCode.SUCCESS, None
    question = f"Change {count_text(preview.instance_count, 'instance')} of {printable(keeper.name)}?"
    if not confirm(line, question, logger):
        return ExitCode.NOT_CONFIRMED, None
    record = corrector.correct(remedy.find, origin, remedy.uids)
    if writes_json:
        _show(keeper.name, record, writes_json=True, event="correction")
    else:
        done = f"{count_text(record.instance_count, 'instance')} corrected"
        write_stdout(f"{printable(keeper.name)}: {done}, correction {record.origin.correction_id}\n")
    return ExitCode.SUCCESS, record


def _messages(keeper: "Keeper", record: "CorrectionRecord | None") -> "list[AuditMessage]":
    """Return what the audit trail is told of a correction."""
    from dicomdesk.archive.audit.changes import change_messages  # noqa: PLC0415 - start-up time
    from dicomdesk.archive.audit.messages import EventId  # noqa: PLC0415 - as above

    if record is None:
        return []
    uids = [uid for change in record.changes for uid in change.instances]
    found = keeper.index.find_instances(keeper.name, sop_instance_uids=uids)
    origin = record.origin
    description = f"{origin.kind.value}, correction {origin.correction_id}: {origin.reason}"
    return change_messages(
        EventId.INSTANCES_ACCESSED, "U", found, area=keeper.name, user=origin.user, description=description
    )


def _show(area: str, record: "CorrectionRecord", *, writes_json: bool, event: str) -> None:
    if writes_json:
        from dicomdesk.cli.output.json_lines import JsonLinesReporter  # noqa: PLC0415 - start-up time

        JsonLinesReporter().write([(event, describe_record(area, record))])
    else:
        write_stdout("".join(f"{text}\n" for text in record_lines(record)))


def describe_record(area: str, record: "CorrectionRecord", undone_by: str | None = None) -> "Fields":
    """Return the keys of a correction; ``undone_by`` where it is known whether it was taken back."""
    origin = record.origin
    fields: Fields = {
        "area": area,
        "id": origin.correction_id,
        "kind": origin.kind.value,
        "when": origin.when.isoformat(),
        "user": origin.user,
        "host": origin.host,
        "reason": origin.reason,
        "code": origin.code.value,
        "undoes": origin.undoes,
        "instances": record.instance_count,
        "changes": [
            {"before": dict(one.before), "after": dict(one.after), "instances": list(one.instances)}
            for one in record.changes
        ],
        "uids": dict(record.uids),
    }
    return fields if undone_by is None else fields | {"undone_by": undone_by}


def record_lines(record: "CorrectionRecord") -> list[str]:
    """Say what a correction changes, for people."""
    lines = []
    for change in record.changes:
        lines.append(f"{count_text(len(change.instances), 'instance')}:")
        lines += [
            f"  {printable(name)}: {_word(before)} -> {_word(change.after.get(name))}"
            for name, before in change.before.items()
        ]
    lines += [f"  {old} becomes {new}" for old, new in _listed(record.uids)]
    return lines


def _listed(uids: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(printable(old), printable(new)) for old, new in uids.items()]


def _word(value: str | None) -> str:
    return "(not there)" if value is None else f'"{printable(value)}"'

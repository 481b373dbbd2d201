"""``archive trash``."""

import time
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.confirmation import YES, confirm
from dicomdesk.cli.archive.place import GENERAL, OUTPUT, PLACE, read_place
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Parameter, Tool, group, option
from dicomdesk.cli.program import Program
from dicomdesk.errors import StorageError
from dicomdesk.human import count_text, printable, size_text
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.administration.opening import OpenedArea
    from dicomdesk.archive.areas.trash import Trash, TrashEntry
    from dicomdesk.cli.archive.rows import RowOutput
    from dicomdesk.cli.output.json_lines import Fields

_LIST, _RESTORE, _EMPTY = "list", "restore", "empty"
_COLUMNS = ("id", "removed_at", "kept_until", "instances", "bytes", "what", "by", "why")

TOOL = Tool(
    name="archive trash",
    description="List what was removed, put it back, or delete it for good",
    parameters=(
        Parameter(name="deed", text="list (default), restore or empty", is_optional=True),
        Parameter(
            name="entry", text="what is to be put back or deleted, by its number", is_repeatable=True, is_optional=True
        ),
    ),
    groups=(
        GENERAL,
        PLACE,
        group(
            "trash options",
            YES,
            option("--all", "with empty: all entries, not only those whose", "time is over"),
        ),
        OUTPUT,
    ),
    notes=(
        (
            "restore puts back what an entry has, with the time at which it was received. What the archive has again "
            "stays in the trash; the exit code is 80 then. A number may be cut as long as it means one entry."
        ),
        (
            "empty deletes what is older than it was to be kept, the entries that are named, or all. This cannot be "
            "undone, so it asks, or wants --yes."
        ),
    ),
    examples=(
        ("See what is in the trash, and put one removal back.", "archive trash", "archive trash restore 20261130-1932"),
        ("Delete each night what has been there for its time.", "archive trash empty --yes"),
        ("Make room at once.", "archive trash empty --all --yes"),
    ),
    objects=(
        (
            "trash-entry",
            (
                "``area``, ``id``, ``removed_at``, ``kept_until`` (ISO 8601 with offset; kept_until is null where it "
                "has no end), ``instances``, ``bytes``, ``what``, ``by``, ``why``, ``is_complete``"
            ),
        ),
        ("restored", "``area``, ``id``, ``instances``, ``present`` (that the archive has again), ``failed``"),
        ("deleted", "``area``, ``id``, ``instances``, ``bytes``"),
    ),
)


def run(line: CommandLine, log: Log) -> int:
    """Do with the trash what is asked for; returns the exit code."""
    deed, *ids = line.parameters or [_LIST]
    if deed not in (_LIST, _RESTORE, _EMPTY):
        raise CommandLineError(f"Invalid parameter value {deed}, use one of: {_LIST}, {_RESTORE}, {_EMPTY}")
    if deed == _RESTORE and not ids:
        raise CommandLineError("Missing parameter entry")
    if line.has("--all"):
        line.check_dependency("--all", _EMPTY, is_met=deed == _EMPTY and not ids)
    place = read_place(line)
    from dicomdesk.archive.administration.opening import opened_areas  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    output = RowOutput(read_form(line), _COLUMNS)

    def work(logger: Logger) -> int:
        with opened_areas(place) as areas:
            if deed == _LIST:
                return output.take_all(("trash-entry", row) for opened in areas for row in _rows(opened))
            chosen = _choose(areas, ids, is_all=line.has("--all"))
            if deed == _RESTORE:
                return max(_restore(opened, entry, output, logger) for opened, entry in chosen)
            return _empty(line, chosen, output, logger)

    return carry_out(log, work)


def _rows(opened: "OpenedArea") -> "list[dict[str, str | int | bool | None]]":
    from dicomdesk.archive.areas.trash import Trash  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.archive.rows import iso_time  # noqa: PLC0415 - as above

    return [
        {
            "area": opened.name,
            "id": entry.id,
            "removed_at": iso_time(entry.removed_at),
            "kept_until": None if entry.kept_until is None else iso_time(entry.kept_until),
            "instances": entry.instances,
            "bytes": entry.size_bytes,
            "what": printable(entry.what),
            "by": printable(entry.by),
            "why": printable(entry.why),
            "is_complete": entry.is_complete,
        }
        for entry in Trash(opened.area.folder).entries()
    ]


def _choose(areas: "list[OpenedArea]", ids: list[str], *, is_all: bool) -> "list[tuple[OpenedArea, TrashEntry]]":
    """The entries that are named; without a name those whose time is over, or all. Raises StorageError."""
    from dicomdesk.archive.areas.trash import Trash  # noqa: PLC0415 - start-up time

    trashes = [(opened, Trash(opened.area.folder)) for opened in areas]
    if ids:
        return [_find(trashes, entry_id) for entry_id in ids]
    now = time.time()
    return [
        (opened, entry)
        for opened, trash in trashes
        for entry in trash.entries()
        if entry.is_complete and (is_all or entry.is_over(now))
    ]


def _find(trashes: "list[tuple[OpenedArea, Trash]]", entry_id: str) -> "tuple[OpenedArea, TrashEntry]":
    found = []
    error = StorageError(f'No entry of the trash is called "{entry_id}"')
    for opened, trash in trashes:
        try:
            found.append((opened, trash.find(entry_id)))
        except StorageError as failed:
            error = failed
    if len(found) != 1:
        raise error if not found else StorageError(f'Several areas have an entry "{entry_id}"; choose one by --area')
    return found[0]


def _restore(opened: "OpenedArea", entry: "TrashEntry", output: "RowOutput", logger: Logger) -> int:
    from dicomdesk.archive.administration.keeping.removal import restore_from_trash  # noqa: PLC0415 - as above
    from dicomdesk.archive.administration.opening import working_on  # noqa: PLC0415 - start-up time

    with working_on(opened) as keeper:
        came = restore_from_trash(keeper, entry)
    for one in came.present:
        logger.warn(printable(f"{opened.name}: {one.sop_instance_uid} is in the archive again, and stays in the trash"))
    for one, reason in came.failed:
        logger.error(printable(f"{opened.name}: {one.path} stays in the trash: {reason}"))
    text = f"{opened.name}: {count_text(came.restored, 'instance')} put back"
    fields: Fields = {
        "area": opened.name,
        "id": entry.id,
        "instances": came.restored,
        "present": len(came.present),
        "failed": len(came.failed),
    }
    output.tell("restored", fields, text)
    return output.exit_code(ExitCode.NOT_ALL_RIGHT if came.present or came.failed else ExitCode.SUCCESS)


def _empty(
    line: CommandLine, chosen: "list[tuple[OpenedArea, TrashEntry]]", output: "RowOutput", logger: Logger
) -> int:
    from dicomdesk.archive.areas.trash import Trash  # noqa: PLC0415 - start-up time

    if not chosen:
        logger.info("nothing is to be deleted")
        return int(ExitCode.SUCCESS)
    instances = sum(entry.instances for _opened, entry in chosen)
    size = size_text(sum(entry.size_bytes for _opened, entry in chosen))
    if not confirm(line, f"Delete {count_text(instances, 'instance')} ({size}) for good?", logger):
        return int(ExitCode.NOT_CONFIRMED)
    for opened, entry in chosen:
        Trash(opened.area.folder).delete(entry)
        fields: Fields = {"area": opened.name, "id": entry.id, "instances": entry.instances, "bytes": entry.size_bytes}
        text = f"{opened.name}: {entry.id} deleted: {count_text(entry.instances, 'instance')}"
        output.tell("deleted", fields, text)
    return output.exit_code(ExitCode.SUCCESS)


PROGRAM = Program(tool=TOOL, run=run)

"""``archive list``."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.place import GENERAL, OUTPUT, PLACE, read_place, read_selected
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Parameter, Tool, group, option
from dicomdesk.cli.program import Program
from dicomdesk.errors import SettingsError
from dicomdesk.logs import Log, Logger

if TYPE_CHECKING:
    from dicomdesk.archive.administration.listing import Listed
    from dicomdesk.archive.administration.opening import OpenedArea
    from dicomdesk.archive.administration.selection import Selection
    from dicomdesk.dicom.query.attributes import Attribute

_CONFLICTS = "conflicts"
_CONFLICT_COLUMNS = ("conflict", "patient_id", "names", "study_instance_uid", "instances", "sop_instance_uid", "path")
_LISTED = {
    "patient": "``patient_id``, ``issuer_of_patient_id``, ``patient_name``, ``patient_birth_date``, ``patient_sex``, "
    "``studies``, ``instances``",
    "study": "``patient_id``, ``patient_name``, ``study_date``, ``study_time``, ``accession_number``, "
    "``study_description``, ``modalities``, ``series``, ``instances``, ``study_instance_uid``, ``bytes``, "
    "``last_received`` (ISO 8601 with offset)",
    "series": "``patient_id``, ``study_instance_uid``, ``modality``, ``series_number``, ``series_date``, "
    "``series_description``, ``instances``, ``series_instance_uid``, ``bytes``",
    "instance": "``patient_id``, ``study_instance_uid``, ``series_instance_uid``, ``sop_class_uid``, "
    "``instance_number``, ``sop_instance_uid``, ``bytes``, ``received`` (ISO 8601 with offset), "
    "``transfer_syntax_uid``, ``path`` (below the folder of the area), ``conflict`` (as of a conflict)",
    "study-conflict": "``conflict`` (other-patient: another patient has a study of this UID; other-name: its instances "
    "name the patient differently), ``patient_id``, ``issuer_of_patient_id``, ``patient_name`` (that is shown), "
    "``names`` (that its instances carry), ``study_instance_uid``, ``series``, ``instances``, ``last_received``",
    "conflict": "``conflict`` (what has an instance of this UID, too: other-patient, other-study, other-series), "
    "``patient_id``, ``study_instance_uid``, ``series_instance_uid``, ``sop_instance_uid``, ``received``, ``path``",
}

TOOL = Tool(
    name="archive list",
    description="List patients, studies, series, instances or conflicts",
    parameters=(
        Parameter(name="level", text="patients, studies (default), series, instances or conflicts", is_optional=True),
        Parameter(
            name="key=value",
            text="what they have to match, or a UID or Patient ID",
            is_repeatable=True,
            is_optional=True,
        ),
    ),
    groups=(
        GENERAL,
        PLACE,
        group(
            "list options",
            option(
                "--columns",
                "show these attributes instead of the usual",
                argument="[k]eywords: string, separated by commas",
            ),
            option(
                "--sort",
                "in the order of this column, or descending",
                "with a minus before it",
                argument="[c]olumn: string",
            ),
            option("--limit", "n rows at most", argument="[n]umber: integer"),
        ),
        OUTPUT,
    ),
    notes=(
        (
            "Rows come as they are found, the first at once, however many there are; with --sort when all are known. "
            "The keys are matched as those of a query: wildcards, ranges of dates, several values with backslashes "
            "between them, names without case and accents."
        ),
        (
            "conflicts are studies whose UID another patient has, too, or whose instances name the patient "
            "differently, and instances whose UID others have; they were kept nevertheless, each under the identity "
            "that it carries."
        ),
        "What a column is called in the table, in CSV and for --sort is the key of the object of JSON.",
    ),
    examples=(
        (
            "List the studies of a patient, then the CT studies of a month as CSV, the newest first.",
            "archive list studies PatientID=4711",
            "archive list ModalitiesInStudy=CT StudyDate=20261101-20261130 --sort -study_date --csv",
        ),
        (
            "List the instances of a series with their files, and what is in conflict.",
            "archive list instances SeriesInstanceUID=1.2.3.4 --json",
            "archive list conflicts",
        ),
    ),
    objects=tuple((name, f"``area``, {keys}; other attributes by --columns") for name, keys in _LISTED.items()),
)


def run(line: CommandLine, log: Log) -> int:
    """List what is selected; returns the exit code."""
    words = line.parameters
    is_conflicts = bool(words) and words[0].lower() == _CONFLICTS
    if is_conflicts and len(words) > 1:
        raise CommandLineError("conflicts are listed without keys")
    selection = None if is_conflicts else read_selected(words)
    attributes = None if selection is None else _read_attributes(line, selection)
    place, limit = read_place(line), line.integer("--limit", 1)
    from dicomdesk.archive.administration.listing import columns_of, default_attributes  # noqa: PLC0415 - start-up time
    from dicomdesk.cli.archive.rows import RowOutput, read_form  # noqa: PLC0415 - as above

    form = read_form(line)
    columns: tuple[str, ...] = _CONFLICT_COLUMNS
    if selection is not None:
        columns = columns_of(selection.level, attributes or default_attributes(selection.level))
    sort = _read_sort(line, columns)

    def write(found: "Iterator[Listed]", area_count: int) -> int:
        output = RowOutput(form, ("area", *columns) if area_count > 1 else columns)
        rows = itertools.islice(_sorted(found, sort), limit)
        return output.take_all((_word(listed, is_conflicts), {"area": listed.area, **listed.values}) for listed in rows)

    def work(_logger: Logger) -> int:
        if selection is not None:
            from dicomdesk.archive.administration.whole_listing import opened_whole  # noqa: PLC0415 - start-up time

            with opened_whole(place, selection, attributes) as whole:
                if whole is not None:
                    return write(whole.rows(), whole.area_count)
        from dicomdesk.archive.administration.opening import opened_areas  # noqa: PLC0415 - as above

        with opened_areas(place) as areas:
            return write(_rows(areas, selection, attributes), len(areas))

    return carry_out(log, work)


def _rows(
    areas: "list[OpenedArea]", selection: "Selection | None", attributes: "list[Attribute] | None"
) -> "Iterator[Listed]":
    from dicomdesk.archive.administration.listing import find_conflicts, list_area  # noqa: PLC0415 - start-up time

    for opened in areas:
        if selection is None:
            yield from find_conflicts(opened)
        else:
            yield from list_area(opened, selection, attributes)


def _sorted(rows: "Iterator[Listed]", sort: str) -> "Iterator[Listed]":
    if not sort:
        return rows
    name = sort.removeprefix("-")
    return iter(sorted(rows, key=lambda listed: _sortable(listed, name), reverse=sort.startswith("-")))


def _sortable(listed: "Listed", name: str) -> tuple[float, str]:
    value = listed.values.get(name, listed.area)
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value))


def _read_attributes(line: CommandLine, selection: "Selection") -> "list[Attribute] | None":
    from dicomdesk.archive.administration.selection import read_attribute  # noqa: PLC0415 - start-up time

    if not line.has("--columns"):
        return None
    try:
        attributes = [read_attribute(name.strip()) for name in line.text("--columns").split(",")]
    except SettingsError as error:
        raise CommandLineError(str(error)) from error
    for attribute in attributes:
        if selection.level.is_above(attribute.level):
            raise CommandLineError(f"{attribute.keyword} is of a level below that of the list")
    return attributes


def _read_sort(line: CommandLine, columns: tuple[str, ...]) -> str:
    sort = line.text("--sort")
    if sort and sort.removeprefix("-") not in ("area", *columns):
        raise CommandLineError(f"Invalid value for option --sort ({sort}), use one of: {', '.join(columns)}")
    return sort


def _word(listed: "Listed", is_conflict: bool) -> str:  # noqa: FBT001 - one of two words
    if is_conflict:
        return "study-conflict" if listed.level.value == "STUDY" else "conflict"
    return {"IMAGE": "instance"}.get(listed.level.value, listed.level.value.lower())


PROGRAM = Program(tool=TOOL, run=run)

"""``archive split``."""

from typing import TYPE_CHECKING

from dicomdesk.cli.archive.mending.correcting import (
    CONFIRMING,
    OUTPUT,
    REASON,
    RECORD_KEYS,
    SET,
    correct_with,
    read_set,
)
from dicomdesk.cli.archive.place import GENERAL, PLACE, SELECTION, read_selected
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Tool, group, option
from dicomdesk.cli.program import Program
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.archive.areas.keeper import Keeper
    from dicomdesk.archive.corrections.corrector import Corrector
    from dicomdesk.archive.corrections.remedies import Remedy

TOOL = Tool(
    name="archive split",
    description="Bring series or instances to another study",
    parameters=SELECTION,
    groups=(
        GENERAL,
        PLACE,
        group(
            "correction options",
            SET,
            option(
                "--into",
                "to this study of the archive, whose values they get,",
                "instead of a new one",
                argument="[s]tudy instance uid: string",
            ),
            option("--keep-uids", "series and instances keep their UIDs"),
        ),
        REASON,
        CONFIRMING,
        OUTPUT,
    ),
    notes=(
        (
            "What is selected, whole studies too, goes to one study with a new UID. Series and instances get new UIDs "
            "as well, for whoever had them knows the old ones as parts of the old study; what they refer to among "
            "themselves follows. Which UID became which is said, and is in the trail. With --set the new study is "
            "another patient's, or has another accession number."
        ),
        (
            "With --keep-uids only the study's UID is new: for archives whose instances nobody else has. The rest is "
            "as with archive correct."
        ),
    ),
    examples=(
        (
            "Bring a series that was made of somebody else to a study of that patient.",
            "archive split series 1.2.3.4.5 --set PatientID=4711 --set PatientName=Doe^Jane --yes",
            "archive split series 1.2.3.4.5 --into 1.2.3.9 --yes",
        ),
        (
            "Take apart what two patients have under one study UID.",
            "archive split study 1.2.3.4 PatientID=4712 --yes",
        ),
    ),
    objects=(("correction", RECORD_KEYS), ("correction-planned", "as ``correction``; of ``--dry-run``")),
)


def run(line: CommandLine, log: Log) -> int:
    """Split; returns the exit code."""
    selected, values = read_selected(line.parameters), read_set(line)
    if not selected.restricts:
        raise CommandLineError("The whole archive is not split: say which series or instances are meant")
    into, keeps_uids = line.text("--into"), line.has("--keep-uids")

    def remedy(keeper: "Keeper", _corrector: "Corrector") -> "tuple[Remedy, str]":
        from dicomdesk.archive.corrections.remedies import split  # noqa: PLC0415 - start-up time
        from dicomdesk.archive.corrections.selection import Selection  # noqa: PLC0415 - as above

        selection = Selection(query=selected.query())
        return split(keeper, selection, values, into=into, keeps_uids=keeps_uids), ""

    return correct_with(line, log, "split", remedy)


PROGRAM = Program(tool=TOOL, run=run)

"""``archive correct``."""

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
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Tool, group
from dicomdesk.cli.program import Program
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.archive.areas.keeper import Keeper
    from dicomdesk.archive.corrections.corrector import Corrector
    from dicomdesk.archive.corrections.remedies import Remedy

TOOL = Tool(
    name="archive correct",
    description="Correct what stored instances say of patient, study and series",
    parameters=SELECTION,
    groups=(GENERAL, PLACE, group("correction options", SET), REASON, CONFIRMING, OUTPUT),
    notes=(
        (
            "All that belongs to what is selected gets the values: the files are written anew, with every other byte "
            "as it was, and folder and index change all at once. An empty value (PatientSex=) empties an attribute. "
            "What arrives for the study while this is done is corrected too; what arrives later with the old values "
            "is kept as what it says it is, and is a conflict."
        ),
        (
            "What was there before stays in each file (Original Attributes Sequence, PS3.3 C.12.1.1.9) and in the "
            "trail of the area, from which archive undo gives it back."
        ),
    ),
    examples=(
        (
            "See what a correction would change, and make it.",
            "archive correct study 1.2.3.4 --set PatientID=4711 --set PatientName=Doe^Jane --dry-run",
            "archive correct study 1.2.3.4 --set PatientID=4711 --reason 'wrong worklist entry' --yes",
        ),
        (
            "Give all studies of an accession number another one.",
            "archive correct studies AccessionNumber=A100 --set AccessionNumber=A101 --yes",
        ),
    ),
    objects=(("correction", RECORD_KEYS), ("correction-planned", "as ``correction``; of ``--dry-run``")),
)


def run(line: CommandLine, log: Log) -> int:
    """Correct what is selected; returns the exit code."""
    selected, values = read_selected(line.parameters), read_set(line)
    if not values:
        raise CommandLineError("Missing option --set: nothing is given to be corrected")
    if not selected.restricts:
        raise CommandLineError("The whole archive is not corrected at once: say which studies or patients are meant")

    def remedy(keeper: "Keeper", _corrector: "Corrector") -> "tuple[Remedy, str]":
        from dicomdesk.archive.corrections.remedies import correction  # noqa: PLC0415 - start-up time
        from dicomdesk.archive.corrections.selection import Selection  # noqa: PLC0415 - as above

        return correction(keeper, Selection(query=selected.query()), values), ""

    return correct_with(line, log, "correct", remedy)


PROGRAM = Program(tool=TOOL, run=run)

"""``archive undo``."""

from typing import TYPE_CHECKING

from dicomdesk.cli.archive.mending.correcting import CONFIRMING, OUTPUT, REASON, RECORD_KEYS, correct_with
from dicomdesk.cli.archive.place import GENERAL, PLACE
from dicomdesk.cli.options.grammar import CommandLine, Parameter, Tool
from dicomdesk.cli.program import Program
from dicomdesk.errors import SettingsError
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.archive.areas.keeper import Keeper
    from dicomdesk.archive.corrections.corrector import Corrector
    from dicomdesk.archive.corrections.remedies import Remedy

TOOL = Tool(
    name="archive undo",
    description="Take back a correction",
    parameters=(Parameter(name="correction", text="its name, as archive trail shows it"),),
    groups=(GENERAL, PLACE, REASON, CONFIRMING, OUTPUT),
    notes=(
        (
            "What the correction has changed becomes what it was, UIDs too, in as far as it is still what the "
            "correction has made of it. It is a correction itself: it is in the trail, and in the files, which keep "
            "what they said in between; and it can be taken back."
        ),
    ),
    examples=(
        (
            "Take back a correction.",
            "archive trail",
            "archive undo 20261130-101500-a1b2c3 --reason 'it was right before' --yes",
        ),
    ),
    objects=(("correction", RECORD_KEYS), ("correction-planned", "as ``correction``; of ``--dry-run``")),
)


def run(line: CommandLine, log: Log) -> int:
    """Take back; returns the exit code."""
    (name,) = line.parameters

    def remedy(keeper: "Keeper", corrector: "Corrector") -> "tuple[Remedy, str] | None":
        from dicomdesk.archive.corrections.remedies import undo  # noqa: PLC0415 - start-up time

        record = corrector.trail.find(name)
        if record is None:
            return None
        by = corrector.trail.undone().get(name)
        if by is not None:
            raise SettingsError(f"The correction {name} was taken back before, by {by}")
        return undo(keeper, record), name

    return correct_with(line, log, "undo", remedy)


PROGRAM = Program(tool=TOOL, run=run)

"""``archive merge``."""

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
from dicomdesk.cli.archive.place import GENERAL, PLACE
from dicomdesk.cli.options.grammar import CommandLine, Parameter, Tool, group, option
from dicomdesk.cli.program import Program
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.archive.areas.keeper import Keeper
    from dicomdesk.archive.corrections.corrector import Corrector
    from dicomdesk.archive.corrections.remedies import Remedy

TOOL = Tool(
    name="archive merge",
    description="Make all studies of one patient another's",
    parameters=(
        Parameter(name="patient-id", text="of the patient whose studies go"),
        Parameter(name="surviving-id", text="of the patient whose they become"),
    ),
    groups=(
        GENERAL,
        PLACE,
        group(
            "correction options",
            SET,
            option("--issuer", "only what has this Issuer of Patient ID goes", argument="[i]ssuer: string"),
        ),
        REASON,
        CONFIRMING,
        OUTPUT,
    ),
    notes=(
        (
            "Name, ID with its issuer, birth date and sex become those that the archive has of the surviving patient, "
            "unless --set says otherwise. The rest is as with archive correct."
        ),
    ),
    examples=(("Make two patients one.", "archive merge 4712 4711 --reason 'same person' --yes"),),
    objects=(("correction", RECORD_KEYS), ("correction-planned", "as ``correction``; of ``--dry-run``")),
)


def run(line: CommandLine, log: Log) -> int:
    """Merge; returns the exit code."""
    going, surviving = line.parameters
    values = read_set(line)
    issuer = line.text("--issuer") if line.has("--issuer") else None

    def remedy(keeper: "Keeper", _corrector: "Corrector") -> "tuple[Remedy, str]":
        from dicomdesk.archive.corrections.remedies import merge  # noqa: PLC0415 - start-up time

        return merge(keeper, going, surviving, values, issuer=issuer), ""

    return correct_with(line, log, "merge", remedy)


PROGRAM = Program(tool=TOOL, run=run)

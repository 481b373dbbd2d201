"""Catalogue of the tools, found by their names."""

import importlib
from collections.abc import Mapping

from dicomdesk.cli.program import Program

TOOLS: Mapping[str, str] = {
    "dcmsend": "send DICOM files to a storage peer",
    "storescu": "send DICOM files over an association proposed to the letter",
    "dcmrecv": "receive DICOM files as a storage provider",
    "dcmqrscp": "keep an archive: store, answer queries, move (Q/R provider)",
    "echoscu": "ask a peer for a sign of life, or check the way to it step by step",
    "findscu": "ask a peer what it has, worklists too",
    "getscu": "fetch instances over the association that asks for them (C-GET)",
    "movescu": "have a peer send instances, to here or to another peer (C-MOVE)",
    "archive": "administer an archive beside its server",
    "route": "send on what arrives, by rules, until it is told to stop",
    "resume": "take up what a journal has not finished, or show it",
    "explain": "say what a status, a rejection or a line of a log means, and what to do",
    "passcode": "set the passcode of a user whom dcmrecv serves",
}
"""Names of the tools with a few words on each; the module ``dicomdesk.cli.NAME.tool`` holds the tool."""


def load_program(name: str) -> Program:
    """Load the tool of this name, which is one of ``TOOLS``; only its own module is imported."""
    program = importlib.import_module(f"dicomdesk.cli.{name}.tool").PROGRAM
    if not isinstance(program, Program):
        raise TypeError(f"dicomdesk.cli.{name}.tool has no program")
    return program


def load_all_programs() -> dict[str, Program]:
    """Load all tools, each followed by its commands, by their names."""
    programs: dict[str, Program] = {}
    for name in TOOLS:
        program = programs[name] = load_program(name)
        for command in program.commands.names() if program.commands else ():
            found = program.commands.load(command) if program.commands else program
            programs[found.tool.name] = found
    return programs


def suggest(name: str) -> list[str]:
    """Suggest names of tools that may have been meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - only after a mistake: start-up time

    return get_close_matches(name.lower(), TOOLS, n=3, cutoff=0.6)

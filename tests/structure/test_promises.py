"""Options, exit codes and JSON events are promises: who changes one changes ``promises.txt`` and the changelog."""

import re
from collections.abc import Iterator
from pathlib import Path

from dicomdesk.cli.catalogue import load_all_programs
from dicomdesk.cli.dcmqrscp import json_lines as archive_json_lines
from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import OptionGroup
from dicomdesk.cli.output import json_lines
from dicomdesk.cli.query import list_json
from dicomdesk.cli.resume import json_lines as resume_json_lines
from dicomdesk.cli.retrieving import json_lines as retrieve_json_lines
from dicomdesk.cli.sender import commit_json

PROMISES = Path(__file__).parent / "promises.txt"


def _options(groups: tuple[OptionGroup, ...]) -> Iterator[str]:
    for group in groups:
        for option in group.options:
            yield f"{option.short} {option.long}".strip()
        yield from _options(group.groups)


def _events() -> list[str]:
    """Names and keys from the tables of the modules' docstrings."""
    rows = []
    modules = (json_lines, archive_json_lines, retrieve_json_lines, list_json, commit_json, resume_json_lines)
    for module in modules:
        table = re.split(r"^=+ +=+\n", module.__doc__ or "", flags=re.MULTILINE)[1]
        rows += re.split(r"\n(?=``)", table)
    names = [re.findall(r"``([\w-]+)``", row) for row in rows]
    return [f"{name} {' '.join(sorted(keys))}".strip() for name, *keys in filter(None, names)]


def promises() -> str:
    lines = [f"exit {int(code)} {code.name}" for code in ExitCode]
    lines += [f"event {event}" for event in sorted(_events())]
    for name, program in sorted(load_all_programs().items()):
        lines += [f"{name} {option}" for option in sorted(_options(program.tool.groups))]
        for event, keys in program.tool.objects:
            lines.append(f"{name} event {event} {' '.join(sorted(re.findall(r'``([a-z_]+)``', keys)))}")
    return "\n".join(lines) + "\n"


def test_what_was_promised_is_still_there() -> None:
    assert promises() == PROMISES.read_text(encoding="utf-8")

"""Pages of ``docs`` that are made from the program: one for each tool, JSON events, exit codes."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType

from dicomdesk.cli import exit_codes
from dicomdesk.cli.catalogue import TOOLS, load_all_programs
from dicomdesk.cli.dcmqrscp import json_lines as archive_json_lines
from dicomdesk.cli.examples import examples_of, shell_line
from dicomdesk.cli.explain.page import failures_page
from dicomdesk.cli.options.grammar import Option, OptionGroup, Tool
from dicomdesk.cli.options.usage import synopsis
from dicomdesk.cli.output import json_lines
from dicomdesk.cli.program import command_words
from dicomdesk.cli.query import list_json
from dicomdesk.cli.resume import json_lines as resume_json_lines
from dicomdesk.cli.retrieving import json_lines as retrieve_json_lines
from dicomdesk.cli.sender import commit_json

__all__ = ["reference_pages", "tool_page", "write_reference_pages"]

_MADE = "<!-- Made by packaging/reference-pages; edit the tables in dicomdesk/cli instead. -->"
_RULE = re.compile(r"^=+(?: +=+)+$")


def reference_pages() -> Mapping[str, str]:
    """Return the text of every page, by its path below ``docs``."""
    pages = {
        f"tools/{name.replace(' ', '-')}.md": tool_page(program.tool, commands=command_words(program))
        for name, program in load_all_programs().items()
    }
    pages["tools/README.md"] = _tools_page()
    pages["json-events.md"] = _events_page()
    pages["exit-codes.md"] = _exit_codes_page()
    pages["failures.md"] = failures_page()
    return pages


def write_reference_pages(folder: Path) -> list[Path]:
    """Write the pages below ``folder``, usually ``docs``; returns their paths. OSError passes."""
    paths = []
    for name, text in reference_pages().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def tool_page(tool: Tool, *, commands: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the page of one tool in Markdown: what it does, worked examples, parameters, options.

    ``commands`` are those of the tool, with a few words on each.
    """
    lines = [
        _MADE,
        "",
        f"# {tool.name}",
        "",
        f"{tool.description}.",
        "",
        f"    dicomdesk {tool.name} {synopsis(tool)}",
        "",
    ]
    for note in tool.notes:
        lines += [note, ""]
    lines += ["## Examples", ""]
    for example in examples_of(tool):
        lines += [example.text, "", *(f"    {shell_line(command)}" for command in example.commands), ""]
    lines += ["## Parameters", "", "| parameter | |", "| --- | --- |"]
    lines += [_row(f"`{parameter.name}`", parameter.text) for parameter in tool.parameters]
    if commands:
        lines += ["", "## Commands", "", "| command | |", "| --- | --- |"]
    lines += [_row(f"[{name}]({tool.name}-{name}.md)", words) for name, words in commands.items()]
    lines += [
        "",
        "## Options",
        "",
        "Of options that exclude each other the rightmost counts; `@FILE` stands for the words in that file.",
    ]
    for group in tool.groups:
        lines += _group_lines(group, heading="###")
    if tool.objects:
        lines += ["", "## JSON Lines", "", "Each object has `event` and `at`, too.", ""]
        lines += ["| event | keys |", "| --- | --- |"]
    lines += [_row(f"`{name}`", keys.replace("``", "`")) for name, keys in tool.objects]
    return "\n".join(lines) + "\n"


def _group_lines(group: OptionGroup, heading: str) -> Iterator[str]:
    yield from ("", f"{heading} {group.title[:1].upper()}{group.title[1:]}")
    shown = [option for option in group.options if not option.is_hidden]
    if shown:
        yield from ("", "| option | value | |", "| --- | --- | --- |")
        yield from map(_option_row, shown)
    for inner in group.groups:
        yield from _group_lines(inner, heading + "#")


def _option_row(option: Option) -> str:
    names = " ".join(f"`{name}`" for name in (option.short, option.long) if name)
    return _row(names, option.argument, " ".join(option.text))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _tools_page() -> str:
    rows = []
    for name, program in load_all_programs().items():
        text = TOOLS.get(name, program.tool.description)
        rows.append(_row(f"[{name}]({name.replace(' ', '-')}.md)", text))
    return "\n".join([_MADE, "", "# Tools", "", "| tool | |", "| --- | --- |", *rows]) + "\n"


def _events_page() -> str:
    lines = [_MADE, "", "# Events as JSON Lines"]
    modules = (json_lines, archive_json_lines, retrieve_json_lines, list_json, commit_json, resume_json_lines)
    for module in modules:
        lines += ["", *_module_lines(module, ("event", "keys"))]
    return "\n".join(lines) + "\n"


def _exit_codes_page() -> str:
    return "\n".join([_MADE, "", "# Exit codes", "", *_module_lines(exit_codes, None)]) + "\n"


def _module_lines(module: ModuleType, titles: tuple[str, ...] | None) -> Iterator[str]:
    """The docstring of a module, its simple table as one of Markdown; ``titles`` where that has none."""
    paragraph: list[str] = []
    table: list[str] = []
    rules = 0
    rules_wanted = 2 if titles else 3
    for line in (module.__doc__ or "").splitlines():
        is_rule = bool(_RULE.match(line))
        if is_rule or 0 < rules < rules_wanted:
            table.append(line)
            rules += is_rule
            if rules == rules_wanted:
                yield from _flush(paragraph)
                yield from _table_lines(table, titles)
                rules_wanted = rules = 0
            continue
        if line:
            paragraph.append(line)
        else:
            yield from _flush(paragraph)
    yield from _flush(paragraph)


def _flush(paragraph: list[str]) -> Iterator[str]:
    if paragraph:
        yield " ".join(paragraph).replace("``", "`")
        yield ""
        paragraph.clear()


def _table_lines(table: list[str], titles: tuple[str, ...] | None) -> Iterator[str]:
    columns = [match.start() for match in re.finditer("=+", table[0])]
    rows: list[list[str]] = []
    for line in table:
        if _RULE.match(line):
            continue
        cells = _cells(line, columns)
        if cells[0]:
            rows.append(cells)
        else:
            rows[-1] = [f"{old} {new}".strip() for old, new in zip(rows[-1], cells, strict=True)]
    if titles is None:
        titles = tuple(rows.pop(0))
    yield _row(*titles)
    yield _row(*("---" for _ in titles))
    for row in rows:
        yield _row(*(cell.replace("``", "`") for cell in row))
    yield ""


def _cells(line: str, columns: list[int]) -> list[str]:
    """The cells of a line; a first cell may be wider than its column, two blanks end it."""
    if line[:1].strip() and "  " in line and len(columns) == 2:
        return [cell.strip() for cell in line.split("  ", 1)]
    ends = [*columns[1:], len(line)]
    return [line[start:end].strip() for start, end in zip(columns, ends, strict=True)]

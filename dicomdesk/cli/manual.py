"""Man pages, made from the same tables as ``--help``."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from dicomdesk import __version__
from dicomdesk.cli.catalogue import load_all_programs
from dicomdesk.cli.examples import examples_of, shell_line
from dicomdesk.cli.options.grammar import Option, OptionGroup, Tool
from dicomdesk.cli.options.usage import synopsis
from dicomdesk.cli.program import Program, command_words

_COMMON_NOTES = (
    (
        "Options begin with '-' or '+' and can stand anywhere; of options that exclude each other the rightmost "
        "counts. An argument @FILE is replaced by the words in that file: blanks separate, quotation marks of "
        "either kind keep blanks."
    ),
)
_FILES = (
    ("DCMDICTPATH", "data dictionary files, separated by colons"),
    ("NO_COLOR", "when set, progress is shown without colours"),
)


def manual_page(tool: Tool, *, date: str, commands: Mapping[str, str] = MappingProxyType({})) -> str:
    """The manual page of a tool in roff's ``man`` macros; ``date`` is shown at its foot.

    ``commands`` are those of the tool, with a few words on each.
    """
    lines = [
        f".TH {_quoted(tool.name.upper())} 1 {_quoted(date)} {_quoted(f'dicomdesk {__version__}')}",
        ".SH NAME",
        f"{_plain(tool.name.replace(' ', '-'))} \\- {_plain(tool.description)}",  # one word: whatis looks for it
        ".SH SYNOPSIS",
        f".B dicomdesk {_plain(tool.name)}",
        _plain(synopsis(tool)),
        ".SH DESCRIPTION",
    ]
    for note in (*tool.notes, *_COMMON_NOTES):
        lines += [".PP", _plain(note)]
    lines.append(".SH PARAMETERS")
    for parameter in tool.parameters:
        lines += [".TP", f".I {_plain(parameter.name)}", _plain(parameter.text)]
    if commands:
        lines.append(".SH COMMANDS")
    for name, words in commands.items():
        lines += [".TP", f".BR {_plain(f'{tool.name}-{name}')} (1)", _plain(words)]
    lines.append(".SH OPTIONS")
    for group in tool.groups:
        lines += _group_lines(group, macro=".SS")
    if tool.objects:
        lines.append(".SH JSON")
    for name, keys in tool.objects:
        lines += [".TP", f".B {_plain(name)}", _plain(keys.replace("``", ""))]
    lines.append(".SH EXAMPLES")
    for example in examples_of(tool):
        lines += [".PP", _plain(example.text), ".PP", ".nf"]
        lines += [".B " + _plain(shell_line(command)) for command in example.commands]
        lines.append(".fi")
    lines.append(".SH ENVIRONMENT")
    for name, text in _FILES:
        lines += [".TP", f".B {name}", _plain(text)]
    lines += [".SH SEE ALSO", ".BR dicomdesk (1)"]
    return "\n".join(lines) + "\n"


def write_manual_pages(folder: Path, *, date: str) -> list[Path]:
    """Write the pages of all tools into a folder, which exists, as ``NAME.1``; returns their paths.

    Commands of tools have pages of their own.
    """
    paths = []
    for name, program in load_all_programs().items():
        path = folder / f"{name.replace(' ', '-')}.1"
        path.write_text(_page_of(program, date), encoding="utf-8")
        paths.append(path)
    return paths


def _page_of(program: Program, date: str) -> str:
    return manual_page(program.tool, date=date, commands=command_words(program))


def _group_lines(group: OptionGroup, *, macro: str) -> Iterator[str]:
    yield f"{macro} {_quoted(group.title)}"
    for option in group.options:
        if not option.is_hidden:
            yield from _option_lines(option)
    for inner in group.groups:
        yield from _group_lines(inner, macro=".SS")


def _option_lines(option: Option) -> Iterator[str]:
    names = ", ".join(f"\\fB{_plain(name)}\\fP" for name in (option.short, option.long) if name)
    yield ".TP"
    yield names + (f" \\fI{_plain(option.argument)}\\fP" if option.argument else "")
    yield _plain(" ".join(option.text))


def _plain(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + escaped if escaped[:1] in (".", "'") else escaped


def _quoted(text: str) -> str:
    return '"' + _plain(text).replace('"', "\\(dq") + '"'

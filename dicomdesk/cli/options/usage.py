"""Usage, version and error texts, in the layout of the DCMTK tools."""

import os
import sys
import zlib
from collections.abc import Mapping
from types import MappingProxyType

from dicomdesk import __version__
from dicomdesk.cli.options.grammar import Option, OptionGroup, Parameter, Tool

COMPATIBLE_WITH = "3.6.7"
"""The DCMTK release whose options, texts and exit codes the drop-in tools follow."""

_LONG_COLUMN = 10
_TEXT_COLUMN = 33


def identifier(tool: Tool) -> str:
    """The line that names tool and version."""
    return f"$dicomdesk: {tool.name} v{__version__} (DCMTK {COMPATIBLE_WITH} compatible) $"


def header(tool: Tool) -> str:
    """The head of every text of a tool."""
    return f"{identifier(tool)}\n\n{tool.name}: {tool.description}\n"


def error_text(tool: Tool, message: str) -> str:
    """The block for a wrong command line."""
    return f"{header(tool)}error: {message}\n"


def version_text(tool: Tool) -> str:
    """The answer to ``--version``."""
    host = os.uname() if hasattr(os, "uname") else None
    lines = [
        header(tool),
        f"Host type: {host.sysname} {host.machine}" if host else f"Host type: {sys.platform}",
        f"Character encoding: {sys.getfilesystemencoding()}",
        "",
        "External libraries used:",
        f"- Python, Version {sys.version.split()[0]}",
        f"- ZLIB, Version {zlib.ZLIB_RUNTIME_VERSION}",
    ]
    return "\n".join(lines) + "\n"


def synopsis(tool: Tool) -> str:
    """The parameters as the usage line shows them."""
    return " ".join(["[options]", *(_parameter_pattern(parameter) for parameter in tool.parameters)])


def usage_text(tool: Tool, *, commands: Mapping[str, str] = MappingProxyType({})) -> str:
    """The answer to ``--help``; ``commands`` are those of the tool, with a few words on each."""
    lines = [f"usage: {tool.name} {synopsis(tool)}", "", "parameters:"]
    lines += [f"  {parameter.name}".ljust(_TEXT_COLUMN) + parameter.text for parameter in tool.parameters]
    lines.append("")
    if commands:
        lines += ["commands:", *(f"  {name}".ljust(_TEXT_COLUMN) + words for name, words in commands.items()), ""]
    for group in tool.groups:
        lines += _group_lines(group, indent=0)
    return header(tool) + "\n".join(lines) + "\n"


def _parameter_pattern(parameter: Parameter) -> str:
    pattern = parameter.name + ("..." if parameter.is_repeatable else "")
    return f"[{pattern}]" if parameter.is_optional else pattern


def _group_lines(group: OptionGroup, *, indent: int) -> list[str]:
    lines = [" " * indent + group.title + ":"]
    for option in group.options:
        if not option.is_hidden:
            lines += _option_lines(option, indent=indent + 2)
    for inner in group.groups:
        lines += _group_lines(inner, indent=indent + 2)
    return lines


def _option_lines(option: Option, *, indent: int) -> list[str]:
    names = (" " * indent + option.short).ljust(_LONG_COLUMN) + option.long
    descriptions = ([option.argument] if option.argument else []) + list(option.text)
    first, *rest = descriptions
    return [names.ljust(_TEXT_COLUMN - 1) + " " + first, *(" " * _TEXT_COLUMN + line for line in rest)]

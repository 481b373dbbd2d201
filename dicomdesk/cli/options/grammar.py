"""The command line grammar of the DCMTK tools: one left-to-right pass, then checks in the order a tool asks.

A token is an option when it starts with ``-`` or ``+`` and neither ends there nor continues with a digit. Options match
exactly, may stand anywhere, and take the next tokens as their values whatever these look like. Of exclusive
alternatives the rightmost counts. ``@file`` is replaced by the words of that file before anything else happens.
Numbers are read as C's ``scanf`` reads them: a valid beginning is enough.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from dicomdesk.errors import SettingsError
from dicomdesk.named_files import read_named_file
from dicomdesk.records import dataclass

_NUMBER = re.compile(r"[ \t\n\r\v\f]*([+-]?)([0-9]+)")
_SEPARATORS = frozenset(" \t\r\n")
_QUOTES = frozenset("\"'")
_LARGEST_COMMAND_FILE_BYTES = 16 << 20


class CommandLineError(SettingsError):
    """A mistake on the command line; ``str()`` is the text after "error: "."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of a tool."""

    long: str
    """Name with both dashes; messages always show this one."""
    text: tuple[str, ...]
    """Lines of the description."""
    short: str = ""
    argument: str = ""
    """Description of the value or values, "" for an option without."""
    values: int = -1
    """How many tokens follow; -1 is one where there is an ``argument``, else none."""
    is_exclusive: bool = False
    """Stands alone: the mandatory parameters are not asked for."""
    is_hidden: bool = False
    """Understood, not shown."""
    is_secret: bool = False
    """What follows is shown nowhere."""

    @property
    def value_count(self) -> int:
        """Number of the tokens that belong to the option."""
        return self.values if self.values >= 0 else int(bool(self.argument))


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionGroup:
    """Options shown under one heading."""

    title: str
    options: tuple[Option, ...] = ()
    groups: tuple["OptionGroup", ...] = ()

    def walk(self) -> Iterator[Option]:
        """All options, in the order shown."""
        yield from self.options
        for group in self.groups:
            yield from group.walk()


def option(
    names: str,
    *text: str,
    argument: str = "",
    values: int = -1,
    is_exclusive: bool = False,
    is_hidden: bool = False,
    is_secret: bool = False,
) -> Option:
    """An option as a line of a table: its short name, if any, and its long one, then the lines of its description."""
    *short, long = names.split(" ")
    return Option(
        long=long,
        text=text,
        short="".join(short),
        argument=argument,
        values=values,
        is_exclusive=is_exclusive,
        is_hidden=is_hidden,
        is_secret=is_secret,
    )


def group(title: str, *members: Option | OptionGroup) -> OptionGroup:
    """Options, and groups below them, under one heading."""
    return OptionGroup(
        title=title,
        options=tuple(member for member in members if isinstance(member, Option)),
        groups=tuple(member for member in members if isinstance(member, OptionGroup)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One positional parameter; the last may be repeated, or left out."""

    name: str
    text: str
    is_repeatable: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool as usage text, man page and parser see it."""

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    groups: tuple[OptionGroup, ...]
    notes: tuple[str, ...] = ()
    """Paragraphs for the manual."""
    examples: tuple[tuple[str, ...], ...] = ()
    """Of a command of a tool, for the manual: what is to be done, and the command lines that do it."""
    objects: tuple[tuple[str, str], ...] = ()
    """Of a command of a tool: the objects that ``--json`` writes besides other tools', and the keys of each."""

    def options(self) -> Iterator[Option]:
        """All options, in the order shown."""
        for group in self.groups:
            yield from group.walk()

    @property
    def mandatory_parameters(self) -> int:
        """Number of the parameters that there must be at least."""
        return sum(not parameter.is_optional for parameter in self.parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One option on a command line."""

    long: str
    values: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class CommandLine:
    """A parsed command line, asked by a tool in the order in which errors shall be reported.

    Every method that reads or checks raises CommandLineError.
    """

    arguments: list[str] = field(default_factory=list)
    """All expanded tokens, options with their long names, secrets with asterisks."""
    occurrences: list[Occurrence] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)

    def has(self, long: str) -> bool:
        """Whether the option is given."""
        return self._last((long,)) is not None

    def last_of(self, *longs: str) -> str:
        """The rightmost of several exclusive alternatives; "" when none is given."""
        found = self._last(longs)
        return found.long if found else ""

    def alternatives(self, *longs: str) -> list[str]:
        """Those of several exclusive alternatives, asked for in this order, that a tool takes notice of.

        One that stands to the left of another asked for before is passed over; the last counts.
        """
        noticed, position = [], -1
        for long in longs:
            places = [place for place, occurrence in enumerate(self.occurrences) if occurrence.long == long]
            if places and places[-1] > position:
                noticed.append(long)
                position = places[-1]
        return noticed

    def text(self, long: str, default: str = "") -> str:
        """The value of the rightmost occurrence."""
        found = self._last((long,))
        return found.values[0] if found else default

    def every_text(self, long: str) -> tuple[str, ...]:
        """The values of all occurrences, left to right."""
        return tuple(occurrence.values[0] for occurrence in self.occurrences if occurrence.long == long)

    def texts(self, long: str) -> tuple[str, ...] | None:
        """All values of the rightmost occurrence of an option with several; None when not given."""
        found = self._last((long,))
        return found.values if found else None

    def integer(self, long: str, low: int, high: int | None = None, *, is_signed: bool = False) -> int | None:
        """The value of the rightmost occurrence, within ``low`` and ``high``; None when not given.

        A sign is wrong in itself, unless ``is_signed``.
        """
        found = self._last((long,))
        if found is None:
            return None
        text = found.values[0]
        number = _read_number(text)
        if number is None or (not is_signed and text.lstrip().startswith("-")):
            raise CommandLineError(f"Invalid value for option {long}" + (f" ({text})" if text else ""))
        if number < low:
            raise CommandLineError(f"Invalid value for option {long} (underflow: {text})")
        if high is not None and number > high:
            raise CommandLineError(f"Invalid value for option {long} (overflow: {text})")
        return number

    def choice(self, long: str, allowed: Sequence[str], default: str) -> str:
        """The value of the rightmost occurrence, which must be one of ``allowed``."""
        text = self.text(long, default)
        if text not in allowed:
            raise CommandLineError(f"Invalid value for option {long} ({text}), use one of: {', '.join(allowed)}")
        return text

    def integers(self, long: str, low: int) -> tuple[int, ...] | None:
        """All values of the rightmost occurrence of an option with several numbers, each from ``low`` on."""
        texts = self.texts(long)
        if texts is None:
            return None
        numbers = []
        for text in texts:
            number = _read_number(text)
            if number is None or text.lstrip().startswith("-"):
                raise CommandLineError(f"Invalid value for option {long}" + (f" ({text})" if text else ""))
            if number < low:
                raise CommandLineError(f"Invalid value for option {long} (underflow: {text})")
            numbers.append(number)
        return tuple(numbers)

    def integer_parameter(self, index: int, low: int, high: int) -> int:
        """The parameter as an unsigned number; a negative one is an overflow, as in C."""
        text = self.parameters[index]
        number = _read_number(text)
        if number is None:
            raise CommandLineError(f"Invalid parameter value {text}")
        if number < 0 or number > high:
            raise CommandLineError(f"Invalid parameter value {text} (overflow)")
        if number < low:
            raise CommandLineError(f"Invalid parameter value {text} (underflow)")
        return number

    def check_dependency(self, long: str, needed: str, *, is_met: bool) -> None:
        """Report that ``long`` is allowed only with ``needed``, unless that is given."""
        if not is_met:
            raise CommandLineError(f"{long} only allowed with {needed}")

    def check_conflict(self, long: str, other: str, *, is_given: bool) -> None:
        """Report that ``long`` is not allowed with ``other``, where that is given."""
        if is_given:
            raise CommandLineError(f"{long} not allowed with {other}")

    def _last(self, longs: tuple[str, ...]) -> Occurrence | None:
        for occurrence in reversed(self.occurrences):
            if occurrence.long in longs:
                return occurrence
        return None


def parse(tool: Tool, tokens: Sequence[str]) -> CommandLine:
    """Parse the command line of a tool, without its name; raises CommandLineError for the first lexical error."""
    line = CommandLine()
    names = {name: option for option in tool.options() for name in (option.short, option.long) if name}
    is_exclusive = False
    remaining = iter(list(_expand(tokens)))
    for token in remaining:
        if not _is_option(token):
            line.parameters.append(token)
            line.arguments.append(token)
            continue
        option = names.get(token)
        if option is None:
            raise CommandLineError(f"Unknown option {token}")
        values = tuple(value for _, value in zip(range(option.value_count), remaining, strict=False))
        if len(values) < option.value_count:
            raise CommandLineError(f"Missing value for option {option.long}")
        line.occurrences.append(Occurrence(long=option.long, values=values))
        line.arguments.extend((option.long, *(("***",) * len(values) if option.is_secret else values)))
        is_exclusive = is_exclusive or option.is_exclusive
    if line.arguments and not is_exclusive:
        _check_parameter_count(tool, line.parameters)
    return line


def _check_parameter_count(tool: Tool, given: Sequence[str]) -> None:
    if len(given) < tool.mandatory_parameters:
        raise CommandLineError(f"Missing parameter {tool.parameters[len(given)].name}")
    is_open_ended = bool(tool.parameters) and tool.parameters[-1].is_repeatable
    if len(given) > len(tool.parameters) and not is_open_ended:
        raise CommandLineError("Too many parameters")


def _is_option(token: str) -> bool:
    return len(token) >= 2 and token[0] in "+-" and token[1] not in "0123456789"


def _read_number(text: str) -> int | None:
    found = _NUMBER.match(text)
    if not found:
        return None
    number = int(found[2][:30])
    return -number if found[1] == "-" else number


def _expand(tokens: Sequence[str]) -> Iterator[str]:
    for token in tokens:
        if len(token) >= 2 and token[0] == "@":
            yield from split_words(_read_command_file(token[1:]))
        else:
            yield token


def _read_command_file(name: str) -> str:
    try:
        text = os.fsdecode(read_named_file(name, _LARGEST_COMMAND_FILE_BYTES))
    except IsADirectoryError:
        return ""
    except OSError as error:
        raise CommandLineError(f"Cannot open command file '{name}'") from error
    if "\0" in text:  # no argument of a process has one, and no name
        raise CommandLineError(f"Cannot read command file '{name}': it holds a NUL character")
    return text


def split_words(text: str) -> Iterator[str]:
    """The arguments in the text of a command file.

    Blanks, tabs and line ends separate. A quote of either kind reaches to the next of its kind, or to the end; it
    continues a word begun before it and always ends it. There is no escape character and no comment.
    """
    position, end = 0, len(text)
    while position < end:
        if text[position] in _SEPARATORS:
            position += 1
            continue
        start = position
        while position < end and text[position] not in _SEPARATORS and text[position] not in _QUOTES:
            position += 1
        word = text[start:position]
        if position < end and text[position] in _QUOTES:
            closing = text.find(text[position], position + 1)
            closing = end if closing < 0 else closing
            word += text[position + 1 : closing]
            position = closing + 1
        yield word

"""A provoked failure: what is done, and what must be said of it, as data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Required, TypedDict, Unpack

if TYPE_CHECKING:
    from tests.failures.stage import Stage

Scene = Callable[["Stage"], None]
"""Sets up peers and files, and gives the values that a command line names."""

TRUE, NAMES, CAUSE, REMEDY, CODE, BOUNDED, REPORT, JSON, CLEAN = range(1, 10)
"""The nine questions, one mark each."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One failure.

    Words that must be said are written ``one & two|other``: all parts, of each one of its alternatives. Case and line
    ends do not matter. ``{NAME}`` in them, in ``words`` and in ``names`` is a value of the stage.
    """

    name: str
    tool: str
    words: str
    """The command line, as DCMTK's tool takes it."""
    scenes: tuple[Scene, ...]
    code: int
    """Exit code; that of DCMTK's tool for the same command line."""
    what: str
    """Says what happened."""
    cause: str
    remedy: str
    names: tuple[str, ...] = ()
    """What must be named: file, instance, peer."""
    never: tuple[str, ...] = ()
    """What would not be true."""
    outcome: str = ""
    """Of the instance, in JSON and reports; "" where none comes so far."""
    missing: tuple[int, ...] = ()
    """Questions that are answered with no, and known to be."""
    options: str = ""
    """More of the command line, which only ours takes."""
    is_long: bool = False
    """Whether it takes half a second or more."""
    deadline_s: float = 20
    is_reported: bool = True
    """Whether it is for a report to tell: not where a report is what fails."""
    has_dcmtk: bool = True
    """Whether DCMTK has the same tool, and can be provoked in the same way."""
    kept: tuple[str, ...] = field(default=())
    """Patterns of files that may be left behind."""

    def __str__(self) -> str:
        return self.name

    @property
    def identifier(self) -> str:
        """For the names of tests."""
        return self.name.replace(" ", "-").replace(":", "")


class Instances(TypedDict, total=False):
    """Fields of a ``Case`` that are not about what is done, as there; its exit code is known by the tool."""

    what: Required[str]
    cause: Required[str]
    remedy: Required[str]
    names: tuple[str, ...]
    never: tuple[str, ...]
    outcome: str
    missing: tuple[int, ...]
    options: str
    is_long: bool
    deadline_s: float
    is_reported: bool
    has_dcmtk: bool
    kept: tuple[str, ...]


class Told(Instances):
    """The same with the exit code."""

    code: int


def make(tool: str, name: str, words: str, *scenes: Scene, **told: Unpack[Told]) -> Case:
    """A case, which is called by its tool and name."""
    return Case(name=f"{tool}: {name}", tool=tool, words=words.strip(), scenes=scenes, **told)


def holds(text: str, words: str) -> bool:
    """Whether the text says it, whatever the case and the breaks of lines."""
    flat = " ".join(text.lower().split())
    return all(
        any(" ".join(alternative.lower().split()) in flat for alternative in part.split("|"))
        for part in words.split("&")
    )

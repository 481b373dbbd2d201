"""One storescu command line, tried with DCMTK's program and ours against the same recording peer."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helpers.dcmtk.differential import EXACT, Outcome, differing, programs, run
from tests.helpers.peers.fake_peer import Accept, FakePeer, Reject, Status

TO = "127.0.0.1 {port}"


@dataclass(frozen=True)
class Case:
    """A command line, a peer for it, and what may differ."""

    line: str
    peer: Callable[[], FakePeer] | None = FakePeer
    """None: nobody listens."""
    difference: str = ""
    """Why ours differs in what is tolerated."""
    tolerated: tuple[str, ...] = ()
    """What is not compared, see ``differing``."""

    @property
    def name(self) -> str:
        return self.line.replace(TO, "TO")

    def outcomes(self, folders: tuple[Path, Path], home: Path) -> tuple[Outcome, Outcome]:
        """What DCMTK's program and ours led to, each run in its folder."""
        theirs, ours = (
            self._run(program, folder, home / name)
            for program, folder, name in zip(programs("storescu"), folders, ("theirs", "ours"), strict=True)
        )
        return theirs, ours

    def differing(self, theirs: Outcome, ours: Outcome) -> list[str]:
        """Where the outcomes differ though they are not to."""
        besides = [name for name in EXACT if name not in self.tolerated]
        return differing(theirs, ours, tolerated=self.tolerated, besides=besides)

    def differences(self, folder: Path, home: Path) -> list[str]:
        """Where the outcomes differ, with both programs run in the same folder."""
        return self.differing(*self.outcomes((folder, folder), home))

    def _run(self, program: tuple[str, ...], folder: Path, home: Path) -> Outcome:
        home.mkdir()
        if self.peer is None:
            return run(program, expanded(self.line, folder), folder, home, None)
        with self.peer() as peer:
            return run(program, expanded(self.line, folder), folder, home, peer)


def accepting(**options: object) -> Callable[[], FakePeer]:
    return lambda: FakePeer(associate=[Accept(**options)])  # type: ignore[arg-type] # by name


def answering(*codes: int) -> Callable[[], FakePeer]:
    return lambda: FakePeer(stores=[Status(code) for code in codes])


def rejecting(result: int, source: int, reason: int) -> Callable[[], FakePeer]:
    return lambda: FakePeer(associate=[Reject(result, source, reason)])


def differs(why: str, *tolerated: str) -> dict[str, Any]:
    """The part of a case that says where and why ours differs."""
    return {"difference": why, "tolerated": tolerated}


def expanded(line: str, folder: Path) -> list[str]:
    """Split a line into arguments: "|" stands for a blank within one, "''" for nothing, "x/*" for files in order."""
    arguments: list[str] = []
    for argument in line.split():
        if argument.endswith("/*"):
            arguments += sorted(str(path.relative_to(folder)) for path in folder.glob(argument))
        else:
            arguments.append("" if argument == "''" else argument.replace("|", " "))
    return arguments

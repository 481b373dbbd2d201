"""Upkeep of areas (``--reindex`` and the like): one after the other, with progress, findings and a summary."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from enum import Enum
from typing import TYPE_CHECKING, Final

from dicomdesk.archive.areas.folder_notes import LeftOut
from dicomdesk.archive.file_check import FileCheckReport, Finding, check_area
from dicomdesk.archive.indexed_areas import note_left_out
from dicomdesk.archive.reindex import ReindexReport, reindex_area
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.output.standard_streams import write_stderr, write_stdout
from dicomdesk.cli.output.terminal import is_terminal
from dicomdesk.cli.signals import EndStage, SignalWatch, stage_text
from dicomdesk.errors import DicomdeskError, LocalError, SettingsError
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Logger

if TYPE_CHECKING:
    from dicomdesk.cli.output.json_lines import Fields

_REDRAW_S = 0.5

Write = Callable[[str, "Fields"], None]
"""Takes the name of an event and its keys."""


class Upkeep(Enum):
    """What is done."""

    REINDEX = "reindex"
    VERIFY = "verify"
    VERIFY_DEEP = "verify-deep"
    """Contents too."""
    LEAVE_OUT = "leave-out"
    """What the index does not show is meant."""


class UpkeepEndedError(Exception):
    """End of the upkeep that a signal has asked for."""


class UpkeepDisplay:
    """Display of an upkeep: findings as warnings, progress on a terminal, all as JSON Lines where asked for."""

    def __init__(self, tool: Logger, *, writes_json: bool) -> None:
        self._tool = tool
        self._draws = is_terminal() and not writes_json
        self._write: Write | None = _json_writer() if writes_json else None
        self._next_s = 0.0
        self._is_ending = False

    def cancel(self) -> None:
        """End before the next file; on any thread."""
        self._is_ending = True

    def abandon(self) -> None:
        """Do nothing: there is nothing to conclude."""

    def tell_stage(self, stage: EndStage, is_by_clock: bool) -> None:  # noqa: FBT001 - as ``SignalWatch`` calls it
        """Write which stage of the end begins."""
        if stage is EndStage.IN_ORDER:
            self._tool.warn(stage_text(stage, is_by_clock=is_by_clock, verb="ending"))

    def check(self) -> None:
        """See ``ReindexObserver``."""
        if self._is_ending:
            raise UpkeepEndedError

    def progressed(self, area: str, done: int, total: int) -> None:
        """See ``ReindexObserver``; a total of 0 is unknown."""
        now_s = time.monotonic()
        if now_s < self._next_s and done != total:
            return
        self._next_s = now_s + _REDRAW_S
        if self._write is not None:
            self._write("upkeep-progress", {"area": area, "done": done, "total": total})
        if self._draws:
            of_all = f" of {total}" if total else ""
            write_stderr(f"\r\033[K{printable(area)}: {done}{of_all} files")

    def left_out(self, area: str, path: str, reason: str) -> None:
        """See ``ReindexObserver``."""
        self.found(area, f"{path}: not in the index: {reason}")

    def found(self, area: str, text: str) -> None:
        """Show something that is not as it should be."""
        self._clear()
        self._tool.warn(f"{printable(area)}: {printable(text)}")
        if self._write is not None:
            self._write("upkeep-finding", {"area": area, "text": text})

    def failed(self, area: str, error: DicomdeskError) -> None:
        """Show that the area cannot be processed."""
        self._clear()
        self._tool.error(f"{printable(area)}: {printable(str(error))}")
        if self._write is not None:
            self._write("upkeep-finished", {"area": area, "counts": None, "error": str(error)})

    def ended(self, area: str, result: ReindexReport | FileCheckReport | LeftOut, sentence: str) -> None:
        """Show the summary of an area."""
        self._clear()
        if self._write is not None:
            self._write("upkeep-finished", {"area": area, "counts": asdict(result), "error": ""})
        else:
            write_stdout(f"{printable(area)}: {sentence}\n")

    def _clear(self) -> None:
        if self._draws:
            write_stderr("\r\033[K")


def run_upkeep(
    settings: ArchiveSettings, ae_titles: Sequence[str], tool: Logger, upkeep: Upkeep, *, writes_json: bool
) -> int:
    """Do it for the areas of these AE titles, all where there is none; returns the exit code.

    A signal ends it before the next file; an index that was being made again is left as it was. Raises SettingsError
    for an AE title that the configuration does not name.
    """
    display = UpkeepDisplay(tool, writes_json=writes_json)
    areas = _chosen(settings, ae_titles)
    is_right = True
    ending = SignalWatch(display.tell_stage)
    with ending.catching():
        ending.serve(display)
        for area in areas:
            try:
                is_right &= _DOING[upkeep](settings, area, display)
            except DicomdeskError as error:
                display.failed(area.ae_title, error)
                is_right = False
            except UpkeepEndedError:
                display.failed(area.ae_title, LocalError("ended before all files were looked at"))
                return died_of_signal(ending.last_signal)
    return int(ExitCode.SUCCESS if is_right else ExitCode.NOT_ALL_RIGHT)


def _chosen(settings: ArchiveSettings, ae_titles: Sequence[str]) -> list[Area]:
    first: dict[str, Area] = {}
    for area in settings.configuration.areas:
        first.setdefault(area.ae_title, area)
    areas = list(first.values())
    for ae_title in ae_titles:
        if ae_title not in first:
            raise SettingsError(f'The configuration names no storage area "{ae_title}"')
    if not areas:
        raise SettingsError("The configuration names no storage area (AETable)")
    return [area for area in areas if not ae_titles or area.ae_title in ae_titles]


def _reindex(settings: ArchiveSettings, area: Area, display: UpkeepDisplay) -> bool:
    result = reindex_area(settings, area, display)
    parts = [f"{count_text(result.indexed, 'instance')} in the index"]
    parts += [f"{count_text(result.unreadable, 'file')} cannot be read"] if result.unreadable else []
    parts += [f"{result.passed_over} passed over"] if result.passed_over else []
    parts += [f"{count_text(result.superseded, 'file')} superseded"] if result.superseded else []
    parts += [f"{result.forgotten} without file forgotten"] if result.forgotten else []
    display.ended(area.ae_title, result, ", ".join(parts))
    return not result.unreadable


def _verify(settings: ArchiveSettings, area: Area, display: UpkeepDisplay, *, is_deep: bool = False) -> bool:
    def tell(finding: Finding) -> None:
        display.found(area.ae_title, finding.text)

    def progressed(count: int) -> None:
        display.progressed(area.ae_title, count, 0)

    result = check_area(settings, area, tell, progressed, is_deep=is_deep, check=display.check)
    if result.is_right:
        sentence = f"{count_text(result.files, 'file')}, all right"
        sentence += f", {result.unknown} of them without a checksum" if result.unknown else ""
    else:
        sentence = (
            f"{result.missing} missing, {result.unindexed} not in the index, {result.different} of another size, "
            f"{f'{result.damaged} damaged, ' if result.damaged else ''}"
            f"{count_text(result.wrong_counts, 'wrong count')}{', index damaged' if result.damages else ''}"
        )
    display.ended(area.ae_title, result, sentence)
    return result.is_right


def _leave_out(settings: ArchiveSettings, area: Area, display: UpkeepDisplay) -> bool:
    left_out = note_left_out(settings, area)
    parts = [count_text(left_out.studies, "study", "studies"), count_text(left_out.flat_files, "file")]
    parts += [f"{left_out.other_names} under other AE titles"] if left_out.other_names else []
    display.ended(area.ae_title, left_out, f"left out on purpose: {', '.join(parts)}")
    return True


def _verify_deep(settings: ArchiveSettings, area: Area, display: UpkeepDisplay) -> bool:
    return _verify(settings, area, display, is_deep=True)


_DOING: Final = {
    Upkeep.REINDEX: _reindex,
    Upkeep.VERIFY: _verify,
    Upkeep.VERIFY_DEEP: _verify_deep,
    Upkeep.LEAVE_OUT: _leave_out,
}


def _json_writer() -> Write:
    from dicomdesk.cli.output.json_lines import JsonLinesReporter  # noqa: PLC0415 - only where asked for: start-up time

    reporter = JsonLinesReporter()

    def write(name: str, fields: "Fields") -> None:
        reporter.write([(name, fields)])

    return write

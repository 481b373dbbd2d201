"""The archive that is looked at: opened beside the Qt thread, asked there, and followed while others work on it."""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Signal

from dicomdesk.archive.administration.listing import Listed
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.tasks import Tasks
from dicomdesk.human import error_text
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dicomdesk.archive.administration.desk.desk import ArchiveDesk
    from dicomdesk.archive.administration.desk.looking import AreaUsage

__all__ = ["AccessState", "ArchiveAccess", "Overview", "place_of"]

Asked = ParamSpec("Asked")
Result = TypeVar("Result")


class AccessState(Enum):
    """Whether there is an archive to be asked."""

    NONE = "none"
    """None is chosen."""
    OPENING = "opening"
    OPEN = "open"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What an archive holds as a whole."""

    usage: "Sequence[AreaUsage]" = ()
    studies_in_conflict: int = 0
    conflicts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By Study Instance UID: what the study, or an instance of it, contradicts."""

    @property
    def studies(self) -> int:
        """Of all areas."""
        return sum(area.totals.studies for area in self.usage)

    @property
    def patients(self) -> int:
        """Of all areas."""
        return sum(area.totals.patients for area in self.usage)


class _Opened:
    """A desk, and how many questions it is answering."""

    def __init__(self, desk: "ArchiveDesk") -> None:
        self.desk = desk
        self.asking = 0
        self.is_left = False


def place_of(path: Path) -> ArchivePlace:
    """The archive of a configuration file, or in a folder. Looks at the disk."""
    return ArchivePlace(folder=path) if path.is_dir() else ArchivePlace(configuration_file=path)


class ArchiveAccess(QObject):
    """Opens one archive at a time. For the Qt thread; ``ask`` has others asked.

    Nothing is loaded that an archive needs before there is one.
    """

    changed = Signal()
    """Another archive, another state, or the archive holds something else."""

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._opened: _Opened | None = None
        self._is_looking = False
        self.path: Path | None = None
        self.audit_file: Path | None = None
        """Told of all that is done to an archive that is opened from now on, None for no audit trail."""
        self.state = AccessState.NONE
        self.problem = ""
        """Why it cannot be opened, or was not followed: what happened, why, what to do."""
        self.overview = Overview()
        self.areas: tuple[str, ...] = ()
        """The names of its storage areas."""

    @property
    def is_open(self) -> bool:
        """Whether it can be asked."""
        return self.state is AccessState.OPEN

    @property
    def name(self) -> str:
        """What it is called: its areas, or where it is."""
        return ", ".join(self.areas) or (self.path.name if self.path is not None else "")

    def open(self, path: Path | None) -> None:
        """Look at another archive, None for none."""
        self._leave()
        self.path, self.problem, self.overview, self.areas = path, "", Overview(), ()
        self.state = AccessState.NONE if path is None else AccessState.OPENING
        self.changed.emit()
        if path is not None:
            self._tasks.start(self._open(path))

    def close(self) -> None:
        """Ask no more; the desk is closed when it has answered."""
        self._leave()

    async def ask(
        self,
        function: "Callable[Concatenate[ArchiveDesk, Asked], Result]",
        *arguments: Asked.args,
        **named: Asked.kwargs,
    ) -> Result:
        """Return what a function says of the desk, on a worker thread; raises what it raises."""
        opened = self._opened
        if opened is None:
            raise DicomdeskError(_say("No archive is open."))
        opened.asking += 1
        try:
            return await self._tasks.run(partial(function, opened.desk, *arguments, **named))
        finally:
            opened.asking -= 1
            self._close_if_left(opened)

    def look(self) -> None:
        """See soon whether the archive has changed."""
        if self.is_open and not self._is_looking:
            self._tasks.start(self._look(is_wished=False), is_routine=True)

    async def look_now(self) -> None:
        """Take note of what was done just now."""
        if self.is_open:
            await self._look(is_wished=True)

    async def _open(self, path: Path) -> None:
        try:
            desk, overview = await self._tasks.run(_open_desk, path, self.audit_file)
        except (DicomdeskError, OSError) as error:
            if path is self.path:
                advice = _say("Choose another configuration or folder, or mend what is wrong and press F5.")
                self.state, self.problem = (
                    AccessState.FAILED,
                    wording.capitalised(wording.explained(error_text(error), advice)),
                )
                self.changed.emit()
            return
        if path is not self.path or self.state is not AccessState.OPENING:
            await self._tasks.run(desk.close)
            return
        self._opened, self.overview, self.areas = _Opened(desk), overview, desk.areas
        self.state = AccessState.OPEN
        self.changed.emit()

    async def _look(self, *, is_wished: bool) -> None:
        opened, self._is_looking = self._opened, True
        try:
            overview = await self.ask(_overview_if_changed, is_wished)
        except (DicomdeskError, OSError) as error:
            if opened is self._opened and self.problem != (problem := wording.explained(error_text(error))):
                self.problem = problem
                self.changed.emit()
            return
        finally:
            self._is_looking = False
        if opened is self._opened and (overview is not None or self.problem):
            self.overview, self.problem = overview or self.overview, ""
            self.changed.emit()

    def _leave(self) -> None:
        opened, self._opened = self._opened, None
        self.state = AccessState.NONE
        if opened is not None:
            opened.is_left = True
            self._close_if_left(opened)

    def _close_if_left(self, opened: _Opened) -> None:
        if opened.is_left and not opened.asking:
            self._tasks.start(self._tasks.run(opened.desk.close), is_routine=True)


def _open_desk(path: Path, audit_file: Path | None) -> "tuple[ArchiveDesk, Overview]":
    from dicomdesk.archive.administration.desk.desk import ArchiveDesk  # noqa: PLC0415 - a database is loaded with it
    from dicomdesk.archive.audit.settings import AuditSettings  # noqa: PLC0415 - as above

    audit = None if audit_file is None else AuditSettings(file=audit_file)
    desk = ArchiveDesk(place_of(path), audit)
    try:
        desk.refresh()
        return desk, _overview(desk)
    except BaseException:
        desk.close()
        raise


def _overview_if_changed(desk: "ArchiveDesk", is_wished: bool) -> Overview | None:  # noqa: FBT001 - handed on
    return _overview(desk) if desk.refresh() or is_wished else None


def _overview(desk: "ArchiveDesk") -> Overview:
    conflicts: dict[str, tuple[str, ...]] = {}
    for row in desk.conflicts():
        uid = str(row.values["study_instance_uid"])
        conflicts[uid] = tuple(dict.fromkeys((*conflicts.get(uid, ()), *_words(row))))
    contradicting = desk.search("", 1, among=conflicts).total if conflicts else 0
    return Overview(usage=desk.usage(), conflicts=conflicts, studies_in_conflict=contradicting)


def _words(row: Listed) -> list[str]:
    words = row.values["conflict"]
    return [str(word) for word in words] if isinstance(words, list) else []


def _say(text: str) -> str:
    return QCoreApplication.translate("archive_access", text)

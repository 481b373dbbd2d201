"""What takes long in the archive: one work at a time, beside the Qt thread; how far it is, and how it is ended."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from dicomdesk.errors import CancelledError, DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.archive.access import ArchiveAccess
from dicomdesk.gui.panels.details import Action, Details
from dicomdesk.gui.theme import Tone

if TYPE_CHECKING:
    from dicomdesk.archive.administration.desk.desk import ArchiveDesk

__all__ = ["WorkWatch", "Works"]

Result = TypeVar("Result")


class WorkWatch:
    """Watch over a work: written by the thread that does it, read by the one that paints."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        """0 is not known."""
        self.is_stopping = False

    def progressed(self, done: int, total: int) -> None:
        """See ``Watch``."""
        self.done, self.total = done, total

    def check(self) -> None:
        """See ``Watch``."""
        if self.is_stopping:
            raise CancelledError("Somebody has ended it")


class Works(QObject):
    """Carries out works on the archive that is open. For the Qt thread."""

    changed = Signal()
    """A work began, is to end, or has ended."""

    def __init__(self, access: ArchiveAccess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._watch: WorkWatch | None = None
        self.title = ""
        """What goes on."""

    @property
    def is_running(self) -> bool:
        """Whether something goes on."""
        return self._watch is not None

    def stop(self) -> None:
        """End what goes on, in order."""
        if self._watch is not None:
            self._watch.is_stopping = True
            self.changed.emit()

    async def carry_out(self, title: str, function: "Callable[[ArchiveDesk, WorkWatch], Result]") -> Result:
        """Do something with the desk and return what comes of it; raises what it raises, also while another goes on."""
        if self._watch is not None:
            raise DicomdeskError(self.tr("{title} Wait until it has ended, or stop it.").format(title=self.title))
        watch = self._watch = WorkWatch()
        self.title = title
        self.changed.emit()
        try:
            return await self._access.ask(lambda desk: function(desk, watch))
        finally:
            self._watch = None
            self.changed.emit()

    def describe(self) -> Details | None:
        """Say how far it is; None where nothing goes on."""
        watch = self._watch
        if watch is None:
            return None
        done, total = watch.done, watch.total
        if total:
            text = self.tr("{done} of {total}").format(done=wording.count_text(done), total=wording.count_text(total))
        else:
            text = wording.plural(done, self.tr("{count} file looked at"), self.tr("{count} files looked at"))
        stop = Action(word=self.tr("Stop"), run=self.stop, icon="stop")
        if watch.is_stopping:
            text = self.tr("Ending…")
        return Details(
            title=self.title,
            text=text,
            icon="archive",
            tone=Tone.ACTIVE,
            actions=() if watch.is_stopping else (stop,),
            progress=done / total if total else None,
        )

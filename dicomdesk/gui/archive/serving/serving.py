"""Serves the archive that is open: others store into it, query it and retrieve from it, until it is stopped."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from dicomdesk import human
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.archive.access import ArchiveAccess, place_of
from dicomdesk.gui.panels.details import Action, Details
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Tone
from dicomdesk.human import error_text

if TYPE_CHECKING:
    from dicomdesk.archive.audit.settings import AuditSettings
    from dicomdesk.archive.facts import ServingEvent
    from dicomdesk.archive.serve import ServeJob, ServeRequest
    from dicomdesk.engine.events import Event

__all__ = ["Serving"]

_EVENTS: Final = "dicomdesk.engine.events"
"""Where the facts are made that every view understands."""


class Serving(QObject):
    """At most one server, of the archive that was open when it was begun. For the Qt thread."""

    changed = Signal()
    """It began, was asked to end, or ended."""
    told = Signal(object)
    """``Details`` that are to be read now."""

    def __init__(self, session: Session, tasks: Tasks, access: ArchiveAccess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._access = access
        self._job: ServeJob | None = None
        self._is_beginning = False
        self._channel = session.watch()
        self.folder_port = 11112
        """Where an archive in a folder listens, which has no configuration that says it."""
        self.title = ""
        """Of the archive that is served."""

    @property
    def is_running(self) -> bool:
        """Whether it listens, or is about to."""
        return self._job is not None or self._is_beginning

    @property
    def port(self) -> int:
        """Where it listens, 0 for nowhere."""
        return self._job.port if self._job is not None else 0

    @property
    def associations(self) -> int:
        """How many are open."""
        return self._job.progress().associations if self._job is not None else 0

    def begin(self) -> None:
        """Serve the archive that is open."""
        if not self.is_running and self._access.path is not None and self._access.is_open:
            self._is_beginning, self.title = True, self._access.name
            self.changed.emit()
            self._tasks.start(self._serve(self._access.path, self._access.areas))

    def stop(self) -> None:
        """First call: let associations end. Second call: abort them."""
        if self._job is not None:
            self._job.cancel()
            self.changed.emit()

    async def _serve(self, path: Path, areas: tuple[str, ...]) -> None:
        try:
            request = await self._tasks.run(partial(_request, path, areas, self.folder_port, self._access.audit_file))
            job = self._job = await self._session.begin(request, self._take(self._channel.sink))
        except (DicomdeskError, OSError) as error:
            self._fail(self.tr("The archive does not receive"), error)
            return
        finally:
            self._is_beginning = False
            self.changed.emit()
        try:
            result = await self._session.result_of(job)
            if result.error is not None:
                self._fail(self.tr("The archive receives no more"), result.error)
        finally:
            self._job = None
            self.changed.emit()

    def _take(self, sink: "Callable[[Event], None]") -> "Callable[[ServingEvent], None]":
        """Tell the views what they understand; on threads of the job."""

        def take(event: "ServingEvent") -> None:
            if type(event).__module__ == _EVENTS:
                sink(event)  # type: ignore[arg-type] # the others are facts of archives alone

        return take

    def _fail(self, title: str, error: DicomdeskError | OSError) -> None:
        text = wording.explained(error_text(error))
        self.told.emit(Details(title=title, text=text, icon="failed", tone=Tone.BAD, can_copy=True))

    def describe(self) -> Details | None:
        """Say where it listens; None where it does not."""
        if not self.port:
            return None
        title = self.tr("{title} receives on port {port}").format(title=human.printable(self.title), port=self.port)
        count = self.associations
        said = wording.plural(count, self.tr("{count} association is open."), self.tr("{count} associations are open."))
        text = self.tr("Others store into it, query it and retrieve from it, as its configuration allows. {open}")
        stop = Action(word=self.tr("Stop receiving"), run=self.stop, icon="stop")
        return Details(title=title, text=text.format(open=said), icon="listening", tone=Tone.ACTIVE, actions=(stop,))


def _request(path: Path, areas: tuple[str, ...], folder_port: int, audit_file: Path | None) -> "ServeRequest":
    """The request for an archive; an archive in a folder takes what anybody sends, under the name of its area."""
    from dicomdesk.archive.serve import ServeRequest  # noqa: PLC0415 - a database is loaded with it

    settings = place_of(path).settings()
    configuration = replace(settings.configuration, user_name="", group_name="")  # the window stays who it is
    if path.is_dir():
        named = tuple(replace(area, ae_title=areas[0]) for area in configuration.areas)
        configuration = replace(configuration, areas=named, port=folder_port)
    settings = replace(settings, configuration=configuration, accepts_all_syntaxes=True)
    audit = None if audit_file is None else AuditSettings(file=audit_file)
    return ServeRequest(settings=settings, audit=audit)

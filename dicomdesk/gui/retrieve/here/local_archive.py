"""What an archive of this machine has of the studies that are shown: asked for beside the Qt thread, many at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.areas.storage_area import STATE_FOLDER
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, read_configuration
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui.tasks import Tasks
from dicomdesk.human import error_text

USUAL_CONFIGURATION = Path("/etc/dcmtk/dcmqrscp.cfg")
"""That dcmqrscp reads where it is given none."""

StudyContent = dict[str, frozenset[str]]
"""SOP Instance UIDs by Series Instance UID."""

_MOST_AT_ONCE = 500
_MOST_KNOWN = 20_000
_NOTHING: StudyContent = {}


class FindsStudies(Protocol):
    """Knows what an archive has; for a worker thread."""

    problem: str

    def find_studies(self, study_instance_uids: Sequence[str]) -> dict[str, StudyContent]:
        """Return what it has of studies."""
        ...


class LocalArchive(QObject):
    """Answers at once with what is known, and learns the rest soon. For the Qt thread.

    Nothing is read before the first study is asked for.
    """

    changed = Signal()
    """More is known."""

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._configuration: Path | None = None
        self._is_usual = False
        self._archive: FindsStudies | None = None
        self._known: dict[str, StudyContent] = {}
        self._wanted: dict[str, None] = {}
        self._is_asking = False
        self.problem = ""
        """Why nothing is known of it; one sentence."""

    def open(self, configuration: Path | None, *, is_usual: bool = False) -> None:
        """Ask the archive of a configuration file, or in a folder, from now on; None for none.

        A usual one need not be there.
        """
        self._configuration, self._is_usual = configuration, is_usual
        self._archive, self.problem = None, ""
        self._wanted.clear()
        self.forget()

    def content(self, study: str) -> StudyContent:
        """Return what is known of a study, and ask for it where nothing is."""
        known = self._known.get(study)
        if known is None and self._configuration is not None:
            self._wanted[study] = None
            if not self._is_asking:
                self._is_asking = True
                self._tasks.start(self._ask())
        return known or _NOTHING

    def forget(self) -> None:
        """Ask anew of what is shown."""
        self._known.clear()
        self.changed.emit()

    async def _ask(self) -> None:
        try:
            while self._wanted and (configuration := self._configuration) is not None:
                if self._archive is None:
                    await self._open(configuration)
                    continue
                some = list(self._wanted)[:_MOST_AT_ONCE]
                for study in some:
                    del self._wanted[study]
                archive = self._archive
                found = await self._tasks.run(archive.find_studies, some)
                if archive is self._archive:
                    self._take(found, archive.problem)
        finally:
            self._is_asking = False
        self.changed.emit()  # once for all of them: there may be very many rows to be written anew

    async def _open(self, configuration: Path) -> None:
        """Make the archive known, or that there is none."""
        archive, problem = None, ""
        try:
            archive = await self._tasks.run(_open_archive, configuration)
        except (DicomdeskError, ImportError, OSError) as error:
            problem = "" if self._is_usual else error_text(error)
        if configuration is not self._configuration:
            return
        self._archive = archive
        if archive is None:
            self._configuration, self.problem = None, problem
            self._wanted.clear()

    def _take(self, found: dict[str, StudyContent], problem: str) -> None:
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        self._known.update(found)
        self.problem = problem


def _open_archive(configuration: Path) -> FindsStudies | None:
    """None where no area has an index: most machines have no archive of ours, and need no database for that."""
    if not configuration.is_dir():
        read = read_configuration(configuration)
        indexes = (area.folder / STATE_FOLDER / "index.sqlite" for area in read.areas)
        if not read.database_url and not any(index.exists() for index in indexes):
            return None
    from dicomdesk.archive.presence import ArchivePresence  # noqa: PLC0415 - see above

    return ArchivePresence(_area_in(configuration) if configuration.is_dir() else configuration)


def _area_in(folder: Path) -> ArchiveConfiguration:
    """The area in a folder, with the name that its index knows it by."""
    from dicomdesk.archive.administration.opening import opened_areas  # noqa: PLC0415 - a database is loaded with it

    with opened_areas(ArchivePlace(folder=folder)) as areas:
        return ArchiveConfiguration(areas=tuple(opened.area for opened in areas))

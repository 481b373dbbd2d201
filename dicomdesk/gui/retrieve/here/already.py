"""What is here already: the folder's index, brought up to date beside the Qt thread, in words for a column."""

import hashlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal

from dicomdesk import paths
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import CancelledError
from dicomdesk.gui import wording
from dicomdesk.gui.models.found_entities import FoundEntity
from dicomdesk.gui.retrieve.here.index import HereIndex
from dicomdesk.gui.retrieve.here.local_archive import LocalArchive
from dicomdesk.gui.tasks import Tasks


class HereAlready(QObject):
    """Knows which instances are here. For the Qt thread; the disk is read on a worker thread."""

    changed = Signal()
    """More is here, or less."""

    def __init__(self, tasks: Tasks, cache_folder: Path | None = None, parent: QObject | None = None) -> None:
        """``cache_folder`` keeps what was read; None takes the user's state folder."""
        super().__init__(parent)
        self._tasks = tasks
        self._cache_folder = cache_folder
        self._index: HereIndex | None = None
        self._turn = threading.Lock()
        """Of those who bring an index up to date."""
        self._is_wanted = False
        self._is_reading = False
        self.archive = LocalArchive(tasks, self)
        self.archive.changed.connect(self.changed)

    @property
    def folder(self) -> Path | None:
        """The folder that is looked at."""
        return self._index.folder if self._index is not None else None

    @property
    def is_reading(self) -> bool:
        """Whether the folder is being read, so that counts may grow."""
        return self._is_reading

    def look_at(self, folder: Path) -> None:
        """Look at another folder, soon."""
        if folder != self.folder:
            self._index = HereIndex(folder, self._cache_of(folder))
            self.changed.emit()
        self.refresh()

    def refresh(self) -> None:
        """Have the folder looked at again, soon."""
        self._is_wanted = True
        if not self._is_reading:
            self._tasks.start(self._read())

    async def watch(self, folder: Path) -> None:
        """Look at the folder now, and return when all that lies there is known."""
        if folder != self.folder:
            self._index = HereIndex(folder, self._cache_of(folder))
        assert self._index is not None
        changes = await self._tasks.run(self._bring_up_to_date, self._index)
        if changes:
            self.changed.emit()

    def count(self, entity: FoundEntity) -> int:
        """How many instances of an entity are here; 0 for patients, whose studies have counts of their own."""
        if self._index is None or entity.level is Level.PATIENT:
            return 0
        return self._index.count(entity.study_instance_uid, entity.series_instance_uid, entity.sop_instance_uid)

    def present(self, entities: Sequence[FoundEntity]) -> frozenset[str]:
        """SOP Instance UIDs of what is here of entities; of patients all that is here, since nobody knows theirs."""
        if self._index is None:
            return frozenset()
        found: set[str] = set()
        for entity in entities:
            if entity.level is Level.PATIENT:
                return self._index.present()
            if entity.level is Level.IMAGE:
                found |= {entity.sop_instance_uid} if self.count(entity) else set()
            else:
                found |= self._index.present(entity.study_instance_uid, entity.series_instance_uid)
        return frozenset(found)

    def words(self, study: str, series: str = "", instance: str = "", of: int | None = None) -> str:
        """Return "412 of 620", "All 620", "3" where nobody knows of how many, "Here" for an instance, or ""."""
        if not study:
            return ""
        count = self._index.count(study, series, instance) if self._index is not None else 0
        if not (instance and count):
            count += self._count_in_archive(study, series, instance)
        return here_words(count, of, is_instance=bool(instance))

    def _count_in_archive(self, study: str, series: str, instance: str) -> int:
        """What the archive has and the folder has not."""
        content = self.archive.content(study)
        if not content:
            return 0
        found: frozenset[str] = content.get(series, frozenset()) if series else frozenset().union(*content.values())
        if instance:
            found &= {instance}
        if self._index is None or not found:
            return len(found)
        return len(found - self._index.present(study))

    async def _read(self) -> None:
        self._is_reading = True
        try:
            while self._is_wanted and self._index is not None:
                self._is_wanted = False
                if await self._tasks.run(self._bring_up_to_date, self._index):
                    self.changed.emit()
        finally:
            self._is_reading = False

    def _bring_up_to_date(self, index: HereIndex) -> int:
        """On a worker thread; gives up where another folder is looked at meanwhile."""

        def require_wanted() -> None:
            if self._index is not index:
                raise CancelledError("Another folder is looked at")

        with self._turn:
            try:
                return index.refresh(require_wanted)
            except CancelledError:
                return 0

    def _cache_of(self, folder: Path) -> Path:
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:24]
        return (self._cache_folder or paths.state_folder() / "here") / f"{name}.jsonl"


def here_words(count: int, of: int | None, *, is_instance: bool = False) -> str:
    """Return the words for so many instances out of so many; "" for none."""
    if not count or is_instance:
        return _say("Here") if count else ""
    if of is None:
        return wording.count_text(count)
    if count >= of:
        return _say("All {count}").format(count=wording.count_text(of))
    return _say("{count} of {total}").format(count=wording.count_text(count), total=wording.count_text(of))


def _say(text: str) -> str:
    return QCoreApplication.translate("here", text)

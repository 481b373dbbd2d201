"""The dialog that shows one image of a series small: while it is fetched, when it is there, or why it cannot be."""

from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QSizePolicy, QWidget

from dicomdesk.dicom.pixels.small_image import SmallImage
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.job import AnyJob, Job
from dicomdesk.engine.query.facts import QueryAnswered
from dicomdesk.errors import DataError, DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, row_of
from dicomdesk.gui.models.found_entities import AskedPeer, FoundEntity
from dicomdesk.gui.panels.heading import PlainLabel
from dicomdesk.gui.retrieve.look import one_image
from dicomdesk.gui.retrieve.look.one_image import ChosenImage, Matches
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, Theme, Tone, title_font
from dicomdesk.human import error_text

ResultT = TypeVar("ResultT")

SIDE = 384
"""Of the picture where the screen has room, pixels of the window."""
_OTHER_THINGS = 190
"""Title bar, words, buttons and margins, pixels."""


class LookDialog(QDialog):
    """Fetches one instance, shows it, and leaves nothing behind. Closing it cancels what goes on."""

    retrieve_wanted = Signal(object)
    """The ``FoundEntity`` that was looked at is to be retrieved."""

    def __init__(self, theme: Theme, session: Session, tasks: Tasks, entity: FoundEntity, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._entity = entity
        self._asked: AskedPeer = entity.places[0].asked
        self._channel = session.watch()
        self._job: AnyJob | None = None
        self._is_closed = False
        self.image: SmallImage | None = None
        self.setWindowTitle(self.tr("One image of {title}").format(title=entity.title))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = PlainLabel()
        title.setText(entity.title)
        title.setFont(title_font(self.font()))
        title.setWordWrap(True)
        self.picture = QLabel()
        self._side = max(128, min(SIDE, self.screen().availableSize().height() - _OTHER_THINGS))
        self.picture.setFixedSize(self._side, self._side)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setStyleSheet("background: #000000; border-radius: 6px;")
        self.words = PlainLabel()
        self.words.setWordWrap(True)
        self.words.setFixedWidth(SIDE)
        self.words.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        self.retrieve = plain_button(theme, self.tr("&Retrieve"), "receive", self._on_retrieve)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        buttons = row_of(self.retrieve, 1, close)
        column_of(
            title, row_of(1, self.picture, 1), self.words, buttons, inside=self, margins=DIALOG_MARGINS, spacing=GRID
        )
        self.finished.connect(self._on_finished)

    def begin(self) -> None:
        """Fetch the image, and show what comes of it."""
        self._say(self.tr("Fetching one image from {peer}…").format(peer=self._asked.word), Tone.QUIET)
        self._tasks.start(self._look())

    def show_image(self, image: SmallImage, chosen: ChosenImage) -> None:
        """Show a picture."""
        self.image = image
        kind = QImage.Format.Format_RGB888 if image.is_colour else QImage.Format.Format_Grayscale8
        per_row = image.width * (3 if image.is_colour else 1)
        pixmap = QPixmap.fromImage(QImage(image.pixels, image.width, image.height, per_row, kind).copy())
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self.picture.setPixmap(pixmap)
        self._say(self._facts(image, chosen), Tone.QUIET)

    def show_failure(self, text: str) -> None:
        """Say why there is no picture."""
        self.picture.setPixmap(self._theme.pixmap("failed", Tone.BAD, 48, self.devicePixelRatioF()))
        self._say(wording.sentence(wording.capitalised(text)), Tone.PLAIN)

    async def _look(self) -> None:
        folder = await self._tasks.run(one_image.make_folder)
        try:
            image, chosen = await self._fetch(folder)
            if not self._is_closed:
                self.show_image(image, chosen)
        except DataError as error:
            self._fail(self.tr("The image came, but cannot be shown: {reason}").format(reason=error))
        except (DicomdeskError, OSError) as error:
            self._fail(error_text(error))
        finally:
            await self._tasks.run(one_image.remove_folder, folder)

    async def _fetch(self, folder: Path) -> tuple[SmallImage, ChosenImage]:
        """The picture, and which image it is; raises with the reason in words."""
        chosen = await self._choose()
        if chosen is None:
            said = self.tr("{peer} tells of no images below it: query again, it may have been removed.")
            raise DicomdeskError(said.format(peer=self._asked.word))
        request = one_image.image_request(self._asked, self._entity, chosen, folder)
        outcome = await self._result_of(await self._session.begin(request, self._tell_views))
        if not outcome.stored:
            raise DicomdeskError(one_image.why_not(outcome))
        side = round(self._side * self.devicePixelRatioF()) if not self._is_closed else 1
        return await self._tasks.run(one_image.draw_file, folder, side), chosen

    async def _result_of(self, job: Job[ResultT]) -> ResultT:
        self._job = job
        self._cancel_if_closed()
        return await self._session.result_of(job)

    async def _choose(self) -> ChosenImage | None:
        """The instance itself, or the middle one of the series."""
        entity = self._entity
        if entity.level is Level.IMAGE:
            return ChosenImage(sop_instance_uid=entity.sop_instance_uid, sop_class_uid=entity.sop_class_uid)
        matches = Matches()

        def take(fact: object) -> None:
            matches.take(fact)
            self._tell_views(fact)

        request = one_image.images_request(self._asked, entity)
        outcome = await self._result_of(await self._session.begin(request, take))
        if outcome.error is not None:
            raise outcome.error
        return matches.choose()

    def _tell_views(self, fact: object) -> None:
        """What concerns associations goes into their log; any thread."""
        if not isinstance(fact, QueryAnswered):
            self._channel.sink(fact)

    def _fail(self, text: str) -> None:
        if not self._is_closed:
            self.show_failure(text)

    def _facts(self, image: SmallImage, chosen: ChosenImage) -> str:
        size = self.tr("{columns} by {rows} pixels").format(columns=image.columns, rows=image.rows)
        parts = [size]
        if image.frames > 1:
            parts.append(self.tr("frame {frame} of {frames}").format(frame=image.frame, frames=image.frames))
        among = wording.count_text(chosen.among)
        if chosen.among >= one_image.MOST_ASKED:
            parts.append(self.tr("one of {count} or more").format(count=among))
        elif chosen.among > 1:
            parts.append(self.tr("image {place} of {count}").format(place=chosen.place, count=among))
        parts.append(self.tr("small, not for diagnosis"))
        return ", ".join(parts)

    def _say(self, text: str, tone: Tone) -> None:
        self.words.setText(text)
        self.words.setStyleSheet(f"color: {self._theme.colour(tone).name()};")
        self.setAccessibleDescription(text)

    def _cancel_if_closed(self) -> None:
        if self._is_closed and self._job is not None:
            self._tasks.start(self._tasks.run(self._job.cancel))

    def _on_finished(self) -> None:
        self._is_closed = True
        self._cancel_if_closed()

    def _on_retrieve(self) -> None:
        self.retrieve_wanted.emit(self._entity)
        self.close()

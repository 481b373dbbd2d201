"""What is to be done with a list: only ask, or fetch; where to; how gently, and when."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from dicomdesk.engine.lists.window import read_window
from dicomdesk.errors import SettingsError
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.fields import Field, word_before
from dicomdesk.gui.entries.checks import ae_title_problem, folder_problem
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.lists.wishes import LONGEST_PAUSE_S, MOST_AT_ONCE, Aim, ListWish
from dicomdesk.gui.questions.file_dialogs import ask_folder
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, Theme
from dicomdesk.gui.wording import plain_tip
from dicomdesk.human import printable

__all__ = ["WishForm", "plan_text"]

_AIMS = tuple(Aim)
_NIGHT = "20:00-06:00"


class WishForm(QWidget):
    """Fields of a ``ListWish``."""

    changed = Signal()

    def __init__(self, theme: Theme, tasks: Tasks, *, can_listen: bool) -> None:
        """``can_listen``: whether somebody lends a listener, for C-MOVE to here."""
        super().__init__()
        self._theme = theme
        self._tasks = tasks
        self._can_listen = can_listen
        self.aim = Combo(theme, (self.tr("Only ask"), self.tr("Fetch into the folder"), self.tr("Have it sent to")))
        self.aim.setAccessibleName(self.tr("What is done with what is found"))
        self.folder = Field(self.tr("Folder for what is fetched"), folder_problem, hint=self.tr("folder"))
        self.method = Combo(theme, ("C-GET", "C-MOVE"))
        self.method.setAccessibleName(self.tr("Method"))
        self.method.setToolTip(
            plain_tip(self.tr("C-GET brings it over our own association; for C-MOVE the peer calls us"))
        )
        self.destination = Field(self.tr("AE title of the other peer"), ae_title_problem, hint=self.tr("AE title"))
        self.takes_all = CheckBox(theme, self.tr("All studies where several fit"), is_checked=False)
        self.pause = Field(self.tr("Seconds between lines"), self._pause_problem, text="0")
        self.at_once = Field(self.tr("Lines at once"), self._at_once_problem, text="1")
        self.hours = Field(self.tr("Times of the day, such as {night}").format(night=_NIGHT), self._hours_problem)
        self.hours.setPlaceholderText(self.tr("any time, or {night}").format(night=_NIGHT))
        self._lay_out()
        self.aim.currentIndexChanged.connect(self._on_aim)
        for field in (self.folder, self.destination, self.pause, self.at_once, self.hours):
            field.checked.connect(self.changed)
        self._on_aim()

    def show_wish(self, wish: ListWish) -> None:
        """Fill the fields in."""
        self.aim.setCurrentIndex(_AIMS.index(wish.aim))
        self.folder.setText(wish.folder or self.folder.text())
        self.method.setCurrentIndex(int(wish.by_move))
        self.destination.setText(wish.destination)
        self.takes_all.setChecked(wish.takes_all)
        self.pause.setText(str(wish.pause_s))
        self.at_once.setText(str(wish.at_once))
        self.hours.setText(wish.window)

    def wish(self) -> ListWish | None:
        """What is asked for; None where a field is wrong, which then shows it."""
        aim = self._aim
        needed = {Aim.FETCH: (self.folder,), Aim.SEND: (self.destination,)}.get(aim, ())
        if not all(field.insist() for field in (*needed, self.pause, self.at_once, self.hours)):
            return None
        return ListWish(
            aim=aim,
            folder=self.folder.value() if aim is Aim.FETCH else "",
            destination=self.destination.value() if aim is Aim.SEND else "",
            by_move=aim is Aim.FETCH and self._can_listen and self.method.currentIndex() == 1,
            takes_all=aim is not Aim.ASK and self.takes_all.isChecked(),
            pause_s=int(self.pause.value()),
            at_once=int(self.at_once.value()),
            window=self.hours.value(),
        )

    @property
    def _aim(self) -> Aim:
        return _AIMS[max(self.aim.currentIndex(), 0)]

    # Building.

    def _lay_out(self) -> None:
        choose = plain_button(self._theme, "", "folder", self._on_choose, self.tr("Choose the folder"))
        self.method.setVisible(self._can_listen)
        here, there, nowhere = QWidget(), QWidget(), QWidget()
        row_of((self.folder, 1), choose, self.method, inside=here)
        row_of((self.destination, 1), 1, inside=there)
        self._places = QStackedWidget()
        for page in (nowhere, here, there):
            self._places.addWidget(page)
        self.pause.setFixedWidth(64)
        self.at_once.setFixedWidth(48)
        self.hours.setMaximumWidth(200)
        first = row_of(word_before(self.tr("&Then"), self.aim), self.aim, (self._places, 1), self.takes_all)
        second = row_of(
            word_before(self.tr("&Pause, seconds"), self.pause),
            self.pause,
            word_before(self.tr("&Lines at once"), self.at_once),
            self.at_once,
            word_before(self.tr("Only &between"), self.hours),
            (self.hours, 1),
            1,
        )
        column_of(first, second, inside=self, spacing=GRID)

    def _on_aim(self) -> None:
        self._places.setCurrentIndex(_AIMS.index(self._aim))
        self.takes_all.setVisible(self._aim is not Aim.ASK)
        self.changed.emit()

    def _on_choose(self) -> None:
        self._tasks.start(self._choose(), owner=self)

    async def _choose(self) -> None:
        folder = await ask_folder(self._tasks, self, self.tr("Folder for what is fetched"), self.folder.value())
        if folder:
            self.folder.setText(folder)

    # Checking.

    def _pause_problem(self, text: str) -> str:
        said = self.tr("A pause is 0 to {most} seconds.").format(most=LONGEST_PAUSE_S)
        return "" if _is_number(text, 0, LONGEST_PAUSE_S) else said

    def _at_once_problem(self, text: str) -> str:
        said = self.tr("There can be 1 to {most} lines at once.").format(most=MOST_AT_ONCE)
        return "" if _is_number(text, 1, MOST_AT_ONCE) else said

    def _hours_problem(self, text: str) -> str:
        try:
            if text.strip():
                read_window(text)
        except SettingsError:
            return self.tr("Times of the day are written like {night}.").format(night=_NIGHT)
        return ""


def plan_text(wish: ListWish) -> str:
    """What is done, in a few words, while it is done."""
    said = {
        Aim.ASK: _say("The peer is asked, nothing is fetched"),
        Aim.FETCH: _say("What is found is fetched into {place} by {method}"),
        Aim.SEND: _say("What is found is sent to {place} by C-MOVE"),
    }[wish.aim]
    method = "C-MOVE" if wish.by_move else "C-GET"
    parts = [said.format(place=printable(wish.folder or wish.destination), method=method)]
    if wish.takes_all:
        parts.append(_say("all studies where several fit"))
    if wish.pause_s:
        parts.append(_say("a pause of {count} s between lines").format(count=wish.pause_s))
    if wish.at_once > 1:
        parts.append(_say("{count} lines at once").format(count=wish.at_once))
    if wish.window:
        parts.append(_say("only between {hours}").format(hours=" and ".join(wish.window.split("-", 1))))
    return ", ".join(parts)


def _say(text: str) -> str:
    return QCoreApplication.translate("lists", text)


def _is_number(text: str, least: int, most: int) -> bool:
    text = text.strip()
    return text.isascii() and text.isdigit() and least <= int(text[:9]) <= most

"""What would change, shown before it is done: fields, the plan that comes of them, and the button for it."""

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QPushButton, QWidget

from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import set_words
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.controls.message_line import MessageLine
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, resize_on_screen, row_of
from dicomdesk.gui.panels.heading import Heading
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import MARGIN, Theme, Tone
from dicomdesk.human import error_text
from dicomdesk.records import dataclass

__all__ = ["Entry", "Plan", "PlanDialog", "any_text"]

_SHORT, _LONG = (620, 360), (680, 600)
_FEW = 3
"""Fields of a short dialog."""
_MOST_LINES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would change."""

    lines: Sequence[str]
    word: str = ""
    """On the button that does it; "" where there is nothing to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A field of the dialog."""

    name: str
    word: str
    text: str = ""
    is_remark: bool = False
    """Whether it only says why: the plan does not depend on it."""


def any_text(_text: str) -> str:
    """Nothing is wrong with whatever is typed: the archive says what it does not take."""
    return ""


class PlanDialog(QDialog):
    """Accepted when what is planned is to be done. ``make`` is asked for the plan with the values of the fields."""

    def __init__(
        self,
        theme: Theme,
        tasks: Tasks,
        title: str,
        entries: Sequence[Entry],
        make: Callable[[dict[str, str]], Awaitable[Plan]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._make = make
        self._is_looking = False
        self.setWindowTitle(title)
        resize_on_screen(self, *(_LONG if len(entries) > _FEW else _SHORT))
        heading = Heading(theme, self)
        heading.say(title, "edit" if len(entries) > 1 else "remove", Tone.PLAIN)
        form = Form()
        self.fields: dict[str, Field] = {}
        for entry in entries:
            field = self.fields[entry.name] = Field(entry.word, any_text, text=entry.text)
            form.add(entry.word, field)
            if not entry.is_remark:
                field.textChanged.connect(lambda _text: self._spoil())
        self._needs_fields = any(not entry.is_remark for entry in entries)
        self.plan = QPlainTextEdit()
        self.plan.setReadOnly(True)
        self.plan.setTabChangesFocus(True)
        self.plan.setAccessibleName(self.tr("What would change"))
        self.message = MessageLine(theme)
        self.look = QPushButton()
        set_words(self.look, self.tr("&Show what would change"))
        self.look.clicked.connect(lambda _=False: self.begin())
        self.confirm = QPushButton()
        self.confirm.setProperty("primary", True)  # noqa: FBT003 - Qt's own signature
        self.confirm.clicked.connect(lambda _=False: self.accept())
        set_words(self.confirm, self.tr("Carry it out"))
        keep = QPushButton()
        set_words(keep, self.tr("Leave it as it is"))
        keep.clicked.connect(lambda _=False: self.reject())
        self.look.setVisible(self._needs_fields)
        for button in (self.confirm, keep):
            button.setAutoDefault(False)
        buttons = row_of(self.look, 1, keep, self.confirm)
        column_of(
            heading, form, (self.plan, 1), self.message, buttons, inside=self, margins=DIALOG_MARGINS, spacing=MARGIN
        )
        self._spoil()
        if not self._needs_fields:
            self.begin()

    def values(self) -> dict[str, str]:
        """What stands in the fields, by their names."""
        return {name: field.text() for name, field in self.fields.items()}

    def begin(self) -> None:
        """Have the plan made of what is typed."""
        if not self._is_looking:
            self._tasks.start(self._look(), owner=self)

    async def _look(self) -> None:
        self._is_looking = True
        self.message.say(self.tr("Reading…"), "waiting")
        values = self.values()
        try:
            plan = await self._make(values)
        except (DicomdeskError, OSError) as error:
            self.message.say(wording.explained(error_text(error)), "failed", Tone.BAD)
            return
        finally:
            self._is_looking = False
        self.message.say("")
        self._show(plan)

    def _show(self, plan: Plan) -> None:
        shown = list(plan.lines[:_MOST_LINES])
        more = len(plan.lines) - len(shown)
        if more > 0:
            shown.append(wording.plural(more, self.tr("… and {count} line more"), self.tr("… and {count} lines more")))
        self.plan.setPlainText("\n".join(shown))
        if plan.word:
            set_words(self.confirm, plan.word)
        self.confirm.setEnabled(bool(plan.word))
        if plan.word:
            self.confirm.setFocus(Qt.FocusReason.OtherFocusReason)

    def _spoil(self) -> None:
        """What was shown holds no longer."""
        self.confirm.setEnabled(False)
        self.message.say("")
        said = self.tr("Change what is wrong above, then have shown what would change: nothing is changed by that.")
        self.plan.setPlainText(said if self._needs_fields else "")

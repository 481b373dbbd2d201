"""Entries for files and folders: one of them, or a list."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from dicomdesk.gui.controls.buttons import menu_button, plain_button
from dicomdesk.gui.controls.fields import TextLine
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.questions.file_dialogs import ask_files, ask_folder
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import ROW_HEIGHT, ROW_ICON, Theme
from dicomdesk.gui.wording import plain_tip

_MOST_ROWS = 3
_FRAME = 4


def _say(text: str) -> str:
    return QCoreApplication.translate("path_entry", text)


class PathField(QWidget):
    """One file, typed or chosen."""

    changed = Signal()

    def __init__(self, theme: Theme, tasks: Tasks, name: str, path: Path | None, hint: str = "") -> None:
        super().__init__()
        self._tasks = tasks
        self._name = name
        self.field = TextLine(str(path or ""))
        self.field.setAccessibleName(name)
        self.field.setPlaceholderText(hint)
        self.field.textChanged.connect(lambda _text: self.changed.emit())
        tip = self.tr("Choose: {what}").format(what=name)
        choose = plain_button(theme, "", "folder", self._on_choose, tip)
        row_of((self.field, 1), choose, inside=self)
        self.setFocusProxy(self.field)

    def path(self) -> Path | None:
        """The file, None for none."""
        text = self.field.text().strip()
        return Path(text).expanduser() if text else None

    def _on_choose(self) -> None:
        self._tasks.start(self._choose(), owner=self)

    async def _choose(self) -> None:
        files = await ask_files(self._tasks, self, self._name)
        if files:
            self.field.setText(files[0])


class RowList(QWidget):
    """A short list with buttons to add to it and to take away from it; as high as it needs, up to three rows."""

    changed = Signal()

    def __init__(self, theme: Theme, name: str, add: QPushButton) -> None:
        super().__init__()
        self._theme = theme
        self.rows = QListWidget()
        self.rows.setAccessibleName(name)
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.rows.setIconSize(QSize(ROW_ICON, ROW_ICON))
        self.rows.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.rows.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.remove_button = plain_button(theme, "", "remove", self._on_remove, self.tr("Take the chosen one away"))
        layout = row_of(inside=self)
        layout.addWidget(self.rows, 1, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(column_of(add, self.remove_button, 1, spacing=4))
        self.setFocusProxy(self.rows)
        self.rows.currentRowChanged.connect(lambda _row: self._fit())
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.rows, self._on_remove)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        theme.changed.connect(self._draw_icons)
        self._fit()

    def add_row(self, text: str, icon_name: str, data: object = None) -> None:
        """Add a row at the end."""
        item = QListWidgetItem(self._theme.icon(icon_name), text)
        item.setData(Qt.ItemDataRole.UserRole, data)
        item.setData(Qt.ItemDataRole.UserRole + 1, icon_name)
        item.setToolTip(plain_tip(text))
        item.setSizeHint(QSize(0, ROW_HEIGHT))
        self.rows.addItem(item)
        self._fit()
        self.changed.emit()

    def texts(self) -> list[str]:
        """The texts of the rows."""
        return [self.rows.item(row).text() for row in range(self.rows.count())]

    def data(self) -> list[object]:
        """The data of the rows, as added with them."""
        return [self.rows.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.rows.count())]

    def _on_remove(self) -> None:
        row = self.rows.currentRow()
        if row >= 0:
            self.rows.takeItem(row)
            self._fit()
            self.changed.emit()

    def _fit(self) -> None:
        count = self.rows.count()
        shown = 1 if not count else max(2, min(count, _MOST_ROWS))
        self.rows.setFixedHeight(shown * ROW_HEIGHT + _FRAME)
        self.remove_button.setVisible(count > 0)
        self.remove_button.setEnabled(self.rows.currentRow() >= 0)

    def _draw_icons(self) -> None:
        for row in range(self.rows.count()):
            item = self.rows.item(row)
            item.setIcon(self._theme.icon(item.data(Qt.ItemDataRole.UserRole + 1)))


class PathList(RowList):
    """Files, and folders where these are taken."""

    def __init__(self, theme: Theme, tasks: Tasks, name: str, *, takes_folders: bool) -> None:
        self._tasks = tasks
        self._name = name
        tip = _say("Add: {what}").format(what=name)
        if takes_folders:
            menu = QMenu()
            menu.addAction(_say("&Files…"), self._on_add_files)
            menu.addAction(_say("F&older…"), self._on_add_folder)
            add = menu_button(theme, "", "add", menu, tip)
        else:
            add = plain_button(theme, "", "add", self._on_add_files, tip)
        super().__init__(theme, name, add)
        if takes_folders:
            menu.setParent(self, menu.windowFlags())

    def add_paths(self, files: Sequence[Path], folders: Sequence[Path] = ()) -> None:
        """List files and folders."""
        for path in files:
            self.add_row(str(path), "file", (path, False))
        for path in folders:
            self.add_row(str(path), "folder", (path, True))

    def files(self) -> tuple[Path, ...]:
        """The files in the list."""
        return self._paths(are_folders=False)

    def folders(self) -> tuple[Path, ...]:
        """The folders in the list."""
        return self._paths(are_folders=True)

    def _paths(self, *, are_folders: bool) -> tuple[Path, ...]:
        pairs = [pair for pair in self.data() if isinstance(pair, tuple)]
        return tuple(path for path, is_folder in pairs if is_folder is are_folders)

    def _on_add_files(self) -> None:
        self._tasks.start(self._add_files(), owner=self)

    def _on_add_folder(self) -> None:
        self._tasks.start(self._add_folder(), owner=self)

    async def _add_files(self) -> None:
        self.add_paths([Path(path) for path in await ask_files(self._tasks, self, self._name)])

    async def _add_folder(self) -> None:
        folder = await ask_folder(self._tasks, self, self._name)
        if folder:
            self.add_paths((), [Path(folder)])

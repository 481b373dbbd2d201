"""Pages of the settings: each shows a part of what is kept, and returns it as it was changed."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from dicomdesk import paths
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.form import Form, quiet_label
from dicomdesk.gui.entries.checks import ae_title_problem, folder_problem, port_problem
from dicomdesk.gui.entries.limits_entry import seconds_text
from dicomdesk.gui.entries.storing_entry import StoringEntry, storage_of
from dicomdesk.gui.languages.choosing import LANGUAGES
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.log.ring import LEVELS
from dicomdesk.gui.preferences.preferences import LONGEST_S, SCALES, Preferences
from dicomdesk.gui.questions.file_dialogs import ask_folder
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, Appearance, Theme
from dicomdesk.gui.window_state import WindowState

_MOST_DAYS = 36_500
_TIMES = ("connect_s", "acse_s", "dimse_s", "socket_s")


def _say(text: str) -> str:
    return QCoreApplication.translate("settings", text)


class Page(QWidget):
    """One subject. ``title`` stands in the list of pages."""

    title = ""

    def fields(self) -> tuple[Field, ...]:
        """Return the fields that must be well before anything is saved."""
        return ()

    def changed(self, state: WindowState, preferences: Preferences) -> tuple[WindowState, Preferences]:
        """Return both as the page says; only where all fields are well."""
        raise NotImplementedError


class GeneralPage(Page):
    """The folder of the profile, what begins with the program, how long history is kept."""

    def __init__(self, theme: Theme, state: WindowState, preferences: Preferences) -> None:
        super().__init__()
        self.title = _say("General")
        self.folder = QLineEdit(str(paths.state_folder()))
        self.folder.setReadOnly(True)
        self.folder.setAccessibleName(_say("Folder of this profile"))
        show = plain_button(theme, "", "folder", self._on_show, _say("Open the folder"))
        self.listens = CheckBox(
            theme, _say("Listen, where that was begun by hand before"), is_checked=state.listens_at_start
        )
        self.resumes = CheckBox(theme, _say("Go on with what waits to be sent"), is_checked=state.send_resumes)
        self.tray = CheckBox(theme, _say("Icon in the tray, where there is one"), is_checked=preferences.has_tray)
        self.closes = CheckBox(
            theme, _say("Closing the window leaves the program in the tray"), is_checked=preferences.closes_to_tray
        )
        self.notifies = CheckBox(
            theme, _say("Tell of what has ended while the window is not in front"), is_checked=preferences.notifies
        )
        self.tray.toggled.connect(self.closes.setEnabled)
        self.closes.setEnabled(self.tray.isChecked())
        self.days = Field(
            _say("Days that history is kept"),
            self._days_problem,
            text=str(state.history_days or ""),
            hint=_say("for ever"),
        )
        form = Form()
        place = QWidget()
        row_of((self.folder, 1), show, inside=place)
        form.add(_say("Profile"), place)
        form.add(_say("At the start"), self.listens)
        form.add("", self.resumes)
        form.add(_say("Desktop"), self.tray)
        form.add("", self.closes)
        form.add("", self.notifies)
        form.add(_say("History, days"), self.days)
        column_of(form, 1, inside=self)

    def fields(self) -> tuple[Field, ...]:
        return (self.days,)

    def changed(self, state: WindowState, preferences: Preferences) -> tuple[WindowState, Preferences]:
        state = replace(
            state,
            listens_at_start=self.listens.isChecked(),
            send_resumes=self.resumes.isChecked(),
            history_days=int(self.days.value() or 0),
        )
        preferences = replace(
            preferences,
            has_tray=self.tray.isChecked(),
            closes_to_tray=self.closes.isChecked(),
            notifies=self.notifies.isChecked(),
        )
        return state, preferences

    def _days_problem(self, text: str) -> str:
        days = text.strip()
        is_well = not days or (days.isascii() and days.isdigit() and len(days) < 6 and 0 < int(days) <= _MOST_DAYS)
        return "" if is_well else _say("It is a number of days, or nothing to keep it for ever.")

    def _on_show(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.folder.text()))


class AppearancePage(Page):
    """Colours, and how large everything is."""

    def __init__(self, theme: Theme, state: WindowState, preferences: Preferences) -> None:
        super().__init__()
        self.title = _say("Appearance")
        self._appearances = [each.value for each in Appearance]
        self.colours = Combo(theme, [_say("As the system"), _say("Light"), _say("Dark")])
        _choose(self.colours, self._appearances, state.appearance)
        scales = [f"{percent} %" if percent else _say("As the screen") for percent in SCALES]
        self.scale = Combo(theme, scales)
        self.scale.setCurrentIndex(SCALES.index(preferences.scale_percent))
        self._languages = ["", "en", *LANGUAGES]
        self.language = Combo(theme, [_say("As the system"), "English", *LANGUAGES.values()])
        _choose(self.language, self._languages, preferences.language)
        form = Form()
        _add_named(form, _say("Colours"), self.colours)
        _add_named(form, _say("Language"), self.language)
        _add_named(form, _say("Size"), self.scale)
        self.form = form
        hint = quiet_label(_say("Another language, and another size, hold when the program starts again."))
        column_of(form, hint, 1, inside=self, spacing=GRID)

    def changed(self, state: WindowState, preferences: Preferences) -> tuple[WindowState, Preferences]:
        state = replace(state, appearance=self._appearances[self.colours.currentIndex()])
        language = self._languages[self.language.currentIndex()]
        return state, replace(preferences, language=language, scale_percent=SCALES[self.scale.currentIndex()])


class NetworkPage(Page):
    """What this machine is called, and what new peers begin with."""

    def __init__(self, state: WindowState, preferences: Preferences) -> None:
        super().__init__()
        self.title = _say("Network")
        self.calling = Field(_say("Own AE title when calling"), ae_title_problem, text=state.calling_ae_title)
        self.listening = Field(_say("Own AE title when listening"), ae_title_problem, text=state.listen_ae_title)
        self.port = Field(_say("Port to listen on"), port_problem, text=state.listen_port)
        self.peer_port = Field(_say("Port of new peers"), port_problem, text=str(preferences.peer_port))
        words = {
            "connect_s": _say("Seconds to connect"),
            "acse_s": _say("Seconds for an association"),
            "dimse_s": _say("Seconds for a message"),
            "socket_s": _say("Seconds without progress"),
        }
        self.times = {
            name: Field(
                words[name],
                seconds_problem,
                text=seconds_text(getattr(preferences, name) or None),
                hint=_say("no limit"),
            )
            for name in _TIMES
        }
        own, peers = Form(), Form()
        own.add(_say("Calls as"), self.calling)
        own.add(_say("Listens as"), self.listening)
        own.add(_say("Port"), self.port)
        peers.add(_say("Port"), self.peer_port)
        for name, field in self.times.items():
            peers.add(words[name], field)
        parts = (_heading(_say("This machine")), own, _heading(_say("New peers begin with")), peers)
        column_of(*parts, 1, inside=self, spacing=GRID)

    def fields(self) -> tuple[Field, ...]:
        return (self.calling, self.listening, self.port, self.peer_port, *self.times.values())

    def changed(self, state: WindowState, preferences: Preferences) -> tuple[WindowState, Preferences]:
        state = replace(
            state,
            calling_ae_title=self.calling.value(),
            listen_ae_title=self.listening.value(),
            listen_port=self.port.value(),
        )
        seconds = {name: float(field.value() or 0) for name, field in self.times.items()}
        preferences = replace(
            preferences,
            peer_port=int(self.peer_port.value()),
            connect_s=seconds["connect_s"],
            acse_s=seconds["acse_s"],
            dimse_s=seconds["dimse_s"],
            socket_s=seconds["socket_s"],
        )
        return state, preferences


class StoragePage(Page):
    """Where received instances go, and what their files are called."""

    def __init__(self, theme: Theme, tasks: Tasks, state: WindowState) -> None:
        super().__init__()
        self._tasks = tasks
        self.title = _say("Storage")
        self.folder = Field(_say("Folder for what is received"), folder_problem, text=state.listen_folder)
        choose = plain_button(theme, "", "folder", self._on_choose, _say("Choose the folder"))
        self.storing = StoringEntry(theme, storage_of(state))
        place = QWidget()
        row_of((self.folder, 1), choose, inside=place)
        form = Form()
        form.add(_say("Folder"), place)
        hint = quiet_label(_say("Where the listener is at work, this holds when it is started the next time."))
        column_of(form, self.storing, hint, 1, inside=self, spacing=GRID)

    def fields(self) -> tuple[Field, ...]:
        return (self.folder,)

    def changed(self, state: WindowState, preferences: Preferences) -> tuple[WindowState, Preferences]:
        storage = self.storing.value()
        state = replace(
            state,
            listen_folder=self.folder.value(),
            listen_sub_folders=storage.sub_folders.value,
            listen_extension=storage.extension,
        )
        return state, preferences

    def _on_choose(self) -> None:
        self._tasks.start(self._choose(), owner=self)

    async def _choose(self) -> None:
        folder = await ask_folder(self._tasks, self, _say("Folder for what is received"), self.folder.value())
        if folder:
            self.folder.setText(folder)


class LogPage(Page):
    """How much the log has, where it is kept, and what of patients is shown."""

    def __init__(self, theme: Theme, preferences: Preferences) -> None:
        super().__init__()
        self.title = _say("Log and privacy")
        self.level = Combo(theme, [_say("Everything"), _say("Information"), _say("Warnings"), _say("Errors")])
        _choose(self.level, list(LEVELS), preferences.log_level)
        self.keeps = CheckBox(theme, _say("Keep it in files, 2 MB at most"), is_checked=preferences.keeps_log)
        self.names = CheckBox(
            theme, _say("Show names of patients in messages of associations"), is_checked=preferences.shows_names
        )
        form = Form()
        _add_named(form, _say("Log"), self.level)
        form.add("", self.keeps)
        form.add(_say("Privacy"), self.names)
        hint = quiet_label(_say("The log and its files never have names of patients, passwords or paths of instances."))
        column_of(form, hint, 1, inside=self, spacing=GRID)

    def changed(self, state: WindowState, preferences: Preferences) -> tuple[WindowState, Preferences]:
        preferences = replace(
            preferences,
            log_level=LEVELS[self.level.currentIndex()],
            keeps_log=self.keeps.isChecked(),
            shows_names=self.names.isChecked(),
        )
        return state, preferences


def seconds_problem(text: str) -> str:
    """Check seconds, which may be left out."""
    try:
        is_well = not text.strip() or 0 < float(text) < LONGEST_S
    except ValueError:
        is_well = False
    return "" if is_well else _say("Seconds are a number such as 30, or nothing for no limit.")


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("heading", True)  # noqa: FBT003 - Qt's own signature
    return label


def _add_named(form: Form, word: str, combo: Combo) -> None:
    combo.setAccessibleName(word)
    form.add(word, combo)


def _choose(combo: Combo, values: list[str], value: str) -> None:
    combo.setCurrentIndex(values.index(value) if value in values else 0)

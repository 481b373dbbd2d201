"""The keys of all commands: those of the program, and others that the user has chosen."""

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from dicomdesk.gui.commands.command import commands_of, first_keys, keys_text, set_first_keys
from dicomdesk.records import dataclass

WINDOW = "window"
"""Place of commands whose keys work in every view."""
_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_LONE_KEYS = frozenset({Qt.Key.Key_Delete, Qt.Key.Key_Escape, Qt.Key.Key_Insert, Qt.Key.Key_Pause})
_EDITING = tuple(
    getattr(QKeySequence.StandardKey, name)
    for name in ("Copy", "Cut", "Paste", "Undo", "Redo", "SelectAll", "NextChild", "PreviousChild")
)


def _say(text: str) -> str:
    return QCoreApplication.translate("keyboard", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A command and its keys."""

    name: str
    """Of the place and the command: "send.check"."""
    place: str
    """Key of the view, or ``WINDOW``."""
    word: str
    keys: str
    """Qt's portable text; "" for none."""
    first_keys: str


class Keyboard(QObject):
    """Knows all commands, and gives each its keys. For the Qt thread."""

    changed = Signal()
    """Keys of a command are others."""

    def __init__(self, chosen: Mapping[str, object], parent: QObject | None = None) -> None:
        """``chosen`` has keys by the name of the command; names and values that nobody knows are kept as they are."""
        super().__init__(parent)
        self._chosen = dict(chosen)
        self._actions: dict[str, QAction] = {}

    @property
    def chosen(self) -> dict[str, object]:
        """What is to be remembered."""
        return dict(self._chosen)

    def take(self, place: str, owner: QWidget) -> None:
        """Take the commands of a view, or of the window."""
        taken = {f"{place}.{action.objectName()}": action for action in commands_of(owner)}
        self._actions |= taken
        wanted = {name: keys for name in taken if isinstance(keys := self._chosen.get(name), str)}
        for name in wanted:
            taken[name].setShortcut(QKeySequence())  # two may have changed places
        for name, keys in wanted.items():
            can_have = not keys or not self.problem(name, keys)
            taken[name].setShortcut(QKeySequence(keys if can_have else first_keys(taken[name])))

    def bindings(self) -> Iterator[Binding]:
        """Go through all commands that are there."""
        for name, action in self._actions.items():
            yield Binding(
                name=name,
                place=_place(name),
                word=action.text().replace("&", ""),
                keys=action.shortcut().toString(),
                first_keys=first_keys(action),
            )

    def keys(self) -> dict[str, str]:
        """Return the keys of all commands by their names, "" for none."""
        return {name: action.shortcut().toString() for name, action in self._actions.items()}

    def trial(self) -> "Keyboard":
        """Return a keyboard with the same keys, which run nothing: what is tried there changes nothing here."""
        trial = Keyboard({})
        for name, action in self._actions.items():
            trial._actions[name] = copy = QAction(action.text(), trial)
            copy.setShortcut(action.shortcut())
            set_first_keys(copy, first_keys(action))
        return trial

    def problem(self, name: str, keys: str) -> str:
        """Return why a command cannot have keys, in a sentence; "" where it can."""
        sequence = QKeySequence(keys)
        if sequence.isEmpty() or sequence.toString() == "":
            return _say("These are no keys.")
        if keys == first_keys(self._actions[name]):
            return self._taken(name, sequence)
        told = _say("{keys} cannot be used: {reason}")
        if sequence.count() > 1:
            return told.format(keys=keys_text(sequence), reason=_say("one press has to be enough."))
        pressed = sequence[0]  # type: ignore[index] # the stubs lack what Qt has
        is_function_key = Qt.Key.Key_F1 <= pressed.key() <= Qt.Key.Key_F35
        has_modifier = bool(pressed.keyboardModifiers() & _MODIFIERS)
        if not has_modifier and not is_function_key and pressed.key() not in _LONE_KEYS:
            return told.format(keys=keys_text(sequence), reason=_say("it is needed to type. Add Ctrl or Alt."))
        if any(sequence in QKeySequence.keyBindings(each) for each in _EDITING):
            return told.format(keys=keys_text(sequence), reason=_say("it is needed to edit text."))
        is_letter = Qt.Key.Key_A <= pressed.key() <= Qt.Key.Key_Z
        if is_letter and pressed.keyboardModifiers() == Qt.KeyboardModifier.AltModifier:
            return told.format(keys=keys_text(sequence), reason=_say("Alt and a letter open menus and press buttons."))
        return self._taken(name, sequence)

    def _taken(self, name: str, sequence: QKeySequence) -> str:
        places = {_place(name), WINDOW}
        for other, action in self._actions.items():
            is_near = _place(other) in places or WINDOW in (_place(name), _place(other))
            if other != name and is_near and sequence in action.shortcuts():
                told = _say("{keys} is taken by “{command}”.")
                return told.format(keys=keys_text(sequence), command=action.text().replace("&", ""))
        return ""

    def set_keys(self, name: str, keys: str) -> str:
        """Give a command other keys, "" for none; returns why it cannot have them, "" where it has."""
        action = self._actions[name]
        problem = self.problem(name, keys) if keys else ""
        if problem:
            return problem
        action.setShortcut(QKeySequence(keys))
        if keys == first_keys(action):
            self._chosen.pop(name, None)
        else:
            self._chosen[name] = keys
        self.changed.emit()
        return ""

    def choose(self, chosen: Mapping[str, str]) -> None:
        """Give commands the keys that they were given together: none has others' for a moment."""
        for name in chosen:
            self._actions[name].setShortcut(QKeySequence())
        for name, keys in chosen.items():
            self.set_keys(name, keys)

    def reset(self) -> None:
        """Give all commands the keys that the program has for them."""
        self.choose({name: first_keys(action) for name, action in self._actions.items()})


def _place(name: str) -> str:
    return name.partition(".")[0]

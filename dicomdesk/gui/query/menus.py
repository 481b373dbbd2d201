"""Menus of the Query/Retrieve view: recent and saved queries, what can be done with results, and with a row."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from dicomdesk.gui import wording
from dicomdesk.gui.commands.command import REFRESH, adopt
from dicomdesk.gui.query.actions import QueryActions
from dicomdesk.gui.query.form.saved_queries import EVERY_MINUTES, SavedQuery

__all__ = ["fill_more_menu", "fill_queries_menu"]

_LONGEST = 60


def _say(text: str) -> str:
    return QCoreApplication.translate("query_menus", text)


def fill_queries_menu(menu: QMenu, actions: QueryActions, save: Callable[[], None]) -> None:
    """Offer the queries that are kept; for each time the menu is opened."""
    menu.clear()
    memory = actions.memory
    menu.addAction(_say("&Save this query…"), save)
    forget = menu.addMenu(_say("&Forget"))
    for query in memory.saved:
        _add(forget, query.name, partial(actions.forget, query.name))
    forget.setEnabled(bool(memory.saved))
    for title, queries in ((_say("Saved"), memory.saved), (_say("Recent"), memory.recent)):
        if queries:
            menu.addSection(title)
        for query in queries:
            _add(menu, _query_word(query), partial(actions.open, query))


def fill_more_menu(menu: QMenu, actions: QueryActions, view: QWidget, clear: Callable[[], None]) -> None:
    """Offer what is seldom needed; the shortcuts work in the whole view."""
    again = menu.addAction(_say("&Ask again, and mark what is new"), QKeySequence("F5"), actions.ask_again)
    every = menu.addMenu(_say("Ask again &every"))
    group = QActionGroup(every)
    for minutes in EVERY_MINUTES:
        action = every.addAction(_minutes_word(minutes))
        action.setCheckable(True)
        action.setChecked(minutes == actions.every_minutes)
        group.addAction(action)
        action.triggered.connect(lambda _=False, minutes=minutes: actions.repeat_every(minutes))

    def show_chosen() -> None:
        for action, minutes in zip(group.actions(), EVERY_MINUTES, strict=True):
            action.setChecked(minutes == actions.every_minutes)

    every.aboutToShow.connect(show_chosen)
    menu.addSeparator()
    copy = menu.addAction(_say("Copy as &command"), QKeySequence("Ctrl+Shift+C"), actions.copy_command)
    csv = menu.addAction(_say("Save results as C&SV…"), lambda: actions.save_results(as_json=False))
    json = menu.addAction(_say("Save results as &JSON…"), lambda: actions.save_results(as_json=True))
    menu.addSeparator()
    empty = menu.addAction(_say("Empty the &form"), QKeySequence("Ctrl+L"), clear)
    named = ((REFRESH, again), ("copy-command", copy), ("save-csv", csv), ("save-json", json), ("empty", empty))
    for name, action in named:
        action.setShortcutVisibleInContextMenu(True)
        adopt(view, name, action)


def _add(menu: QMenu, word: str, run: Callable[[], None]) -> QAction:
    action = menu.addAction(word.replace("&", "&&"))
    action.triggered.connect(lambda _=False: run())
    return action


def _query_word(query: SavedQuery) -> str:
    words = query.name or query.values.words() or _say("Everything")
    if query.peers:
        words = f"{words}   ({', '.join(query.peers[:2])}{'…' if len(query.peers) > 2 else ''})"
    if query.every_minutes:
        words = f"{words}   {_minutes_word(query.every_minutes)}"
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _minutes_word(minutes: int) -> str:
    if not minutes:
        return _say("Never")
    return wording.plural(minutes, _say("{count} minute"), _say("{count} minutes"))

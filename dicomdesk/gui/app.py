"""Start of the window, and its end in order."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk import paths
from dicomdesk.gui.handover.claim import Claim
from dicomdesk.human import error_text
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from dicomdesk.engine.peers.known_peer import KnownPeer
    from dicomdesk.gui.handover.inbox import Inbox
    from dicomdesk.gui.main_window import MainWindow
    from dicomdesk.gui.security.peer_store import PeerStore
    from dicomdesk.gui.security.security_store import SecurityStore
    from dicomdesk.gui.session import Session
    from dicomdesk.gui.tasks import Tasks
    from dicomdesk.gui.window_state import LoadedState, WindowState

HEADLESS_TOOLS = "dicomdesk dcmsend, dicomdesk dcmrecv"
FINISH_S = 2.0
_OBJECTS_BETWEEN_COLLECTIONS, _YOUNG_COLLECTIONS, _NEVER = 50_000, 20, 1_000_000
"""All of a queue of 100,000 is looked through when the session is calm, and not while somebody waits for an answer."""

_NO_QT = """\
dicomdesk: the window needs PySide6 and qasync, which are not installed here ({reason}).
Install them with: pip install 'dicomdesk[gui]'
The command line tools work without them: {tools} (--help tells more).
"""
_NO_DISPLAY = """\
dicomdesk: there is no display for the window{reason}.
The command line tools work without one: {tools} (--help tells more).
"""

_HANDED_OVER = "dicomdesk: the window that is open has taken it over\n"
_SILENT = "dicomdesk: a window of this user is open already, and does not answer\n"
_UNCLAIMED = "What other starts of dicomdesk are given does not come to this window: {}"


def main(given: Sequence[str] = ()) -> int:
    """Open the window and return the process's exit code when it is closed; 1 where there can be no window.

    ``given`` are absolute paths that are to be sent. Where this user's window is open already, it takes them, and
    this process is over.
    """
    claim = Claim(paths.state_folder())
    if not has_display() and not claim.is_held():
        sys.stderr.write(_NO_DISPLAY.format(reason="", tools=HEADLESS_TOOLS))
        return 1
    try:
        import PySide6.QtSvg  # noqa: F401, PLC0415 - may be missing: Qt is an extra
        import qasync  # noqa: F401, PLC0415 - may be missing: Qt is an extra
    except ImportError as error:
        sys.stderr.write(_NO_QT.format(reason=error, tools=HEADLESS_TOOLS))
        return 1
    from dicomdesk.gui.frame.quick_imports import quicken_imports  # noqa: PLC0415 - Qt is an extra

    quicken_imports()
    from dicomdesk.gui.handover.inbox import Meeting, meet  # noqa: PLC0415 - Qt is an extra

    start = Start(claim=claim, given=given)
    try:
        meeting = meet(claim, given)
    except OSError as error:  # settings that cannot be kept are no reason not to work
        start.problem, meeting = error_text(error), Meeting.FIRST
    if meeting is Meeting.SILENT:
        sys.stderr.write(_SILENT)
        return 1
    if meeting is Meeting.HANDED_OVER:
        sys.stdout.write(_HANDED_OVER)
        return 0
    _take_scale()
    try:
        return _run(make_application(), start)
    finally:
        claim.release()


@dataclass(slots=True, kw_only=True)
class Start:
    """How the window begins."""

    claim: Claim
    given: Sequence[str]
    """Absolute paths that are to be sent."""
    problem: str = ""
    """Why the profile cannot be claimed; "" where it is."""


def _take_scale() -> None:
    """Have Qt make everything as large as the user prefers; whoever sets Qt's own variable knows better."""
    from dicomdesk.gui.preferences.preferences import early_preferences  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.window_state import state_file  # noqa: PLC0415 - Qt is an extra

    percent = early_preferences(state_file()).scale_percent
    if percent:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{percent / 100:g}")


def has_display() -> bool:
    """Whether a window can be expected to show; only X11 and Wayland can be asked beforehand."""
    if sys.platform in {"win32", "darwin"} or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_application() -> "QApplication":
    """Return Qt's application object; where Qt cannot open the display, say so and leave with exit code 1."""
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler  # noqa: PLC0415 - Qt is an extra
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - Qt is an extra

    def _on_message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind == QtMsgType.QtFatalMsg:
            # Qt would abort the process with a core dump after this message.
            first = text.strip().splitlines()[0]
            sys.stderr.write(_NO_DISPLAY.format(reason=f" that Qt can open ({first})", tools=HEADLESS_TOOLS))
            sys.stderr.flush()
            os._exit(1)

    qInstallMessageHandler(_on_message)
    try:
        application = QApplication(sys.argv[:1])
    finally:
        qInstallMessageHandler(None)
    application.setApplicationName("dicomdesk")
    application.setDesktopFileName("dicomdesk")
    application.setQuitOnLastWindowClosed(False)
    return application


def _run(application: "QApplication", start: Start) -> int:
    import qasync  # noqa: PLC0415 - Qt is an extra

    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(_live(application, loop, start))
    return 0


async def _live(application: "QApplication", loop: asyncio.AbstractEventLoop, start: Start) -> None:
    """Show the window until it is closed, then end everything in order."""
    from dicomdesk.engine.engine import Engine  # noqa: PLC0415 - only after Qt is known to work
    from dicomdesk.gui import assets, window_state  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.event_bridge import Bridge  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.frame.first_paint import painted  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.main_window import MainWindow  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.security import security_file  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.security.credentials import Credentials, SecurityAccess  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.security.secret_store import SecretStore  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.session import Session  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.tasks import Tasks  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.theme import Theme  # noqa: PLC0415 - Qt is an extra

    theme = Theme(application, assets.load_assets())
    tasks = Tasks(loop)
    bridge = Bridge(loop)
    session = Session(Engine(), bridge, tasks, has_host=True)
    state_file = window_state.state_file()
    loaded = await tasks.run(window_state.load_window_state, state_file)
    state = _take_state(application, session, loaded)
    store = await _load_security(tasks, session, security_file.security_file())
    peers = await _load_peers(tasks, session, state, store)
    access = SecurityAccess(store=store, peers=peers, credentials=Credentials(tasks, SecretStore(), theme))
    window = MainWindow(theme, session, tasks, state, access)
    turn = asyncio.Lock()
    window.state_changed.connect(
        lambda: tasks.start(
            _keep(tasks, session, turn, state_file, lambda: window_state.save_window_state(state_file, window.state()))
        )
    )
    closed = asyncio.Event()
    window.closed.connect(closed.set)
    application.aboutToQuit.connect(window.close_without_asking)
    for number in (signal.SIGINT, signal.SIGTERM):
        # The handler runs as soon as Qt calls Python again: within a tick of the session.
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(window.close_without_asking))
    is_complete = loop.create_future()
    session.outbox.begin(paths.state_folder() / "journal.sqlite", resumes=state.send_resumes, after=is_complete)
    bridge.hold()
    window.show()
    await painted(window.sidebar)
    if session.host is not None:
        session.host.begin()
    inbox = _open_inbox(window, session, start)
    await _complete(window, tasks)
    bridge.release()
    is_complete.set_result(None)
    _begin_work(window, is_first=loaded.is_new)
    await closed.wait()
    inbox.close()
    await _leave(window, session, tasks, state_file)


def _take_state(application: "QApplication", session: "Session", loaded: "LoadedState") -> "WindowState":
    """Return the state that the window begins with, and speak its language."""
    from dicomdesk.gui.languages.choosing import speak  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.preferences.preferences import preferences_of  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.window_state import with_default_folder  # noqa: PLC0415 - Qt is an extra

    state = loaded.state
    if loaded.problem:
        session.problems.shelf("").report("state read", "The window's settings", loaded.problem)
    speak(application, preferences_of(state.preferences).language)
    return state if state.listen_folder else with_default_folder(state, Path.home())


async def _complete(window: "MainWindow", tasks: "Tasks") -> None:
    """Build what is not seen at first: in each turn of the loop a view, or what it is made of."""
    window.begin_log()
    window.load_next()
    await tasks.breathe()
    while window.build_next():
        await tasks.breathe()
        window.load_next()
        await tasks.breathe()
    gc.freeze()  # what the program itself is made of is not looked through again
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, _YOUNG_COLLECTIONS, _NEVER)


def _begin_work(window: "MainWindow", *, is_first: bool) -> None:
    """Begin what the program does by itself; a first start asks before what suits this machine."""
    window.receive.flow.keep_totals(paths.state_folder() / "received-today.json")
    window.receive.start_with_program()
    window.rules.begin(paths.configuration_folder() / "rules.json")
    if is_first:
        window.ask_first_start()


def _open_inbox(window: "MainWindow", session: "Session", start: Start) -> "Inbox":
    """Take what was given to this start, and what other starts hand over."""
    from dicomdesk.gui.handover.claim import socket_address  # noqa: PLC0415 - with the rest of the window
    from dicomdesk.gui.handover.inbox import Inbox  # noqa: PLC0415 - Qt is an extra

    inbox = Inbox(window)
    inbox.given.connect(window.take_files)
    problem = start.problem
    if start.claim.is_mine:
        try:
            address = socket_address(paths.state_folder())
            problem = inbox.listen(address)
            start.claim.tell_address(address)
        except OSError as error:
            problem = error_text(error)
    if problem:
        session.problems.shelf("").report("claim", window.tr("Only one window at a time"), _UNCLAIMED.format(problem))
    if start.given:
        window.take_files(list(start.given))
    return inbox


async def _load_security(tasks: "Tasks", session: "Session", path: Path) -> "SecurityStore":
    """Read the security of the listener, and keep what changes."""
    from dicomdesk.errors import SettingsError  # noqa: PLC0415 - with the rest of the window
    from dicomdesk.gui.security import security_file  # noqa: PLC0415 - Qt is an extra
    from dicomdesk.gui.security.security_store import SecurityStore  # noqa: PLC0415 - Qt is an extra

    try:
        store = SecurityStore(await tasks.run(security_file.load_security, path))
    except SettingsError as error:
        store = SecurityStore(problem=str(error))
    turn = asyncio.Lock()
    store.changed.connect(
        lambda: tasks.start(
            _keep(tasks, session, turn, path, lambda: security_file.save_security(path, store.settings))
        )
    )
    return store


async def _load_peers(tasks: "Tasks", session: "Session", state: "WindowState", store: "SecurityStore") -> "PeerStore":
    """Read the address book, and keep what changes; a new one begins with the peers that the window knows."""
    from dicomdesk.engine.peers import book_file  # noqa: PLC0415 - with the rest of the window
    from dicomdesk.errors import SettingsError  # noqa: PLC0415 - with the rest of the window
    from dicomdesk.gui.security.peer_store import PeerStore, first_peers  # noqa: PLC0415 - Qt is an extra

    file = book_file.BookFile(book_file.book_file())
    try:
        loaded = await tasks.run(file.load)
        peers = first_peers(state, store.settings) if loaded.is_new else loaded.peers
        found = PeerStore(peers, loaded.problem)
    except SettingsError as error:
        return PeerStore(problem=f"{error}. Changes of it are kept until the window closes.")
    turn = asyncio.Lock()
    saved: tuple[KnownPeer, ...] | None = None

    async def save() -> None:
        added: tuple[KnownPeer, ...] = ()

        def write() -> None:
            nonlocal saved, added
            peers = found.book.peers
            if peers is not saved:  # of many changes at once one writes all
                added = file.save(peers)
                saved = peers

        await _keep(tasks, session, turn, file.path, write)
        if added:
            found.attempt(lambda: found.book.add(*added))

    found.changed.connect(lambda: tasks.start(save()))
    if (loaded.is_new and peers) or loaded.problem:  # the file that was there is kept under another name
        tasks.start(save())
    return found


async def _keep(
    tasks: "Tasks", session: "Session", turn: asyncio.Lock, path: Path, write: "Callable[[], None]"
) -> None:
    """Write what holds now; one after the other, so that the last change stays.

    Where it cannot be written, that is one problem until it can be: the window works on.
    """
    shelf = session.problems.shelf("")
    async with turn:
        try:
            await tasks.run(write)
        except OSError as error:
            reason = error_text(error, names_file=False)
            words = f"{path} cannot be written: {reason}. What is changed holds until the window closes."
            shelf.report(path, "Settings are not kept", words)
        else:
            shelf.mend(path)


async def _leave(window: "MainWindow", session: "Session", tasks: "Tasks", state_file: Path) -> None:
    from PySide6.QtCore import QCoreApplication, QEvent  # noqa: PLC0415 - Qt is an extra

    from dicomdesk.gui import window_state  # noqa: PLC0415 - Qt is an extra

    await session.shut_down()
    with contextlib.suppress(OSError):  # it was told while there was a window
        await tasks.run(window.log.flush)
    try:
        await tasks.run(window_state.save_window_state, state_file, window.state())
    except OSError as error:
        sys.stderr.write(f"dicomdesk: the window's state cannot be kept: {error_text(error)}\n")
    await tasks.finish(FINISH_S)
    window.log.end()
    window.support.end()
    window.leave()
    for owner in (window, session, tasks):
        owner.deleteLater()
        QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete.value)

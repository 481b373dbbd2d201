import os
import subprocess
import sys
from pathlib import Path

import pytest

from dicomdesk.engine.peers import book_file
from dicomdesk.gui import app, window_state
from dicomdesk.gui.security import security_file
from dicomdesk.gui.security.security_store import SecuritySettings
from dicomdesk.gui.window_state import TypedPeer, WindowState
from tests.helpers.peers.known_peers import named
from tests.helpers.window import scenes

ROOT = Path(__file__).resolve().parents[2]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code as a process without a display, but for what ``environment`` says."""
    clean = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


MAIN = "import sys; from dicomdesk.gui.app import main; sys.exit(main())"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_no_display_names_the_headless_tools() -> None:
    done = run(MAIN)
    assert done.returncode == 1
    assert "no display" in done.stderr
    assert "dcmsend" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_display_that_cannot_be_opened_is_told() -> None:
    done = run(MAIN, DISPLAY=":4711", QT_QPA_PLATFORM="xcb")
    assert done.returncode == 1
    assert "dcmrecv" in done.stderr


def test_missing_qt_is_told_with_what_to_install() -> None:
    done = run(f"import sys; sys.modules['PySide6'] = None\n{MAIN}", DISPLAY=":0")
    assert done.returncode == 1
    assert "pip install 'dicomdesk[gui]'" in done.stderr
    assert "dcmsend" in done.stderr


def test_window_opens_and_closes_in_order(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from dicomdesk.gui import app, main_window\n"
        "show = main_window.MainWindow.show\n"
        "def show_and_close(window):\n"
        "    show(window)\n"
        "    QTimer.singleShot(100, window.close)\n"
        "main_window.MainWindow.show = show_and_close\n"
        "sys.exit(app.main())\n"
    )
    done = run(
        code,
        QT_QPA_PLATFORM="offscreen",
        XDG_STATE_HOME=str(tmp_path),
        XDG_CONFIG_HOME=str(tmp_path),
        PYTHONWARNINGS="error",
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr
    assert (tmp_path / "dicomdesk" / "window.json").is_file()


def test_security_settings_are_kept_and_damage_is_told(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from dicomdesk.gui import app, main_window\n"
        "from dicomdesk.gui.security.security_store import ListenerSecurity\n"
        "show = main_window.MainWindow.show\n"
        "def show_and_keep(window):\n"
        "    show(window)\n"
        "    store = window.receive._access.store\n"
        "    print(store.problem)\n"
        "    for is_on in (True, False, True):\n"
        "        store.keep_listener(ListenerSecurity(uses_tls=is_on))\n"
        "    QTimer.singleShot(100, window.close)\n"
        "main_window.MainWindow.show = show_and_keep\n"
        "sys.exit(app.main())\n"
    )
    kept = tmp_path / "dicomdesk" / "security.json"
    kept.parent.mkdir()
    kept.write_text("{")
    done = run(code, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 0
    assert "security.json is damaged" in done.stdout
    assert security_file.load_security(kept).listener.uses_tls


def test_address_book_begins_with_the_peers_that_the_window_knew(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from dicomdesk.engine.peers.known_peer import KnownPeer\n"
        "from dicomdesk.gui import app, main_window\n"
        "show = main_window.MainWindow.show\n"
        "def show_and_add(window):\n"
        "    show(window)\n"
        "    book = window.peers._book\n"
        "    print(*(str(peer) for peer in book.peers), sep='; ')\n"
        "    book.add(KnownPeer(name='New', ae_title='NEW', host='new.example', port=104))\n"
        "    QTimer.singleShot(100, window.close)\n"
        "main_window.MainWindow.show = show_and_add\n"
        "sys.exit(app.main())\n"
    )
    folder = tmp_path / "dicomdesk"
    folder.mkdir()
    recent = TypedPeer(ae_title="CT", host="ct.example", port="104")
    state = WindowState(peer_ae_title="PACS", peer_host="pacs.example", peer_port="2762", recent_peers=(recent,))
    (folder / "window.json").write_text(window_state.to_json(state))
    secured = TypedPeer(ae_title="PACS", host="pacs.example", port="2762")
    nodes = SecuritySettings(nodes={secured: scenes.PEER_SECURITY})
    (folder / "security.json").write_text(security_file.to_json(nodes))
    environment = {"QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    done = run(code, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "PACS (PACS@pacs.example:2762); CT (CT@ct.example:104)"
    loaded = book_file.BookFile(folder / "peers.json").load()
    assert [peer.name for peer in loaded.peers] == ["PACS", "CT", "New"]
    assert loaded.peers[0].security == scenes.PEER_SECURITY
    assert security_file.load_security(folder / "security.json").nodes == nodes.nodes, "it stays as it was"


def test_damaged_address_book_is_kept_aside_and_what_can_be_read_of_it_is_written_at_once(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from dicomdesk.gui import app, main_window\n"
        "show = main_window.MainWindow.show\n"
        "def show_and_close(window):\n"
        "    show(window)\n"
        "    print(window.peers.details.details().text)\n"
        "    QTimer.singleShot(100, window.close)\n"
        "main_window.MainWindow.show = show_and_close\n"
        "sys.exit(app.main())\n"
    )
    folder = tmp_path / "dicomdesk"
    folder.mkdir()
    damaged = book_file.to_json((named("a"), named("b", number=2))).replace("104", "0", 1)
    (folder / "peers.json").write_text(damaged)
    done = run(code, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 0
    assert "1 of 2 peers of the address book cannot be read: peer 1: A port is a number" in done.stdout
    assert [peer.name for peer in book_file.BookFile(folder / "peers.json").load().peers] == ["b"]
    (kept,) = folder.glob("peers.json.kept-*")
    assert kept.read_text() == damaged


def test_settings_that_cannot_be_kept_are_one_problem_and_the_window_works_on(tmp_path: Path) -> None:
    code = (
        "import resource, sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from dicomdesk.gui import app, main_window\n"
        "from dicomdesk.gui.security.security_store import ListenerSecurity\n"
        "show = main_window.MainWindow.show\n"
        "def show_and_change(window):\n"
        "    show(window)\n"
        "    problems = window.receive._session.problems\n"
        "    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[1]\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limit))\n"
        "    store = window.receive._access.store\n"
        "    for is_on in (True, False, True):\n"
        "        store.keep_listener(ListenerSecurity(uses_tls=is_on))\n"
        "    told = []\n"
        "    def look():\n"
        "        words = [each.words for each in problems if 'security.json' in each.words]\n"
        "        if words and not told:\n"
        "            told.extend(words)\n"
        "            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
        "            store.keep_listener(ListenerSecurity(uses_tls=False))\n"
        "        elif told and not words:\n"
        "            print(*told, sep='|')\n"
        "            problems.changed.disconnect(look)  # the journal, which was kept out too, is heard of again\n"
        "            window.close()\n"
        "    problems.changed.connect(look)\n"
        "main_window.MainWindow.show = show_and_change\n"
        "sys.exit(app.main())\n"
    )
    done = run(code, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=str(tmp_path / "s"), XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 0
    (told,) = done.stdout.splitlines()
    place = tmp_path / "dicomdesk" / "security.json"
    assert told == f"{place} cannot be written: File too large. What is changed holds until the window closes."


def test_window_opens_where_its_state_has_no_place(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from dicomdesk.gui import app, main_window\n"
        "show = main_window.MainWindow.show\n"
        "def show_and_tell(window):\n"
        "    show(window)\n"
        "    problems = window.receive._session.problems\n"
        "    def look():\n"
        "        titles = [each.title for each in problems]\n"
        "        if 'Only one window at a time' in titles:\n"
        "            print(*titles, sep='|')\n"
        "            window.close()\n"
        "    problems.changed.connect(look)\n"
        "main_window.MainWindow.show = show_and_tell\n"
        "sys.exit(app.main())\n"
    )
    (tmp_path / "file").touch()
    done = run(code, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=str(tmp_path / "file"), XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 0
    assert "Only one window at a time" in done.stdout
    assert "Traceback" not in done.stderr


def test_signal_closes_the_window_in_order(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from dicomdesk.gui import app, main_window\n"
        "show = main_window.MainWindow.show\n"
        "def show_and_signal(window):\n"
        "    show(window)\n"
        "    QTimer.singleShot(100, lambda: os.kill(os.getpid(), signal.SIGTERM))\n"
        "main_window.MainWindow.show = show_and_signal\n"
        "sys.exit(app.main())\n"
    )
    done = run(code, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 0
    assert (tmp_path / "dicomdesk" / "window.json").is_file()


def test_display_is_known_by_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert not app.has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert app.has_display()


def test_window_starts_without_what_only_associations_need() -> None:
    done = run("import sys, dicomdesk.gui.main_window; print(*(sys.modules.keys() & {'pynetdicom', 'numpy'}))")
    assert (done.stdout.strip(), done.returncode) == ("", 0)

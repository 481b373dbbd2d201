"""Where a failure is provoked: a folder, files and peers, all gone afterwards."""

import functools
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

from tests.failures.case import Scene
from tests.helpers.data.datasets import PIXEL_DATA, Builder, part10
from tests.helpers.peers.fake_peer import FakePeer
from tests.helpers.tls.tls_files import TlsFiles

DEADLINE_S = 20.0
PATIENT = "Secret^Sufferer"
"""In every data set; must be in no output."""
UID = "1.2.826.0.1.3680043.8.498"
During = Callable[["Stage", "Popen[bytes]"], None]
"""What is done while the tool runs."""


@dataclass
class Stage:
    """Of one case. The tool runs in ``home``; ``apart`` has what is none of its business."""

    home: Path
    apart: Path
    stack: ExitStack = field(default_factory=ExitStack)
    values: dict[str, str] = field(default_factory=dict)
    during: list[During] = field(default_factory=list)
    wrapper: str = ""
    """A shell command that is run before the tool, in its process."""
    command: tuple[str, ...] = ()
    """A command that the tool is run by."""
    peer: FakePeer | None = None

    def fill(self, text: str) -> str:
        """The text with the values of the stage."""
        for name, value in self.values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def write(self, name: str, data: bytes | str) -> Path:
        """A file in the tool's folder."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path


@contextmanager
def staged(scenes: Sequence[Scene]) -> Iterator[Stage]:
    """A stage with these scenes set up in order; every one has a CT image in ``ct.dcm``, whose UID is ``{uid}``."""
    with tempfile.TemporaryDirectory(prefix="failure-") as name, ExitStack() as stack:
        folder = Path(name)
        stage = Stage(folder / "home", folder / "apart", stack)
        stage.home.mkdir()
        stage.apart.mkdir()
        stage.values |= {"host": "127.0.0.1", "uid": f"{UID}.1", "home": str(stage.home)}
        stage.write("ct.dcm", instance())
        for scene in scenes:
            scene(stage)
        stage.values.setdefault("peer", stage.fill("{host}:{port}|{host} port {port}"))
        yield stage


def pixels(count: int = 3000) -> bytes:
    """Pixel data of so many bytes."""
    return Builder().element(PIXEL_DATA, "OW", bytes(count))


def instance(number: int = 1, pixel_bytes: int = 3000, **changes: str) -> bytes:
    """A CT image in a file; ``changes`` are those of ``part10``."""
    uid = f"{UID}.{number}"
    data = Builder().instance(sop_instance_uid=uid, patient_name=PATIENT.encode(), **_of_instance(changes))
    return part10(data + pixels(pixel_bytes), sop_instance_uid=uid, **changes)


def _of_instance(changes: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if name == "sop_class_uid"}


def doing(action: During) -> Scene:
    """While the tool runs."""
    return lambda stage: stage.during.append(action)


def file(name: str, data: bytes | str) -> Scene:
    """A file in the tool's folder."""

    def scene(stage: Stage) -> None:
        stage.write(name, data)

    return scene


def change(name: str, action: Callable[[Path], object]) -> Scene:
    """Something done to a file or folder of the tool's."""

    def scene(stage: Stage) -> None:
        action(stage.home / name)

    return scene


def wrapped(command: str) -> Scene:
    """A shell command that the tool is started after, in the same process."""

    def scene(stage: Stage) -> None:
        stage.wrapper = command

    return scene


def peer(**options: Any) -> Scene:
    """A peer that behaves as ``FakePeer`` is told."""

    def scene(stage: Stage) -> None:
        made = FakePeer(**options)
        stage.stack.callback(_end, made)
        stage.peer = made
        stage.values["port"] = str(made.port)

    return scene


def _end(peer: FakePeer) -> None:
    """What went wrong on its side is the point here."""
    peer.__exit__(RuntimeError, None, None)


def host(name: str) -> Scene:
    """The name that is called."""

    def scene(stage: Stage) -> None:
        stage.values["host"] = name
        stage.values.setdefault("port", "11112")

    return scene


def no_listener(stage: Stage) -> None:
    """A port that nobody listens on, and nobody is given while the case runs."""
    held = stage.stack.enter_context(socket.socket())
    held.bind(("127.0.0.1", 0))
    stage.values["port"] = str(held.getsockname()[1])


def dropped(stage: Stage) -> None:
    """A port whose connection requests nobody answers, as behind a firewall that drops them."""
    listener = stage.stack.enter_context(socket.socket())
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    place = listener.getsockname()
    for _ in range(4):
        filling = stage.stack.enter_context(socket.socket())
        filling.setblocking(False)
        with suppress(BlockingIOError):
            filling.connect(place)
    stage.values["port"] = str(place[1])


def greeter(words: bytes, *, closes: bool = False) -> Scene:
    """A service that speaks first."""

    def scene(stage: Stage) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        stage.values["port"] = str(listener.getsockname()[1])
        thread = threading.Thread(target=_greet, args=(listener, words, closes), daemon=True)
        thread.start()

        def end() -> None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join(DEADLINE_S)

        stage.stack.callback(end)

    return scene


def _greet(listener: socket.socket, words: bytes, closes: bool) -> None:
    opened = []
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            break
        with suppress(OSError):
            connection.sendall(words)
        if closes:
            connection.close()
        else:
            opened.append(connection)
    for connection in opened:
        connection.close()


@functools.cache
def tls_files() -> TlsFiles:
    """Made once for all cases, and left to the end of the process."""
    folder = tempfile.TemporaryDirectory(prefix="failures-tls-")
    _KEPT.append(folder)
    return TlsFiles(Path(folder.name))


_KEPT: list[Any] = []


def tls_paths(stage: Stage) -> None:
    """The names of ``TlsFiles``."""
    stage.values |= {name: str(path) for name, path in tls_files().paths.items()}

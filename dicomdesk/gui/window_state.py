"""State of the window from one start to the next: plain values in one JSON file."""

import contextlib
import json
import os
from dataclasses import asdict, field, fields, replace
from pathlib import Path

from dicomdesk import paths
from dicomdesk.atomic_file import keep_aside
from dicomdesk.human import error_text
from dicomdesk.records import dataclass

FILE_NAME = "window.json"
FORMAT = 1
MOST_RECENT_PEERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedPeer:
    """A peer as typed by the user."""

    ae_title: str
    host: str
    port: str

    def __str__(self) -> str:
        return f"{self.ae_title}@{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowState:
    """Everything remembered; each field has the value of a first start."""

    view: str = "send"
    geometry: str = ""
    """Qt's own encoding, base64; "" for none."""
    appearance: str = "system"
    """Colours of the window, as ``Appearance`` has it."""
    peer_ae_title: str = ""
    peer_host: str = ""
    peer_port: str = "104"
    calling_ae_title: str = "DICOMDESK"
    recent_peers: tuple[TypedPeer, ...] = ()
    """Latest first."""
    send_at_once: bool = False
    """Whether what is dropped is sent without asking again."""
    send_resumes: bool = True
    """Whether what waits to be sent goes on by itself when the program starts."""
    send_commits: bool = False
    """Whether peers are asked to commit to what they have stored."""
    send_when_done: str = "nothing"
    """What happens when everything is sent: "nothing", "notify", "quit"."""
    history_days: int = 365
    """For how long the history of what was sent is kept; 0 for ever."""
    listen_ae_title: str = "DICOMDESK"
    listen_port: str = "11112"
    listen_folder: str = ""
    listens_at_start: bool = True
    """Whether the listener starts with the program, once it has been started by hand."""
    has_listened: bool = False
    listen_sub_folders: str = "none"
    """That received files are sorted into, as ``SubFolders`` has it."""
    listen_extension: str = ""
    """Of received files."""
    accept: str = "everything"
    profile_file: str = ""
    profile_name: str = ""
    retrieve_here: bool = True
    """Whether what is retrieved comes to this machine."""
    retrieve_folder: str = ""
    """That it comes to; "" for that of the listener."""
    retrieve_destination: str = ""
    """AE title of another peer that it is sent to."""
    archive_configuration: str = "/etc/dcmtk/dcmqrscp.cfg"
    """Of the archive of this machine whose instances count as here; "" for none."""
    archive_view: str = ""
    """Configuration file or folder of the archive that the Archive view looks at; "" for none."""
    archive_audit: str = ""
    """File that is told of what is done in the Archive view; "" for no audit trail."""

    shows_log: bool = False
    """Whether the log is open at the foot of the window."""
    preferences: dict[str, object] = field(default_factory=dict)
    """Of the whole program, as ``Preferences`` has them, and those of newer versions."""
    keys: dict[str, object] = field(default_factory=dict)
    """Of commands that the user has given others, by the name of the command; "" for none."""
    columns: dict[str, object] = field(default_factory=dict)
    """Of each list that has some, the widths that the user has given to columns, by the number of the column."""
    queries: dict[str, object] = field(default_factory=dict)
    """Recent and saved queries, as the Query/Retrieve view has written them."""

    def with_recent_peer(self, peer: TypedPeer) -> "WindowState":
        """Return the state with ``peer`` as the latest one used."""
        others = [known for known in self.recent_peers if known != peer]
        return replace(self, recent_peers=(peer, *others)[:MOST_RECENT_PEERS])


def state_file() -> Path:
    """Return the path of the window's state."""
    return paths.state_folder() / FILE_NAME


def to_json(state: WindowState) -> str:
    """Return the state as text for its file."""
    return json.dumps({"format": FORMAT, **asdict(state)}, indent=1)


def from_json(text: str) -> WindowState:
    """Return the state read from text; whatever is missing or wrong keeps the value of a first start."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return WindowState()
    if not isinstance(found, dict):
        return WindowState()
    first = WindowState()
    known: dict[str, object] = {}
    for each in fields(WindowState):
        value = found.get(each.name)
        if each.name != "recent_peers" and isinstance(value, type(getattr(first, each.name))):
            known[each.name] = value
    return replace(first, recent_peers=_read_peers(found.get("recent_peers")), **known)  # type: ignore[arg-type] # checked above against each field's own type


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedState:
    """What was found where the state lies."""

    state: WindowState
    is_new: bool = False
    """Whether nothing lies there: this is a first start."""
    problem: str = ""
    """What is wrong with the file, and what became of it; "" where all is well."""


def load_window_state(path: Path) -> LoadedState:
    """Read the state; no file is a first start. One that is damaged, or of a newer version, is kept under another name,
    so that nothing is written over it, and what can be read of it is taken.

    Reads the disk: not for the Qt thread's loop.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return LoadedState(state=WindowState(), is_new=True)
    except OSError as error:
        problem = f"{path} cannot be read: {error_text(error, names_file=False)}"
        return LoadedState(state=WindowState(), problem=problem)
    except UnicodeDecodeError:
        return LoadedState(state=WindowState(), problem=_keep_aside(path, "is damaged"))
    fault = _fault_of(text)
    return LoadedState(state=from_json(text), problem=_keep_aside(path, fault) if fault else "")


def _fault_of(text: str) -> str:
    """What is wrong with the text of a file as a whole, "" for nothing."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "is damaged"
    if not isinstance(found, dict):
        return "is damaged"
    written = found.get("format", FORMAT)
    return "" if written == FORMAT else "was written by another version"


def _keep_aside(path: Path, fault: str) -> str:
    """Give the file another name; what there is to say of it."""
    try:
        aside = keep_aside(path)
    except OSError as error:
        return f"{path} {fault}, and cannot be kept aside: {error_text(error, names_file=False)}"
    return f"{path} {fault}. It is kept as {aside.name}, and the window begins with what could be read of it."


def save_window_state(path: Path, state: WindowState) -> None:
    """Write the state, whole or not at all; raises OSError. Not for the Qt thread."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    try:
        temporary.touch(mode=0o600)  # queries name patients
        temporary.write_text(to_json(state), encoding="utf-8")
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _read_peers(value: object) -> tuple[TypedPeer, ...]:
    if not isinstance(value, list):
        return ()
    names = [each.name for each in fields(TypedPeer)]
    peers = [
        TypedPeer(ae_title=item["ae_title"], host=item["host"], port=item["port"])
        for item in value
        if isinstance(item, dict) and all(isinstance(item.get(name), str) for name in names)
    ]
    return tuple(peers[:MOST_RECENT_PEERS])


def with_default_folder(state: WindowState, home: Path) -> WindowState:
    """Return the state with a folder for what is received, below the user's home."""
    return replace(state, listen_folder=str(home / "DICOM"))

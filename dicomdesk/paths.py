"""Where things live on disk: shipped resources, and the user's configuration and state folders."""

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resources_folder() -> Path:
    """The folder of the shipped resources, in a checkout and when installed."""
    installed = _PACKAGE / "resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"


def resource(name: str) -> Path:
    """The path of one shipped resource, ``name`` with forward slashes; it must exist."""
    path = resources_folder() / name
    if not path.exists():
        raise FileNotFoundError(f"the resource {name} is missing from this installation")
    return path


def configuration_folder() -> Path:
    """The user's configuration folder; not created."""
    return _user_folder("XDG_CONFIG_HOME", ".config", "APPDATA")


def state_folder() -> Path:
    """The user's folder for journals, logs and window state; not created."""
    return _user_folder("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA")


def _user_folder(xdg_variable: str, xdg_default: str, windows_variable: str) -> Path:
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get(windows_variable) or home) / "dicomdesk"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "dicomdesk"
    return Path(os.environ.get(xdg_variable) or home / xdg_default) / "dicomdesk"

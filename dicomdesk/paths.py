"""Where things live on disk: shipped resources, and the user's configuration and state folders."""

import os
import re
import sys
from pathlib import Path

PROFILE_VARIABLE = "DICOMDESK_PROFILE"
"""Of the environment: what is started from the window has the same profile."""
_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
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


def profile_name() -> str:
    """The profile that this process works with; "" for the usual one."""
    return os.environ.get(PROFILE_VARIABLE, "")


def choose_profile(name: str) -> None:
    """Work with a profile from now on, and have all that is started from here do so; ValueError for a bad name."""
    if not _PROFILE.fullmatch(name) or name.endswith("."):
        raise ValueError(
            "a profile is called by up to 40 letters, digits, '-', '_' and '.', and begins with a letter or digit"
        )
    os.environ[PROFILE_VARIABLE] = name


def configuration_folder() -> Path:
    """The user's configuration folder; not created."""
    return _user_folder("XDG_CONFIG_HOME", ".config", "APPDATA")


def state_folder() -> Path:
    """The user's folder for journals, logs and window state; not created."""
    return _user_folder("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA")


def _user_folder(xdg_variable: str, xdg_default: str, windows_variable: str) -> Path:
    whole = _whole_user_folder(xdg_variable, xdg_default, windows_variable)
    profile = profile_name()
    return whole / "profiles" / profile if _PROFILE.fullmatch(profile) else whole


def _whole_user_folder(xdg_variable: str, xdg_default: str, windows_variable: str) -> Path:
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get(windows_variable) or home) / "dicomdesk"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "dicomdesk"
    return Path(os.environ.get(xdg_variable) or home / xdg_default) / "dicomdesk"

"""Taking out of text what could name a patient, a file or a secret."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from dicomdesk.gui.window_state import WindowState

_SECRET = re.compile(r"(?i)\b(pass\w*|secret\w*|token|authorization|key)(\s*[=:]\s*)\S.*")
_PERSON = re.compile(r"[^\s,;:'\"()\[\]]*\^[^\s,;:'\"()\[\]]*")
_PATH = re.compile(r"(?:(?<![\w.])(?:[A-Za-z]:)?[\\/]|~[\\/]|\\\\)[^\s'\"<>|:;,()]*")
_UID = re.compile(r"(?<![\d.])(?!1\.2\.840\.10008\.)[0-2](?:\.\d+){4,}\b")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_ERROR = re.compile(r"^(\s*(?:[\w.]+\.)?\w*(?:Error|Exception|Interrupt|Exit|Warning)):.*")
_FRAME = re.compile(r'^(\s*File )"([^"]*)"(, line \d+, in \S+)')
_HARMLESS = frozenset({"view", "appearance", "peer_ae_title", "peer_port", "calling_ae_title", "accept",
    "send_when_done", "listen_ae_title", "listen_port", "listen_sub_folders", "listen_extension",
    "retrieve_destination"})  # fmt: skip
"""Texts of the window's state that name no person, file or address."""


def scrubbed(line: str) -> str:
    """Return a line of a log or traceback without names, paths, quoted values, UIDs of instances and secrets."""
    frame = _FRAME.match(line)
    if frame is not None:
        return f'{frame[1]}"{_module(frame[2])}"{frame[3]}'
    error = _ERROR.match(line)
    if error is not None:
        return f"{error[1]}: [left out]"
    for pattern, words in ((_SECRET, r"\1\2[left out]"), (_QUOTED, "[value]"), (_PERSON, "[name]")):
        line = pattern.sub(words, line)
    return _UID.sub("[uid]", _PATH.sub("[path]", line))


def _module(path: str) -> str:
    """The place of a module within its package, not of the package on this machine."""
    parts = Path(path.replace("\\", "/")).parts
    places = [number for number, part in enumerate(parts) if part in {"dicomdesk", "site-packages"}]
    return "/".join(parts[places[-1] :] if places else parts[-1:])


def harmless_settings(state: WindowState) -> dict[str, object]:
    """Return what of the settings says something to who helps, and nothing of patients, files or peers' addresses."""
    values = asdict(state)
    kept: dict[str, object] = {
        name: value for name, value in values.items() if isinstance(value, int) or name in _HARMLESS
    }
    counts: Mapping[str, int] = {"recent_peers": len(state.recent_peers), "keys_changed": len(state.keys)}
    return kept | {"preferences": _plain(state.preferences)} | dict(counts)


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    """Numbers, and words without spaces: what a newer version keeps there is not known to be harmless."""
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, bool | int | float) or (isinstance(value, str) and value.isascii() and value.isalpha())
    }

"""What is to be sent as a command of the tools, to be pasted into a terminal of this machine."""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.retrieve.command_line import tls_words

__all__ = ["MOST_FILES", "command_line"]

MOST_FILES = 200
"""Files that are named one by one; of more the folders are."""


def command_line(known: KnownPeer, calling: str, found: Sequence[FoundInstance], *, is_lossy: bool) -> str:
    """Return the command that sends these instances to a peer; secrets are left out: the tool asks for them."""
    words = ["dicomdesk", "dcmsend", "--aetitle", calling, "--call", known.ae_title]
    words += ["--decompress-lossy"] if is_lossy else []
    if known.security.used_tls is not None:
        words += tls_words(known.security.used_tls)
    paths = list(dict.fromkeys(each.path for each in found))
    if len(paths) > MOST_FILES:
        words += ["--scan-directories", "--recurse"]
        paths = folders_of(paths)
    return shlex.join([*words, known.host, str(known.port), *paths])


def folders_of(paths: Iterable[str]) -> list[str]:
    """Return the folders of files, without those that lie in another one of them."""
    folders = sorted({PurePath(path).parent for path in paths})
    found: list[PurePath] = []
    for folder in folders:
        if not any(folder.is_relative_to(above) for above in found):
            found.append(folder)
    return [str(folder) for folder in found]

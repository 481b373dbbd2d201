"""Finds peers by name where there is no window: in the file of rules, then in an address book on the disk.

The address book is read again when its file has changed. Secrets are kept by the window only: a peer that wants a
passcode cannot be sent to from here, which is said.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.journal.records import SettingValue
from dicomdesk.engine.outbox.errands import Destination
from dicomdesk.engine.peers.book_file import peers_from_json
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import SettingsError
from dicomdesk.human import error_text, printable
from dicomdesk.named_files import read_named_file

__all__ = ["PeerLookup", "plain_peer"]

_LARGEST_BOOK_BYTES = 64 << 20
_Stamp = tuple[int, int]


def plain_peer(name: str) -> KnownPeer | None:
    """The peer of a name such as PACS@pacs.example:104; None for any other."""
    ae_title, at, place = name.partition("@")
    host, colon, port = place.rpartition(":")
    if not (at and colon and port.isascii() and port.isdigit() and len(port) <= 5):
        return None
    peer = KnownPeer(name="plain", ae_title=ae_title, host=host, port=int(port))
    return None if peer.problems() else peer


class PeerLookup:
    """Peers by name. May be called from any thread; reads the disk."""

    def __init__(self, own: tuple[KnownPeer, ...], book: Path, calling_ae_title: str) -> None:
        """``own`` come before those of the ``book``, which may not be there; ``calling_ae_title`` is ours."""
        self._own = {peer.key: peer for peer in own}
        self._book = book
        self._calling_ae_title = calling_ae_title
        self._read: tuple[_Stamp | None, dict[str, KnownPeer]] = (None, {})

    def find(self, name: str) -> KnownPeer | None:
        """The peer of a name, whatever its case; None for none."""
        key = name.strip().casefold()
        return self._own.get(key) or self._booked().get(key)

    def resolve(self, name: str, settings: Mapping[str, SettingValue]) -> Destination:
        """See ``outbox.errands.Resolve``."""
        peer = self.find(name) or plain_peer(name)
        if peer is None:
            raise SettingsError(f'There is no peer called "{printable(name)}" in the rules or in {self._book}')
        if peer.security.sends_passcode:
            raise SettingsError(f"{peer.name} wants a passcode, which only the window knows")
        calling = settings.get("calling_ae_title")
        if isinstance(calling, str) and calling:
            peer = replace(peer, calling_ae_title=calling)
        request = SendRequest(
            peer=peer.peer(),
            inputs=InputSelection(paths=()),
            association=peer.association(self._calling_ae_title),
            halt_on_error=False,
            fallback_contexts=True,
        )
        return Destination(request=request, associations=peer.associations)

    def problem(self) -> str:
        """What is wrong with the address book; "" where all is well, or where there is none."""
        if not self._book.exists():
            return ""
        try:
            loaded = _read_peers(self._book)
        except (OSError, SettingsError, UnicodeDecodeError) as error:
            return f"The address book {printable(str(self._book))} cannot be read: {error_text(error)}"
        return "; ".join(loaded[1])

    def _booked(self) -> dict[str, KnownPeer]:
        try:
            status = os.stat(self._book)
            stamp = (status.st_mtime_ns, status.st_size)
            if self._read[0] != stamp:
                self._read = stamp, {peer.key: peer for peer in _read_peers(self._book)[0]}
        except FileNotFoundError:
            self._read = None, {}
        except (OSError, SettingsError, UnicodeDecodeError):
            pass  # what was read before counts until it can be read again
        return self._read[1]


def _read_peers(book: Path) -> tuple[tuple[KnownPeer, ...], list[str]]:
    return peers_from_json(read_named_file(book, _LARGEST_BOOK_BYTES).decode("utf-8"))

"""Peers of errands: named in the address book or by their address, made ready for sending without asking anybody."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.outbox.errands import Destination
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.validity import ae_title_problem, host_problem, port_problem
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import SettingsError
from dicomdesk.gui.input_scan import selection_of
from dicomdesk.gui.security.credentials import PreparedPeer, SecurityAccess
from dicomdesk.gui.tasks import Tasks
from dicomdesk.settings import LARGE_MAX_PDU_BYTES, AssociationSettings, Decompression, Peer

if TYPE_CHECKING:
    from dicomdesk.engine.journal.records import SettingValue

__all__ = ["CALLING", "DECOMPRESSION", "Destinations", "peer_word"]

CALLING, DECOMPRESSION = "calling_ae_title", "decompression"
"""Keys of an errand's settings."""
_PREPARED_S = 150.0
"""How long secrets may take, with the keyring unlocked by its user."""


class Destinations(QObject):
    """Finds and prepares peers. ``resolve`` is for the Outbox's thread, all else for the Qt thread."""

    secret_wanted = Signal(str)
    """A peer, as errands name it, needs a secret that only its user can give."""

    def __init__(self, tasks: Tasks, access: SecurityAccess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._access = access
        self.is_listening: Callable[[], bool] = lambda: False
        """Whether our receiver takes reports on storage commitment now."""

    def name_of(self, peer: Peer) -> str:
        """Return how errands name a peer: as the address book does or, where it is not there, by its address."""
        known = self._access.peers.book.find_address(peer.ae_title, peer.host, peer.port)
        return known.name if known is not None else f"{peer.ae_title}@{peer.host}:{peer.port}"

    def find(self, name: str) -> KnownPeer | None:
        """Return the peer that errands name so; None where nobody knows it."""
        known = self._access.peers.book.find(name)
        return known if known is not None else _read_address(name)

    def resolve(self, name: str, settings: "Mapping[str, SettingValue]") -> Destination:
        """See ``Resolve``: waits until the Qt thread has found and prepared the peer."""
        try:
            return self._tasks.call(self._prepare(name, settings)).result(_PREPARED_S)
        except TimeoutError:
            raise SettingsError(f"The secrets of {name} could not be had: the keyring did not answer") from None

    async def _prepare(self, name: str, settings: "Mapping[str, SettingValue]") -> Destination:
        known = self.find(name)
        if known is None:
            raise SettingsError(f"{name} is not in the address book any more: send it to another peer")
        credentials = self._access.credentials
        prepared = await credentials.prepare_silently(replace(known.peer(), tls=None), known.security)
        if prepared is None:
            self.secret_wanted.emit(name)
            raise SettingsError(f"{name} wants a passcode or pass phrase that is not at hand")
        return Destination(
            request=request_for(known, prepared, settings, self._access.peers.own_ae_title),
            associations=known.associations,
            has_receiver=self.is_listening(),
        )


def request_for(
    known: KnownPeer, prepared: PreparedPeer, settings: "Mapping[str, SettingValue]", own_ae_title: str
) -> SendRequest:
    """Return the request by which errands with these settings go to a peer, without what is sent."""
    calling = str(settings.get(CALLING) or known.calling_ae_title or own_ae_title)
    association: AssociationSettings = replace(
        known.association(calling, prepared.user_identity), calling_ae_title=calling
    )
    if known.max_pdu_bytes is None:
        association = replace(association, max_pdu_bytes=LARGE_MAX_PDU_BYTES)
    is_lossy = settings.get(DECOMPRESSION) == Decompression.LOSSY.value
    inputs: InputSelection = selection_of(())
    return SendRequest(
        peer=prepared.peer,
        inputs=inputs,
        association=association,
        decompression=Decompression.LOSSY if is_lossy else Decompression.LOSSLESS,
        halt_on_error=False,
        fallback_contexts=True,
    )


def peer_word(name: str) -> str:
    """Return what a peer is called in a list: its name or, of an address, the AE title."""
    known = _read_address(name)
    return known.ae_title if known is not None else name


def _read_address(text: str) -> KnownPeer | None:
    """Read AE@host:port, as ``Destinations.name_of`` writes it."""
    ae_title, at, address = text.rpartition("@")
    host, colon, port = address.rpartition(":")
    if not (at and colon) or ae_title_problem(ae_title) or host_problem(host) or port_problem(port):
        return None
    return KnownPeer(name=text, ae_title=ae_title, host=host, port=int(port))

"""Requests that send what is selected from an archive to a peer, by the engine's send job."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dicomdesk.archive.administration.keeping.exporting import ExportItem
from dicomdesk.archive.setup.configuration import ArchiveConfiguration
from dicomdesk.dicom.instance import InputFormat, InputSelection
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.routing.peer_lookup import PeerLookup
from dicomdesk.engine.send.request import SendRequest

__all__ = ["configured_peers", "send_request"]


def configured_peers(configuration: ArchiveConfiguration) -> tuple[KnownPeer, ...]:
    """The peers that the tables of a configuration name, each by its AE title; the first of an AE title counts."""
    entries = [entry for area in configuration.areas for entry in area.peers or ()]
    entries += [entry for entries in configuration.hosts.values() for entry in entries]
    peers: dict[str, KnownPeer] = {}
    for entry in entries:
        peer = KnownPeer(name=entry.ae_title, ae_title=entry.ae_title, host=entry.host, port=entry.port)
        peers.setdefault(peer.key, peer)
    return tuple(peers.values())


def send_request(
    items: Sequence[ExportItem], peer: str, book: Path, *, calling_ae_title: str, retries: int = 0
) -> SendRequest:
    """Make the request that sends these instances, of one configuration; files that go meanwhile are failed items.

    ``peer`` is an AE title of the configuration, a name in the address book, or as PACS@pacs.example:104. Raises
    SettingsError for one that is none of these.
    """
    configuration = items[0].opened.settings.configuration
    lookup = PeerLookup(configured_peers(configuration), book, calling_ae_title)
    paths = tuple(str(item.opened.path_of(item.instance.path)) for item in items)
    inputs = InputSelection(paths=paths, format=InputFormat.FILE_OR_DATA_SET, check_uids=False)
    return replace(lookup.resolve(peer, {}).request, inputs=inputs, retries=retries)

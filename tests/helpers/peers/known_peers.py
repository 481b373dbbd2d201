"""Peers of address books, as values and as a strategy."""

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import strategies as st

from dicomdesk.engine.peers.known_peer import CheckOutcome, KnownPeer, LastCheck
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.settings import Timeouts, TlsProfile, TlsSettings

FULL = KnownPeer(
    name="Main archive",
    ae_title="PACS",
    host="pacs.example",
    port=2762,
    group="Radiology",
    calling_ae_title="WS1",
    security=PeerSecurity(
        uses_tls=True,
        tls=TlsSettings(authority_files=(Path("/etc/dicom/ca.pem"),), profile=TlsProfile.BCP_195_RFC_8996),
        user_name="ws1",
        sends_passcode=True,
        wants_response=True,
    ),
    character_set="ISO_IR 192",
    retrieve_method=RetrieveMethod.MOVE,
    move_destination="WS1_IN",
    max_pdu_bytes=65536,
    associations=4,
    timeouts=Timeouts(connect_s=5.0, acse_s=10.0, dimse_s=None, socket_s=30.0),
    notes="Ask Jo.\nAt night only.",
    last_check=LastCheck(at=datetime(2026, 11, 30, 12, 0, tzinfo=UTC), outcome=CheckOutcome.WARNING, text="Slow."),
)


def named(name: str, group: str = "", number: int = 1) -> KnownPeer:
    """A peer with a name, in a group, with an address of its own for each number."""
    return KnownPeer(name=name, ae_title=f"AE{number}", host=f"host{number}.example", port=104, group=group)


def many(count: int) -> tuple[KnownPeer, ...]:
    """Peers in groups of a hundred."""
    return tuple(named(f"Peer {number}", f"Group {number // 100}", number) for number in range(count))


_SIGNS = "aZ09 ü主=+-@'\",;&<>|%#()/._\\"
_WORDS = st.text(_SIGNS, min_size=1, max_size=8).map(str.strip).filter(bool)
_AE_TITLES = st.text("aZ09=+-@'\",;&<>|%#()._", min_size=1, max_size=16)
_HOSTS = st.sampled_from(["h", "pacs.example", "10.0.0.7", "fe80::1", "a-b.example"])
_TIMEOUTS = (Timeouts(), Timeouts(connect_s=2.5, acse_s=None), Timeouts(acse_s=7.0, dimse_s=0.25, socket_s=None))
_CHECKS = (None, FULL.last_check)
_METHODS = tuple(RetrieveMethod)

PEERS = st.builds(
    lambda name, address, group, optional, further: KnownPeer(
        name=name,
        ae_title=address[0],
        host=address[1],
        port=address[2],
        group=group,
        calling_ae_title=optional[0],
        move_destination=optional[1],
        security=further[0],
        timeouts=further[1],
        retrieve_method=further[2],
        max_pdu_bytes=further[3],
        last_check=further[4],
        associations=further[3] and 4,
        character_set=further[5],
        notes=further[6],
    ),
    _WORDS,
    st.tuples(_AE_TITLES, _HOSTS, st.integers(1, 65535)),
    st.just("") | _WORDS,
    st.tuples(st.just("") | _AE_TITLES, st.just("") | _AE_TITLES),
    st.tuples(
        st.sampled_from((PeerSecurity(), FULL.security, PeerSecurity(user_name="=ü"))),
        st.sampled_from(_TIMEOUTS),
        st.sampled_from(_METHODS),
        st.sampled_from((None, 4096, 131072)),
        st.sampled_from(_CHECKS),
        st.sampled_from(("", "ISO_IR 100", "ISO 2022 IR 6\\ISO 2022 IR 87")),
        st.text(_SIGNS + "\n", max_size=8),
    ),
)
BOOKS = st.lists(PEERS, max_size=4, unique_by=lambda peer: peer.key).map(tuple)
"""Peers whose names differ."""

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


_PRINTABLE = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")).filter(str.isprintable)
_WORDS = st.text(_PRINTABLE, min_size=1, max_size=20).map(str.strip).filter(bool)
_AE_TITLES = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\\"), min_size=1, max_size=16
)
_HOSTS = st.from_regex(r"[a-z][a-z0-9.-]{0,20}|[0-9]{1,3}\.[0-9]{1,3}\.0\.1|fe80::[0-9a-f]{1,4}", fullmatch=True)
_SECONDS = st.none() | st.floats(min_value=0.1, max_value=1000, allow_nan=False)

PEERS = st.builds(
    KnownPeer,
    name=_WORDS,
    ae_title=_AE_TITLES,
    host=_HOSTS,
    port=st.integers(1, 65535),
    group=st.just("") | _WORDS,
    calling_ae_title=st.just("") | _AE_TITLES,
    security=st.builds(
        PeerSecurity,
        uses_tls=st.booleans(),
        tls=st.builds(TlsSettings, trusts_system=st.booleans(), profile=st.sampled_from(TlsProfile)),
        user_name=st.just("") | _WORDS,
        sends_passcode=st.booleans(),
        wants_response=st.booleans(),
    ),
    character_set=st.sampled_from(["", "ISO_IR 100", "ISO 2022 IR 6\\ISO 2022 IR 87"]),
    retrieve_method=st.none() | st.sampled_from(RetrieveMethod),
    move_destination=st.just("") | _AE_TITLES,
    max_pdu_bytes=st.none() | st.integers(4096, 131072),
    associations=st.none() | st.integers(1, 64),
    timeouts=st.builds(Timeouts, connect_s=_SECONDS, acse_s=_SECONDS, dimse_s=_SECONDS, socket_s=_SECONDS),
    notes=st.text(_PRINTABLE | st.just("\n"), max_size=40),
    last_check=st.none()
    | st.builds(
        LastCheck,
        at=st.datetimes(timezones=st.just(UTC)),
        outcome=st.sampled_from(CheckOutcome),
        text=st.text(_PRINTABLE, max_size=20),
    ),
)
BOOKS = st.lists(PEERS, max_size=6, unique_by=lambda peer: peer.key).map(tuple)
"""Peers whose names differ."""

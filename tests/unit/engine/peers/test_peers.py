from dataclasses import fields, replace

import pytest

from dicomdesk.engine.peers import book_file, plain_settings
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.peers.plain_settings import to_plain
from dicomdesk.errors import SettingsError
from dicomdesk.settings import LARGE_MAX_PDU_BYTES, Timeouts, UserIdentity, UserIdentityType
from tests.helpers.peers.known_peers import FULL, named


def test_peer_is_what_jobs_take() -> None:
    peer = FULL.peer()
    assert str(peer) == "PACS@pacs.example:2762"
    assert peer.tls == FULL.security.tls
    assert named("x").peer().tls is None


def test_association_is_as_the_peer_wants_it() -> None:
    identity = UserIdentity(kind=UserIdentityType.USER_NAME, primary=b"ws1")
    settings = FULL.association("OTHER", identity)
    assert settings.calling_ae_title == "WS1"
    assert settings.max_pdu_bytes == 65536
    assert settings.timeouts.acse_s == 10.0
    assert settings.user_identity is identity
    plain = named("x").association("OTHER")
    assert (plain.calling_ae_title, plain.max_pdu_bytes, plain.timeouts) == ("OTHER", LARGE_MAX_PDU_BYTES, Timeouts())


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"ae_title": ""},
        {"host": "a b"},
        {"port": 0},
        {"group": "x" * 65},
        {"calling_ae_title": "X" * 17},
        {"move_destination": "Ä"},
        {"max_pdu_bytes": 100},
        {"associations": 0},
        {"character_set": "\n"},
        {"notes": "x" * 5000},
    ],
)
def test_each_field_is_checked(wrong: dict[str, object]) -> None:
    assert FULL.problems() == ()
    assert len(replace(FULL, **wrong).problems()) == 1  # type: ignore[arg-type] # fields by name


def test_security_is_used_only_where_it_is_switched_on() -> None:
    assert FULL.security.used_tls is FULL.security.tls
    assert replace(FULL.security, uses_tls=False).used_tls is None
    assert PeerSecurity().is_plain
    assert not PeerSecurity(user_name="ws1").is_plain


def test_each_field_has_a_reader() -> None:
    for kind, readers in {**plain_settings.READERS, **book_file.READERS}.items():
        assert set(readers) == {field.name for field in fields(kind)} - {"pass_phrase"}


def test_secrets_are_left_out() -> None:
    secret = replace(FULL.security, tls=replace(FULL.security.tls, pass_phrase="sesame"))
    assert "sesame" not in str(to_plain(secret))


@pytest.mark.parametrize("value", [True, -1, 0, "5", 1e9, float("nan")])
def test_seconds_that_are_none_are_refused(value: object) -> None:
    with pytest.raises(SettingsError, match="acse_s is no number of seconds"):
        plain_settings.read_seconds(value, "acse_s")


@pytest.mark.parametrize("value", ["2026-11-30T12:00:00", "yesterday", 5])
def test_time_needs_a_zone(value: object) -> None:
    with pytest.raises(SettingsError):
        plain_settings.read_time(value, "at")


def test_peer_says_its_address() -> None:
    assert str(FULL) == "Main archive (PACS@pacs.example:2762)"
    assert isinstance(FULL, KnownPeer)

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dicomdesk.engine.events import AssociationAccepted, Negotiation, TlsSession, UserIdentityExchange
from dicomdesk.gui.models.agreement_nodes import (
    MEANING,
    VALUE,
    WORD,
    SectionNode,
    agreement_columns,
    agreement_nodes,
    expiry_mark,
)
from dicomdesk.gui.theme import Tone
from tests.helpers.window import scenes

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def agreed(*, days_left: int | None = None) -> Negotiation:
    events = scenes.outgoing(1)
    accepted = events[1] if days_left is None else scenes.secured(events, days_left=days_left)[1]
    assert isinstance(accepted, AssociationAccepted)
    return accepted.negotiation


def rows(section: SectionNode) -> list[tuple[str, str]]:
    return [(fact.text(WORD), fact.text(VALUE)) for fact in section.facts]


def test_plain_association_says_that_it_is_not_protected() -> None:
    tls, identity, connection = agreement_nodes(agreed(), NOW)
    assert rows(tls) == [("Protection", "None")]
    assert tls.facts[0].text(MEANING) == "Anybody on the way can read along."
    assert rows(identity) == [("Presented", "None")]
    assert ("Peer", "pacs.example:104") in rows(connection)


def test_everything_about_a_secure_association_is_told() -> None:
    tls, identity, extended, _ = agreement_nodes(agreed(days_left=400), datetime.now(UTC))
    assert [word for word, _ in rows(tls)] == [
        *("Version", "Cipher suite", "Peer's certificate", "Issued by", "Checked", "Valid until")
    ]
    assert rows(tls)[0] == ("Version", "TLS 1.3")
    assert rows(identity)[:2] == [("Presented", "user name and passcode"), ("User name", "ws1")]
    assert rows(extended)[0] == ("CT Image, proposed", "02 00 03 00 01 00")
    assert "everything is kept" in extended.facts[0].text(MEANING)
    assert rows(extended)[3][1] == "Not answered"


def test_sections_open_to_their_facts_once() -> None:
    section = agreement_nodes(agreed(), NOW)[0]
    assert section.unfetched() == 1
    (fact,) = section.fetch(10)
    section.children = [fact]
    assert section.unfetched() == 0
    assert len(agreement_columns()) == 3


@pytest.mark.parametrize(
    ("left", "word", "tone"),
    [
        (timedelta(days=31), "2026-12-21", Tone.PLAIN),
        (timedelta(days=30), "2026-12-20, in 30 days", Tone.WARNING),
        (timedelta(days=1, hours=2), "2026-11-21, in one day", Tone.WARNING),
        (timedelta(minutes=1), "2026-11-20, in less than a day", Tone.WARNING),
        (timedelta(0), "Expired on 2026-11-20", Tone.BAD),
    ],
)
def test_end_of_a_certificate_is_loud_within_30_days(left: timedelta, word: str, tone: Tone) -> None:
    mark = expiry_mark(NOW + left, NOW)
    assert (mark.word, mark.tone) == (word, tone)


def test_certificate_that_was_not_verified_is_told() -> None:
    session = scenes.tls_session(is_verified=False)
    assert isinstance(session, TlsSession)
    (tls, *_) = agreement_nodes(_with(session, None), datetime.now(UTC))
    assert ("Checked", "Not verified") in rows(tls)
    (tls, *_) = agreement_nodes(_with(TlsSession(version="TLSv1.2", cipher="X"), None), NOW)
    assert rows(tls)[-1] == ("Peer's certificate", "None presented")


def test_certificate_that_cannot_be_read_is_not_none() -> None:
    session = TlsSession(version="TLSv1.2", cipher="X", has_peer_certificate=True)
    (tls, *_) = agreement_nodes(_with(session, None), NOW)
    assert rows(tls)[2:] == [
        ("Peer's certificate", "Presented, but it cannot be read"),
        ("Checked", "Not verified"),
    ]


def test_certificate_without_a_name_is_not_none() -> None:
    session = TlsSession(version="TLSv1.2", cipher="X", has_peer_certificate=True, peer_expires=NOW)
    (tls, *_) = agreement_nodes(_with(session, None), NOW)
    assert ("Peer's certificate", "Without a name") in rows(tls)


def test_tokens_are_not_shown() -> None:
    identity = UserIdentityExchange(kind=4, wants_response=True)
    (_, section, _) = agreement_nodes(_with(None, identity), NOW)
    assert rows(section) == [("Presented", "SAML"), ("Token", "Not shown"), ("Confirmation", "Asked for, not given")]


def test_nothing_is_told_before_an_agreement() -> None:
    assert agreement_nodes(None, NOW) == []


def _with(session: TlsSession | None, identity: UserIdentityExchange | None) -> Negotiation:
    return replace(agreed(), tls=session, user_identity=identity)

from datetime import UTC, datetime, timedelta

import pytest

from dicomdesk.engine.check.connection_steps import certificate_remedy
from dicomdesk.engine.explain.remedies import NOTHING
from dicomdesk.network.negotiation import TlsSession

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def session(left: timedelta | None, version: str = "TLSv1.3") -> TlsSession:
    return TlsSession(version=version, cipher="c", peer_expires=None if left is None else NOW + left)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=-1), "expired on 2026-11-19"),
        (timedelta(), "expired on 2026-11-20"),
        (timedelta(hours=5), "expires in less than a day, on 2026-11-20."),
        (timedelta(hours=15), "expires in less than a day, on 2026-11-21."),
        (timedelta(days=1), "expires in 1 day,"),
        (timedelta(days=9, hours=1), "expires in 9 days"),
        (timedelta(days=30), "expires in 30 days"),
    ],
)
def test_certificate_near_its_end_is_told(left: timedelta, words: str) -> None:
    remedy = certificate_remedy(session(left), NOW)
    assert words in remedy.cause
    assert remedy.advice


def test_sound_session_needs_nothing() -> None:
    assert certificate_remedy(session(timedelta(days=31)), NOW) == NOTHING
    assert certificate_remedy(session(None), NOW) == NOTHING


def test_outdated_tls_is_told() -> None:
    assert "TLSv1.1" in certificate_remedy(session(None, "TLSv1.1"), NOW).cause

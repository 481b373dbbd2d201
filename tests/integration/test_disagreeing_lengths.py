"""Files whose lengths and delimiters disagree are sent as they are and converted; what may be cut off is not sent."""

from pathlib import Path

import pytest

from dicomdesk.engine.events import ItemOutcome
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT, Builder, part10
from tests.helpers.data.disagreeing import converted, disagreeing
from tests.helpers.jobs.exact_sending import outcomes, send_exactly
from tests.helpers.jobs.sending import send
from tests.helpers.peers.fake_peer import Accept, FakePeer

EACH = pytest.mark.parametrize("kind", disagreeing(EXPLICIT))
SYNTAX = pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])


def is_cut_off(kind: str) -> bool:
    """Whether bytes are left over at the end, which DCMTK's loader refuses."""
    return "no element" in disagreeing(EXPLICIT)[kind].words


@EACH
@SYNTAX
def test_it_is_sent_as_it_is_or_converted(tmp_path: Path, syntax: str, kind: str) -> None:
    case = disagreeing(syntax)[kind]
    path = tmp_path / "a.dcm"
    path.write_bytes(part10(case.data, syntax))
    for accepted in (EXPLICIT, IMPLICIT):
        with FakePeer(associate=[Accept(transfer_syntaxes={1: accepted})]) as peer:
            result, _ = send(peer.port, [path], halt_on_error=False)
        if is_cut_off(kind):
            assert [item.outcome for item in result.report.items] == [ItemOutcome.NOT_SENT]
            continue
        assert [item.outcome for item in result.report.items] == [ItemOutcome.STORED]
        (store,) = peer.stores
        is_as_it_is = accepted == syntax and len(case.data) % 2 == 0
        assert store.data == (case.data if is_as_it_is else converted(syntax, accepted)[kind])


@EACH
@pytest.mark.parametrize("is_long", [False, True])
def test_it_is_sent_exactly_too(tmp_path: Path, kind: str, *, is_long: bool) -> None:
    case = disagreeing(EXPLICIT)[kind]
    before = Builder().element(0x00080001, "OB", bytes(2 << 20 if is_long else 2))
    path = tmp_path / "a.dcm"
    path.write_bytes(part10(before + case.data))
    with FakePeer() as peer:
        result, _ = send_exactly(peer.port, [path], halt_on_error=False)
    if is_cut_off(kind):
        assert outcomes(result) == [ItemOutcome.NOT_SENT]
        return
    assert outcomes(result) == [ItemOutcome.STORED]
    assert peer.stores[0].data == before + (case.right if len(case.data) % 2 else case.data)


@pytest.mark.parametrize("cut", [1, 5, 9])
def test_a_file_that_is_cut_in_a_value_is_not_sent(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(part10(Builder().instance() + Builder().element(0x00204000, "LT", "0123456789"))[:-cut])
    with FakePeer() as peer:
        result, _ = send(peer.port, [path], halt_on_error=False)
    assert [item.outcome for item in result.report.items] == [ItemOutcome.NOT_SENT]
    assert peer.stores == []

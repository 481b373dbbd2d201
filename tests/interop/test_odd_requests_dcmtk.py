"""An A-ASSOCIATE-RQ whose context IDs are even or there twice, as DCMTK's acceptors take it and as ours do.

DCMTK takes even IDs, and answers an ID once that is proposed several times: storescp with the first that it accepts,
as long as it is for one SOP class.
"""

import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.helpers.dcmtk.programs import dcmtk_server
from tests.helpers.jobs.receiving import receiving
from tests.helpers.peers.requestors import (
    ASSOCIATE_AC,
    CT_IMAGE_STORAGE,
    EXPLICIT,
    IMPLICIT,
    VERIFICATION,
    WORKLIST,
    Proposal,
    connected,
    read_answer,
)

pytestmark = pytest.mark.dcmtk

UNKNOWN = WORKLIST
CASES = {
    "even": [(2, CT_IMAGE_STORAGE, [EXPLICIT]), (4, VERIFICATION, [IMPLICIT])],
    "zero": [(0, CT_IMAGE_STORAGE, [EXPLICIT]), (3, VERIFICATION, [IMPLICIT])],
    "the same twice": [(1, VERIFICATION, [IMPLICIT]), (1, VERIFICATION, [IMPLICIT])],
    "129 times": [(1, VERIFICATION, [IMPLICIT])] * 129,
    "another transfer syntax": [(1, VERIFICATION, [EXPLICIT]), (1, VERIFICATION, [IMPLICIT])],
    "second refused": [(1, VERIFICATION, [IMPLICIT]), (1, UNKNOWN, [EXPLICIT])],
    "first refused": [(1, UNKNOWN, [EXPLICIT]), (1, VERIFICATION, [IMPLICIT])],
}

Contexts = list[tuple[int, str, list[str]]]


@contextmanager
def acceptor(who: str, folder: Path) -> Iterator[int]:
    with ExitStack() as stack:
        if who == "storescp":
            yield stack.enter_context(dcmtk_server("storescp", ["--ignore"], folder))
        else:
            yield stack.enter_context(receiving(folder)).port


@pytest.fixture(scope="module", params=["storescp", "ours"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with acceptor(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


def count_answers(body: bytes) -> int:
    """Presentation contexts in an A-ASSOCIATE-AC."""
    position, count = 68, 0
    while position < len(body):
        kind, length = struct.unpack_from(">BxH", body, position)
        count += kind == 0x21
        position += 4 + length
    return count


@pytest.mark.parametrize("contexts", CASES.values(), ids=CASES)
def test_each_id_is_answered_once_with_the_first_that_is_accepted(port: int, contexts: Contexts) -> None:
    expected: dict[int, tuple[int, str]] = {}
    for context_id, uid, syntaxes in contexts:
        if uid != UNKNOWN:
            expected.setdefault(context_id, (0, syntaxes[0]))
    with connected(port) as peer:
        peer.send(Proposal(contexts=contexts).encode())
        kind, body = peer.read_pdu()
        assert kind == ASSOCIATE_AC
        assert read_answer(body).results == expected
        assert count_answers(body) == len(expected)
        assert peer.echo(next(context_id for context_id, uid, _ in contexts if uid == VERIFICATION)) == 0
        peer.release()

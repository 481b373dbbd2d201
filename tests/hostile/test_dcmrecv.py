"""After whatever a requestor sends, a receiver serves the next as if nothing had been."""

from collections.abc import Iterator

import pytest

from tests.hostile.acceptor_kinds import ANY_ACCEPTOR
from tests.hostile.kinds import Kind, names
from tests.hostile.steps import call
from tests.hostile.victims import Victim, receiver_words, victim


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    with victim(receiver_words(), tmp_path_factory.mktemp("receiver") / "home") as made:
        yield made


@pytest.mark.parametrize("hostile", ANY_ACCEPTOR, ids=names(ANY_ACCEPTOR))
def test_receiver_serves_on_after(hostile: Kind, receiver: Victim) -> None:
    call(receiver.port, hostile.steps)
    receiver.check()

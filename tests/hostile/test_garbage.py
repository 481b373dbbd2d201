"""What a hostile peer has sent is freed with its association, not when the garbage collector gets to it."""

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.settings import Timeouts
from tests.helpers.archives.served_archives import until
from tests.helpers.jobs.receiving import Receiving, receiving
from tests.hostile.acceptor_kinds import ANY_ACCEPTOR
from tests.hostile.crowd import WORST
from tests.hostile.kinds import Kind, names
from tests.hostile.steps import call

KINDS = [kind for number, kind in enumerate(ANY_ACCEPTOR) if kind.name in WORST or number % 8 == 0]
MOST_OBJECTS = 1000


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiving]:
    timeouts = Timeouts(acse_s=1, dimse_s=1)
    with receiving(Path(tmp_path_factory.mktemp("receiver")), timeouts=timeouts) as made:
        yield made


def is_nobody_there() -> bool:
    return not any(thread.name.startswith("association-from") for thread in threading.enumerate())


@pytest.mark.parametrize("hostile", KINDS, ids=names(KINDS))
def test_nothing_of_it_waits_for_the_garbage_collector(hostile: Kind, receiver: Receiving) -> None:
    call(receiver.port, hostile.steps)  # the first may fill caches
    until(is_nobody_there, "the associations are over")
    gc.collect()
    gc.disable()
    try:
        call(receiver.port, hostile.steps)
        until(is_nobody_there, "the associations are over")
        assert gc.collect() < MOST_OBJECTS
    finally:
        gc.enable()

"""What is done when nothing has happened for a while."""

import itertools
import threading
import weakref

import pytest

from dicomdesk.engine.host.desk import teller as tellers
from dicomdesk.engine.host.desk.teller import Teller
from dicomdesk.engine.host.spare_memory import give_back_memory

DEADLINE_S = 20.0


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_what_nobody_needs_is_gone() -> None:
    gone = weakref.ref(Ring())
    give_back_memory()
    assert gone() is None


def test_once_after_each_busy_time_it_is_tidied_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tellers, "CALM_AFTER_S", 0.0)
    teller, happened, tidied = Teller(), list[str](), threading.Semaphore(0)

    def tell() -> bool:
        happened.append("told")
        return False

    def tidy() -> None:
        happened.append("tidied")
        tidied.release()

    teller.sources, teller.tidy = (tell,), tidy
    thread = threading.Thread(target=teller.run)
    thread.start()
    for _ in range(2):
        teller.tell_all()
        assert tidied.acquire(timeout=DEADLINE_S)
    teller.stop()
    thread.join(DEADLINE_S)
    assert happened[-1] == "told"
    assert ("tidied", "tidied") not in itertools.pairwise(happened)

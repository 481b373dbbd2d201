"""Never more hold a place than there are; who waits comes in order, or leaves when it is cancelled."""

import threading
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.engine.job import JobControl, JobState
from dicomdesk.engine.reach.peer_places import PeerPlaces
from dicomdesk.settings import Peer
from tests.helpers.jobs.recorder import DEADLINE_S

PEER = Peer(host="pacs.example", port=104)


def control() -> JobControl:
    made = JobControl()
    made.advance(JobState.RUNNING)
    return made


class Holder:
    """Takes a place on a thread of its own, and holds it until it is let go."""

    def __init__(
        self, places: PeerPlaces, bound: int, peer: Peer = PEER, is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        self.control = control()
        self.waits, self.decided, self.let_go = threading.Event(), threading.Event(), threading.Event()
        self.has_place: bool | None = None
        self._places, self._bound, self._peer, self._is_wanted = places, bound, peer, is_wanted
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        with self._places.place(
            self._peer, self._bound, self.control, waits=self.waits.set, is_wanted=self._is_wanted
        ) as self.has_place:
            self.decided.set()
            if self.has_place:
                assert self.let_go.wait(DEADLINE_S)

    def end(self) -> None:
        self.let_go.set()
        self.thread.join(DEADLINE_S)
        assert not self.thread.is_alive()


def test_those_who_wait_come_in_their_order() -> None:
    places = PeerPlaces()
    first = Holder(places, 1)
    assert first.decided.wait(DEADLINE_S)
    others = []
    for _ in range(3):
        others.append(Holder(places, 1))
        assert others[-1].waits.wait(DEADLINE_S)
    for before, after in zip([first, *others], others, strict=False):
        assert not after.decided.is_set()
        before.end()
        assert after.decided.wait(DEADLINE_S)
        assert after.has_place
    others[-1].end()
    assert not places._queues


def test_peers_do_not_wait_for_each_other_and_no_bound_is_none() -> None:
    places = PeerPlaces()
    holders = [
        Holder(places, 1),
        Holder(places, 1, Peer(host="pacs.example", port=105)),
        Holder(places, 1, Peer(host="pacs.example", port=104, ae_title="OTHER")),
        Holder(places, 0),
    ]
    assert all(holder.decided.wait(DEADLINE_S) and holder.has_place for holder in holders)
    assert not any(holder.waits.is_set() for holder in holders)
    for holder in holders:
        holder.end()


def test_a_cancel_ends_the_waiting_and_lets_those_behind_pass() -> None:
    places = PeerPlaces()
    first, second, third = Holder(places, 1), Holder(places, 1), None
    assert first.decided.wait(DEADLINE_S) or second.decided.wait(DEADLINE_S)
    holding, waiting = (first, second) if first.has_place else (second, first)
    assert waiting.waits.wait(DEADLINE_S)
    third = Holder(places, 1)
    assert third.waits.wait(DEADLINE_S)
    waiting.control.cancel()
    assert waiting.decided.wait(DEADLINE_S)
    assert waiting.has_place is False
    holding.end()
    assert third.decided.wait(DEADLINE_S)
    assert third.has_place
    third.end()


def test_who_is_not_wanted_any_more_leaves_when_a_place_becomes_free() -> None:
    places, is_wanted = PeerPlaces(), [True]
    first = Holder(places, 1)
    assert first.decided.wait(DEADLINE_S)
    second = Holder(places, 1, is_wanted=lambda: is_wanted[0])
    assert second.waits.wait(DEADLINE_S)
    is_wanted[0] = False
    first.end()
    assert second.decided.wait(DEADLINE_S)
    assert second.has_place is False


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3), st.integers(1, 8))
def test_never_more_hold_a_place_than_there_are(bound: int, count: int) -> None:
    places = PeerPlaces()
    lock, inside, most = threading.Lock(), [0], [0]

    def work() -> None:
        with places.place(PEER, bound, control(), waits=lambda: None) as is_free:
            assert is_free
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert not any(thread.is_alive() for thread in threads)
    assert most[0] <= bound

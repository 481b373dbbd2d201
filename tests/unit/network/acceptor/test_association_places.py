"""Who gets a place when all are taken, and who gives way."""

import threading
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.network.acceptor.association_places import Places, Remarks, address_group, choose_dropped
from dicomdesk.settings import PlaceRules

RULES = PlaceRules(wait_s=0.0)
DEADLINE_S = 30.0
HOSTILE, OTHER = "10.0.0.66", "10.0.0.7"


@dataclass(eq=False)
class Peer:
    """An association that notes why it gave way."""

    waited_s: float = 0.0
    reasons: list[str] = field(default_factory=list)

    def lingering_s(self) -> float:
        return self.waited_s

    def give_way(self, reason: str) -> None:
        self.reasons.append(reason)


def filled(most: int, address: str, rules: PlaceRules = RULES, waited_s: float = 0.0) -> tuple[Places, list[Peer]]:
    places = Places(most, rules)
    peers = [Peer(waited_s) for _ in range(most)]
    assert [places.take(peer, address) for peer in peers] == [""] * most
    return places, peers


def gone(peers: list[Peer]) -> list[Peer]:
    return [peer for peer in peers if peer.reasons]


def test_one_address_may_have_all_places_while_nobody_else_wants_one() -> None:
    places, peers = filled(16, HOSTILE)
    assert places.taken == 16
    assert not gone(peers)


def test_place_that_is_given_back_is_free_again() -> None:
    places, peers = filled(2, HOSTILE)
    assert "all 2 are taken" in places.take(Peer(), HOSTILE)
    places.leave(peers[0])
    places.leave(peers[0])
    assert places.take(Peer(), HOSTILE) == ""
    assert places.taken == 2


@pytest.mark.parametrize("most", [2, 3, 16, 100])
def test_address_with_all_places_gives_up_to_half_of_them_to_others_however_busy_it_is(most: int) -> None:
    places, peers = filled(most, HOSTILE)
    others = [Peer() for _ in range(most)]
    answers = [places.take(peer, OTHER) for peer in others]
    given = most - max(most // 2, 1)
    assert answers.count("") == min(given, max(most // 2, 1))
    assert len(gone(peers)) == answers.count("")
    assert not gone(others)
    assert places.taken == most


def test_of_a_greedy_address_the_one_that_has_been_waited_for_longest_gives_way() -> None:
    places, peers = filled(4, HOSTILE)
    peers[2].waited_s = 3
    assert places.take(Peer(), OTHER) == ""
    assert gone(peers) == [peers[2]]
    (reason,) = peers[2].reasons
    assert reason == (
        f"an association of {HOSTILE} made room for {OTHER}: all 4 places were taken, 4 of them by {HOSTILE}, "
        "whose share is 2"
    )


def test_idle_association_gives_way_to_anybody_also_of_its_own_address() -> None:
    places, peers = filled(16, HOSTILE, waited_s=10)
    peers[5].waited_s = 11
    assert places.take(Peer(), HOSTILE) == ""
    assert gone(peers) == [peers[5]]
    (reason,) = peers[5].reasons
    assert reason == (
        f"the association of {HOSTILE} made room for {HOSTILE}: all 16 places were taken, "
        "and it had made no progress for 11 s"
    )


def test_idle_association_of_the_address_with_most_gives_way_first() -> None:
    places = Places(4, RULES)
    honest, hostile = Peer(3600), [Peer(10), Peer(12), Peer(11)]
    places.take(honest, OTHER)
    for peer in hostile:
        places.take(peer, HOSTILE)
    assert places.take(Peer(), "10.0.0.8") == ""
    assert gone([honest, *hostile]) == [hostile[1]]


def test_association_that_is_not_idle_long_enough_stays() -> None:
    places, peers = filled(4, OTHER, waited_s=9.9)
    assert places.take(Peer(), OTHER) == (
        f"{OTHER} found no place: all 4 are taken, 4 of them by its own address, most (4) by {OTHER}"
    )
    assert not gone(peers)


def test_idle_associations_stay_where_that_is_asked_for() -> None:
    places, peers = filled(4, OTHER, PlaceRules(room_after_s=None, wait_s=0.0), waited_s=1e9)
    assert places.take(Peer(), OTHER)
    assert not gone(peers)


def test_share_of_an_address_can_be_set() -> None:
    places, peers = filled(10, HOSTILE, PlaceRules(address_share=3, wait_s=0.0))
    assert [places.take(Peer(), OTHER) for _ in range(4)][:3] == ["", "", ""]
    assert len(gone(peers)) == 3
    places, peers = filled(10, HOSTILE, PlaceRules(address_share=10, wait_s=0.0))
    assert places.take(Peer(), OTHER)
    assert not gone(peers)


def waiting(places: Places, address: str, answers: list[str]) -> tuple[threading.Thread, Peer]:
    """Another thread asks for a place; in line when this returns."""
    peer = Peer()
    before = places.waiting
    thread = threading.Thread(target=lambda: answers.append(f"{address}{places.take(peer, address)}"))
    thread.start()
    while places.waiting == before and thread.is_alive():
        thread.join(0.001)
    return thread, peer


def test_place_that_is_given_back_goes_to_the_address_that_has_fewest_then_to_who_came_first() -> None:
    places = Places(2, PlaceRules(wait_s=DEADLINE_S, address_share=2))
    peers = [Peer(), Peer()]
    assert [places.take(peer, HOSTILE) for peer in peers] == ["", ""]
    answers: list[str] = []
    asking = [waiting(places, address, answers) for address in (HOSTILE, OTHER, HOSTILE)]
    for peer, (thread, _) in zip((peers[0], peers[1], asking[0][1]), (asking[1], asking[0], asking[2]), strict=True):
        places.leave(peer)
        thread.join(DEADLINE_S)
    assert answers == [OTHER, HOSTILE, HOSTILE]
    assert places.taken == 2


def test_who_waits_gets_the_place_of_one_that_has_made_no_progress_for_long_enough() -> None:
    places, peers = filled(2, OTHER, PlaceRules(wait_s=DEADLINE_S, room_after_s=10))
    answers: list[str] = []
    peers[1].waited_s = 9.95
    thread, _ = waiting(places, OTHER, answers)
    peers[1].waited_s = 10
    thread.join(DEADLINE_S)
    assert answers == [OTHER]
    assert gone(peers) == [peers[1]]


@pytest.mark.parametrize("ends", ["leaves", "closed"])
def test_who_is_to_wait_no_longer_is_refused(ends: str) -> None:
    places, _ = filled(1, OTHER, PlaceRules(wait_s=DEADLINE_S))
    answers: list[str] = []
    thread, peer = waiting(places, OTHER, answers)
    if ends == "leaves":
        places.leave(peer)
    else:
        places.close()
    thread.join(DEADLINE_S)
    assert answers[0].startswith(OTHER + OTHER)
    assert (places.waiting, places.taken) == (0, 1)


def test_a_place_that_is_left_after_the_end_is_nobodys() -> None:
    places, (peer,) = filled(1, OTHER, PlaceRules(wait_s=DEADLINE_S))
    answers: list[str] = []
    thread, _ = waiting(places, OTHER, answers)
    with places._lock:  # so that who waits does not wake before the place is left
        places._is_closed = True
    places.leave(peer)
    places.close()
    thread.join(DEADLINE_S)
    assert answers[0].startswith(OTHER + OTHER)
    assert places.taken == 0
    assert places.take(peer, OTHER) != ""


def test_without_places_nobody_is_served() -> None:
    assert Places(0, RULES).take(Peer(), OTHER) == "no associations are served"


ADDRESSES = st.sampled_from([HOSTILE, OTHER, "10.0.0.8", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"])


@given(
    most=st.integers(1, 12),
    steps=st.lists(st.tuples(ADDRESSES, st.floats(0, 30), st.booleans()), max_size=60),
    share=st.none() | st.integers(1, 12),
)
def test_no_address_keeps_others_out_and_nobody_gives_way_without_need(
    most: int, steps: list[tuple[str, float, bool]], share: int | None
) -> None:
    places = Places(most, PlaceRules(address_share=share, wait_s=0.0))
    bound = max(most // 2, 1) if share is None else share
    standing: dict[Peer, str] = {}
    for address, waited_s, leaves in steps:
        if leaves and standing:
            peer = next(iter(standing))
            places.leave(peer)
            del standing[peer]
            continue
        counts = Counter(address_group(other) for other in standing.values())
        newcomer = Peer()
        lack = places.take(newcomer, address)
        left = gone(list(standing))
        if len(standing) < most:
            assert not lack
            assert not left
        elif lack:
            assert not left
            assert all(peer.waited_s < 10 for peer in standing)
            assert counts.most_common(1)[0][1] <= bound or counts[address_group(address)] >= bound
        else:
            (one,) = left
            group = address_group(standing[one])
            assert one.waited_s >= 10 or (counts[group] > bound > counts[address_group(address)])
            del standing[one]
        if not lack:
            newcomer.waited_s = waited_s
            standing[newcomer] = address
        assert places.taken == len(standing) <= most


def test_one_address_of_ipv6_is_a_network_and_names_of_nothing_stay() -> None:
    assert address_group("2001:db8::1") == address_group("2001:db8::ffff") == "2001:db8::/64"
    assert address_group("2001:db8:0:1::1") != address_group("2001:db8::1")
    assert address_group("fe80::1%eth0") == "fe80::1" != address_group("fe80::2%eth0")
    assert address_group("::1") == "::1"
    assert address_group("10.0.0.7") == "10.0.0.7" != address_group("10.0.0.8")
    assert address_group("no address") == "no address"


def test_oldest_connections_of_the_address_that_has_most_are_dropped() -> None:
    assert choose_dropped([OTHER, HOSTILE, HOSTILE, HOSTILE], 3) == [1]
    assert choose_dropped([OTHER, HOSTILE, HOSTILE, HOSTILE], 2) == [1, 2]
    assert choose_dropped([OTHER, HOSTILE], 2) == []
    assert choose_dropped([], 2) == []
    assert sorted(choose_dropped([OTHER] * 5, 0)) == [0, 1, 2, 3, 4]


# -- remarks


def test_flood_of_remarks_is_cut_and_counted() -> None:
    now = 0.0
    remarks = Remarks(2, lambda: now)
    assert [remarks.admit("a") for _ in range(5)] == ["", "", None, None, None]
    assert remarks.admit("b") == ""
    now = 59.9
    assert remarks.admit("a") is None
    now = 60
    assert remarks.admit("a") == " (and 4 more times in the last minutes)"
    assert remarks.admit("a") == ""
    assert remarks.admit("a") is None
    now = 1000
    assert remarks.admit("b") == ""


def test_what_is_remembered_of_a_flood_from_everywhere_is_bounded() -> None:
    remarks = Remarks(1, lambda: 0.0)
    for number in range(3 * Remarks.MOST_THINGS):
        remarks.admit(number)
    assert len(remarks._said) == Remarks.MOST_THINGS

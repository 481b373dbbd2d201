"""Turns go round: among parties, and among the lines of a party."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dicomdesk.network.acceptor.fair_turns import Ticket, Turns

MOST, LONGEST = 2, 3
PARTIES, LINES = st.sampled_from("abcd"), st.sampled_from("xyz")


class TurnsAsPromised(RuleBasedStateMachine):
    """Whatever happens in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = Turns(MOST, LONGEST)
        self.waiting: list[tuple[str, str, Ticket]] = []
        self.served: list[str] = []
        self.patience: dict[Ticket, int] = {}
        """How many of other parties may come before each, at most."""

    def settle(self) -> None:
        granted = [entry for entry in self.waiting if entry[2].granted.is_set()]
        self.waiting = [entry for entry in self.waiting if not entry[2].granted.is_set()]
        for party, _, ticket in granted:
            assert party not in self.served
            self.served.append(party)
            assert self.patience.pop(ticket) >= 0
            for other, _, waiting in self.waiting:
                if other != party and other not in self.served:  # else it waits for its own party
                    self.patience[waiting] -= 1

    def bound(self, party: str, line: str) -> int:
        """Each other party once before each of the tickets of the own one that come first."""
        others = len({other for other, _, _ in self.waiting if other != party} | set(self.served)) + MOST
        mine = [entry[1] for entry in self.waiting if entry[0] == party]
        before = mine.count(line) + 1
        ahead = sum(min(mine.count(other), before) for other in set(mine) | {line})
        return (others + 1) * (ahead + 1)

    @rule(party=PARTIES, line=LINES)
    def ask(self, party: str, line: str) -> None:
        length = sum(entry[:2] == (party, line) for entry in self.waiting)
        bound = self.bound(party, line)
        ticket = self.turns.ask(party, line)
        assert (ticket is None) == (length >= LONGEST)
        if ticket is not None:
            self.waiting.append((party, line, ticket))
            self.patience[ticket] = bound
            self.settle()

    @precondition(lambda self: self.served)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        party = data.draw(st.sampled_from(self.served))
        self.served.remove(party)
        self.turns.end(party)
        self.settle()

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        entry = data.draw(st.sampled_from(self.waiting))
        assert self.turns.give_up(*entry)
        self.waiting.remove(entry)

    @invariant()
    def nobody_waits_without_need(self) -> None:
        assert len(self.served) <= MOST
        assert len(self.served) == MOST or not {entry[0] for entry in self.waiting} - set(self.served)


TestTurns = pytest.mark.long(TurnsAsPromised.TestCase)


def test_party_that_comes_later_goes_before_the_crowd_of_another() -> None:
    turns = Turns(1, 100)
    crowd = [turns.ask("hostile", "x") for _ in range(50)]
    late = turns.ask("good", "x")
    assert late is not None
    while not late.granted.is_set():
        turns.end("hostile")
    assert sum(ticket is not None and ticket.granted.is_set() for ticket in crowd) <= 2


def test_line_that_comes_later_goes_before_the_crowd_of_another_line_of_its_party() -> None:
    turns = Turns(1, 100)
    for _ in range(50):
        turns.ask("one", "crowd")
    alone = turns.ask("one", "alone")
    assert alone is not None
    ends = 0
    while not alone.granted.is_set():
        turns.end("one")
        ends += 1
    assert ends <= 2


def test_turn_is_given_back_also_after_an_error_and_by_who_gave_up() -> None:
    turns = Turns(1, 1)
    with turns.turn("a", "x", 1) as is_granted:
        assert is_granted
        with turns.turn("a", "x", 0.001) as second:
            assert not second
    with pytest.raises(ValueError, match="invalid"), turns.turn("b", "x", 1):
        int("x")
    with turns.turn("a", "x", 1) as is_granted:
        assert is_granted
    assert not turns._waiting
    assert not turns._served

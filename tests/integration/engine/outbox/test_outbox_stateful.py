"""Whatever is done with errands, and whenever the program ends: every instance is accounted for."""

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.delivery.ledger import Answer
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import ErrandState, InstanceState
from dicomdesk.engine.outbox.errands import ErrandRequest, OutboxLimits
from dicomdesk.engine.outbox.facts import ErrandRemoved, InstanceEnded
from dicomdesk.engine.outbox.outbox import Outbox
from dicomdesk.errors import AssociationRejectedError, PeerUnreachableError
from tests.helpers.jobs.outbox import Facts, KnownPorts
from tests.helpers.jobs.scripted_runs import ScriptedEngine, ScriptedRun

PEERS = ("A", "B")
STORED = Answer(ItemOutcome.STORED, 0, "")
REFUSED = Answer(ItemOutcome.REFUSED, 0xA900, "refused")
BUSY = Answer(ItemOutcome.REFUSED, 0xA700, "out of resources")
VANISHED = Answer(ItemOutcome.NOT_SENT, None, "No such file or directory", NotSentCause.UNREADABLE)
DOWN = PeerUnreachableError("nobody answers")
FOR_GOOD = AssociationRejectedError("not known", result=1, source=1, reason=3)

picks = st.lists(st.integers(0, 30), min_size=1, max_size=3)


def instances(title: str, count: int) -> tuple[FoundInstance, ...]:
    header = InstanceHeader(
        sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid="1.4", data_set_offset=0, data_set_length=1
    )
    return tuple(FoundInstance(path=f"{title}/{number}", header=header) for number in range(count))


class OutboxMachine(RuleBasedStateMachine):
    """Errands, wishes, a clock, peers that fail, and a program that is killed."""

    @initialize(resumes=st.booleans())
    def begin(self, resumes: bool) -> None:
        self.journal = MemoryJournal()
        self.now_s = 0.0
        self.titles = 0
        self.expected: dict[int, int] = {}
        """Instances of each errand."""
        self.removed: set[int] = set()
        self.stored: Counter[tuple[int, str]] = Counter()
        """How often the peer has taken an instance of an errand."""
        self.killed: set[tuple[int, str]] = set()
        """What was under way when the program was killed."""
        self.resumes = resumes
        self.open()

    def open(self) -> None:
        self.engine, self.facts, self.peers = ScriptedEngine(), Facts(), KnownPorts(A=1, B=2)
        self.outbox = Outbox(
            self.engine.as_engine(),
            self.journal,
            self.facts,
            self.peers,
            limits=OutboxLimits(run_instances=5, tries=4, longest_pause_s=8.0),
            resumes=self.resumes,
            monotonic_s=lambda: self.now_s,
        )
        self.engine.step()

    def chosen(self, numbers: list[int]) -> list[int]:
        known = [errand.id for errand in self.outbox.errands()]
        return [known[number % len(known)] for number in numbers] if known else []

    def run_of(self, number: int) -> ScriptedRun | None:
        return self.engine.runs[number % len(self.engine.runs)] if self.engine.runs else None

    # -- wishes

    @rule(peer=st.sampled_from([*PEERS, ""]), count=st.integers(0, 4), held=st.booleans(), first=st.booleans())
    def add(self, peer: str, count: int, held: bool, first: bool) -> None:
        self.titles += 1
        found = instances(str(self.titles), count)
        errand_id = self.outbox.add(
            ErrandRequest(title=str(self.titles), peer=peer, instances=found, is_held=held, goes_first=first)
        )
        self.expected[errand_id] = count

    @rule(wish=st.sampled_from(["hold", "release", "cancel", "retry", "send_first", "abort", "remove"]), numbers=picks)
    def wish(self, wish: str, numbers: list[int]) -> None:
        ids = self.chosen(numbers)
        if wish == "remove":
            self.removed |= set(ids)
        getattr(self.outbox, wish)(ids)

    @rule(numbers=picks, before=st.none() | st.integers(0, 30))
    def move(self, numbers: list[int], before: int | None) -> None:
        target = next(iter(self.chosen([before])), None) if before is not None else None
        self.outbox.move(self.chosen(numbers), target)

    @rule(numbers=picks, peer=st.sampled_from(PEERS))
    def redirect(self, numbers: list[int], peer: str) -> None:
        for old, new in self.outbox.redirect(self.chosen(numbers), peer).items():
            self.expected[new] = self.expected[old]

    @rule()
    def resume(self) -> None:
        self.outbox.resume()

    @rule(name=st.sampled_from(PEERS), is_there=st.booleans())
    def edit_book(self, name: str, is_there: bool) -> None:
        self.peers.ports.pop(name, None)
        if is_there:
            self.peers.ports[name] = 1
        self.outbox.peers_changed()

    # -- what happens

    @rule(seconds=st.sampled_from([0.5, 3.0, 70.0]))
    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds
        self.engine.step()

    @rule(number=st.integers(0, 9), count=st.integers(1, 3))
    def begin_some(self, number: int, count: int) -> None:
        self.engine.step()
        run = self.run_of(number)
        for _ in range(count if run else 0):
            assert run
            run.begin()

    @rule(number=st.integers(0, 9))
    def give_back(self, number: int) -> None:
        run = self.run_of(number)
        if run:
            run.give_back()

    @rule(number=st.integers(0, 9))
    def vanish(self, number: int) -> None:
        run = self.run_of(number)
        index = run.claim() if run else None
        if run and index is not None:
            run.run.finish(index, VANISHED)

    @rule(number=st.integers(0, 9), answer=st.sampled_from([STORED, STORED, STORED, REFUSED, BUSY]))
    def answer(self, number: int, answer: Answer) -> None:
        run = self.run_of(number)
        if run and run.in_hand:
            self.answer_first(run, answer)

    def answer_first(self, run: ScriptedRun, answer: Answer) -> None:
        index = run.in_hand.pop(0)
        if answer is BUSY:
            run.run.put_back(index, answer)
            return
        part = run.run.part_of(index)
        run.run.finish(index, answer)
        if answer is STORED:
            self.stored[part.errand_id, run.run.found()[index].path] += 1

    @precondition(lambda self: self.engine.runs)
    @rule(number=st.integers(0, 9), error=st.sampled_from([None, DOWN, DOWN, FOR_GOOD]))
    def end_run(self, number: int, error: PeerUnreachableError | None) -> None:
        run = self.engine.runs.pop(number % len(self.engine.runs))
        if error is None:
            for index in list(run.in_hand):
                del index
                self.answer_first(run, STORED)
        run.end(error)
        self.engine.step()

    @rule()
    def kill(self) -> None:
        for run in self.engine.runs:
            for index in run.in_hand:
                part = run.run.part_of(index)
                self.killed.add((part.errand_id, run.run.found()[index].path))
        self.open()

    # -- what is always so

    @invariant()
    def nothing_is_lost_or_counted_twice(self) -> None:
        if not hasattr(self, "outbox"):
            return
        self.engine.take_notes()
        for errand in self.outbox.errands():
            kept = Counter(record.state for record in self.journal.instances(errand.id))
            assert sum(kept.values()) == errand.total == self.expected[errand.id]
            assert errand.stored == kept[InstanceState.STORED]
            assert {state: count for state, count in errand.counts.items() if state is not InstanceState.WAITING} == {
                state: count for state, count in kept.items() if state is not InstanceState.WAITING and count
            } or self.was_killed()
            if errand.state is ErrandState.DONE:
                assert not errand.waiting
        gone = {fact.errand_id for fact in self.facts.of(ErrandRemoved)}
        assert gone <= self.removed

    def was_killed(self) -> bool:
        """Whether the journal may still say that something is under way, though nothing is."""
        return bool(self.killed)

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        for key, count in self.stored.items() if hasattr(self, "stored") else ():
            assert count == 1 or key in self.killed

    def teardown(self) -> None:
        if not hasattr(self, "outbox"):
            return
        self.peers.ports.update(A=1, B=2)
        self.outbox.peers_changed()
        everyone = [errand.id for errand in self.outbox.errands()]
        self.outbox.redirect([errand.id for errand in self.outbox.errands() if not errand.record.peer], "A")
        self.outbox.release(everyone)
        for _ in range(400):
            if all(errand.is_ended for errand in self.outbox.errands()) and not self.engine.runs:
                break
            self.now_s += 70.0
            self.engine.step()
            for run in self.engine.runs:
                while run.in_hand or run.begin() is not None:
                    self.answer_first(run, STORED)
                run.end()
            self.engine.runs.clear()
        self.nothing_is_lost_or_counted_twice()
        self.nothing_is_sent_twice()
        for errand in self.outbox.errands():
            assert errand.is_ended
            if errand.state is ErrandState.CANCELLED:
                continue
            assert errand.state is ErrandState.DONE
            states = [record.state for record in self.journal.instances(errand.id)]
            assert InstanceState.WAITING not in states
            assert states.count(InstanceState.STORED) == errand.stored
        paths = {(errand_id, path) for errand_id, path in self.stored}
        told = {
            (fact.errand_id, fact.path) for fact in self.facts.of(InstanceEnded) if fact.state is InstanceState.STORED
        }
        assert told <= paths


TestOutboxMachine = pytest.mark.long(OutboxMachine.TestCase)
TestOutboxMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

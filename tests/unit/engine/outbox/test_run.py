"""What a run knows of its instances, whatever its job and those who take parts out of it do."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.delivery.ledger import Answer
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from dicomdesk.engine.outbox.run import Part, Run, RunNote

STORED = Answer(ItemOutcome.STORED, 0, "")
LOST = Answer(ItemOutcome.FAILED, None, "lost")
UNREACHED = Answer(ItemOutcome.NOT_SENT, None, "over", NotSentCause.NOT_REACHED)
UNREADABLE = Answer(ItemOutcome.NOT_SENT, None, "no such file", NotSentCause.UNREADABLE)


def found(name: str) -> FoundInstance:
    header = InstanceHeader(
        sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid="1.4", data_set_offset=0, data_set_length=1
    )
    return FoundInstance(path=name, header=header)


def run_of(*sizes: int, listed: int | None = None) -> Run:
    run = Run(
        [
            Part(number, [(each, found(f"{number}-{each}"), 0) for each in range(size)])
            for number, size in enumerate(sizes, 1)
        ]
    )
    run.add(run.found()[:listed])
    return run


def test_what_was_never_tried_goes_before_what_has_failed() -> None:
    part = Part(1, [(0, found("a"), 2), (1, found("b"), 0), (2, found("c"), 1)])
    assert part.numbers == [1, 2, 0]


class Driven:
    """A run, and its job as random steps."""

    def __init__(self, sizes: list[int]) -> None:
        self.run = run_of(*sizes)
        self.queue = list(range(sum(sizes)))
        self.in_hand: list[int] = []

    def claim(self) -> None:
        if self.queue:
            index = self.queue.pop(0)
            assert self.run.claim(index) == (not self.run.part_of(index).is_out)
            if not self.run.part_of(index).is_out:
                self.in_hand.append(index)

    def end(self, step: str) -> None:
        index = self.in_hand.pop(0)
        if step == "give back":
            self.run.give_back(index)
            self.queue.insert(0, index)
        elif step == "vanish":
            self.run.finish(index, UNREADABLE)
        else:
            self.run.begin(index)
            if step == "lose":
                self.run.put_back(index, LOST)
            else:
                self.run.finish(index, STORED)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.data())
def test_each_instance_ends_once_or_is_left_and_what_is_over_stays_so(sizes: list[int], data: st.DataObject) -> None:
    driven = Driven(sizes)
    run, notes, over = driven.run, list[RunNote](), set[Part]()
    steps = ["claim"] * 3 + ["give back", "vanish", "lose", "store", "take out", "look"]
    for step in data.draw(st.lists(st.sampled_from(steps), max_size=40)):
        if step == "claim":
            driven.claim()
        elif step == "take out":
            data.draw(st.sampled_from(run.parts)).is_out = True
        elif step == "look":
            over |= {part for part in run.parts if run.is_over(part)}
            notes += run.take_notes()
        elif driven.in_hand:
            driven.end(step)
        assert not any(run.part_of(index) in over for index, _, _ in run._notes)
        assert all(run.is_over(part) for part in over)
    for index in run.unfinished():  # as the job does at its end
        run.finish(index, UNREACHED)
    notes += run.take_notes()
    ended = [index for index, answer, _ in notes if answer is not None]
    assert len(set(ended)) == len(ended)
    begun = Counter(index for index, answer, _ in notes if answer is None)
    assert all(run.attempts_of(index) == begun[index] for index in range(sum(sizes)))
    left = {(part, number) for part in run.parts for number, _, _ in run.left(part)}
    assert left.isdisjoint((run.part_of(index), index - run.part_of(index).first) for index in ended)
    assert len(left) + len(ended) == sum(sizes)
    assert run.outcomes() == [entry.outcome for entry in run.entries()]


def test_a_job_that_has_listed_only_some_ends_only_those() -> None:
    run = run_of(2, 2, listed=3)
    assert run.unfinished() == [0, 1, 2]
    assert len(run.entries()) == 3
    assert [number for part in run.parts for number, _, _ in run.left(part)] == [0, 1, 0, 1]


def test_what_is_broken_off_is_no_failure_of_its_own() -> None:
    run = run_of(1)
    assert run.claim(0)
    run.begin(0)
    run.is_breaking_off = True
    run.finish(0, LOST)
    assert [may_pass for _, _, may_pass in run.take_notes()] == [False, True]


def test_steps_that_cannot_follow_each_other_are_refused() -> None:
    run = run_of(1)
    with pytest.raises(ValueError, match="not under way"):
        run.put_back(0, LOST)
    run.begin(0)
    with pytest.raises(ValueError, match="under way already"):
        run.begin(0)
    run.finish(0, STORED)
    with pytest.raises(ValueError, match="has ended"):
        run.finish(0, STORED)

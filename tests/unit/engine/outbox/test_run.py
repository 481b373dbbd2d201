"""What a run knows of its instances, whatever its job and those who take parts out of it do."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.delivery.ledger import Answer
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from dicomdesk.engine.outbox.run import Ending, Part, Run

STORED = Answer(ItemOutcome.STORED, 0, "")
LOST = Answer(ItemOutcome.FAILED, None, "lost")
UNREACHED = Answer(ItemOutcome.NOT_SENT, None, "over", NotSentCause.NOT_REACHED)
UNREADABLE = Answer(ItemOutcome.NOT_SENT, None, "no such file", NotSentCause.UNREADABLE)


def found(name: str) -> FoundInstance:
    header = InstanceHeader(
        sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid="1.4", data_set_offset=0, data_set_length=1
    )
    return FoundInstance(path=name, header=header)


class Books:
    """Writes down what a run says."""

    def __init__(self) -> None:
        self.ended: list[tuple[int, int]] = []
        self.failed: list[tuple[int, int]] = []
        self.over: list[int] = []

    def has_claimed(self, part: Part) -> None: ...

    def has_begun(self, part: Part, number: int, attempt: int) -> None: ...

    def has_ended(self, part: Part, ending: Ending) -> None:
        self.ended.append((part.errand_id, ending.number))

    def has_failed(self, part: Part, ending: Ending) -> None:
        self.failed.append((part.errand_id, ending.number))

    def is_over(self, part: Part) -> None:
        self.over.append(part.errand_id)

    def tell(self) -> None: ...


def run_of(*sizes: int) -> tuple[Run, Books]:
    books = Books()
    parts = [
        Part(number, [(each, found(f"{number}-{each}"), 0) for each in range(size)])
        for number, size in enumerate(sizes, 1)
    ]
    run = Run(parts, threading.Lock(), books)
    run.add(run.found())
    return run, books


def take_out(part: Part, books: Books) -> None:
    """As the Outbox does."""
    was_over, part.is_out = part.is_over, True
    if part.is_over and not was_over:
        books.is_over(part)


def test_what_was_never_tried_goes_before_what_has_failed() -> None:
    part = Part(1, [(0, found("a"), 2), (1, found("b"), 0), (2, found("c"), 1)])
    assert part.numbers == [1, 2, 0]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.data())
def test_each_instance_ends_once_or_is_left_and_each_part_is_over_once(sizes: list[int], data: st.DataObject) -> None:
    run, books = run_of(*sizes)
    queue, in_hand = list(range(sum(sizes))), list[int]()
    for step in data.draw(st.lists(st.sampled_from("cccbfpgo"), max_size=40)):
        if step == "c" and queue:
            index = queue.pop(0)
            if run.claim(index):
                in_hand.append(index)
        elif step == "o":
            take_out(data.draw(st.sampled_from(run.parts)), books)
        elif in_hand:
            index = in_hand.pop(0)
            if step == "g":
                run.give_back(index)
                queue.insert(0, index)
                continue
            if step != "f":
                run.begin(index)
            if step == "p":
                run.put_back(index, LOST)
            else:
                run.finish(index, UNREADABLE if step == "f" else STORED)
    told = books.ended + books.failed
    for index in run.unfinished():  # as the job does at its end
        run.finish(index, UNREACHED)
    assert books.ended + books.failed == told
    assert len(set(told)) == len(told)
    left = {(part.errand_id, number) for part in run.parts for number, _, _ in run.left(part)}
    assert left.isdisjoint(told)
    assert len(left) + len(told) == sum(sizes)
    assert len(set(books.over)) == len(books.over)
    assert set(books.over) == {part.errand_id for part in run.parts if part.is_over}


def test_what_is_broken_off_waits_again_and_is_no_failure_of_its_own() -> None:
    run, books = run_of(1)
    assert run.claim(0)
    run.begin(0)
    run.is_breaking_off = True
    run.finish(0, LOST)
    assert (books.ended, books.failed) == ([], [(1, 0)])

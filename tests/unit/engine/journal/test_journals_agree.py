"""A search with random inputs: whatever is done to a journal, the one in memory, the one in a file and a model agree.

The model is what a reader of the protocol would expect, written down without any of its code: each instance that was
ever added is accounted for until its errand is put away untried or forgotten.
"""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from dicomdesk.engine.journal.digest import digest_of
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import (
    ENDED_INSTANCES,
    Commitment,
    ErrandState,
    HistoryQuery,
    InstanceNote,
    InstanceState,
)
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from tests.unit.engine.journal.test_journal import NOW, errand, found

WAITING, UNDER_WAY = InstanceState.WAITING, InstanceState.UNDER_WAY
ENDS = sorted(ENDED_INSTANCES, key=lambda state: state.value)
STEPS = st.tuples(st.integers(0, 2), st.sampled_from(ENDS), st.booleans())
"""Which instance, how its attempt ends if it does, and whether that is written before what follows."""


@dataclass
class ModelInstance:
    """What is to be known of an instance."""

    state: InstanceState = WAITING
    attempts: int = 0
    ends: list[InstanceState] = field(default_factory=list)
    """How each attempt ended, those that are over."""


@dataclass
class ModelErrand:
    """What is to be known of an errand."""

    title: str
    instances: list[ModelInstance]
    state: ErrandState = ErrandState.WAITING
    is_listed: bool = True
    ended: int | None = None
    """In days after the beginning."""

    @property
    def is_touched(self) -> bool:
        return any(each.attempts or each.state is not WAITING for each in self.instances)


class Journals(RuleBasedStateMachine):
    """Does the same to both and to the model."""

    ids = Bundle("ids")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="journals-"))
        self.memory = MemoryJournal()
        self.file = SqliteJournal(str(self.folder / "journal"))
        self.copies = 0
        self.model: dict[int, ModelErrand] = {}

    def teardown(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
            shutil.rmtree(self.folder)

    @rule(target=ids, count=st.sampled_from([3, 2, 1, 0]))
    def add(self, count: int) -> int:
        title = f"errand {len(self.model)}"
        given = [found(number) for number in range(count)]
        numbers = {journal.add(errand(title), given) for journal in (self.memory, self.file)}
        (number,) = numbers
        assert number not in self.model
        self.model[number] = ModelErrand(title, [ModelInstance() for _ in range(count)])
        return number

    @rule(number=ids, count=st.integers(1, 3))
    def append(self, number: int, count: int) -> None:
        if number in self.model and self.model[number].is_listed:
            instances = self.model[number].instances
            given = [found(len(instances) + each) for each in range(count)]
            firsts = {journal.append(number, given) for journal in (self.memory, self.file)}
            assert firsts == {len(instances)}
            instances += [ModelInstance() for _ in range(count)]

    @rule(number=ids, steps=st.lists(STEPS, min_size=1, max_size=9))
    def go_on(self, number: int, steps: list[tuple[int, InstanceState, bool]]) -> None:
        """Begin what waits, end what is under way, try again what has ended; each in a batch of its own or together."""
        instances = self.model[number].instances if number in self.model else []
        for which, end, is_flushed in steps if instances else ():
            instance = instances[which % len(instances)]
            if instance.state is UNDER_WAY:
                instance.state = end
            else:
                instance.state = UNDER_WAY
                instance.attempts += 1
            self.note(number, which % len(instances), instance)
            if instance.state is not UNDER_WAY:
                instance.ends.append(end)
            if is_flushed:
                assert self.file.flush()

    @rule(number=ids, which=st.integers(0, 99), is_answered=st.booleans())
    def put_back(self, number: int, which: int, is_answered: bool) -> None:
        if number not in self.model or not self.model[number].instances:
            return
        which %= len(self.model[number].instances)
        instance = self.model[number].instances[which]
        if instance.state is UNDER_WAY:
            instance.ends.append(InstanceState.REFUSED if is_answered else InstanceState.FAILED)
        instance.state = WAITING
        self.note(number, which, instance, status=0xA700 if is_answered else None)

    def note(self, number: int, which: int, instance: ModelInstance, status: int | None = None) -> None:
        for journal in (self.memory, self.file):
            journal.note(number, which, InstanceNote(instance.state, instance.attempts, status))

    @rule(number=ids, state=st.sampled_from(sorted(ErrandState, key=lambda state: state.value)), day=st.integers(0, 9))
    def change(self, number: int, state: ErrandState, day: int) -> None:
        kept = self.model.get(number)
        if kept is None or not kept.is_listed:
            return
        is_ended = state in {ErrandState.DONE, ErrandState.CANCELLED}
        kept.state, kept.ended = state, day if is_ended else None
        ended_at = NOW + timedelta(days=day) if is_ended else None
        for journal in (self.memory, self.file):
            journal.change(replace(journal.errand(number), state=state, ended_at=ended_at, peer=f"PEER {day % 2}"))

    @rule(
        number=ids,
        which=st.integers(0, 99),
        commitment=st.sampled_from(sorted(Commitment, key=lambda each: each.value)),
    )
    def commit(self, number: int, which: int, commitment: Commitment) -> None:
        if number in self.model and self.model[number].instances:
            for journal in (self.memory, self.file):
                journal.note_commitment(number, which % len(self.model[number].instances), commitment)

    @rule(number=ids)
    def remove(self, number: int) -> None:
        kept = self.model.get(number)
        if kept is None or not kept.is_listed:
            return
        for journal in (self.memory, self.file):
            journal.remove(number)
        kept.is_listed = False
        if not kept.is_touched:
            del self.model[number]

    @rule(day=st.integers(0, 10))
    def forget(self, day: int) -> None:
        before = NOW + timedelta(days=day)
        old = [number for number, kept in self.model.items() if kept.ended is not None and kept.ended < day]
        assert {journal.forget(before) for journal in (self.memory, self.file)} == {len(old)}
        for number in old:
            del self.model[number]

    @rule(key=st.sampled_from("abc"), value=st.text(max_size=3))
    def keep(self, key: str, value: str) -> None:
        for journal in (self.memory, self.file):
            journal.keep("kind", key, value) if value else journal.discard("kind", key)

    @rule()
    def reopen(self) -> None:
        self.file.close()
        self._open_again(self.folder / "journal")

    @rule()
    def kill(self) -> None:
        """Leave the file as a kill leaves it: what was flushed is in it, and in what SQLite keeps beside it."""
        assert self.file.flush()
        self.copies += 1
        copy = self.folder / f"copy {self.copies}"
        copy.mkdir()
        for each in self.folder.glob("journal*"):
            if each.is_file():
                shutil.copy(each, copy)
        self.file.close()
        self.folder.joinpath("journal").unlink()
        for each in copy.iterdir():
            shutil.move(each, self.folder)
        self._open_again(self.folder / "journal")

    def _open_again(self, path: Path) -> None:
        """What was under way waits again; the one in memory is told so."""
        self.file = SqliteJournal(str(path))
        assert not self.file.notice
        for number, kept in self.model.items():
            if not kept.is_listed or kept.ended is not None:
                continue
            for which, instance in enumerate(kept.instances):
                if instance.state is UNDER_WAY:
                    instance.state = WAITING
                    instance.ends.append(InstanceState.FAILED)
                    self.memory.note(number, which, InstanceNote(WAITING, instance.attempts))
            if kept.state is ErrandState.RUNNING:
                is_done = bool(kept.instances) and all(each.state is not WAITING for each in kept.instances)
                kept.state = ErrandState.DONE if is_done else ErrandState.WAITING
                self.memory.change(replace(self.memory.errand(number), state=kept.state))

    @invariant()
    def every_instance_is_accounted_for(self) -> None:
        if not hasattr(self, "model"):
            return
        listed = [number for number, kept in self.model.items() if kept.is_listed]
        for journal in (self.memory, self.file):
            assert [each.id for each in journal.errands()] == listed
            history = journal.history(HistoryQuery(), limit=1000)
            assert [each.errand.id for each in history.errands] == sorted(self.model, reverse=True)
            for each in history.errands:
                kept = self.model[each.errand.id]
                assert each.errand.title == kept.title
                assert each.counts == Counter(instance.state for instance in kept.instances)
        for number, kept in self.model.items():
            if kept.is_listed:
                assert self.memory.errand(number).state is self.file.errand(number).state is kept.state
            told = [journal.instances(number) for journal in (self.memory, self.file)]
            assert self.file.digest(number) == digest_of(told[1])
            for which, instance in enumerate(kept.instances):
                one, other = told[0][which], told[1][which]
                assert (one.state, one.attempts, one.commitment) == (other.state, other.attempts, other.commitment)
                assert (other.state, other.attempts, other.found) == (instance.state, instance.attempts, found(which))
                attempts = [journal.attempts(number, which) for journal in (self.memory, self.file)]
                ends = [[(each.number, each.peer, each.state) for each in listed] for listed in attempts]
                assert ends[0] == ends[1]
                expected = [*instance.ends, *([UNDER_WAY] if instance.state is UNDER_WAY else [])]
                assert [state for _, _, state in ends[1]] == expected
        texts = [[(each.key, each.value) for each in journal.kept_all("kind")] for journal in (self.memory, self.file)]
        assert texts[0] == texts[1]


TestJournals = pytest.mark.long(Journals.TestCase)
TestJournals.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)

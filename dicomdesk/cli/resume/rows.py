"""What stands in a journal, as lines of text and as objects of JSON."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from dicomdesk.cli.output.json_lines import Fields
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import TAKEN, AttemptRecord, ErrandRecord, InstanceRecord, InstanceState
from dicomdesk.engine.resume.kept_work import KeptWork
from dicomdesk.human import count_text, printable

__all__ = [
    "counts_text",
    "errand_fields",
    "errand_lines",
    "instance_fields",
    "instance_lines",
    "instances_of",
    "work_fields",
    "work_lines",
]

_PAGE = 1000
"""Instances that are read at once."""


def counts_text(counts: Mapping[InstanceState, int]) -> str:
    """Such as "8 of 12 instances stored, 1 refused, 3 waiting"."""
    total = sum(counts.values())
    stored = sum(counts.get(state, 0) for state in TAKEN)
    rest = [f"{count:,} {state.value}" for state, count in counts.items() if count and state not in TAKEN]
    return ", ".join([f"{stored:,} of {count_text(total, 'instance')} stored", *rest])


def errand_lines(errand: ErrandRecord, counts: Mapping[InstanceState, int]) -> Iterator[str]:
    """An errand in two lines, or three."""
    yield f"{errand.id}  {errand.state.value}  {printable(errand.title)} -> {printable(errand.peer)}"
    times = [f"added {_local(errand.added_at)} by {printable(errand.origin or 'nobody')}"]
    if errand.ended_at is not None:
        times.append(f"ended {_local(errand.ended_at)}")
    if errand.next_try_at is not None:
        times.append(f"next try {_local(errand.next_try_at)}")
    yield f"    {counts_text(counts)}; {', '.join(times)}"
    if errand.reason:
        yield f"    {printable(errand.reason)}"


def errand_fields(errand: ErrandRecord, counts: Mapping[InstanceState, int]) -> Fields:
    """The keys of an errand; its settings are for who sends it."""
    return {
        "errand": errand.id,
        "state": errand.state.value,
        "title": printable(errand.title),
        "peer": printable(errand.peer),
        "origin": printable(errand.origin),
        "study_instance_uid": errand.study_instance_uid,
        "added_at": errand.added_at.isoformat(),
        "ended_at": _iso(errand.ended_at),
        "next_try_at": _iso(errand.next_try_at),
        "reason": printable(errand.reason),
        "counts": {state.value: count for state, count in counts.items()},
    }


def instances_of(journal: Journal, errand_id: int) -> Iterator[InstanceRecord]:
    """The instances of an errand, read in pages."""
    after = -1
    while page := journal.instances(errand_id, after=after, limit=_PAGE):
        yield from page
        after = page[-1].number


def instance_lines(instance: InstanceRecord, attempts: Iterable[AttemptRecord]) -> Iterator[str]:
    """An instance, and each attempt for it."""
    reason = f": {printable(instance.reason)}" if instance.reason else ""
    yield f"    {instance.state.value}  {printable(instance.found.name)}{reason}"
    for attempt in attempts:
        began = "" if attempt.began_at is None else f" {_local(attempt.began_at)}"
        told = f": {printable(attempt.reason)}" if attempt.reason else ""
        yield f"        attempt {attempt.number}{began} {attempt.state.value} -> {printable(attempt.peer)}{told}"


def instance_fields(instance: InstanceRecord, attempts: Iterable[AttemptRecord]) -> Fields:
    """The keys of an instance; nothing that tells who a patient is."""
    return {
        "errand": instance.errand_id,
        "number": instance.number,
        "path": printable(instance.found.name),
        "sop_class_uid": instance.found.header.sop_class_uid,
        "sop_instance_uid": instance.found.header.sop_instance_uid,
        "state": instance.state.value,
        "status": instance.status,
        "reason": printable(instance.reason),
        "commitment": instance.commitment.value,
        "attempts": [
            {
                "number": attempt.number,
                "peer": printable(attempt.peer),
                "began_at": _iso(attempt.began_at),
                "ended_at": _iso(attempt.ended_at),
                "state": attempt.state.value,
                "status": attempt.status,
                "reason": printable(attempt.reason),
            }
            for attempt in attempts
        ],
    }


def work_lines(work: KeptWork) -> Iterator[str]:
    """A retrieve or list in two lines."""
    yield f"{work.key}  {work.state.value}  {printable(work.title)}"
    yield f"    added {_local(work.added_at)}" + (f"; {printable(work.reason)}" if work.reason else "")


def work_fields(work: KeptWork) -> Fields:
    """The keys of a retrieve or list."""
    return {
        "key": work.key,
        "state": work.state.value,
        "title": printable(work.title),
        "added_at": work.added_at.isoformat(),
        "ended_at": _iso(work.ended_at),
        "reason": printable(work.reason),
    }


def _local(time: datetime) -> str:
    return time.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()

"""Adds one more instance of a remembered series, which is what comes most: it is counted and inserted, and no more.

The statement that counts the instance also asks whether its area has it already, and whether its study is what it is
remembered to be. Where anything is otherwise, nothing is added, and ``adder`` looks everything up.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from dicomdesk.archive.additions.places import Memory, instance_row, value_of
from dicomdesk.archive.additions.statements import (
    ADD_INSTANCES,
    ADD_TO_SERIES,
    COUNT_UNKNOWN,
    INSTANCE_SEQUENCES,
    study_changes,
)
from dicomdesk.archive.contents.contents import raw_content
from dicomdesk.archive.contents.rows import Row, is_listed, joined
from dicomdesk.archive.index_entries import Addition, AdditionOutcome, IndexEntry
from dicomdesk.archive.tables.conflicts import lock_instances
from dicomdesk.archive.tables.driver import KeptConnection
from dicomdesk.dicom.query.attributes import SOP_CLASS_UID, SOP_INSTANCE_UID

__all__ = ["ONE_MORE", "OneMore", "add_each", "has_items", "plan_each"]


ONE_MORE: Final = Addition(outcome=AdditionOutcome.ADDED)
"""What becomes of each."""


class OneMore(NamedTuple):
    """What the statements are told of an instance."""

    counts: Row
    series_key: int
    row: Row


def plan_each(memory: Memory, entries: Sequence[IndexEntry], now: int) -> list[OneMore]:
    """Plan the additions, ``now`` being in microseconds since 1970; [] where one may be more than one more."""
    planned: list[OneMore] = []
    if not memory.was_new:
        return planned
    for entry in entries:
        place = memory.places.get(raw_content(entry))
        if place is None or not place.is_plain or place.study.conflict or has_items(entry):
            return []
        owner, sop_class_uid = place.study, value_of(entry, SOP_CLASS_UID)
        if is_listed(sop_class_uid) and joined(owner.classes, sop_class_uid) != owner.classes:
            return []
        row = instance_row(entry, place, now)
        counts = study_changes(owner, {"instance_count": 1, "bytes": entry.size_bytes}, int(row["received"]))
        counts["area"], counts["uid"] = entry.area, value_of(entry, SOP_INSTANCE_UID)
        planned.append(OneMore(counts, place.series.key, row))
    planned.sort(key=lambda one: (one.counts["which"], one.series_key))  # as all writers do
    return planned


def add_each(kept: KeptConnection, planned: Sequence[OneMore]) -> bool:
    """Add what was planned, in a transaction that the caller commits where this is True."""
    lock_instances(kept, ((str(one.counts["area"]), str(one.counts["uid"])) for one in planned))
    for counts, series_key, row in planned:
        if COUNT_UNKNOWN.run(kept, counts).rowcount != 1:
            return False
        if ADD_TO_SERIES.run(kept, {"which": series_key, "instance_count": 1}).rowcount != 1:
            return False
        ADD_INSTANCES.run(kept, row)
    return True


def has_items(entry: IndexEntry) -> bool:
    """Whether the entry has items that belong to the instance."""
    return any(attribute.tag in entry.items for attribute in INSTANCE_SEQUENCES)

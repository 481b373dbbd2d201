"""Ledger that notes of each file what it is before it is read for sending, for whoever deletes it afterwards."""

from collections.abc import Iterable

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.commit.deletion import take_stamp
from dicomdesk.engine.delivery.ledger import MemoryLedger

__all__ = ["StampedLedger"]


class StampedLedger(MemoryLedger):
    """An ``InstanceLedger`` that lasts as long as its job, with the stamps of all files."""

    def __init__(self) -> None:
        super().__init__()
        self.stamps: dict[int, tuple[FoundInstance, str]] = {}
        """What was found and its stamp, by ``FoundInstance.id``."""

    def add(self, instances: Iterable[FoundInstance]) -> None:
        """See ``InstanceLedger``; reads the disk."""
        listed = list(instances)
        for found in listed:
            self.stamps[found.id] = found, take_stamp(found)
        super().add(listed)

"""Quotas of a storage area, which are DCMTK's: removes the oldest instances of a study, or whole studies.

A study that grows too large loses its oldest instances, an area with too many studies the study that has waited longest
for another instance. What has just been stored stays. Without a quota nothing is ever removed.
"""

import logging
import threading

from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import StoredInstance, StudyUsage
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.errors import LocalError

__all__ = ["AreaQuota", "QuotaExceededError"]

logger = logging.getLogger(__name__)


class QuotaExceededError(LocalError):
    """Instance that alone is larger than a study may be."""


class AreaQuota:
    """Quota of one area; for all threads. Its methods raise OSError, StorageError and the errors of the index."""

    def __init__(self, area: Area, storage: StorageArea, index: Index, removing: threading.Lock) -> None:
        """``removing`` is held while it is decided what has to go."""
        self._name = area.ae_title
        self._quota = area.quota
        self._storage = storage
        self._index = index
        self._removing = removing

    def check_size(self, size_bytes: int) -> None:
        """Raise QuotaExceededError where an instance cannot be kept in any case."""
        most = self._quota.max_bytes_per_study
        if most is not None and size_bytes > most:
            raise QuotaExceededError(f"The instance has {size_bytes} bytes, a study may have {most}")

    def apply(self, study_uid: str, new_path: str) -> list[str]:
        """Make room after an instance was added to a study; returns the paths of what was removed."""
        quota = self._quota
        if quota.max_bytes_per_study is None and quota.max_studies is None:
            return []
        removed: list[str] = []
        with self._removing:
            if quota.max_bytes_per_study is not None:
                removed += self._shrink(study_uid, quota.max_bytes_per_study, new_path)
            if quota.max_studies is not None:
                removed += self._evict(study_uid, quota.max_studies)
        for path in removed:
            logger.warning("Deleting file: %s due to quota", path)
        return removed

    def _shrink(self, study_uid: str, most_bytes: int, new_path: str) -> list[str]:
        """Remove the oldest instances of a study until it fits."""
        usage = self._index.study_usage(self._name, study_uid)
        if usage is None or usage.size_bytes <= most_bytes:
            return []
        going: list[StoredInstance] = []
        instances = sorted(
            self._index.find_instances(self._name, study_instance_uid=study_uid), key=lambda found: found.received
        )
        too_many = sum(found.size_bytes for found in instances) - most_bytes  # others may have made room since
        for found in instances:
            if too_many <= 0:
                break
            if found.path != new_path:
                going.append(found)
                too_many -= found.size_bytes
        paths = [found.path for found in going]
        with self._storage.removing(paths):
            for found in going:
                uid = found.sop_instance_uid
                self._index.remove(self._name, study_instance_uid=study_uid, sop_instance_uid=uid, path=found.path)
        return paths

    def _evict(self, study_uid: str, most_studies: int) -> list[str]:
        """Remove the studies that have waited longest, but not this one."""
        removed: list[str] = []
        last: list[StudyUsage] = []
        while self._index.count_studies(self._name) > most_studies:
            oldest = self._index.oldest_studies(self._name, 1, excluding=study_uid)
            if oldest == last:  # none, or one that an index with wrong counts cannot remove
                break
            removed += self._evict_unchanged(oldest[0], most_studies)
            last = oldest
        return removed

    def _evict_unchanged(self, seen: StudyUsage, most_studies: int) -> list[str]:
        """Remove a study unless something came to it meanwhile, or another process has made room already."""
        going = self._index.find_instances(self._name, study_instance_uid=seen.study_instance_uid)
        note = self._storage.note_removal([found.path for found in going])
        removed = [found.path for found in self._index.remove_surplus_study(self._name, seen, most_studies)]
        self._storage.complete_removal(note, removed)
        return removed

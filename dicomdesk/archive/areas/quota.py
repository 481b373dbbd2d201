"""Quotas of a storage area, which are DCMTK's: removes the oldest instances of a study, or whole studies.

A study that grows too large loses its oldest instances, an area with too many studies the study that has waited longest
for another instance. What has just been stored stays, and so does a study on hold. Without a quota nothing is ever
removed.
"""

import logging
import threading
import time
from typing import Final

from dicomdesk.archive.areas.holds import held_studies
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import StoredInstance, StudyUsage
from dicomdesk.archive.setup.configuration import Area, Quota
from dicomdesk.errors import LocalError, StorageError

__all__ = ["AreaQuota", "QuotaExceededError"]

logger = logging.getLogger(__name__)

_TRUSTED_S: Final = 2.0
"""How long what the index said is believed without asking again; another process may add to the area, too."""


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
        self._bounds = _StudyBounds()

    def check_size(self, size_bytes: int) -> None:
        """Raise QuotaExceededError where an instance cannot be kept in any case."""
        most = self._quota.max_bytes_per_study
        if most is not None and size_bytes > most:
            raise QuotaExceededError(f"The instance has {size_bytes} bytes, a study may have {most}")

    def apply(self, study_uid: str, new_path: str, size_bytes: int) -> list[str]:
        """Make room after an instance was added to a study; returns the paths of what was removed.

        The index is asked only where the study is new to the area, or may have grown too large.
        """
        quota = self._quota
        if quota.max_bytes_per_study is None and quota.max_studies is None:
            return []
        bound = self._bounds.add(study_uid, size_bytes)
        if bound is not None and (quota.max_bytes_per_study is None or bound <= quota.max_bytes_per_study):
            return []
        removed: list[str] = []
        with self._removing:
            if quota.max_bytes_per_study is not None:
                removed += self._shrink(study_uid, quota.max_bytes_per_study, new_path)
            else:
                self._bounds.settle(study_uid, self._bounds.mark(study_uid), 0)
            if quota.max_studies is not None:
                removed += self._evict(study_uid, quota.max_studies)
        for path in removed:
            logger.warning("Deleting file: %s due to quota", path)
        return removed

    def change(self, quota: Quota) -> None:
        """This is the quota from now on; it is applied when something comes."""
        self._quota = quota

    def remove_unchanged(self, seen: StudyUsage) -> list[str]:
        """Remove a study, quota or none, unless something has come to it since; returns the paths of its files."""
        with self._removing:
            return self._evict_unchanged(seen, 0)

    def forget(self) -> None:
        """Believe nothing of what the index said: something was removed."""
        self._bounds.forget()

    def _shrink(self, study_uid: str, most_bytes: int, new_path: str) -> list[str]:
        """Remove the oldest instances of a study until it fits."""
        mark = self._bounds.mark(study_uid)
        usage = self._index.study_usage(self._name, study_uid)
        if usage is None:
            return []
        if usage.size_bytes <= most_bytes:
            self._bounds.settle(study_uid, mark, usage.size_bytes)
            return []
        held = self._held()
        if held is None or study_uid in held:
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
        """Remove the studies that have waited longest, but not this one, and none on hold."""
        removed: list[str] = []
        last: list[StudyUsage] = []
        while self._index.count_studies(self._name) > most_studies:
            held = self._held()
            if held is None:
                break
            waiting = self._index.oldest_studies(self._name, 1 + len(held), excluding=study_uid)
            oldest = [usage for usage in waiting if usage.study_instance_uid not in held][:1]
            if not oldest or oldest == last:  # the latter is one that an index with wrong counts cannot remove
                break
            removed += self._evict_unchanged(oldest[0], most_studies)
            last = oldest
        return removed

    def _held(self) -> frozenset[str] | None:
        """Studies on hold; None where that cannot be told, which is told to the log: nothing may be removed then."""
        try:
            return held_studies(self._storage)
        except StorageError as error:
            logger.error("The quota removes nothing: %s", error)  # noqa: TRY400 - the sentence says it all
            return None

    def _evict_unchanged(self, seen: StudyUsage, most_studies: int) -> list[str]:
        """Remove a study unless something came to it meanwhile, or another process has made room already."""
        going = self._index.find_instances(self._name, study_instance_uid=seen.study_instance_uid)
        note = self._storage.note_removal([found.path for found in going])
        removed = [found.path for found in self._index.remove_surplus_study(self._name, seen, most_studies)]
        self._storage.complete_removal(note, removed)
        self.forget()
        return removed


class _StudyBounds:
    """Upper bounds of what studies hold, from what the index said a moment ago and what came since; for all threads.

    Removals only make the bounds too high. What the index counts before it is counted here counts twice.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trusted_until_s = 0.0
        self._generation = 0
        """How often everything was forgotten."""
        self._said: dict[str, int] = {}
        """By the index, less what had come by then."""
        self._added: dict[str, int] = {}
        """Since everything was forgotten."""

    def add(self, study_uid: str, size_bytes: int) -> int | None:
        """Count an instance that the index has taken; return the bound, None where the index has to be asked."""
        with self._lock:
            if time.monotonic() >= self._trusted_until_s:
                self._forget()
            added = self._added[study_uid] = self._added.get(study_uid, 0) + size_bytes
            said = self._said.get(study_uid)
            return None if said is None else said + added

    def mark(self, study_uid: str) -> tuple[int, int]:
        """Return where counting stands: to be noted before the index is asked."""
        with self._lock:
            return self._generation, self._added.get(study_uid, 0)

    def settle(self, study_uid: str, mark: tuple[int, int], size_bytes: int) -> None:
        """Take what the index said after the mark."""
        generation, added = mark
        with self._lock:
            if generation == self._generation:
                self._said[study_uid] = size_bytes - added

    def forget(self) -> None:
        """Have the index asked anew for each study."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._generation += 1
        self._said.clear()
        self._added.clear()
        self._trusted_until_s = time.monotonic() + _TRUSTED_S

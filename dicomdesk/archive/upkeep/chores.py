"""What an archive does now and then while it serves: retention, and what processes have left that live no more.

Several processes, on several machines, may serve one archive: each of its areas is seen to by one of them at a time.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dicomdesk.archive.areas.holds import held_studies
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.objects.object_area import ObjectStorageArea
from dicomdesk.archive.facts import ArchiveFacts, RetentionApplied
from dicomdesk.archive.setup.settings_in_force import SettingsInForce
from dicomdesk.archive.upkeep.leases import Leases
from dicomdesk.archive.upkeep.retention import ClockWatch, apply_retention
from dicomdesk.errors import CancelledError, DicomdeskError

__all__ = ["Chores"]

logger = logging.getLogger(__name__)

_EVERY_S: Final = 60.0
_LEASE_S: Final = 120.0


class Chores:
    """Chores of an archive, on one thread from ``start`` to ``stop``."""

    def __init__(
        self,
        settings: SettingsInForce,
        keepers: Mapping[str, Keeper],
        facts: ArchiveFacts,
        others: Sequence[Callable[[], None]] = (),
        *,
        every_s: float = _EVERY_S,
    ) -> None:
        """``keepers`` are by AE title; ``others`` is what else is to be done each time."""
        self._settings = settings
        self._keepers = keepers
        self._facts = facts
        self._others = others
        self._every_s = every_s
        self._clock = ClockWatch()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, a while after this."""
        if self._thread is None and not self._stopping.is_set():
            self._thread = threading.Thread(target=self._run, name="archive-chores", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, before the next study at the latest. Any thread, any number of times."""
        self._stopping.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def turn(self) -> None:
        """Do once what is to be done; what goes wrong is told to the log."""
        for chore in (self._retain, self._trim, *self._others):
            try:
                chore()
            except CancelledError:
                return
            except (DicomdeskError, OSError) as error:
                logger.error("The archive could not be kept in order: %s", error)  # noqa: TRY400 - the sentence says it all
            except Exception:
                # The top of a worker: a defect of one must not keep the others from being done.
                logger.exception("The archive could not be kept in order, by a defect")

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            self.turn()

    def _trim(self) -> None:
        """Let folders of object stores have as much as they may; of several machines each sees to its own disk."""
        for ae_title, keeper in list(self._keepers.items()):
            area = self._settings.current.configuration.find_area(ae_title)
            storage = keeper.storage
            if area is None or area.objects is None or area.objects.folder_bytes is None:
                continue
            if isinstance(storage, ObjectStorageArea) and not storage.is_read_only:
                storage.trim(area.objects.folder_bytes)

    def _retain(self) -> None:
        settings = self._settings.current
        seen: set[str] = set()
        for ae_title, keeper in list(self._keepers.items()):
            area = settings.configuration.find_area(ae_title)
            if area is None or not area.is_writable or keeper.name in seen:
                continue
            seen.add(keeper.name)
            rule = settings.retention or settings.configuration.retention_of(ae_title)
            if rule.removes_nothing:
                continue
            with Leases(keeper.index.database).holding(f"retention of {keeper.name}", _LEASE_S) as lease:
                if lease is None:
                    continue  # another process sees to it

                def going_on(keep: Callable[[], None] = lease.keep) -> None:
                    if self._stopping.is_set():
                        raise CancelledError("The archive ends")
                    keep()

                def held(keeper: Keeper = keeper) -> frozenset[str]:
                    return held_studies(keeper.storage)

                report = apply_retention(keeper, rule, held, going_on=going_on, trusts_clock=self._clock.is_right())
            if report.studies or report.missing_bytes:
                self._facts(
                    RetentionApplied(
                        area=keeper.name,
                        studies=report.studies,
                        study_instance_uids=tuple(report.study_instance_uids),
                        instances=report.instances,
                        size_bytes=report.size_bytes,
                        held=report.held,
                        missing_bytes=report.missing_bytes,
                    )
                )

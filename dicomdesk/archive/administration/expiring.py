"""What retention would remove of an archive now, and its removal, beside the servers or without any."""

import os
import time

from dicomdesk.archive.administration.opening import OpenedArea, working_on
from dicomdesk.archive.areas.holds import read_holds
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.setup.retention_rules import RetentionRule
from dicomdesk.archive.upkeep.leases import Leases
from dicomdesk.archive.upkeep.retention import Expired, RetentionReport, apply_retention, disk_at, find_expired, oldest
from dicomdesk.errors import LocalError
from dicomdesk.records import dataclass

__all__ = ["ExpiringArea", "find_expiring", "remove_expired", "rule_of"]

_LEASE_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiringArea:
    """A storage area, and what is to go of it."""

    opened: OpenedArea
    rule: RetentionRule
    expired: tuple[Expired, ...]

    @property
    def going(self) -> tuple[Expired, ...]:
        """What goes, without what is on hold."""
        return tuple(one for one in self.expired if not one.is_held)


def rule_of(opened: OpenedArea) -> RetentionRule:
    """The rule of the configuration for an area: that of the first AE title on its folder that has one."""
    configuration, folder = opened.settings.configuration, os.path.realpath(opened.area.folder)
    for area in configuration.areas:
        if os.path.realpath(area.folder) == folder and not configuration.retention_of(area.ae_title).removes_nothing:
            return configuration.retention_of(area.ae_title)
    return RetentionRule()


def find_expiring(opened: OpenedArea, rule: RetentionRule) -> ExpiringArea:
    """Find what is to go now; nothing is changed. Raises OSError, StorageError and the errors of the index."""
    disk = disk_at(opened.area.folder)
    held = frozenset(read_holds(opened.area.folder))
    found = find_expired(oldest(opened.index, opened.name), rule, disk, held, now_s=time.time())
    return ExpiringArea(opened=opened, rule=rule, expired=tuple(found))


def remove_expired(area: ExpiringArea) -> RetentionReport:
    """Remove what is to go, looked for anew; raises also LocalError where another process is at it."""

    def held() -> frozenset[str]:
        return frozenset(read_holds(area.opened.area.folder))

    def work(keeper: Keeper) -> RetentionReport:
        with Leases(area.opened.index.database).holding(f"retention of {keeper.name}", _LEASE_S) as lease:
            if lease is None:
                raise LocalError(f'Another process sees to the storage area "{keeper.name}" just now')
            return apply_retention(keeper, area.rule, held, going_on=lease.keep)

    with working_on(area.opened) as keeper:
        return work(keeper)

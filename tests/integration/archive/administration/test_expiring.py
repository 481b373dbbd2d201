"""What would go of an archive is the same that goes, beside its server."""

from pathlib import Path

import pytest

from dicomdesk.archive.administration.expiring import find_expiring, remove_expired, rule_of
from dicomdesk.archive.administration.opening import opened_areas
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.setup.retention_rules import RetentionRule
from dicomdesk.archive.upkeep.leases import Leases
from dicomdesk.errors import LocalError
from tests.helpers.archives.served_archives import ARCHIVE, encoded, running


def test_what_another_process_sees_to_is_not_done_twice(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"))
        with opened_areas(ArchivePlace(folder=tmp_path)) as (opened,):
            found = find_expiring(opened, RetentionRule(keep_days=1))
            assert (found.expired, found.going) == ((), ())
            other = Leases(archive.archive.keeper(ARCHIVE).index.database)
            other.take(f"retention of {ARCHIVE}", 100.0)
            with pytest.raises(LocalError, match="Another process"):
                remove_expired(found)
            other.give_back(f"retention of {ARCHIVE}")
            assert remove_expired(found).studies == 0
            assert rule_of(opened).removes_nothing

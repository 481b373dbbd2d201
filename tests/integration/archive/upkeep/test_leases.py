"""A lease is held by one at a time, ends by itself, and is told to be lost; in both kinds of database."""

import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from dicomdesk.archive.index import Index
from dicomdesk.archive.upkeep.leases import Lease, LeaseLostError, Leases


def test_one_has_a_lease_until_it_gives_it_back(open_index: Callable[[], Index]) -> None:
    one, other = Leases(open_index().database), Leases(open_index().database)
    assert one.holder("a") == ""
    with one.holding("a", 100.0) as lease:
        assert lease is not None
        lease.keep()
        with other.holding("a", 100.0) as second:
            assert second is None
        other.give_back("a")
        assert one.holder("a") == other.holder("a") != ""
        with other.holding("b", 100.0) as third:
            assert third is not None
    assert other.take("a", 100.0)
    assert other.take("a", 100.0)  # it is ours, and renewed
    assert not one.take("a", 100.0)


def test_a_lease_that_has_ended_is_anybodys_and_its_holder_is_told(open_index: Callable[[], Index]) -> None:
    one, other = Leases(open_index().database), Leases(open_index().database)
    assert one.take("a", -1.0)
    assert one.holder("a") == ""
    lease = Lease(one, "a", 0.0)  # it is time to renew it, always
    lease.keep()
    assert one.take("a", -1.0)
    assert other.take("a", 100.0)
    with pytest.raises(LeaseLostError):
        lease.keep()


def test_of_many_who_want_it_at_once_one_gets_it(open_index: Callable[[], Index]) -> None:
    database = open_index().database
    wanting = [Leases(database) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda leases: leases.take("a", 100.0), wanting)) == 1


def test_the_lease_of_a_process_that_is_dead_is_anybodys_on_its_machine(open_index: Callable[[], Index]) -> None:
    database = open_index().database
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait(30)
    gone, elsewhere, here = Leases(database), Leases(database), Leases(database)
    gone._owner = f"{socket.gethostname()[:40]}-{dead.pid}-00"
    elsewhere._owner = f"far-off-{dead.pid}-00"
    assert gone.take("a", 100.0)
    assert here.take("a", 100.0)
    assert elsewhere.take("b", 100.0)
    assert not here.take("b", 100.0)

"""Leases: what one of several processes does at a time, on however many machines, as their database says.

A lease is a row of the database: who has it, and until when by the clock of the database. A holder that dies or is cut
off loses it when that time has come, at once on its own machine; one that lives renews it. Between the end of a lease
and its holder's noticing others may begin: what is done under a lease is done so that twice is no harm, only a waste.
"""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from typing import Final

from sqlalchemy import ColumnElement, Connection, Float, cast, delete, extract, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from dicomdesk.archive.tables.database import Database
from dicomdesk.archive.tables.schema import lease as table
from dicomdesk.errors import LocalError

__all__ = ["Lease", "LeaseLostError", "Leases"]

_RENEWED_AT: Final = 3
"""A lease is renewed when this part of its time has passed."""


class LeaseLostError(LocalError):
    """Another process may have the lease by now."""


class Leases:
    """Leases of one database. Any thread; raises the errors of the index."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._owner = f"{socket.gethostname()[:40]}-{os.getpid()}-{os.urandom(8).hex()}"

    @contextlib.contextmanager
    def holding(self, name: str, seconds: float) -> Iterator["Lease | None"]:
        """Inside, nobody else has the lease of this name, while it is kept; None where somebody has it now."""
        if not self.take(name, seconds):
            yield None
            return
        lease = Lease(self, name, seconds)
        try:
            yield lease
        finally:
            with contextlib.suppress(LocalError):  # it ends by itself
                self.give_back(name)

    def take(self, name: str, seconds: float) -> bool:
        """Take a lease for so long, or renew it; whether it is ours."""
        return self._database.write(lambda connection: self._take(connection, name, seconds))

    def give_back(self, name: str) -> None:
        """End a lease of ours; that of another stays."""
        mine = delete(table).where(table.c.name == name, table.c.owner == self._owner)
        self._database.write(lambda connection: connection.execute(mine))

    def holder(self, name: str) -> str:
        """Return who has a lease, as host-process-random; "" for nobody."""
        with self._database.reading() as connection:
            now = self._now(connection)
            asked = select(table.c.owner).where(table.c.name == name, table.c.until > now)
            return connection.execute(asked).scalar_one_or_none() or ""

    def _take(self, connection: Connection, name: str, seconds: float) -> bool:
        now = self._now(connection)
        asked = select(table.c.owner, table.c.until).where(table.c.name == name).with_for_update()
        found = connection.execute(asked).one_or_none()
        wanted = {"owner": self._owner, "until": now + round(seconds * 1e6)}
        if found is None:
            try:
                with connection.begin_nested():
                    connection.execute(insert(table).values(name=name, **wanted))
            except IntegrityError:
                return False  # another one was quicker
            return True
        owner, until = found
        if until > now and owner != self._owner and not _has_ended(owner):
            return False
        connection.execute(update(table).where(table.c.name == name).values(**wanted))
        return True

    def _now(self, connection: Connection) -> int:
        """Microseconds since 1970 by the database's clock, which all processes share."""
        moment: ColumnElement[float] = cast(extract("epoch", func.clock_timestamp()), Float)
        if self._database.is_sqlite:
            moment = (func.julianday("now") - literal(2440587.5)) * literal(86400.0)
        return round(float(connection.execute(select(moment)).scalar_one()) * 1e6)


class Lease:
    """Lease that is held. One thread."""

    def __init__(self, leases: Leases, name: str, seconds: float) -> None:
        self.name = name
        self._leases = leases
        self._seconds = seconds
        self._taken_s = time.monotonic()

    def keep(self) -> None:
        """Renew it where it is time to; to be called before each step. Raises LeaseLostError."""
        now_s = time.monotonic()
        if now_s - self._taken_s < self._seconds / _RENEWED_AT:
            return
        if not self._leases.take(self.name, self._seconds):
            raise LeaseLostError(f"the lease of {self.name} was lost")
        self._taken_s = now_s


def _has_ended(owner: str) -> bool:
    """Whether a holder was a process of this machine that is there no more."""
    host, _, pid = owner.rpartition("-")[0].rpartition("-")
    if host != socket.gethostname()[:40] or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False

"""Leases: what one of several processes does at a time, on however many machines, as their database says.

A lease is a row of the table ``settings``: who has it, and until when by the clock of the database. A holder that dies
or is cut off loses it when that time has come, at once on its own machine; one that lives renews it. Between the end of
a lease and its holder's noticing others may begin: what is done under a lease is done so that twice is no harm, only a
waste.
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
from dicomdesk.archive.tables.schema import settings
from dicomdesk.errors import LocalError

__all__ = ["Lease", "LeaseLostError", "Leases"]

_PREFIX: Final = "lease "
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
        return self._database.write(lambda connection: self._take(connection, _PREFIX + name, seconds))

    def give_back(self, name: str) -> None:
        """End a lease of ours; that of another stays."""
        mine = settings.c.value.like(f"% {self._owner}")
        self._database.write(
            lambda connection: connection.execute(delete(settings).where(settings.c.name == _PREFIX + name, mine))
        )

    def holder(self, name: str) -> str:
        """Return who has a lease, as host-process-random; "" for nobody."""
        with self._database.reading() as connection:
            now_s = self._now_s(connection)
            value = connection.execute(select(settings.c.value).where(settings.c.name == _PREFIX + name)).scalar()
        until_s, owner = _parse(value)
        return owner if until_s > now_s else ""

    def _take(self, connection: Connection, name: str, seconds: float) -> bool:
        now_s = self._now_s(connection)
        value = connection.execute(
            select(settings.c.value).where(settings.c.name == name).with_for_update()
        ).scalar_one_or_none()
        until_s, owner = _parse(value)
        if until_s > now_s and owner != self._owner and not _has_ended(owner):
            return False
        wanted = f"{now_s + seconds:.6f} {self._owner}"
        if value is None:
            try:
                with connection.begin_nested():
                    connection.execute(insert(settings).values(name=name, value=wanted))
            except IntegrityError:
                return False  # another one was quicker
        else:
            connection.execute(update(settings).where(settings.c.name == name).values(value=wanted))
        return True

    def _now_s(self, connection: Connection) -> float:
        """The time by the database's clock, which all processes share."""
        moment: ColumnElement[float] = cast(extract("epoch", func.clock_timestamp()), Float)
        if self._database.is_sqlite:
            moment = (func.julianday("now") - literal(2440587.5)) * literal(86400.0)
        return float(connection.execute(select(moment)).scalar_one())


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


def _parse(value: str | None) -> tuple[float, str]:
    """Until when, and who; what is no lease has ended long ago."""
    until, _, owner = (value or "").partition(" ")
    try:
        return float(until), owner
    except ValueError:
        return 0.0, ""

"""Checks of peers of the address book: a few at a time, each kept with its peer."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.engine.check.requests import CheckRequest
from dicomdesk.engine.check_findings import CheckState, CheckStep
from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.peers.address_book import AddressBook
from dicomdesk.engine.peers.known_peer import CheckOutcome, KnownPeer, LastCheck
from dicomdesk.errors import DicomdeskError, SettingsError
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks

if TYPE_CHECKING:
    from dicomdesk.engine.check.check import CheckJob, CheckResult

AT_ONCE = 4
_LONGEST_TEXT = 400


class PeerChecks(QObject):
    """Runs checks up to the echo; nobody is asked for capabilities. For the Qt thread."""

    changed = Signal()
    """Others are being checked."""
    ended = Signal(int, int, bool)
    """All that was asked for is over: how many were in order, how many were not, whether it was stopped."""

    def __init__(self, session: Session, tasks: Tasks, access: SecurityAccess, view: QWidget) -> None:
        """``view`` is the parent of questions."""
        super().__init__(view)
        self._session = session
        self._tasks = tasks
        self._access = access
        self._view = view
        self._waiting: dict[str, None] = {}
        self._busy: dict[str, CheckJob | None] = {}
        self._workers = 0
        self._is_stopping = False
        self._results = dict.fromkeys(CheckOutcome, 0)

    @property
    def busy(self) -> tuple[str, ...]:
        """The names of the peers that are being checked."""
        return tuple(self._busy)

    @property
    def remaining(self) -> int:
        """How many are not over."""
        return len(self._busy) + len(self._waiting)

    def check(self, names: Iterable[str]) -> None:
        """Check peers; those that are being checked, or wait for it, are not checked again."""
        self._waiting.update({name: None for name in names if name not in self._busy})
        while self._workers < min(AT_ONCE, len(self._waiting) + len(self._busy)):
            self._workers += 1
            self._tasks.start(self._work())
        self.changed.emit()

    def stop(self) -> None:
        """End those that run at once, and begin no others."""
        self._is_stopping = self._workers > 0
        self._waiting.clear()
        for job in self._busy.values():
            if job is not None:
                self._tasks.start(self._tasks.run(job.cancel))
        self.changed.emit()

    async def _work(self) -> None:
        try:
            while self._waiting:
                name = next(iter(self._waiting))
                del self._waiting[name]
                known = self._access.peers.book.find(name)
                if known is not None:
                    await self._check(known)
        finally:
            self._workers -= 1
            if not self._workers:
                self._tell_end()

    async def _check(self, known: KnownPeer) -> None:
        self._busy[known.name] = None
        self.changed.emit()
        try:
            found = await self._find_out(known)
        except SettingsError as error:  # a file of its security cannot be used
            found = LastCheck(at=datetime.now(UTC), outcome=CheckOutcome.FAILED, text=str(error)[:_LONGEST_TEXT])
        except DicomdeskError:  # nothing is begun any more: the window is closing
            found = None
        finally:
            self._busy.pop(known.name, None)
        if found is not None:
            self._results[found.outcome] += 1
            keep_check(self._access.peers.book, known, found)
        self.changed.emit()

    async def _find_out(self, known: KnownPeer) -> LastCheck | None:
        """Check a peer; None where that was cancelled, or the user would not say a secret."""
        prepared = await self._access.prepare(known, self._view)
        if prepared is None or self._is_stopping:
            return None
        association = known.association(self._access.peers.own_ae_title, prepared.user_identity)
        request = CheckRequest(peer=prepared.peer, association=association, asks_capabilities=False)
        channel = self._session.watch()
        try:
            job = await self._session.begin(request, channel.sink)
            self._busy[known.name] = job
            if self._is_stopping:
                await self._tasks.run(job.cancel)
            return last_check(await self._session.result_of(job))
        finally:
            channel.deleteLater()

    def _tell_end(self) -> None:
        good = self._results[CheckOutcome.GOOD]
        others = sum(self._results.values()) - good
        was_stopped, self._is_stopping = self._is_stopping, False
        self._results = dict.fromkeys(CheckOutcome, 0)
        self.ended.emit(good, others, was_stopped)


def keep_check(book: AddressBook, checked: KnownPeer, found: LastCheck) -> None:
    """Keep a result with its peer, where the book has it as it was checked."""
    known = book.find(checked.name)
    if known is not None and (known.address, known.security) == (checked.address, checked.security):
        book.note_check(known.name, found)


def last_check(result: "CheckResult") -> LastCheck | None:
    """Return what is kept of a check; None of one that was cancelled."""
    if result.outcome is JobOutcome.CANCELLED:
        return None
    warning = next((step for step in result.steps if step.state is CheckState.WARNING), None)
    step = result.failed_step or warning
    outcome = CheckOutcome.GOOD
    if result.failed_step is not None or result.outcome is not JobOutcome.COMPLETED:
        outcome = CheckOutcome.FAILED
    elif warning is not None:
        outcome = CheckOutcome.WARNING
    ended = [step for step in result.steps if step.state is CheckState.OK]
    return LastCheck(at=datetime.now(UTC), outcome=outcome, text=_step_text(step or (ended[-1] if ended else None)))


def _step_text(step: CheckStep | None) -> str:
    if step is None:
        return ""
    return " ".join(part for part in (step.text, step.cause, step.advice) if part)[:_LONGEST_TEXT]

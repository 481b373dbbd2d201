"""The Outbox and the journal of the engine's process: the same methods, asked for by their names. All may wait."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from dicomdesk.engine.host.engine_host import EngineHost

if TYPE_CHECKING:
    from dicomdesk.engine.journal.journal import Journal
    from dicomdesk.engine.outbox.outbox import Outbox

__all__ = ["far_journal", "far_outbox"]


class _Far:
    """Has the process do what is asked of it; for any thread that may wait. Raises HostLostError besides."""

    def __init__(self, host: EngineHost, operation: str) -> None:
        self._host = host
        self._operation = operation

    def __getattr__(self, name: str) -> Callable[..., object]:
        return lambda *values, **named: self._host.ask(self._operation, name, values, named)


def far_outbox(host: EngineHost) -> "Outbox":
    """Return the Outbox; its properties are not there."""
    return cast("Outbox", _Far(host, "ask_outbox"))


def far_journal(host: EngineHost) -> "Journal":
    """Return the journal; its properties are not there."""
    return cast("Journal", _Far(host, "ask_journal"))

"""Requests of the echo job and of the connection check."""

from dataclasses import field
from typing import TYPE_CHECKING

from dicomdesk.dicom.transfer_syntaxes import IMPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer

if TYPE_CHECKING:
    from dicomdesk.engine.check.check import CheckJob
    from dicomdesk.engine.check.echo import EchoJob
    from dicomdesk.engine.events import EventSink
    from dicomdesk.engine.job import ThreadStarter

__all__ = ["CheckRequest", "EchoRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoRequest:
    """Verify the connection to a peer by C-ECHO; once, in the most usual way, by default."""

    peer: Peer
    association: AssociationSettings = field(default_factory=AssociationSettings)
    contexts: int = 1
    """Presentation contexts for Verification, 1 to 128, all alike."""
    transfer_syntaxes: tuple[str, ...] = (IMPLICIT_VR_LITTLE_ENDIAN,)
    repeats: int = 1
    """C-ECHOs on the association, one after the other."""
    aborts_at_end: bool = False
    """Abort the association instead of releasing it."""

    def make_job(self, sink: "EventSink", _start_thread: "ThreadStarter", /) -> "EchoJob":
        """See ``JobRequest``."""
        from dicomdesk.engine.check.echo import EchoJob  # noqa: PLC0415 - start-up time of those who do not

        return EchoJob(self, sink)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """Check the connection to a peer step by step, and what it accepts."""

    peer: Peer
    association: AssociationSettings = field(default_factory=AssociationSettings)
    asks_capabilities: bool = True

    def make_job(self, sink: "EventSink", _start_thread: "ThreadStarter", /) -> "CheckJob":
        """See ``JobRequest``."""
        from dicomdesk.engine.check.check import CheckJob  # noqa: PLC0415 - start-up time of those who do not

        return CheckJob(self, sink)

"""Request of a pre-flight."""

from typing import TYPE_CHECKING

from dicomdesk.engine.send.request import SendRequest
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.events import EventSink
    from dicomdesk.engine.job import ThreadStarter
    from dicomdesk.engine.preflight.preflight import PreflightJob

__all__ = ["PreflightRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightRequest:
    """Predict the outcome of a send request, without sending any instance."""

    send: SendRequest | ExactSendRequest
    """What would be sent."""

    def make_job(self, sink: "EventSink", _start_thread: "ThreadStarter", /) -> "PreflightJob":
        """See ``JobRequest``."""
        if isinstance(self.send, ExactSendRequest):
            from dicomdesk.engine.preflight.exact_preflight import ExactPreflightJob  # noqa: PLC0415 - as below

            return ExactPreflightJob(self.send, sink)
        from dicomdesk.engine.preflight.planned_preflight import PlannedPreflightJob  # noqa: PLC0415 - start-up time

        return PlannedPreflightJob(self.send, sink)

"""Request of a send job."""

from dataclasses import field
from typing import TYPE_CHECKING

from dicomdesk.dicom.instance import FoundInstance, InputSelection
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Decompression, Peer

if TYPE_CHECKING:
    from dicomdesk.engine.events import EventSink
    from dicomdesk.engine.job import ThreadStarter
    from dicomdesk.engine.send.planned_send import SendJob

__all__ = ["SendRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRequest:
    """Send instances to a peer by C-STORE."""

    peer: Peer
    inputs: InputSelection
    """What to look for. Where it is ``found`` already, only the format counts."""
    found: tuple[FoundInstance, ...] | None = None
    """What was found before, in the order in which it goes; ``brief`` is enough. What has become another instance since
    is not sent."""
    association: AssociationSettings = field(default_factory=AssociationSettings)
    decompression: Decompression = Decompression.LOSSLESS
    compression_level: int = 6
    """zlib level 0 to 9 when a data set has to be deflated."""
    halt_on_error: bool = True
    """Stop at the first bad file or instance that cannot be sent."""
    propose_only_legal_contexts: bool = False
    """Refuse what would need a context without the default transfer syntax."""
    fallback_contexts: bool = False
    """Propose more than dcmsend where it would give an instance up; see ``network.presentation.context_planning``."""
    multiple_associations: bool = True
    """Continue in further associations when one cannot carry all."""
    parallel: int = 1
    """Associations at once, at least 1."""
    retries: int = 0
    """How often an instance is tried again after a transient failure."""

    def make_job(self, sink: "EventSink", start_thread: "ThreadStarter", /) -> "SendJob":
        """See ``JobRequest``."""
        from dicomdesk.engine.send.planned_send import SendJob  # noqa: PLC0415 - start-up time of those who do not

        return SendJob(self, sink, start_thread)

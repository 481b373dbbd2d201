"""What a commit job is asked to do."""

from collections.abc import Callable
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer, TlsSettings

if TYPE_CHECKING:
    from dicomdesk.engine.commit.commit import CommitJob
    from dicomdesk.engine.commit.facts import CommitFact
    from dicomdesk.engine.commit.transactions import Transactions
    from dicomdesk.engine.job import ThreadStarter

__all__ = ["CommitRequest", "CommitWay", "CommitWish", "ReportListener"]


class CommitWay(Enum):
    """Where the peer's report is waited for."""

    SAME = "same"
    """On the association that asks."""
    NEW = "new"
    """On an association that the peer opens to us; ours is released at once."""
    AUTO = "auto"
    """On either: on ours for a while, and where somebody listens for the peer's, on that for the rest of the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitWish:
    """That a peer is to be asked to commit to what it has stored, and how."""

    way: CommitWay = CommitWay.AUTO
    patience_s: float = 60.0
    """How long the peer's report is waited for after the last request."""
    deletes: bool = False
    """Delete each file whose instance the peer has committed to, for whoever asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportListener:
    """Listener that the job starts for the peer's associations, where no receiver of ours listens."""

    port: int
    """That the peer knows for our AE title; 0 takes a free one."""
    address: str = ""
    """Address to listen on; "" is all."""
    tls: TlsSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRequest:
    """Ask a peer to commit to instances that it has stored (PS3.4 J), and take its report."""

    peer: Peer
    references: tuple[Reference, ...]
    """As they were sent; what is there twice is asked once."""
    transactions: "Transactions"
    """Where the report is waited for; a running receiver of ours has the same ones."""
    association: AssociationSettings = field(default_factory=AssociationSettings)
    wish: CommitWish = field(default_factory=CommitWish)
    listener: ReportListener | None = None
    """To be started for the time of the job; None for none."""
    has_receiver: bool = False
    """Whether a receiver of ours takes reports for these transactions already."""
    stays_open: bool = False
    """Whether reports are still taken after the job has ended, and told to who made the transactions."""
    purpose: str = ""
    """See ``LateReport``."""
    most_at_once: int = 2000
    """Instances of one request: what is more goes in several, one after the other."""

    @property
    def listens(self) -> bool:
        """Whether associations of the peer's can be taken."""
        return self.has_receiver or self.listener is not None

    def make_job(self, sink: "Callable[[CommitFact], None]", _start_thread: "ThreadStarter", /) -> "CommitJob":
        """See ``JobRequest``."""
        from dicomdesk.engine.commit.commit import CommitJob  # noqa: PLC0415 - start-up time of those who do not

        return CommitJob(self, sink)

"""Request of an exact send job."""

from dataclasses import field
from typing import TYPE_CHECKING

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer, ProfileSelection

if TYPE_CHECKING:
    from dicomdesk.engine.events import EventSink
    from dicomdesk.engine.job import ThreadStarter
    from dicomdesk.engine.send_exactly.exact_send import ExactSendJob

__all__ = ["ExactSendRequest", "Invention", "Proposal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Presentation contexts to propose, by rule or by profile."""

    preferred_transfer_syntax: str = "1.2.840.10008.1.2.1"
    """UID; proposed before the uncompressed ones, or alone where it is implicit VR or a video."""
    only_required: bool = False
    """Only the SOP classes of the instances, instead of a fixed list of common ones."""
    combine: bool = False
    """One context with all transfer syntaxes for each SOP class, instead of two."""
    profile: ProfileSelection | None = None
    """Exactly what this profile says; the rest is ignored then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invention:
    """New identities for instances, made while they are sent; the files are not changed."""

    images_per_series: int = 100
    series_per_study: int = 50
    studies_per_patient: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactSendRequest:
    """Send files by C-STORE over one association whose proposal is given."""

    peer: Peer
    inputs: InputSelection
    proposal: Proposal = field(default_factory=Proposal)
    association: AssociationSettings = field(default_factory=AssociationSettings)
    compression_level: int = 6
    """zlib level 0 to 9 when a data set has to be deflated."""
    halt_on_error: bool = True
    """Stop at the first file that cannot be sent and at the first failure status."""
    repeats: int = 1
    """How often each file is sent, in a row."""
    invention: Invention | None = None
    allows_new_vrs: bool = True
    """Whether conversions may write VRs that are younger than the standard of 1993 (UN, UT, OF ...)."""
    trims_uid_padding: bool = False
    """Remove trailing blanks of UIDs silently."""
    renames_files: bool = False
    """Append ".done" or ".bad" to the name of each file that was tried."""
    aborts_at_end: bool = False
    """Abort the association instead of releasing it."""

    def make_job(self, sink: "EventSink", _start_thread: "ThreadStarter", /) -> "ExactSendJob":
        """See ``JobRequest``."""
        from dicomdesk.engine.send_exactly.exact_send import ExactSendJob  # noqa: PLC0415 - start-up time of those who do not

        return ExactSendJob(self, sink)

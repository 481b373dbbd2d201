"""Findings of a connection check, as values: its steps, and the capabilities of the peer."""

from enum import Enum

from dicomdesk.records import dataclass

__all__ = ["Capabilities", "CheckStage", "CheckState", "CheckStep", "ServiceGroup", "SopClassCapability"]


class CheckStage(Enum):
    """Step of a connection check, in their order."""

    RESOLUTION = "resolution"
    """The host's name becomes addresses."""
    TCP = "tcp"
    """A connection to one of them."""
    TLS = "tls"
    """Only where TLS is asked for."""
    ASSOCIATION = "association"
    """For Verification, with our AE titles."""
    ECHO = "echo"
    """One C-ECHO."""
    CAPABILITIES = "capabilities"
    """Which SOP classes and transfer syntaxes the peer accepts."""


class CheckState(Enum):
    """State in which a step ended."""

    OK = "ok"
    WARNING = "warning"
    """It works, but something should be seen to."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not tried, because of a step before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStep:
    """Ended step of a connection check."""

    stage: CheckStage
    state: CheckState
    text: str
    """What happened, one plain sentence."""
    duration_s: float | None = None
    """None where it was skipped."""
    cause: str = ""
    """What is likely behind a warning or failure, one plain sentence."""
    advice: str = ""
    """The next thing to do about it."""
    details: tuple[str, ...] = ()
    """Further facts, a line each: addresses, TLS version, certificate, implementation."""


class ServiceGroup(Enum):
    """Service that a SOP class belongs to."""

    VERIFICATION = "verification"
    STORAGE = "storage"
    QUERY_RETRIEVE = "query-retrieve"
    WORKLIST = "worklist"
    PROCEDURE_STEP = "procedure-step"
    COMMITMENT = "storage-commitment"
    PRINT = "print"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SopClassCapability:
    """SOP class that the peer accepts."""

    group: ServiceGroup
    sop_class_uid: str
    name: str
    """In words: "CT Image Storage"."""
    transfer_syntaxes: tuple[str, ...]
    """UIDs of those that it accepts for this class, in the order of the tables."""
    is_complete: bool = True
    """Whether each transfer syntax was asked for alone; else only one is known, and others may be accepted too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """SOP classes that the peer accepted, of all that were proposed."""

    accepted: tuple[SopClassCapability, ...]
    asked: int
    """SOP classes that were proposed and answered."""
    total: int
    """SOP classes that were to be proposed."""
    associations: int
    """How many the asking took."""
    is_complete: bool
    """False where it ended early: cancelled, out of time, or the peer would not go on."""

    def of(self, group: ServiceGroup) -> tuple[SopClassCapability, ...]:
        """Return the SOP classes of one group."""
        return tuple(capability for capability in self.accepted if capability.group is group)

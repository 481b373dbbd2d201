"""Forecast of a pre-flight, as values: which instances would go as they are, converted, or not at all."""

from enum import Enum

from dicomdesk.records import dataclass

__all__ = ["ForecastGroup", "ForecastItem", "Help", "Verdict"]


class Verdict(Enum):
    """Verdict on an instance."""

    AS_IS = "as-is"
    """Byte for byte as in the file."""
    CONVERTED = "converted"
    """In another transfer syntax."""
    CANNOT_GO = "cannot-go"


class Help(Enum):
    """Measure that would let instances go that cannot; front ends name their own switch for it."""

    ALLOW_LOSSLESS_DECOMPRESSION = "allow-lossless-decompression"
    ALLOW_LOSSY_DECOMPRESSION = "allow-lossy-decompression"
    FALLBACK_CONTEXTS = "fallback-contexts"
    """Propose more than dcmsend does."""
    INSTALL_CODECS = "install-codecs"
    ALLOW_ILLEGAL_PROPOSAL = "allow-illegal-proposal"
    MORE_ASSOCIATIONS = "more-associations"
    PROPOSE_REQUIRED = "propose-required"
    """Propose the SOP classes of the instances instead of the common ones."""
    COMBINE_CONTEXTS = "combine-contexts"
    """One presentation context for each SOP class, so that twice as many fit."""
    PROPOSE_OWN = "propose-own"
    """Propose the transfer syntax of the files."""
    CHANGE_PROFILE = "change-profile"
    """Add SOP class or transfer syntax to the association negotiation profile."""
    CHANGE_PEER = "change-peer"
    """Only the peer's settings can change it."""
    REPAIR_INPUT = "repair-input"
    """The file itself is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastGroup:
    """Instances that would go in the same way for the same reason."""

    verdict: Verdict
    sop_class_uid: str
    """"" for inputs that could not be read."""
    sop_class_name: str
    """In words: "CT Image Storage"."""
    transfer_syntax_uid: str
    """Of the files; "" for inputs that could not be read."""
    converted_to: str
    """Transfer syntax UID where the verdict is CONVERTED, else ""."""
    reason: str
    """Why it is not AS_IS, plain words; "" where it is."""
    advice: str
    """What would help, plain words, where we know."""
    helps: tuple[Help, ...]
    """The same for front ends that can offer it; all of them are needed."""
    items: int
    size_bytes: int
    """Of their data sets in the files."""
    paths: tuple[str, ...]
    """Of the first few."""
    association: int
    """Number of the planned association, from 1; 0 where none was planned for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastItem:
    """One instance of the transfer list, or one input that cannot be read."""

    path: str
    """With ":" and the member where it is in an archive."""
    sop_instance_uid: str
    """"" for inputs that could not be read."""
    group: ForecastGroup

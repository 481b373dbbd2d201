"""Settings of an archive: its configuration file, and what the command line or another program adds."""

from dataclasses import field
from enum import Enum

from dicomdesk.archive.setup.configuration import ArchiveConfiguration, CharacterSetRule
from dicomdesk.archive.setup.retention_rules import RetentionRule
from dicomdesk.dicom.files.storing_format import StoringFormat
from dicomdesk.dicom.query.query import Model
from dicomdesk.records import dataclass
from dicomdesk.settings import AccessRules, PlaceRules, Timeouts, TlsSettings

__all__ = ["ArchiveSettings", "MoveRestriction"]


class MoveRestriction(Enum):
    """Restriction of the destinations of moves."""

    NONE = "none"
    SAME_AE_TITLE = "same-ae-title"
    """Only to the AE title that asks."""
    SAME_HOST = "same-host"
    """Only to the host that asks."""
    SAME_VENDOR = "same-vendor"
    """Only to peers of the vendor of the one that asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """Settings of an archive."""

    configuration: ArchiveConfiguration
    port: int | None = None
    """Instead of the configuration's; 0 takes a free one."""
    address: str = ""
    """Address to listen on; "" is all."""
    max_pdu_bytes: int | None = None
    """Instead of the configuration's."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    tls: TlsSettings | None = None
    """For those who call; None for plain connections."""
    destination_tls: TlsSettings | None = None
    """For those whom we call to move instances; None for plain connections."""
    access: AccessRules = field(default_factory=AccessRules)
    places: PlaceRules = field(default_factory=PlaceRules)
    """Which association gives way to another, and which is too slow."""
    resolve_hosts: bool = True
    """Whether names of peers are looked up; without, peers are recognised by their addresses."""
    checks_host_rules: bool = False
    """Whether the host rules of the configuration count."""
    refuses_all: bool = False
    """Reject every association."""
    refuses_conflicts: bool = False
    """Refuse instances that contradict what is stored; else they are kept, with a warning."""
    needs_implementation_uid: bool = False
    """Reject those that name no implementation class."""
    needs_find: bool = False
    """Accept C-MOVE only beside C-FIND of the same model."""
    allows_parallel_store: bool = True
    """Whether several associations may store into one area at once."""
    allows_get: bool = True
    allows_shutdown: bool = False
    """Whether a peer may ask the archive to end."""
    disabled_models: frozenset[Model] = frozenset()
    preferred_transfer_syntax: str = "1.2.840.10008.1.2.1"
    """Of what is stored and asked; uncompressed ones are accepted too, except for implicit VR, which stands alone."""
    accepts_all_syntaxes: bool = False
    """Whether instances are accepted in every known transfer syntax."""
    proposed_transfer_syntax: str = "1.2.840.10008.1.2.1"
    """Preferred where instances are moved to others."""
    strict_find: bool = False
    lenient_find: bool = False
    """Answer queries without the unique keys of levels above, too; not together with ``strict_find``."""
    strict_move: bool = False
    move_restriction: MoveRestriction = MoveRestriction.NONE
    character_set: CharacterSetRule | None = None
    """Instead of the configuration's."""
    storing_format: StoringFormat = field(default_factory=StoringFormat)
    ignores_stores: bool = False
    """Acknowledge instances and forget them."""
    retention: RetentionRule | None = None
    """For all areas, instead of the configuration's."""
    fsync: bool = False
    """Flush files and index to the disk before acknowledging."""

"""A correction as it is kept in the trail: who changed what from what to what, when and why."""

import getpass
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from enum import Enum

from dicomdesk.dicom.corrections.original_attributes import Modification, ReasonCode
from dicomdesk.records import dataclass

__all__ = ["Change", "CorrectionKind", "CorrectionRecord", "Origin", "new_origin", "operating_user"]

_LONGEST_SYSTEM = 64


class CorrectionKind(Enum):
    """What a correction was."""

    CORRECT = "correct"
    """Values of patient or study."""
    MERGE = "merge"
    """What one patient had became another's."""
    SPLIT = "split"
    """Instances went to another study."""
    UNDO = "undo"
    """Another correction was taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who corrected, when and why."""

    correction_id: str
    kind: CorrectionKind
    when: datetime
    """Aware; unlike that of any other correction."""
    user: str
    host: str
    reason: str = ""
    """In words, of the one who corrects."""
    code: ReasonCode = ReasonCode.CORRECT
    undoes: str = ""
    """Of an undo: the correction that is taken back."""

    @property
    def modification(self) -> Modification:
        """What files say of it."""
        system = f"dicomdesk {self.host}".encode("ascii", "replace").decode("ascii")
        return Modification(when=self.when, system=system[:_LONGEST_SYSTEM], reason=self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was changed alike in several instances. Attributes by keyword; None for what is, or was, not there."""

    before: Mapping[str, str | None]
    after: Mapping[str, str | None]
    instances: Sequence[str]
    """SOP Instance UIDs, as they are now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRecord:
    """One correction."""

    origin: Origin
    changes: Sequence[Change] = ()
    uids: Mapping[str, str] = field(default_factory=dict)
    """Study, Series and SOP Instance UIDs that became others."""

    @property
    def instance_count(self) -> int:
        """How many instances were changed."""
        return sum(len(change.instances) for change in self.changes)


def new_origin(
    kind: CorrectionKind,
    *,
    reason: str = "",
    code: ReasonCode = ReasonCode.CORRECT,
    user: str = "",
    undoes: str = "",
) -> Origin:
    """Begin a correction, now, by the user of the operating system unless another is named."""
    when = datetime.now(UTC)
    return Origin(
        correction_id=f"{when:%Y%m%d-%H%M%S}-{os.urandom(3).hex()}",
        kind=kind,
        when=when,
        user=user or operating_user(),
        host=socket.gethostname(),
        reason=reason,
        code=code,
        undoes=undoes,
    )


def operating_user() -> str:
    """Return the name of the user of the operating system, its number where it has none.

    Where somebody acts as root by sudo, that one is named too.
    """
    number = os.getuid() if hasattr(os, "getuid") else -1
    try:
        import pwd  # noqa: PLC0415 - not on Windows

        name = pwd.getpwuid(number).pw_name
    except ImportError:
        name = getpass.getuser()
    except KeyError:
        name = str(number)
    behind = os.environ.get("SUDO_USER", "")
    return f"{behind} as {name}" if number == 0 and behind else name

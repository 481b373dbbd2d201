"""Facts that rules report: each happens once. None names a patient."""

from collections.abc import Callable
from datetime import datetime

from dicomdesk.engine.events import Event
from dicomdesk.engine.rules.deciding import Verdict
from dicomdesk.records import dataclass

__all__ = [
    "FileHandled",
    "FileUnusable",
    "RuleFact",
    "RuleSent",
    "RuleSink",
    "RuleWithheld",
    "RulesMended",
    "RulesTroubled",
    "SendingEnded",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSent:
    """A rule has given instances of a study to the outbox, for one destination."""

    rule: str
    destination: str
    errand_id: int
    study_instance_uid: str
    instances: int
    opens_at: datetime | None = None
    """When it may go, where it waits for the hours of its rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWithheld:
    """A rule that matches does not send instances of a study to a destination."""

    rule: str
    destination: str
    verdict: Verdict
    study_instance_uid: str
    instances: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingEnded:
    """What a rule has sent to one destination has come to an end."""

    rule: str
    destination: str
    errand_id: int
    stored: int
    failed: int
    reason: str = ""
    """Why not all is stored; "" where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHandled:
    """A file has gone everywhere, and was moved or deleted as its rule says."""

    path: str
    new_path: str = ""
    """"" for one that was deleted."""
    problem: str = ""
    """Why that could not be done; "" where it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUnusable:
    """A file that has come to rest is no whole instance; it is looked at again when it changes."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesTroubled:
    """Something keeps rules from their work; told once, until it is mended."""

    about: str
    """A folder, or a destination."""
    text: str
    """What is wrong and what to do, in sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesMended:
    """What was told as trouble is over."""

    about: str


RuleFact = RuleSent | RuleWithheld | SendingEnded | FileHandled | FileUnusable | RulesTroubled | RulesMended | Event
RuleSink = Callable[[RuleFact], None]

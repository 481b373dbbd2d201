"""A peer of the address book."""

from dataclasses import field, replace
from datetime import datetime
from enum import Enum

from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.peers.validity import ae_title_problem, host_problem, name_problem, port_problem
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.records import dataclass
from dicomdesk.settings import LARGE_MAX_PDU_BYTES, AssociationSettings, Peer, Timeouts, UserIdentity

__all__ = ["CheckOutcome", "KnownPeer", "LastCheck"]

MOST_ASSOCIATIONS = 64
SMALLEST_PDU_BYTES = 4096
LONGEST_NOTES = 4000
LONGEST_CHARACTER_SET = 128


class CheckOutcome(Enum):
    """How the last check of a peer ended."""

    GOOD = "good"
    WARNING = "warning"
    """It can be used, and something is to be seen to."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCheck:
    """The last check of a peer."""

    at: datetime
    """With time zone."""
    outcome: CheckOutcome
    text: str = ""
    """What was found, one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPeer:
    """A peer with everything that is known of it but secrets. What is None or "" is left to who uses it."""

    name: str
    """Unique in its book, whatever the case."""
    ae_title: str
    host: str
    port: int
    group: str = ""
    """"" for none."""
    calling_ae_title: str = ""
    """Our own title there."""
    security: PeerSecurity = field(default_factory=PeerSecurity)
    character_set: str = ""
    """Values of (0008,0005) for queries, such as "ISO_IR 192"."""
    retrieve_method: RetrieveMethod = RetrieveMethod.AUTOMATIC
    move_destination: str = ""
    """AE title that a C-MOVE sends to, as the peer knows it."""
    max_pdu_bytes: int | None = None
    """Maximum PDU length that we announce."""
    associations: int | None = None
    """That are open with it at once, at most."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    notes: str = ""
    last_check: LastCheck | None = None

    @property
    def key(self) -> str:
        """What is the same in names that count as one."""
        return self.name.casefold()

    @property
    def address(self) -> tuple[str, str, int]:
        """AE title, host in lower case, and port: what is the same in entries for one peer."""
        return self.ae_title, self.host.casefold(), self.port

    def peer(self) -> Peer:
        """Return the other side as jobs take it; pass phrases and files of TLS are not looked at."""
        return Peer(host=self.host, port=self.port, ae_title=self.ae_title, tls=self.security.used_tls)

    def association(self, calling_ae_title: str, user_identity: UserIdentity | None = None) -> AssociationSettings:
        """Return the settings of associations; ``calling_ae_title`` counts where the peer has none of its own."""
        return AssociationSettings(
            calling_ae_title=self.calling_ae_title or calling_ae_title,
            max_pdu_bytes=self.max_pdu_bytes or LARGE_MAX_PDU_BYTES,
            timeouts=self.timeouts,
            user_identity=user_identity,
        )

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong with it, a sentence each; () where all is well."""
        found = [name_problem(self.name), ae_title_problem(self.ae_title), host_problem(self.host)]
        found += [port_problem(str(self.port)), name_problem(self.group) if self.group else ""]
        found += [ae_title_problem(title) for title in (self.calling_ae_title, self.move_destination) if title]
        found += [_bound_problem("The maximum PDU length", self.max_pdu_bytes, SMALLEST_PDU_BYTES, LARGE_MAX_PDU_BYTES)]
        found += [_bound_problem("The number of associations", self.associations, 1, MOST_ASSOCIATIONS)]
        found += [_text_problem("A character set", self.character_set, LONGEST_CHARACTER_SET)]
        found += [f"Notes have at most {LONGEST_NOTES} characters." if len(self.notes) > LONGEST_NOTES else ""]
        return tuple(problem for problem in found if problem)

    def tidied(self) -> "KnownPeer":
        """Return it without blanks around what is typed."""
        return replace(
            self,
            name=self.name.strip(),
            group=self.group.strip(),
            ae_title=self.ae_title.strip(),
            host=self.host.strip(),
            calling_ae_title=self.calling_ae_title.strip(),
            move_destination=self.move_destination.strip(),
            character_set=self.character_set.strip(),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.ae_title}@{self.host}:{self.port})"


def _bound_problem(what: str, number: int | None, least: int, most: int) -> str:
    return "" if number is None or least <= number <= most else f"{what} is from {least} to {most}."


def _text_problem(what: str, text: str, longest: int) -> str:
    return (
        "" if len(text) <= longest and (not text or text.isprintable()) else f"{what} has {longest} characters at most."
    )

"""Rows for what an association agrees on besides contexts: TLS, user identity, extended negotiation, connection."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.events import NegotiatedExtension, Negotiation, TlsSession
from dicomdesk.gui import wording
from dicomdesk.gui.models.association_log import tls_version_text
from dicomdesk.gui.models.extension_wording import extension_meaning, hex_text
from dicomdesk.gui.outline.model import Column, Mark, Node, Part, Weight
from dicomdesk.gui.theme import Tone

WORD, VALUE, MEANING = range(3)
EXPIRES_SOON = timedelta(days=30)
"""From when on the end of a certificate is worth a warning."""
_TOKEN_KINDS = frozenset({3, 4, 5})


def _say(text: str) -> str:
    return QCoreApplication.translate("agreement_nodes", text)


def agreement_columns() -> tuple[Column, ...]:
    """Return the columns, in the order of their numbers."""
    return (
        Column(title=_say("Agreed"), width=220),
        Column(title=_say("Value"), width=340),
        Column(title=_say("Meaning"), width=270),
    )


class SectionNode(Node):
    """A heading with facts below it."""

    __slots__ = ("facts", "word")

    opens: ClassVar[bool] = True

    def __init__(self, word: str, facts: Sequence["FactNode"]) -> None:
        super().__init__()
        self.word = word
        self.facts = list(facts)

    def text(self, column: int) -> str:
        return self.word if column == WORD else ""

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return (Part(self.word, Weight.STRONG),) if column == WORD else None

    def unfetched(self) -> int:
        return 0 if self.children else len(self.facts)

    def fetch(self, most: int) -> Sequence[Node]:
        return self.facts[:most]


class FactNode(Node):
    """One thing that was agreed."""

    __slots__ = ("meaning", "value", "value_mark", "word")

    def __init__(self, word: str, value: str, meaning: str = "", value_mark: Mark | None = None) -> None:
        super().__init__()
        self.word = word
        self.value = value
        self.meaning = meaning
        self.value_mark = value_mark

    def text(self, column: int) -> str:
        return (self.word, self.value, self.meaning)[column]

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return (Part(self.text(column), Weight.PLAIN if column == VALUE else Weight.QUIET),)

    def mark(self, column: int) -> Mark | None:
        return self.value_mark if column == VALUE else None

    def tip(self, column: int) -> str:
        return self.text(column)


def agreement_nodes(agreed: Negotiation | None, now: datetime) -> list[SectionNode]:
    """Return the sections for one association, without those that have nothing to say; none before an agreement."""
    if agreed is None:
        return []
    sections = [
        SectionNode(_say("Encryption (TLS)"), _tls_facts(agreed.tls, now)),
        SectionNode(_say("User identity"), _identity_facts(agreed)),
    ]
    if agreed.extensions:
        facts = [fact for extension in agreed.extensions for fact in _extension_facts(extension)]
        sections.append(SectionNode(_say("Extended negotiation"), facts))
    sections.append(SectionNode(_say("Connection"), _connection_facts(agreed)))
    return sections


def expiry_mark(expires: datetime, now: datetime) -> Mark:
    """Return how the end of a certificate's validity looks: quiet, a warning within 30 days, bad when it is over."""
    day = expires.astimezone().strftime("%Y-%m-%d")
    if expires <= now:
        return Mark("failed", _say("Expired on {day}").format(day=day), Tone.BAD)
    left = expires - now
    if left <= EXPIRES_SOON:
        days = left.days
        words = _say("{day}, in less than a day") if days < 1 else _say("{day}, in {count} days")
        if days == 1:
            words = _say("{day}, in one day")
        return Mark("warning", words.format(day=day, count=days), Tone.WARNING)
    return Mark("", day, Tone.PLAIN)


def _tls_facts(session: TlsSession | None, now: datetime) -> list[FactNode]:
    if session is None:
        mark = Mark("lock-open", _say("None"), Tone.QUIET)
        return [FactNode(_say("Protection"), mark.word, _say("Anybody on the way can read along."), mark)]
    version = Mark("lock", tls_version_text(session), Tone.GOOD)
    facts = [
        FactNode(_say("Version"), version.word, "", version),
        FactNode(_say("Cipher suite"), human.printable(session.cipher)),
    ]
    if not session.has_peer_certificate:
        facts.append(FactNode(_say("Peer's certificate"), _say("None presented")))
        return facts
    checked = Mark("stored", _say("Verified"), Tone.GOOD)
    if not session.is_peer_verified:
        checked = Mark("warning", _say("Not verified"), Tone.WARNING)
    meaning = "" if session.is_peer_verified else _say("Whether it is genuine was not checked.")
    verdict = FactNode(_say("Checked"), checked.word, meaning, checked)
    if session.peer_expires is None:
        unread = Mark("warning", _say("Presented, but it cannot be read"), Tone.WARNING)
        meaning = _say("It does not keep to the standard of certificates (RFC 5280).")
        return [*facts, FactNode(_say("Peer's certificate"), unread.word, meaning, unread), verdict]
    expiry = expiry_mark(session.peer_expires, now)
    meaning = _say("The peer needs a new certificate.") if expiry.icon else ""
    return [
        *facts,
        FactNode(_say("Peer's certificate"), human.printable(session.peer_subject) or _say("Without a name")),
        FactNode(_say("Issued by"), human.printable(session.peer_issuer)),
        verdict,
        FactNode(_say("Valid until"), expiry.word, meaning, expiry if expiry.icon else None),
    ]


def _identity_facts(agreed: Negotiation) -> list[FactNode]:
    identity = agreed.user_identity
    if identity is None:
        return [FactNode(_say("Presented"), _say("None"))]
    facts = [FactNode(_say("Presented"), human.printable(str(identity)))]
    if identity.user_name:
        facts.append(FactNode(_say("User name"), human.printable(identity.user_name)))
    elif identity.kind in _TOKEN_KINDS:
        facts.append(FactNode(_say("Token"), _say("Not shown"), _say("A token is a secret.")))
    if identity.has_response:
        size = human.size_text(identity.response_bytes)
        facts.append(FactNode(_say("Confirmation"), _say("Given, {size}").format(size=size)))
    elif identity.wants_response:
        facts.append(FactNode(_say("Confirmation"), _say("Asked for, not given")))
    return facts


def _extension_facts(extension: NegotiatedExtension) -> list[FactNode]:
    name = wording.sop_class_text(extension.sop_class_uid)
    uid = extension.sop_class_uid
    asked = FactNode(
        _say("{name}, proposed").format(name=name),
        hex_text(extension.proposed),
        ", ".join(extension_meaning(uid, extension.proposed)),
    )
    if extension.accepted is None:
        quiet = Mark("not-listening", _say("Not answered"), Tone.QUIET)
        return [asked, FactNode(_say("{name}, accepted").format(name=name), quiet.word, "", quiet)]
    answer = FactNode(
        _say("{name}, accepted").format(name=name),
        hex_text(extension.accepted),
        ", ".join(extension_meaning(uid, extension.accepted)),
    )
    return [asked, answer]


def _connection_facts(agreed: Negotiation) -> list[FactNode]:
    unlimited = _say("unlimited")
    theirs = human.size_text(agreed.peer_max_pdu_bytes) if agreed.peer_max_pdu_bytes else unlimited
    window = wording.count_text(agreed.max_operations_invoked) if agreed.max_operations_invoked else unlimited
    return [
        FactNode(_say("Peer"), f"{human.printable(agreed.peer_host)}:{agreed.peer_port}"),
        FactNode(
            _say("Peer's software"),
            human.printable(agreed.peer_implementation_version) or "-",
            human.printable(agreed.peer_implementation_class_uid),
        ),
        FactNode(_say("Our software"), agreed.our_implementation_version, agreed.our_implementation_class_uid),
        FactNode(
            _say("Largest PDU"),
            f"{theirs} / {human.size_text(agreed.our_max_pdu_bytes)}",
            _say("theirs / ours"),
        ),
        FactNode(_say("Operations at once"), window),
    ]


def utc_now() -> datetime:
    """The time that the ends of certificates are compared with."""
    return datetime.now(UTC)

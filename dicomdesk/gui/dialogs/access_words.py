"""Whom the listener lets in, in one sentence."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.gui import wording
from dicomdesk.gui.security.security_store import ListenerSecurity
from dicomdesk.settings import PeerVerification

_MOST_NAMED = 4


def _say(text: str) -> str:
    return QCoreApplication.translate("access_words", text)


def access_sentence(security: ListenerSecurity) -> str:
    """Return such as "Accepts only calls from CT1 at 10.0.0.5, called as DESK, over TLS.": what holds, and no more."""
    rules, demands = security.access, needs_certificate(security)
    is_limited = bool(
        rules.calling_ae_titles or rules.networks or rules.called_ae_titles or rules.user_pass_codes or demands
    )
    who = _either(sorted(rules.calling_ae_titles)) or _say("anybody")
    said = _say("Accepts only calls from {who}") if is_limited else _say("Accepts calls from {who}")
    parts = [said.format(who=who)]
    if rules.networks:
        parts[0] += " " + _say("at {networks}").format(networks=_either(rules.networks))
    if rules.called_ae_titles:
        parts.append(_say("called as {titles}").format(titles=_either(sorted(rules.called_ae_titles))))
    if rules.user_pass_codes:
        named = _either(sorted(rules.user_pass_codes))
        parts.append(_say("with the passcode of {users}").format(users=named))
    if security.uses_tls:
        parts.append(_say("over TLS with a trusted certificate") if demands else _say("over TLS"))
    else:
        parts.append(_say("not encrypted"))
    return wording.sentence(human.printable(", ".join(parts)))


def needs_certificate(security: ListenerSecurity) -> bool:
    """Whether peers need a certificate that is trusted here."""
    return security.uses_tls and (
        security.tls.peer_verification is PeerVerification.REQUIRED or security.access.needs_client_certificate
    )


def _either(names: Sequence[str]) -> str:
    """ "A, B or C"; of many the first few, and how many more."""
    if len(names) > _MOST_NAMED:
        shown = ", ".join(names[: _MOST_NAMED - 1])
        more = wording.count_text(len(names) - _MOST_NAMED + 1)
        return _say("{names} or {count} others").format(names=shown, count=more)
    if len(names) < 2:
        return "".join(names)
    return _say("{names} or {last}").format(names=", ".join(names[:-1]), last=names[-1])

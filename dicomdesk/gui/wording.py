"""Names, dates and outcomes of DICOM in words for people."""

import html
import re
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QCoreApplication

from dicomdesk.dicom.sop_classes import uid_symbol
from dicomdesk.dicom.transfer_syntaxes import transfer_syntax_name
from dicomdesk.engine.events import ContextResult, NegotiatedContext
from dicomdesk.human import printable

_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_")


def _say(text: str) -> str:
    return QCoreApplication.translate("wording", text)


def plain_tip(text: str) -> str:
    """Return text that a tool tip shows as it is: Qt takes what looks like HTML for it, whoever wrote it."""
    if "<" not in text and "&" not in text:
        return text
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'


def sentence(text: str) -> str:
    """Return text with a full stop, where it does not end a sentence already."""
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def explained(reason: str, advice: str = "") -> str:
    """Return a reason as a sentence, with why it usually is so and what to do, as logs, reports and JSON tell it.

    ``advice`` is said instead of what the table has for the reason.
    """
    from dicomdesk.engine.reasons.outcomes import explain_reason  # noqa: PLC0415 - only after a failure: start-up time

    told = explain_reason(reason)
    return " ".join(part for part in (sentence(reason), told.cause, advice or told.advice) if part)


def capitalised(text: str) -> str:
    """Return text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def person_name_text(value: str) -> str:
    """Return "DOE, JANE" for "DOE^JANE^^^" (PS3.5 6.2.1); only the first component group, "" for no name."""
    group = next((part for part in value.split("=") if part.strip(" ^")), "")
    family, *others = [component.strip() for component in group.split("^")]
    given = " ".join(component for component in others if component)
    return printable(", ".join(part for part in (family, given) if part))


def date_text(value: str) -> str:
    """Return "2026-11-20" for "20261120" (PS3.5 6.2, DA); anything else as it is."""
    text = value.strip()
    if len(text) == 8 and text.isascii() and text.isdigit():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return printable(text)


def sop_class_text(uid: str) -> str:
    """Return "CT Image" for CT Image Storage, or the UID where nobody knows a name."""
    symbol = uid_symbol(uid)
    return _WORD_BREAK.sub(" ", symbol).removesuffix(" Storage") if symbol else printable(uid)


def transfer_syntax_text(uid: str) -> str:
    """Return "JPEG 2000", or the UID where nobody knows a name."""
    return printable(transfer_syntax_name(uid))


_SEPARATORS = {"en": ",", "de": ".", "fr": "\u202f"}
"""Between thousands."""
_spoken = "en"


def speak(language: str) -> None:
    """Write counts as a language does, English where it is not known; before anything is shown."""
    global _spoken  # noqa: PLW0603 - one language for the whole window, as Qt has it
    _spoken = language if language in _SEPARATORS else "en"


def spoken() -> str:
    """Return the code of the language that the window speaks."""
    return _spoken


def count_text(count: int) -> str:
    """Return a count for a column: "812", "12,400"."""
    text = f"{count:,}"
    return text if _spoken == "en" else text.replace(",", _SEPARATORS[_spoken])


def plural(count: int, one: str, many: str) -> str:
    """Return ``one`` or ``many`` with ``{count}`` filled in; French says "0 instance"."""
    is_one = count == 1 or (count == 0 and _spoken == "fr")
    return (one if is_one else many).format(count=count_text(count))


def instances_text(count: int) -> str:
    """Return "1 instance" or "620 instances"."""
    return plural(count, _say("{count} instance"), _say("{count} instances"))


def elapsed_text(seconds: float) -> str:
    """Return how long something took: "12 ms", "1.3 s", "3:05"."""
    if seconds < 0.9995:
        return f"{max(seconds, 0) * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def moment_text(at: datetime, now: datetime | None = None) -> str:
    """Return a time to come: "22:00" today, "Mon 22:00" within a week, the date besides later."""
    when, today = at.astimezone(), (now or datetime.now(UTC)).astimezone()
    if when.date() == today.date():
        return when.strftime("%H:%M")
    return when.strftime("%a %H:%M" if when - today < timedelta(days=6) else "%Y-%m-%d %H:%M")


def context_reason(context: NegotiatedContext, *, by_us: bool) -> str:
    """Return why a presentation context was accepted or not, in one sentence; ``by_us`` where we decided."""
    name = sop_class_text(context.abstract_syntax)
    who = _say("We") if by_us else _say("The peer")
    if context.is_accepted:
        return _say("Instances go as {syntax}.").format(
            syntax=transfer_syntax_text(context.accepted_transfer_syntax or "")
        )
    proposed = ", ".join(transfer_syntax_text(uid) for uid in context.proposed_transfer_syntaxes)
    sentences = {
        ContextResult.ACCEPTED: _say("{who} accepted {name} as {syntax}, which was not proposed: it cannot be used."),
        ContextResult.USER_REJECTION: _say("{who} chose not to take {name} on this association."),
        ContextResult.NO_REASON: _say("{who} did not take {name} and gave no reason."),
        ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED: _say("{who} cannot take {name} at all."),
        ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED: _say("{who} can take {name}, but not as {proposed}."),
    }
    if by_us:
        sentences |= {
            ContextResult.USER_REJECTION: _say("{who} do not take {name}: our acceptance rules leave it out."),
            ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED: _say("{who} do not take {name}: not in our acceptance rules."),
        }
    syntax = transfer_syntax_text(context.accepted_transfer_syntax or "")
    return sentences[context.result].format(who=who, name=name, proposed=proposed, syntax=syntax)


def context_result_word(context: NegotiatedContext) -> str:
    """Return a few words for the result of a presentation context."""
    return {
        ContextResult.ACCEPTED: _say("Accepted") if context.is_accepted else _say("Encoding not proposed"),
        ContextResult.USER_REJECTION: _say("Rejected by choice"),
        ContextResult.NO_REASON: _say("Rejected, no reason"),
        ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED: _say("SOP class not taken"),
        ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED: _say("Encoding not taken"),
    }[context.result]


def status_code_text(status: int | None) -> str:
    """Return a DIMSE status as it stands in the standard: "0000", "A700"; "" for none."""
    return "" if status is None else f"{status:04X}"

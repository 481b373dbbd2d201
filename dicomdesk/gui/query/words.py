"""What is said of a question: how far it is, what came, what is odd about it, and what can be done."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui import wording
from dicomdesk.gui.panels.details import Action, Details
from dicomdesk.gui.query.asking import MOST_ANSWERS, Asking, AskingState
from dicomdesk.gui.theme import Tone
from dicomdesk.records import dataclass

__all__ = ["Situation", "describe", "found_text", "oddities", "progress_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What there is to be told of."""

    askings: Sequence[Asking]
    level: Level | None
    """Of the rows at the top; None for a worklist."""
    found: int
    """Rows at the top."""
    passing: int
    """Of these, those that pass the filter."""
    ask_rest: Callable[[], None]
    ask_again: Callable[[], None]


def _say(text: str) -> str:
    return QCoreApplication.translate("query_words", text)


def found_text(count: int, level: Level | None) -> str:
    """Return "12 studies"."""
    if level is None:
        return wording.plural(count, _say("{count} scheduled step"), _say("{count} scheduled steps"))
    if level is Level.PATIENT:
        return wording.plural(count, _say("{count} patient"), _say("{count} patients"))
    return wording.plural(count, _say("{count} study"), _say("{count} studies"))


def describe(situation: Situation) -> Details:
    """Return what is said below the results."""
    askings = situation.askings
    if not askings:
        return Details(
            title=_say("Nothing was asked yet"),
            text=_say("Choose peers at the top or type one, fill in what you know, and press Query."),
            icon="info",
            tone=Tone.QUIET,
        )
    found = found_text(situation.found, situation.level)
    if any(asking.state is AskingState.ASKING for asking in askings):
        return _running(askings, found)
    failed = [asking for asking in askings if asking.state is AskingState.FAILED]
    if failed:
        return _failed(situation, failed, found)
    cut = [asking for asking in askings if asking.state is AskingState.CUT]
    if cut:
        return _cut(situation, cut, found)
    if any(asking.state is AskingState.CANCELLED for asking in askings):
        return Details(
            title=_say("Stopped. {found} had come").format(found=found),
            text=oddities(askings),
            icon="stop",
            tone=Tone.WARNING,
            actions=(Action(word=_say("Ask again"), run=situation.ask_again, icon="retry"),),
        )
    if not situation.found:
        tone = Tone.WARNING if any(map(_is_odd, askings)) else Tone.QUIET
        return Details(title=_nothing_title(askings), text=_nothing_text(askings), icon="info", tone=tone)
    return _all_well(situation, found)


def progress_text(asking: Asking) -> str:
    """Return "PACS 14", with what became of it where that is not all."""
    words = {
        AskingState.ASKING: _say("{peer} {count}…"),
        AskingState.DONE: _say("{peer} {count}"),
        AskingState.CUT: _say("{peer} {count} (cut)"),
        AskingState.FAILED: _say("{peer} failed"),
        AskingState.CANCELLED: _say("{peer} {count} (stopped)"),
    }
    return words[asking.state].format(peer=asking.asked.word, count=wording.count_text(asking.matches))


def oddities(askings: Sequence[Asking]) -> str:
    """Return what is odd about the answers, in a few sentences; "" for nothing."""
    told = []
    for asking in askings:
        name = asking.asked.word
        counts = (
            (asking.unreadable, _say("{count} answer cannot be read"), _say("{count} answers cannot be read")),
            (asking.odd_levels, _say("{count} answer says another level"), _say("{count} answers say another level")),
            (
                asking.nameless,
                _say("{count} answer has no UID or ID, and cannot be opened or retrieved"),
                _say("{count} answers have no UID or ID, and cannot be opened or retrieved"),
            ),
            (asking.repeated, _say("{count} answer came twice"), _say("{count} answers came twice")),
            (
                asking.partial,
                _say("for {count} answer not all keys were taken into account"),
                _say("for {count} answers not all keys were taken into account"),
            ),
            (
                asking.undecodable,
                _say("{count} answer has text that its character set cannot have"),
                _say("{count} answers have text that their character set cannot have"),
            ),
        )
        words = [wording.plural(count, one, many) for count, one, many in counts if count]
        if words:
            told.append(_say("{peer}: {words}.").format(peer=name, words="; ".join(words)))
    return " ".join(told)


def _running(askings: Sequence[Asking], found: str) -> Details:
    waiting = [asking.asked.word for asking in askings if asking.state is AskingState.ASKING]
    title = _say("Asking {peers}… {found} so far").format(peers=_names(waiting), found=found)
    over = [_ended_text(asking) for asking in askings if asking.state is not AskingState.ASKING]
    return Details(title=title, text=" ".join(over) or _say("Escape stops it; what has come stays."), icon="search")


def _failed(situation: Situation, failed: Sequence[Asking], found: str) -> Details:
    others = [asking for asking in situation.askings if asking not in failed]
    names = _names([asking.asked.word for asking in failed])
    if any(asking.matches for asking in failed):
        title = _say("{peers} broke off; {found} had come").format(peers=names, found=found)
    else:
        title = _say("{peers} did not answer the query").format(peers=names)
    texts = [_reason(asking, alone=len(situation.askings) == 1) for asking in failed]
    texts += [_ended_text(asking) for asking in others]
    texts.append(oddities(situation.askings))
    return Details(
        title=title,
        text=" ".join(text for text in texts if text),
        icon="failed",
        tone=Tone.BAD,
        actions=(Action(word=_say("Ask again"), run=situation.ask_again, icon="retry"),),
        can_copy=True,
    )


def _cut(situation: Situation, cut: Sequence[Asking], found: str) -> Details:
    texts = [_reason(asking, alone=False) for asking in cut]
    can_split = [asking for asking in cut if _can_split(asking)]
    actions: tuple[Action, ...] = ()
    if can_split:
        texts.append(_say("Asking again for parts of the date range, until none is cut, brings the rest."))
        actions = (Action(word=_say("Get the rest by dates"), run=situation.ask_rest, icon="search"),)
    else:
        texts.append(_say("Narrow the query: a longer part of the name, fewer days, one modality."))
    texts.append(oddities(situation.askings))
    return Details(
        title=_say("{found}, and there may be more").format(found=found),
        text=" ".join(text for text in texts if text),
        icon="warning",
        tone=Tone.WARNING,
        actions=actions,
    )


def _can_split(asking: Asking) -> bool:
    """Whether asking again by dates would bring more."""
    question = asking.question
    return question.level is Level.STUDY and not question.splits_dates and asking.matches < MOST_ANSWERS


def _all_well(situation: Situation, found: str) -> Details:
    title = found
    if situation.passing != situation.found:
        title = _say("{passing} of {found} pass the filter").format(
            passing=wording.count_text(situation.passing), found=found
        )
    several = [_ended_text(asking) for asking in situation.askings] if len(situation.askings) > 1 else []
    hint = _say("Right opens a row, Return retrieves what is chosen.") if not several else ""
    texts = [*several, oddities(situation.askings) or hint]
    is_odd = any(map(_is_odd, situation.askings))
    return Details(
        title=title,
        text=" ".join(text for text in texts if text),
        icon="warning" if is_odd else "info",
        tone=Tone.WARNING if is_odd else Tone.QUIET,
    )


def _is_odd(asking: Asking) -> bool:
    """Whether somebody should know; keys that are not supported are usual."""
    return bool(asking.unreadable + asking.odd_levels + asking.nameless + asking.repeated + asking.undecodable)


def _nothing_title(askings: Sequence[Asking]) -> str:
    return _say("{peers} found nothing").format(peers=_names([asking.asked.word for asking in askings]))


def _nothing_text(askings: Sequence[Asking]) -> str:
    odd = oddities(askings)
    hint = _say(
        "Try less: the beginning of the name, any date, no modality. Some peers answer nothing to a query without keys."
    )
    return f"{odd} {hint}" if odd else hint


def _ended_text(asking: Asking) -> str:
    name = asking.asked.word
    if asking.state is AskingState.FAILED:
        return _reason(asking, alone=False)
    answers = wording.plural(asking.matches, _say("{count} answer"), _say("{count} answers"))
    return _say("{peer}: {answers}.").format(peer=name, answers=answers)


def _reason(asking: Asking, *, alone: bool) -> str:
    reason = wording.sentence(wording.capitalised(asking.reason))
    return reason if alone else f"{asking.asked.word}: {reason}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} +{len(names) - 2}"

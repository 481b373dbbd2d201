"""Finds what failed in a line of a log, of ours or of DCMTK's tools, in a status, in the numbers of a rejection."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from dicomdesk.engine.explain import asking, connecting, keeping, working
from dicomdesk.engine.explain.failure import Area, Failure
from dicomdesk.errors import (
    ChangedError,
    ConfigurationError,
    ConversionError,
    DataError,
    DicomdeskError,
    DictionaryError,
    HostLostError,
    IllegalAeTitleError,
    IndexBusyError,
    IndexDamagedError,
    IndexUnusableError,
    InvalidUidError,
    JournalError,
    KeyPassPhraseError,
    ListStateError,
    LogConfigurationError,
    NotDicomError,
    ProfileError,
    ProposalTooLongError,
    ReportError,
    TlsSettingsError,
    TruncatedError,
)
from dicomdesk.logs import Explanation
from dicomdesk.network.status import DimseService, Status
from dicomdesk.network.status_meanings import explain_status
from dicomdesk.records import dataclass

__all__ = [
    "FAILURES",
    "Sighting",
    "explain_all",
    "explain_error",
    "explain_line",
    "explain_lines",
    "explain_rejection",
    "explain_text",
    "find_failure",
    "name_titles",
    "status_failure",
]

FAILURES = (
    *connecting.REJECTED,
    *asking.SETTINGS,
    *keeping.CONFIGURATION,
    *keeping.JOURNALS,
    *working.RECEIVING,
    *connecting.CONNECTING,
    *connecting.TLS,
    *working.RETRIEVING,
    *working.TRANSFER,
    *connecting.ASSOCIATING,
    *keeping.ARCHIVE,
    *keeping.KEPT,
    *working.FILES,
    *keeping.LIMITS,
    *asking.COMMAND_LINE,
)
"""All that have words of their own; where a line fits several, the first explains it."""

_BY_KEY = {failure.key: failure for failure in FAILURES}
_REJECTION = re.compile(r"(?<![\d.])([12])\s*[/,]\s*([123])\s*[/,]\s*(\d{1,3})(?![\d.])")
_WHOLE_STATUS = re.compile(r"(?:0x)?([0-9a-f]{4})H?", re.IGNORECASE)
_STATUS = re.compile(r"\b0x([0-9a-f]{4})\b|\b([0-9A-F]{4})H\b|\bstatus:?\s+(?:0x)?([0-9a-f]{4})\b", re.IGNORECASE)
_JSON_STATUS = re.compile(r'"status": ?(\d{1,5})\b')
_UNPADDED_STATUS = re.compile(r"Unknown Status:\s*0x([0-9a-f]{1,4})\b", re.IGNORECASE)
_SERVICES = (
    (re.compile(r"find|query|worklist", re.IGNORECASE), DimseService.C_FIND),
    (re.compile(r"move", re.IGNORECASE), DimseService.C_MOVE),
    (re.compile(r"\bc-?get|getscu|\bget ", re.IGNORECASE), DimseService.C_GET),
    (re.compile(r"echo", re.IGNORECASE), DimseService.C_ECHO),
    (re.compile(r"n-action|commit", re.IGNORECASE), DimseService.N_ACTION),
)
_LONGEST_LINE = 4096
_MOST_LINES = 1000
_BARE_STATUS = 6
"""Letters of a status by itself, which is no line."""
_NO_REASON = "Reason: No Reason"
_TRANSIENT = 2
"""Result of a rejection that invites another try."""
_LATER = "Try again later"
_UNKNOWN_CALLER, _UNKNOWN_CALLED = "rejected-1-3", "rejected-1-7"
_OUR_TITLE = re.compile(r'our AE title, "([^"]*)"')
_THEIR_TITLE = re.compile(r'we used for it, "([^"]*)"')


@dataclass(frozen=True, slots=True)
class Sighting:
    """A failure that lines tell of."""

    failure: Failure
    lines: tuple[int, ...]
    """Which, from 1; not all of very many."""


@cache
def _patterns() -> list[tuple[re.Pattern[str], Failure]]:
    """What is looked for; made when a line is looked at, not when a tool starts."""
    return [(re.compile("|".join(each.patterns), re.IGNORECASE), each) for each in FAILURES if each.patterns]


def find_failure(key: str) -> Failure:
    """The failure of that key; raises KeyError."""
    return _BY_KEY[key]


def explain_text(text: str, service: str = "") -> list[Failure]:
    """What a line tells of, without what is told twice; [] where nothing is recognised.

    ``service`` is what a status answers, such as "C-MOVE"; "" takes it from the words around it.
    """
    line = text.strip()[:_LONGEST_LINE]
    found = [*_rejections(line), *_statuses(line, service)]
    if not found:
        found = [failure for pattern, failure in _patterns() if pattern.search(line)][:1]
    return list(dict.fromkeys(found))


def explain_line(line: str) -> Explanation | None:
    """Why a line of ours, or of DCMTK's, that tells of a failure was written, and what to do; None if nothing is known.

    Numbers by themselves mean nothing here: they may be part of a path.
    """
    text = line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE // 2] + line[-_LONGEST_LINE // 2 :]
    failure = next((failure for pattern, failure in _patterns() if pattern.search(text)), None)
    if failure is None and len(text) > _BARE_STATUS:
        failure = next(_statuses(text, ""), None)
    if failure is None:
        return None
    calling, called = (found[1] if (found := title.search(text)) else "" for title in (_OUR_TITLE, _THEIR_TITLE))
    return name_titles(failure, calling, called)


def name_titles(failure: Failure, calling: str, called: str) -> Explanation:
    """What a failure means, with the AE titles that are concerned; "" for one that is not known."""
    cause, advice = failure.cause, failure.advice
    if calling and failure.key == _UNKNOWN_CALLER:
        cause = cause.replace("our AE title", f'our AE title "{calling}"', 1)
        advice = advice.replace("our AE title", f'"{calling}"', 1)
    if called and failure.key == _UNKNOWN_CALLED:
        cause = cause.replace("by the AE title that was used for it", f'"{called}"', 1)
    return Explanation(cause, advice)


_BY_CLASS: tuple[tuple[type[DicomdeskError], str], ...] = (
    (KeyPassPhraseError, "key-passphrase"),
    (ConversionError, "cannot-convert"),
    (TruncatedError, "file-cut"),
    (InvalidUidError, "uid-missing"),
    (NotDicomError, "file-not-dicom"),
    (ChangedError, "file-changed"),
    (DataError, "file-not-usable"),
    (ProfileError, "profile"),
    (ConfigurationError, "configuration"),
    (LogConfigurationError, "log-configuration"),
    (DictionaryError, "dictionary"),
    (IllegalAeTitleError, "what-is-proposed"),
    (ProposalTooLongError, "what-is-proposed"),
    (TlsSettingsError, "key-or-certificate"),
    (ListStateError, "list-state"),
    (JournalError, "journal"),
    (IndexBusyError, "index-busy"),
    (IndexDamagedError, "index-damaged"),
    (IndexUnusableError, "database-down"),
    (ReportError, "report-not-written"),
    (HostLostError, "engine-gone"),
)
"""Errors of a kind that has one meaning, whatever their words; the first that fits."""


def explain_error(error: DicomdeskError) -> Explanation | None:
    """Why an error was raised, and what to do: by its words, else by its kind; None if nothing is known."""
    known = explain_line(str(error))
    if known is not None:
        return known
    failure = next((_BY_KEY[key] for kind, key in _BY_CLASS if isinstance(error, kind)), None)
    return None if failure is None else Explanation(failure.cause, failure.advice)


def explain_all(text: str) -> list[Failure]:
    """Every failure of the table whose words are in a sentence of ours."""
    return [failure for pattern, failure in _patterns() if pattern.search(text)]


def explain_lines(lines: Iterable[str], service: str = "") -> list[Sighting]:
    """What the lines of a log or report tell of, each failure once, in the order of its first line."""
    seen: dict[Failure, list[int]] = {}
    before = ""
    for number, line in enumerate(lines, 1):
        # the line that says who rejected stands above the one that says why
        text = f"{before} {line}" if _NO_REASON in line else line
        for failure in explain_text(text, service):
            numbers = seen.setdefault(failure, [])
            if len(numbers) < _MOST_LINES:
                numbers.append(number)
        before = line
    return [Sighting(failure, tuple(numbers)) for failure, numbers in seen.items()]


def explain_rejection(result: int, source: int, reason: int) -> Failure:
    """The failure for the numbers of an A-ASSOCIATE-RJ (PS3.8 9.3.4)."""
    key = f"rejected-{source}-{reason}"
    known = _BY_KEY.get(key) or Failure(
        key,
        Area.REJECTED,
        f"The peer rejected the association for a reason that the standard does not define ({source}/{reason}).",
        "The peer's program does not follow the standard here.",
        "Ask the administrator of the peer; look into its log.",
    )
    if result != _TRANSIENT or known.advice.startswith(_LATER):
        return known
    return replace(known, advice=f"{_LATER}. {known.advice}")


def status_failure(status: int, service: DimseService = DimseService.C_STORE) -> Failure | None:
    """A status as a failure, None for one that is none."""
    meaning = explain_status(status, service)
    if not meaning.cause:
        return None
    name = f" ({meaning.name})" if meaning.name else ""
    area = Area.TRANSFER if service is DimseService.C_STORE else Area.RETRIEVING
    sentence = f"The peer answered {service.value} with the status {status:04X}H{name}."
    return Failure(f"status-{service.value.lower()}-{status:04x}", area, sentence, meaning.cause, meaning.advice)


def _rejections(line: str) -> Iterator[Failure]:
    for match in _REJECTION.finditer(line):
        result, source, reason = map(int, match.groups())
        yield explain_rejection(result, source, reason)


def _statuses(line: str, service: str) -> Iterator[Failure]:
    answered = (
        DimseService(service) if service else next((each for pattern, each in _SERVICES if pattern.search(line)), None)
    )
    whole = _WHOLE_STATUS.fullmatch(line)
    numbers = [whole.group(1)] if whole else [next(filter(None, each.groups())) for each in _STATUS.finditer(line)]
    numbers += [each.group(1) for each in _UNPADDED_STATUS.finditer(line)]
    decimals = [int(each.group(1)) for each in _JSON_STATUS.finditer(line)]
    for status in (*(int(number, 16) for number in numbers), *decimals):
        failure = status_failure(status, answered or _likely_service(status))
        if failure is not None:
            yield failure


def _likely_service(status: int) -> DimseService:
    """The first that the standard defines the number for; a query for what is pending or cancelled."""
    if status >= Status.CANCEL:
        return DimseService.C_FIND
    return next((each for each in DimseService if explain_status(status, each).name), DimseService.C_STORE)

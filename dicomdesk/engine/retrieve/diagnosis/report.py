"""What came of a retrieve job, as a document for JSON and as lines of text: all counts, UIDs, methods and causes."""

from collections.abc import Iterator, Mapping, Sequence

from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
from dicomdesk.human import count_text, printable

__all__ = ["report_document", "report_lines"]

_Value = str | int | bool | None | Sequence["_Value"] | Mapping[str, "_Value"]


def report_document(outcome: RetrieveOutcome) -> Mapping[str, _Value]:
    """The keys: ``outcome``, ``text``, ``announced``, ``reported`` (``completed``, ``failed``, ``warning``).

    Then ``arrived``, ``stored``, ``unasked``, ``missing`` and ``refused`` (SOP Instance UIDs), ``methods`` (``method``,
    ``reason``, ``is_retry``), ``diagnoses`` (see ``Diagnosis.document``), ``failure`` and ``error``. A number that
    nobody knows is null.
    """
    reported = outcome.reported
    return {
        "outcome": outcome.outcome.value,
        "text": printable(outcome.text),
        "announced": outcome.announced,
        "reported": {"completed": reported.completed, "failed": reported.failed, "warning": reported.warning},
        "arrived": outcome.arrived,
        "stored": outcome.stored,
        "unasked": outcome.unasked,
        "missing": [printable(uid) for uid in outcome.missing],
        "refused": [printable(uid) for uid in outcome.refused],
        "methods": [
            {"method": chosen.method.value, "reason": printable(chosen.reason), "is_retry": chosen.is_retry}
            for chosen in outcome.choices
        ],
        "diagnoses": [diagnosis.document for diagnosis in outcome.diagnoses],
        "failure": outcome.failure.value if outcome.failure is not None else "",
        "error": printable(str(outcome.error or "")),
    }


def report_lines(outcome: RetrieveOutcome) -> list[str]:
    """For people, printable."""
    return list(_lines(outcome))


def _lines(outcome: RetrieveOutcome) -> Iterator[str]:
    yield printable(outcome.text)
    reported = outcome.reported
    counts = {
        "announced": outcome.announced,
        "reported sent": reported.completed + reported.warning,
        "reported failed": reported.failed,
        "arrived": outcome.arrived,
        "stored": outcome.stored,
        "missing": len(outcome.missing) if outcome.announced is not None else None,
        "not asked for": outcome.unasked or None,
    }
    for name, count in counts.items():
        if count is not None:
            yield f"{name + ':':<17}{count_text(count, 'instance')}"
    for chosen in outcome.choices:
        yield printable(chosen.reason)
    for diagnosis in outcome.diagnoses:
        yield from diagnosis.lines

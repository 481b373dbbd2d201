"""Report on a transfer as a page to be looked at and printed on A4: summary, then what needs attention, then all.

One HTML file without any part from elsewhere and without scripts. What comes from files and peers is escaped.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from itertools import islice
from typing import Final

from dicomdesk.engine.delivery.report import ItemRecord, Report, sop_class_name
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.human import count_text, printable
from dicomdesk.network.status import status_text

__all__ = ["page_pieces"]

_STORED: Final = frozenset({ItemOutcome.STORED, ItemOutcome.WARNING})
_OUTCOMES: Final = {
    ItemOutcome.STORED: "stored",
    ItemOutcome.WARNING: "stored, with a warning",
    ItemOutcome.REFUSED: "refused by the peer",
    ItemOutcome.NOT_SENT: "not sent",
    ItemOutcome.FAILED: "sent, without an answer",
}
_COMMITMENTS: Final = {
    "committed": "committed",
    "not-committed": "not committed",
    "unanswered": "no word in time",
    "asked": "asked",
    "not-asked": "not asked",
}
_ENDS: Final = {
    JobOutcome.COMPLETED: "The transfer ran to its end.",
    JobOutcome.FAILED: "The transfer ended early.",
    JobOutcome.CANCELLED: "The transfer was cancelled.",
}
_STYLE: Final = """
:root { color-scheme: light; }
body { font: 10pt/1.35 system-ui, sans-serif; color: #111; background: #fff; }
body { margin: 12mm auto; max-width: 190mm; padding: 0 4mm; }
h1 { font-size: 16pt; margin: 0 0 2mm; } h2 { font-size: 12pt; margin: 26px 0 6px; }
table { border-collapse: collapse; width: 100%; } thead { display: table-header-group; }
th, td { text-align: left; vertical-align: top; padding: .7mm 1.5mm; border-bottom: .2mm solid #bbb; }
td { overflow-wrap: anywhere; }
th { border-bottom: .4mm solid #444; font-weight: 600; } tr { break-inside: avoid; }
.summary th { width: 45mm; border-bottom: .2mm solid #bbb; } .number { text-align: right; white-space: nowrap; }
.uid { font: 8pt/1.3 monospace; } .good { color: #14601d; } .bad { color: #8f1414; font-weight: 600; }
.verdict { font-size: 12pt; margin: 3mm 0; } .quiet { color: #555; }
@page { size: A4; margin: 15mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 8.5pt; } h2 { break-after: avoid; } }
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page_pieces(report: Report, at: datetime, *, most_rows: int | None = None) -> Iterator[str]:
    """Yield the page in pieces; ``at`` is the time shown, in its zone.

    Each table has ``most_rows`` at most, and says how many it leaves out; None has all.
    """
    title = f"Transfer to {report.called_ae_title}, {at:%Y-%m-%d %H:%M}"
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    )
    yield from _summary(report, at)
    attention = [item for item in report.items if _needs_attention(report, item)]
    if attention:
        yield f"<h2>What needs attention ({len(attention):,})</h2>\n"
        yield from _instances(report, attention, most_rows)
    if report.skipped:
        yield f"<h2>Inputs that were not taken ({len(report.skipped):,})</h2>\n<table>\n"
        yield "<thead><tr><th>Input</th><th>Reason</th></tr></thead>\n<tbody>\n"
        for skipped in report.skipped[:most_rows]:
            yield f"<tr><td><bdi>{_text(skipped.path)}</bdi></td><td><bdi>{_text(skipped.reason)}</bdi></td></tr>\n"
        yield "</tbody>\n</table>\n"
        yield _left_out(len(report.skipped), most_rows)
    if report.items:
        yield f"<h2>All instances ({len(report.items):,})</h2>\n"
        yield from _instances(report, report.items, most_rows)
    yield "</body>\n</html>\n"


def _summary(report: Report, at: datetime) -> Iterator[str]:
    total, stored = len(report.items), report.stored
    is_good = report.is_all_stored and report.job_outcome is JobOutcome.COMPLETED
    counts = report.count_commitments()
    committed = next((count for state, count in counts.items() if state.value == "committed"), 0)
    verdict = f"{stored:,} of {count_text(total, 'instance')} stored by the peer"
    if report.commitments is not None:
        verdict += f", {committed:,} committed"
        is_good = is_good and committed == stored
    yield "<h1>Report on the transfer of instances</h1>\n"
    yield f'<p class="verdict {"good" if is_good else "bad"}">{verdict}.</p>\n'
    why = ". ".join(filter(None, (report.failure.removesuffix("."), report.failure_cause)))
    yield f"<p>{_ENDS[report.job_outcome]} <bdi>{_text(f'{why} {report.failure_advice}'.strip())}</bdi></p>\n"
    yield '<table class="summary" cellspacing="0" cellpadding="4">\n<tbody>\n'
    place = f"{report.peer_host}:{report.peer_port}" if report.peer_port else report.peer_host
    yield _fact("Peer", f"{report.called_ae_title} at {place}")
    yield _fact("Called as", report.calling_ae_title)
    yield _fact("Time", f"{at:%Y-%m-%d %H:%M:%S %Z}".rstrip())
    if report.associations:  # nobody has counted those of a journal
        yield _fact("Associations", f"{report.associations:,}")
    outcomes = Counter(item.outcome for item in report.items)
    for outcome, words in _OUTCOMES.items():
        if outcomes[outcome]:
            yield _fact(words[0].upper() + words[1:], f"{outcomes[outcome]:,}")
    by_name = {state.value: count for state, count in counts.items()}
    for name, words in _COMMITMENTS.items():
        if by_name.get(name):
            yield _fact(f"Commitment: {words}", f"{by_name[name]:,}")
    if report.deletions is not None:
        yield _fact("Files deleted", f"{sum(map(report.is_deleted, report.items)):,}")
    if report.skipped:
        yield _fact("Inputs not taken", f"{len(report.skipped):,}")
    yield "</tbody>\n</table>\n"


def _fact(name: str, value: str) -> str:
    return f"<tr><th>{_text(name)}</th><td><bdi>{_text(value)}</bdi></td></tr>\n"


def _needs_attention(report: Report, item: ItemRecord) -> bool:
    if item.outcome is not ItemOutcome.STORED:
        return True
    commitment = report.commitment_of(item)
    return commitment is not None and commitment.state.value != "committed"


def _instances(report: Report, items: Sequence[ItemRecord], most_rows: int | None) -> Iterator[str]:
    has_commitments = report.commitments is not None
    heads = ["No.", "File and instance", "Outcome", *(["Commitment"] if has_commitments else [])]
    cells = "".join(f"<th>{head}</th>" for head in heads)
    yield f'<table cellspacing="0" cellpadding="4">\n<thead><tr>{cells}</tr></thead>\n<tbody>\n'
    for item in islice(items, most_rows):
        yield _row(report, item)
    yield "</tbody>\n</table>\n"
    yield _left_out(len(items), most_rows)


def _left_out(count: int, most_rows: int | None) -> str:
    more = 0 if most_rows is None else max(count - most_rows, 0)
    return f'<p class="quiet">{more:,} more are in the report as a file.</p>\n' if more else ""


def _row(report: Report, item: ItemRecord) -> str:
    kind = "good" if item.outcome in _STORED else "bad"
    status = "" if item.status is None else f" ({item.status:04X}H, {status_text(item.status)})"
    deleted = '<br><span class="quiet">file deleted</span>' if report.is_deleted(item) else ""
    name = f"{sop_class_name(item.sop_class_uid)} " if item.sop_class_uid else ""
    cells = (
        f'<td class="number">{item.number:,}</td>'
        f"<td><bdi>{_text(item.path)}</bdi>{deleted}"
        f'<br><span class="uid">{_text(name)}<bdi>{_text(item.sop_instance_uid)}</bdi></span></td>'
        f'<td><span class="{kind}">{_OUTCOMES[item.outcome]}</span>{_text(status)}{_reason(item.reason)}</td>'
    )
    commitment = report.commitment_of(item)
    if commitment is not None:
        kind = "good" if commitment.state.value == "committed" else "bad"
        words = _COMMITMENTS[commitment.state.value]
        cells += f'<td><span class="{kind}">{words}</span>{_reason(commitment.text)}</td>'
    return f"<tr>{cells}</tr>\n"


def _advice(report: Report, item: ItemRecord) -> str:
    """Cause and advice, as far as the reason does not say them."""
    explained = report.explain(item)
    return _reason(" ".join(words for words in explained if words and words not in item.reason))


def _reason(text: str) -> str:
    return f"<br><bdi>{_text(text)}</bdi>" if text else ""


def _text(text: str) -> str:
    """Foreign text in one harmless line of HTML."""
    return escape(printable(text))

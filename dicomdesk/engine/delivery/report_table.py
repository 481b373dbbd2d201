"""Report on a transfer as a table (CSV, RFC 4180): a row for each instance, then one for each input that was not taken.

The columns are named by the keys of ``report_json``, and come where these do. No cell is taken for a formula.
"""

from collections.abc import Iterator, Sequence

from dicomdesk.dicom.lists.csv_cells import csv_line, harmless_cell
from dicomdesk.engine.delivery.report import ItemRecord, Report, sop_class_name, transfer_syntax_name
from dicomdesk.engine.explain.items import explain_input
from dicomdesk.human import printable
from dicomdesk.network.status import status_text

__all__ = ["table_lines"]

_COLUMNS = (
    "number",
    "path",
    "sop_instance_uid",
    "sop_class_uid",
    "sop_class_name",
    "transfer_syntax_uid",
    "transfer_syntax_name",
    "data_set_bytes",
    "association",
    "network_transfer_syntax_uid",
    "status",
    "status_text",
    "outcome",
    "reason",
    "attempts",
    "cause",
    "advice",
)
_COMMITMENT_COLUMNS = ("commitment", "commitment_text")
_DELETION_COLUMNS = ("file_deleted",)


def table_lines(report: Report) -> Iterator[str]:
    """Yield the lines of the table, each with its end; the first has the names of the columns."""
    columns = [*_COLUMNS]
    if report.commitments is not None:
        columns += _COMMITMENT_COLUMNS
    if report.deletions is not None:
        columns += _DELETION_COLUMNS
    yield csv_line(columns)
    for item in report.items:
        yield _line(_item_cells(report, item))
    for skipped in report.skipped:
        cells = dict.fromkeys(columns, "")
        cells |= {"path": skipped.path, "outcome": "skipped", "reason": skipped.reason}
        cells |= {"cause": explain_input(skipped.reason).cause, "advice": explain_input(skipped.reason).advice}
        yield _line(list(cells.values()))


def _line(cells: Sequence[str]) -> str:
    return csv_line([harmless_cell(printable(cell)) for cell in cells])


def _item_cells(report: Report, item: ItemRecord) -> list[str]:
    status = item.status
    explained = report.explain(item)
    cells = [
        str(item.number),
        item.path,
        item.sop_instance_uid,
        item.sop_class_uid,
        sop_class_name(item.sop_class_uid),
        item.transfer_syntax_uid,
        transfer_syntax_name(item.transfer_syntax_uid),
        str(item.data_set_bytes),
        str(item.association) if item.association else "",
        item.network_transfer_syntax_uid,
        "" if status is None else f"{status:04X}H",
        "" if status is None else status_text(status),
        item.outcome.value,
        item.reason,
        str(item.attempts),
        explained.cause,
        explained.advice,
    ]
    commitment = report.commitment_of(item)
    if commitment is not None:
        cells += [commitment.state.value, commitment.text]
    if report.deletions is not None:
        cells.append("yes" if report.is_deleted(item) else "no")
    return cells

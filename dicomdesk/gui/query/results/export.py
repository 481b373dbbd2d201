"""Results as files: CSV for spreadsheets, DICOM JSON for programs."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.documents.data_set import read_data_set
from dicomdesk.dicom.documents.dicom_json import json_object
from dicomdesk.dicom.query.attributes import RETRIEVE_AE_TITLE, Level
from dicomdesk.errors import DataError
from dicomdesk.gui.query.results.cells import PEER, result_columns
from dicomdesk.gui.query.results.result_nodes import Place, ResultNode

__all__ = ["csv_text", "json_text", "write_text"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(nodes: Sequence[ResultNode]) -> str:
    """Return a line for each row, with the columns of the list and the UID; a byte order mark makes it Unicode."""
    names = [column.title for column in result_columns()]
    stream = io.StringIO()
    stream.write("\ufeff")
    writer = csv.writer(stream)
    writer.writerow([*names, "UID"])
    for node in nodes:
        cells = [_cell(node, number) for number in range(len(names))]
        uid = "" if node.level is Level.PATIENT else node.result.unique_value(node.level)
        writer.writerow([_harmless(cell) for cell in (*cells, uid)])
    return stream.getvalue()


def json_text(nodes: Sequence[ResultNode]) -> str:
    """Return the answers of all peers as an array of the DICOM JSON model (PS3.18 F), one a line.

    Where an answer does not say where it can be retrieved from, the AE title of the peer stands there.
    """
    lines = [
        json.dumps(found, ensure_ascii=False) for node in nodes for place in node.places for found in _object(place)
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def write_text(path: Path, text: str) -> None:
    """Write a file, whole or not at all; raises OSError. Not for the Qt thread."""
    file = AtomicFile(str(path.parent))
    try:
        file.write((text.encode("utf-8", "replace"),))
        file.publish(path.name, replace=True)
    finally:
        file.discard()


def _object(place: Place) -> list[dict[str, object]]:
    try:
        found: dict[str, object] = dict(json_object(read_data_set(place.identifier, place.transfer_syntax_uid)))
    except DataError:
        return []
    found.setdefault(f"{RETRIEVE_AE_TITLE:08X}", {"vr": "AE", "Value": [place.asked.peer.ae_title]})
    return [found]


def _cell(node: ResultNode, column: int) -> str:
    if column == PEER:
        return node.peers_text
    return node.text(column).replace(",", "") if result_columns()[column].is_number else node.text(column)


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

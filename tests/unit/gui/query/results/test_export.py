import csv
import io
import json
from pathlib import Path

import pytest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.results import read_result
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.query.results.cells import cells_of
from dicomdesk.gui.query.results.export import csv_text, json_text, write_text
from dicomdesk.gui.query.results.result_nodes import Place, ResultNode
from dicomdesk.settings import AssociationSettings, Peer
from tests.helpers.data.datasets import EXPLICIT, Builder


def node(name: str = "Doe^Jane", uid: str = "1.2.3", identifier: bytes | None = None) -> ResultNode:
    build = Builder(EXPLICIT)
    data = identifier or b"".join(
        build.element(tag, vr, value)
        for tag, vr, value in (
            (0x00080005, "CS", "ISO_IR 192"),
            (0x00100010, "PN", name),
            (0x0020000D, "UI", uid),
            (0x00201208, "IS", "1200"),
        )
    )
    result = read_result(data, EXPLICIT)
    asked = AskedPeer(peer=Peer(host="h", port=104, ae_title="PACS"), association=AssociationSettings())
    return ResultNode(
        Level.STUDY, QueryModel.STUDY_ROOT, Place(asked, result, cells_of(Level.STUDY, result), data, EXPLICIT)
    )


def test_csv_has_a_line_for_each_row_with_its_uid() -> None:
    text = csv_text([node(), node("Roe^Rick", "1.2.4")])
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["Name"], row["Instances"], row["Peer"], row["UID"]) for row in rows] == [
        ("Doe, Jane", "1200", "PACS", "1.2.3"),
        ("Roe, Rick", "1200", "PACS", "1.2.4"),
    ]


@pytest.mark.parametrize("name", ["+cmd", "@SUM(A1)", "-2+3"])
def test_nothing_in_csv_is_a_formula(name: str) -> None:
    (row,) = csv.DictReader(io.StringIO(csv_text([node(name)]).removeprefix("\ufeff")))
    assert row["Name"] == f"'{name}"


def test_json_is_the_dicom_json_model_with_the_peer_that_has_it() -> None:
    (found,) = json.loads(json_text([node("Döe^Jane")]))
    assert found["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "Döe^Jane"}]}
    assert found["00080054"] == {"vr": "AE", "Value": ["PACS"]}
    assert json.loads(json_text([])) == []


def test_a_file_is_written_over_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    write_text(path, "new \udc80")
    assert path.read_text() == "new ?"
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]
    with pytest.raises(FileNotFoundError):
        write_text(tmp_path / "no" / "out.csv", "x")

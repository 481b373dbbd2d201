import csv
import io
import json

from dicomdesk.cli.findscu.forms import FormWriter, columns_of
from dicomdesk.cli.query.inputs import make_identifiers
from dicomdesk.cli.query.options import Form
from dicomdesk.dicom.documents.data_set import DataSet, read_data_set
from tests.helpers.data.datasets import EXPLICIT, Builder

BUILDER = Builder()
KEYS = (
    "QueryRetrieveLevel=STUDY",
    "PatientName=D*",
    "0040,0100[0].Modality",
    "Rows",
    "0029,1001",
    "ReferencedStudySequence",
)


def response(name: str, modality: str = "CT") -> DataSet:
    item = BUILDER.item(BUILDER.element(0x00080060, "CS", modality))
    data = BUILDER.element(0x00080005, "CS", "ISO_IR 192") + BUILDER.element(0x00100010, "PN", name)
    data += BUILDER.element(0x00280010, "US", 5) + BUILDER.sequence(0x00400100, item)
    return read_data_set(data, EXPLICIT)


def written(form: Form, *responses: DataSet, keys: tuple[str, ...] = KEYS, flushes: bool = True) -> str:
    parts: list[str] = []

    def write(text: str) -> bool:
        parts.append(text)
        return True

    writer = FormWriter(form, columns_of(make_identifiers((), keys).data_sets), write)
    for one in responses:
        writer.take(one)
        if flushes:
            writer.flush()
    writer.end()
    return "".join(parts)


def test_a_column_stands_for_each_key() -> None:
    columns = columns_of(make_identifiers((), KEYS).data_sets)
    names = [column.name for column in columns]
    assert names == ["PatientName", "Rows", "0029,1001", "ScheduledProcedureStepSequence[0].Modality"]
    assert [column.value_in(response("Doe")) for column in columns] == ["Doe", "5", "", "CT"]
    assert columns[3].value_in(DataSet()) == ""


def test_json_has_one_response_a_line() -> None:
    lines = written(Form.JSON, response("Doe"), response("王")).splitlines()
    assert [json.loads(line)["00100010"]["Value"] for line in lines] == [
        [{"Alphabetic": "Doe"}],
        [{"Alphabetic": "王"}],
    ]


def test_csv_has_a_heading_and_harmless_cells() -> None:
    rows = list(csv.reader(io.StringIO(written(Form.CSV, response('Doe "x", y'), response("=1+2"), response("-5")))))
    assert [row[0] for row in rows] == ["PatientName", 'Doe "x", y', "'=1+2", "-5"]
    assert rows[1] == ['Doe "x", y', "5", "", "CT"]


def test_csv_without_matches_is_its_heading() -> None:
    assert written(Form.CSV, keys=("PatientID",)) == "PatientID\r\n"


def test_table_is_as_wide_as_its_cells() -> None:
    keys = ("PatientName", "Rows", "0040,0100[0].Modality")
    assert written(Form.TABLE, response("Doe"), response("王王", "MR"), keys=keys).splitlines() == [
        "PatientName  Rows  ScheduledProcedureStepSequence[0].Modality",
        "-----------  ----  ------------------------------------------",
        "Doe          5     CT",
        "王王         5     MR",
    ]


def test_table_begins_before_a_long_answer_ends() -> None:
    parts: list[str] = []

    def write(text: str) -> bool:
        parts.append(text)
        return True

    writer = FormWriter(Form.TABLE, columns_of(make_identifiers((), ("PatientName",)).data_sets), write)
    for _ in range(250):
        writer.take(response("Doe"))
        writer.flush()
    assert len("".join(parts).splitlines()) == 252


def test_terminals_are_safe_from_names() -> None:
    assert "\x1b" not in written(Form.TABLE, response("\x1b[2J"), keys=("PatientName",))


def test_what_cannot_be_written_is_remembered() -> None:
    writer = FormWriter(Form.JSON, (), lambda _text: False)
    writer.take(response("Doe"))
    writer.flush()
    assert writer.is_lost

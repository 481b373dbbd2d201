from dicomdesk.cli.query.options import Form
from dicomdesk.cli.query.rows import RowWriter


def writer(form: Form, *names: str) -> tuple[RowWriter, list[str]]:
    parts: list[str] = []

    def write(text: str) -> bool:
        parts.append(text)
        return True

    return RowWriter(form, names, write), parts


def test_the_first_row_of_a_table_does_not_wait_for_its_neighbours() -> None:
    rows, parts = writer(Form.TABLE, "Name", "Size")
    rows.take_row(("Doe", "1"))
    rows.flush()
    assert parts == ["Name  Size\n----  ----\nDoe   1\n"]


def test_columns_grow_with_what_comes_later() -> None:
    rows, parts = writer(Form.TABLE, "Name", "Size")
    for cells in (("Doe", "1"), ("Schmidt", "2"), ("Li", "3")):
        rows.take_row(cells)
        rows.flush()
    assert "".join(parts).splitlines()[2:] == ["Doe   1", "Schmidt  2", "Li       3"]


def test_csv_has_no_nul() -> None:
    rows, parts = writer(Form.CSV, "Name")
    rows.take_row(("a\0b",))
    rows.end()
    assert parts == ["Name\r\na\N{REPLACEMENT CHARACTER}b\r\n"]


def test_a_table_without_rows_is_its_heading() -> None:
    rows, parts = writer(Form.TABLE, "Name")
    rows.end()
    assert parts == ["Name\n----\n"]

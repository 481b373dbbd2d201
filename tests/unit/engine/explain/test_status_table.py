"""Statuses as rows of a table."""

from dicomdesk.engine.explain.status_table import SERVICES, common_rows, own_rows


def test_ranges_are_one_row_each() -> None:
    numbers = [row.number for row in own_rows("C-STORE")]
    assert numbers == sorted(numbers)
    assert {"A7xx", "A9xx", "Cxxx", "B000", "B006", "B007"} <= set(numbers)


def test_a_service_has_what_is_its_own_only() -> None:
    common = {row.number for row in common_rows()}
    assert {"0110", "0122", "0124", "0213", "FE00"} <= common
    for service in SERVICES:
        for row in own_rows(service):
            assert row not in common_rows()
            assert all(row) or row.number == "FF00"

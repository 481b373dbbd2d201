import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.receive.book.related_counts import read_related_counts
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT, Builder

DEFLATED = "1.2.840.10008.1.2.1.99"


def data_set(syntax: str, study: str, series: str) -> bytes:
    builder = Builder(syntax)
    counts = builder.element(0x00201208, "IS", study) + builder.element(0x00201209, "IS", series)
    return builder.instance() + counts + builder.element(0x00280010, "US", 7)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, "1.2.840.10008.1.2.2"])
def test_counts_that_an_instance_carries_are_read(syntax: str) -> None:
    assert read_related_counts(b"meta" + data_set(syntax, "100", "60"), 4, syntax) == (100, 60)


def test_an_instance_without_counts_or_with_odd_ones_says_nothing() -> None:
    assert read_related_counts(Builder().instance(), 0, EXPLICIT) == (None, None)
    assert read_related_counts(data_set(EXPLICIT, "many", "-1"), 0, EXPLICIT) == (None, None)
    assert read_related_counts(data_set(EXPLICIT, "100", "60"), 0, DEFLATED) == (None, None)
    assert read_related_counts(b"", 0, "1.2.3") == (None, None)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_no_bytes_make_it_fail(data: bytes, offset: int) -> None:
    for syntax in (EXPLICIT, IMPLICIT):
        assert len(read_related_counts(data, offset, syntax)) == 2

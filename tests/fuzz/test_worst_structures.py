"""No data set costs the check of its structure much more than any other of its size, counted in steps."""

from random import Random

import pytest

from dicomdesk.dicom.encodings import EXPLICIT_LITTLE
from tests.fuzz.properties import counted_steps
from tests.fuzz.worst_structures import KINDS, check, ct_header, search, steps_of

MOST_TIMES = 50
"""Steps for each byte against those of a CT's header."""
MOST_GROWTH = 4.4
"""Steps with four times the size."""
BYTES = 4096


def _plain_steps() -> float:
    """For each byte of a CT's header."""
    header = ct_header()
    check(header, EXPLICIT_LITTLE)
    return steps_of(header, EXPLICIT_LITTLE) / len(header)


@pytest.mark.parametrize("name", KINDS)
def test_steps_are_in_proportion_to_the_size(name: str) -> None:
    encoding, make = KINDS[name]
    small, large = make(BYTES), make(4 * BYTES)
    most = int(MOST_TIMES * _plain_steps() * len(large))
    check(make(64), encoding)
    with counted_steps(most):
        check(small, encoding)
    with counted_steps(most):
        check(large, encoding)
    assert steps_of(large, encoding) <= MOST_GROWTH * max(100, steps_of(small, encoding))


@pytest.mark.parametrize("seed", range(3))
def test_search_for_dearer_ones_finds_none(seed: int) -> None:
    dear, data = search(Random(seed), 300)
    assert dear <= MOST_TIMES * _plain_steps(), data

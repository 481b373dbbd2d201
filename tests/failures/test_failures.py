"""Every failure is told with its cause and what to do, in all forms, with the right exit code, and leaves nothing."""

from statistics import mean

import pytest

from tests.failures.case import Case
from tests.failures.catalogue import all_cases
from tests.failures.marks import QUESTIONS, missing
from tests.failures.running import run_ours

_FEWEST = 150
_MEAN, _LOWEST = 8.5, 7


def _parameters() -> list[object]:
    return [
        pytest.param(case, id=case.identifier, marks=[pytest.mark.long] if case.is_long else []) for case in all_cases()
    ]


@pytest.mark.parametrize("case", _parameters())
def test_failure_is_told(case: Case) -> None:
    outcome = run_ours(case)
    assert set(missing(outcome)) <= set(case.missing), (
        f"exit code {outcome.code}\n{outcome.err}\n{outcome.out}\n{outcome.report}"
    )


def test_there_are_enough_and_none_is_told_badly() -> None:
    scores = [len(QUESTIONS) - len(case.missing) for case in all_cases()]
    assert len(scores) >= _FEWEST
    assert mean(scores) >= _MEAN
    assert min(scores) >= _LOWEST


def test_names_are_unique() -> None:
    names = [case.name for case in all_cases()]
    assert len(set(names)) == len(names)

"""Every failure is told with its cause and what to do, in all forms, with the right exit code, and leaves nothing."""

import pytest

from tests.failures.case import Case
from tests.failures.catalogue import all_cases
from tests.failures.marks import missing
from tests.failures.running import run_ours

_FEWEST = 60


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


def test_there_are_enough() -> None:
    assert len(all_cases()) >= _FEWEST


def test_names_are_unique() -> None:
    names = [case.name for case in all_cases()]
    assert len(set(names)) == len(names)

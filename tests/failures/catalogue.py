"""All cases, and what each is known to lack."""

from dataclasses import replace
from functools import cache

from tests.failures import connecting, transferring
from tests.failures.case import Case
from tests.failures.lacking import LACKING


@cache
def all_cases() -> tuple[Case, ...]:
    """In the order of the tables; names are unique."""
    cases = (case for table in (connecting, transferring) for case in table.cases())
    return tuple(replace(case, missing=LACKING.get(case.name, ())) for case in cases)

"""All cases, and what each is known to lack."""

from dataclasses import replace
from functools import cache

from tests.failures import asking, commanding, connecting, inputs, keeping, receiving, securing, serving, transferring
from tests.failures.case import Case
from tests.failures.lacking import LACKING

_TABLES = {
    "connecting": connecting,
    "securing": securing,
    "transferring": transferring,
    "inputs": inputs,
    "asking": asking,
    "serving": serving,
    "receiving": receiving,
    "keeping": keeping,
    "commanding": commanding,
}
TABLES = tuple(_TABLES)


@cache
def all_cases() -> tuple[Case, ...]:
    """In the order of the tables; names are unique."""
    return tuple(case for table in TABLES for case in cases_of(table))


def cases_of(table: str) -> tuple[Case, ...]:
    """Those of one table."""
    return tuple(replace(case, missing=LACKING.get(case.name, ())) for case in _TABLES[table].cases())

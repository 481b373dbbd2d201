"""The words for failures."""

import re

from dicomdesk.engine.explain.asking import COMMAND_LINE, SETTINGS
from dicomdesk.engine.explain.connecting import ASSOCIATING, CONNECTING, REJECTED, TLS
from dicomdesk.engine.explain.failure import Area
from dicomdesk.engine.explain.keeping import ARCHIVE, CONFIGURATION, JOURNALS, KEPT, LIMITS
from dicomdesk.engine.explain.recognition import FAILURES, find_failure
from dicomdesk.engine.explain.working import FILES, RECEIVING, RETRIEVING, TRANSFER


def test_every_failure_has_all_its_words_and_a_key_of_its_own() -> None:
    assert len({failure.key for failure in FAILURES}) == len(FAILURES)
    for failure in FAILURES:
        assert find_failure(failure.key) is failure
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", failure.key)
        for words in (failure.sentence, failure.cause, failure.advice):
            assert words.endswith((".", "?"))
            assert "|" not in words, "it would end the cell of a table"


def test_every_area_has_failures_and_every_failure_is_looked_for() -> None:
    tables = (
        *(CONNECTING, TLS, ASSOCIATING, REJECTED, TRANSFER),
        *(FILES, RECEIVING, RETRIEVING, SETTINGS),
        *(ARCHIVE, CONFIGURATION, JOURNALS, KEPT, LIMITS, COMMAND_LINE),
    )
    assert {failure for table in tables for failure in table} == set(FAILURES)
    assert {failure.area for failure in FAILURES} == set(Area)

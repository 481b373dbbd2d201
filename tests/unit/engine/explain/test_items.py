"""What became of an instance is explained from what a report keeps of it."""

import pytest

from dicomdesk.engine.explain.items import explain_failure, explain_input, explain_instance
from dicomdesk.logs import UNEXPLAINED


def test_a_status_is_explained_as_the_standard_defines_it() -> None:
    explained = explain_instance(0xA700, "anything", is_unanswered=False)
    assert "out of resources" in explained.cause
    assert "later" in explained.advice
    assert explain_instance(0, "", is_unanswered=False) == UNEXPLAINED


@pytest.mark.parametrize(
    "reason", ["The peer closed the connection", "whatever", "The association was aborted on request"]
)
def test_what_was_sent_and_not_answered_may_be_stored(reason: str) -> None:
    explained = explain_instance(None, reason, is_unanswered=True)
    assert "may or may not" in explained.cause
    assert explained.advice.startswith("Send again")


def test_what_was_not_sent_is_explained_by_its_reason() -> None:
    assert "no service listens" in explain_instance(None, "Connection refused", is_unanswered=False).cause
    assert explain_failure("something that nobody knows") == UNEXPLAINED
    assert explain_failure("") == UNEXPLAINED


def test_an_input_is_explained_by_its_reason() -> None:
    assert "mistyped" in explain_input("No such file or directory").cause

from dataclasses import replace

import pytest

from dicomdesk.network.negotiation import MAX_CONTEXTS, ContextResult, NegotiatedContext, number_contexts


@pytest.mark.parametrize("result", list(ContextResult))
def test_only_result_0_is_accepted(result: ContextResult) -> None:
    negotiated = NegotiatedContext(
        context_id=1,
        abstract_syntax="1.2",
        proposed_transfer_syntaxes=("1.2.840.10008.1.2",),
        result=result,
        accepted_transfer_syntax="1.2.840.10008.1.2",
    )
    assert negotiated.is_accepted == (result == 0)
    for odd in (None, "", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2\\1.2.840.10008.1.2.1"):
        assert not replace(negotiated, accepted_transfer_syntax=odd).is_accepted


def test_contexts_are_numbered_by_odd_numbers_from_1_that_fit_into_a_byte() -> None:
    numbered = number_contexts((f"1.2.{index}", ("1.2.840.10008.1.2",)) for index in range(MAX_CONTEXTS))
    assert [context.context_id for context in numbered] == list(range(1, 256, 2))
    assert numbered[-1].abstract_syntax == "1.2.127"

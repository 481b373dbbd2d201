from dataclasses import replace

import pytest

from dicomdesk.network.contexts import ContextResult, NegotiatedContext


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

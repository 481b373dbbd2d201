"""What may pass is tried again."""

import pytest

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.events import NotSentCause
from dicomdesk.engine.journal.records import InstanceRecord, InstanceState
from dicomdesk.engine.routing.second_tries import may_pass

HEADER = InstanceHeader(
    sop_class_uid="1", sop_instance_uid="2", transfer_syntax_uid="3", data_set_offset=0, data_set_length=0
)


@pytest.mark.parametrize(
    ("state", "status", "cause", "passes"),
    [
        (InstanceState.FAILED, None, None, True),
        (InstanceState.REFUSED, 0xA700, None, True),
        (InstanceState.REFUSED, 0xA900, None, False),
        (InstanceState.REFUSED, None, None, False),
        (InstanceState.NOT_SENT, None, NotSentCause.NOT_REACHED, True),
        (InstanceState.NOT_SENT, None, NotSentCause.NO_CONTEXT, False),
        (InstanceState.STORED, 0, None, False),
        (InstanceState.WAITING, None, None, False),
    ],
)
def test_only_what_may_pass_is_tried_again(
    state: InstanceState, status: int | None, cause: NotSentCause | None, passes: bool
) -> None:
    found = FoundInstance(path="/a", header=HEADER)
    record = InstanceRecord(errand_id=1, number=0, found=found, state=state, status=status, not_sent_cause=cause)
    assert may_pass(record) is passes

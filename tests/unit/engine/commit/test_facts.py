"""Facts of a commit job are values."""

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.facts import InstanceJudged
from dicomdesk.engine.commit.states import NOT_ASKED


def test_facts_are_compared_by_what_they_say() -> None:
    fact = InstanceJudged(job_id="commit-1", reference=Reference("1.2", "1.3"), commitment=NOT_ASKED)
    assert fact == InstanceJudged(job_id="commit-1", reference=Reference("1.2", "1.3"), commitment=NOT_ASKED)

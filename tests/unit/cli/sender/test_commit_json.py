"""JSON Lines of storage commitment have the keys that their table says."""

import json

import pytest

from dicomdesk.cli.sender.commit_json import CommitJson
from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.deletion import Deletion
from dicomdesk.engine.commit.facts import CommitmentAsked, CommitmentReported, InstanceJudged
from dicomdesk.engine.commit.states import judge_outcome
from dicomdesk.engine.events import AssociationReleased


def test_facts_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    json_lines = CommitJson()
    json_lines.show(
        [
            AssociationReleased(job_id="j", association=1),
            CommitmentAsked(job_id="j", association=1, transaction_uid="1.2", instances=3, status=0, comment="a\nb"),
            CommitmentReported(job_id="j", unanswered=1),
            InstanceJudged(
                job_id="j", reference=Reference("1.2", "1.3"), commitment=judge_outcome(0x0112, "", may_come=False)
            ),
        ]
    )
    json_lines.show_deletions([Deletion(path="a.dcm", is_deleted=False, text="It is a symbolic link")])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == [
        "association-released",
        "commitment-asked",
        "commitment-reported",
        "instance-commitment",
        "file-deletion",
    ]
    assert "\n" not in lines[1]["comment"]
    assert (lines[3]["state"], lines[3]["failure_reason"]) == ("not-committed", 0x0112)
    assert (lines[4]["is_deleted"], lines[4]["reason"]) == (False, "It is a symbolic link")
    assert not json_lines.is_lost

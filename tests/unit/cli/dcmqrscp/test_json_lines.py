import json

import pytest

from dicomdesk.archive import facts
from dicomdesk.cli.dcmqrscp.json_lines import ArchiveJsonReporter, describe_fact
from dicomdesk.dicom.query.sop_classes import Service
from dicomdesk.engine import events
from tests.unit.cli.dcmqrscp.test_lines import ended, started, sub_operation


def test_what_is_asked_for_appears_only_where_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    ArchiveJsonReporter().show([started()])
    plain = capsys.readouterr().out
    assert "Smith" not in plain
    assert json.loads(plain)["event"] == "operation-started"
    ArchiveJsonReporter(shows_identifiers=True).show([started()])
    assert json.loads(capsys.readouterr().out)["identifier"] == {"00080052": "STUDY", "00100010": "Smith^John"}


def test_events_of_the_engine_are_told_as_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    ArchiveJsonReporter().show([events.AssociationReleased(job_id="j", association=3)])
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["association"]) == ("association-released", 3)


def test_facts_have_names_and_keys() -> None:
    assert describe_fact(ended(Service.FIND, 0xA900, comment="wrong"))[1] == {
        "association": 1,
        "service": "find",
        "message_id": 7,
        "status": 0xA900,
        "comment": "wrong",
        "model": None,
        "level": None,
        "matches": 0,
        "sub_operations": None,
        "destination": "",
        "duration_s": 0.0,
    }
    assert describe_fact(sub_operation(None, "no file"))[1]["reason"] == "no file"
    assert describe_fact(facts.ShutdownRequested(association=2)) == ("shutdown-requested", {"association": 2})
    commitment = facts.CommitmentAnswered(association=1, transaction_uid="1.2", committed=3, failed=0, is_reported=True)
    assert describe_fact(commitment)[0] == "commitment-answered"


def test_an_identifier_that_cannot_be_read_is_null() -> None:
    fact = facts.OperationStarted(
        association=1,
        service=Service.FIND,
        command_set=started().command_set,
        identifier=b"\1",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
    )
    assert describe_fact(fact, shows_identifiers=True)[1]["identifier"] is None

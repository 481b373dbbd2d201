from datetime import UTC, datetime

from dicomdesk.archive.administration.listing import Listed
from dicomdesk.archive.corrections.record import Change, CorrectionKind, CorrectionRecord, Origin
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui.archive import plans

ORIGIN = Origin(correction_id="1", kind=CorrectionKind.CORRECT, when=datetime.now(UTC), user="me", host="here")


def test_only_what_was_typed_anew_is_corrected() -> None:
    row = Listed(area="A", level=Level.PATIENT, values={"patient_id": "P1", "patient_name": "Doe^Jane"})
    entries = {entry.name: entry.text for entry in plans.correction_entries(row)}
    assert entries["PatientID"] == "P1"
    assert plans.changed_words(row, entries) == []
    assert plans.changed_words(row, entries | {"PatientID": "P2", "reason": "x"}) == ["PatientID=P2"]
    assert plans.correction_entries(Listed(area="A", level=Level.IMAGE, values={})) == []


def test_a_plan_without_a_change_cannot_be_carried_out() -> None:
    assert not plans.correction_plan(None).word
    assert not plans.correction_plan(CorrectionRecord(origin=ORIGIN)).word
    change = Change(before={"PatientID": "a\nb"}, after={"PatientID": None}, instances=("1", "2"))
    plan = plans.correction_plan(CorrectionRecord(origin=ORIGIN, changes=(change,), uids={"1.2": "1.3"}))
    assert plan.word == "&Change 2 instances"
    assert plan.lines[-1] == "1.2 becomes 1.3"
    assert not any("\n" in line for line in plan.lines)
    assert not plans.removal_plan([], {}, 30).word

"""Stamps are taken when instances are listed, which is before any is read for sending."""

from pathlib import Path

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.commit.deletion import take_stamp
from dicomdesk.engine.delivery.stamped_ledger import StampedLedger


def test_what_is_listed_has_the_stamp_of_that_moment(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(b"sent")
    header = InstanceHeader(
        sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid="1.2", data_set_offset=0, data_set_length=4
    )
    found = FoundInstance(path=str(path), header=header)
    ledger = StampedLedger()
    ledger.add(iter([found]))
    before = take_stamp(found)
    path.write_bytes(b"changed")
    assert ledger.stamps == {found.id: (found, before)}
    assert before != take_stamp(found)
    assert ledger.unfinished() == [0]

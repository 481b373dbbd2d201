"""What a report says, and how it is written."""

from io import BytesIO

import pydicom
import pytest

from dicomdesk.archive.services.commitment_values import Report
from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.dicom.data_sets.element_writer import encode_for
from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, EXPLICIT, IMPLICIT

NO_SUCH_OBJECT = 0x0112


def report(outcomes: dict[Reference, int]) -> Report:
    return Report(
        association=4,
        transaction_uid="1.2",
        outcomes=outcomes,
        archive_ae_title="ARCHIVE",
        peer_ae_title="ASKER",
        asked=0.0,
    )


def test_a_report_says_what_became_of_it() -> None:
    some = report({Reference(CT_IMAGE, "1.2"): 0, Reference(CT_IMAGE, "1.3"): NO_SUCH_OBJECT})
    fact = some.answered(is_reported=False)
    assert (some.event_type, fact.committed, fact.failed, fact.is_reported) == (2, 1, 1, False)
    assert report({Reference(CT_IMAGE, "1.2"): 0}).event_type == 1


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG_ENDIAN])
def test_a_report_is_what_others_read(syntax: str) -> None:
    some = report({Reference(CT_IMAGE, "1.2"): 0, Reference("9.9", "1.3"): NO_SUCH_OBJECT, Reference("", ""): 0x0110})
    data = pydicom.dcmread(BytesIO(_part10(encode_for(syntax, some.write), syntax)))
    assert (data.TransactionUID, data.RetrieveAETitle) == ("1.2", "ARCHIVE")
    assert [item.ReferencedSOPInstanceUID for item in data.ReferencedSOPSequence] == ["1.2"]
    failed = [(item.ReferencedSOPClassUID, item.FailureReason) for item in data.FailedSOPSequence]
    assert failed == [("9.9", NO_SUCH_OBJECT), ("", 0x0110)]


def test_references_that_are_no_uids_are_written_as_ascii() -> None:
    written = encode_for(EXPLICIT, report({Reference("\u00fc\n", "\ufffd"): NO_SUCH_OBJECT}).write)
    assert b"UI\2\0?\n" in written
    assert b"UI\2\0?\0" in written


def _part10(data: bytes, syntax: str) -> bytes:
    value = syntax.encode() + b"\0" * (len(syntax) % 2)
    meta = b"\2\0\x10\0UI" + len(value).to_bytes(2, "little") + value
    length = b"\2\0\0\0UL\4\0" + len(meta).to_bytes(4, "little")
    return bytes(128) + b"DICM" + length + meta + data

"""Documents of storage commitment: what is written is read again, and others read the same."""

from io import BytesIO

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pynetdicom.dsutils import encode

from dicomdesk.dicom.commitment import documents
from dicomdesk.dicom.commitment.documents import (
    NO_REASON,
    CommitmentReport,
    read_report,
    read_request,
    write_report,
    write_request,
)
from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.dicom.data_sets.element_writer import encode_for
from dicomdesk.errors import DataError
from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, DEFLATED, EXPLICIT, IMPLICIT, Builder

SYNTAXES = (IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN)
UIDS = st.integers(0, 99).map(lambda number: f"1.2.{number}")
REFERENCES = st.builds(Reference, st.sampled_from((CT_IMAGE, "1.9", "")), UIDS)


@given(st.lists(REFERENCES, min_size=1, max_size=20), st.sampled_from(SYNTAXES))
def test_a_request_is_read_as_it_was_written(references: list[Reference], syntax: str) -> None:
    data = encode_for(syntax, lambda writer: write_request(writer, "1.2.77", references))
    assert read_request(data, syntax) == ("1.2.77", references)


@given(
    st.dictionaries(REFERENCES, st.sampled_from((0, 0x0110, 0x0112, 0xFFFF)), max_size=20), st.sampled_from(SYNTAXES)
)
def test_a_report_is_read_as_it_was_written(outcomes: dict[Reference, int], syntax: str) -> None:
    report = read_report(encode_for(syntax, lambda writer: write_report(writer, "1.2.77", outcomes, "PACS")), syntax)
    assert report == CommitmentReport(
        transaction_uid="1.2.77",
        committed=tuple(reference for reference, reason in outcomes.items() if not reason),
        failed={reference: reason for reference, reason in outcomes.items() if reason},
        retrieve_ae_title="PACS",
    )


@given(st.binary(max_size=300), st.sampled_from(SYNTAXES))
def test_any_bytes_are_a_report_or_refused(data: bytes, syntax: str) -> None:
    try:
        read_report(data, syntax)
    except DataError:
        return


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT])
def test_a_report_that_is_cut_anywhere_says_no_more_than_the_whole(syntax: str) -> None:
    outcomes = {Reference(CT_IMAGE, "1.2.1"): 0, Reference(CT_IMAGE, "1.2.2"): 0x0112, Reference(CT_IMAGE, "1.2.3"): 0}
    data = encode_for(syntax, lambda writer: write_report(writer, "1.2.77", outcomes, "PACS"))
    whole = read_report(data, syntax)
    for end in range(len(data)):
        try:
            part = read_report(data[:end], syntax)
        except DataError:
            continue
        assert set(part.committed) <= set(whole.committed)


def test_a_request_is_what_others_read() -> None:
    references = [Reference(CT_IMAGE, "1.2.1"), Reference("1.9", "1.2.2")]
    data = encode_for(IMPLICIT, lambda writer: write_request(writer, "1.2.77", references))
    read = pydicom.filereader.read_dataset(BytesIO(data), is_implicit_VR=True, is_little_endian=True)
    assert read.TransactionUID == "1.2.77"
    assert [(item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID) for item in read.ReferencedSOPSequence] == [
        (CT_IMAGE, "1.2.1"),
        ("1.9", "1.2.2"),
    ]


def reported(*failed: tuple[str, int | None]) -> CommitmentReport:
    """A report of pydicom's on failures, read."""
    made = Dataset()
    made.TransactionUID = "1.2.77"
    made.FailedSOPSequence = []
    for uid, reason in failed:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = CT_IMAGE, uid
        if reason is not None:
            item.FailureReason = reason
        made.FailedSOPSequence.append(item)
    data = encode(made, False, True)
    assert data is not None
    return read_report(data, EXPLICIT)


def test_a_failure_without_a_reason_is_a_failure() -> None:
    assert reported(("1.2.1", None), ("1.2.2", 0), ("1.2.3", 0x0112)).failed == {
        Reference(CT_IMAGE, "1.2.1"): NO_REASON,
        Reference(CT_IMAGE, "1.2.2"): NO_REASON,
        Reference(CT_IMAGE, "1.2.3"): 0x0112,
    }


def test_items_inside_other_sequences_count_for_nothing() -> None:
    build = Builder(EXPLICIT)
    item = build.element(0x00081150, "UI", CT_IMAGE) + build.element(0x00081155, "UI", "1.2.1")
    inner = build.element(0x00081199, "SQ", b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item)
    outer = build.element(0x00081140, "SQ", b"\xfe\xff\x00\xe0" + len(inner).to_bytes(4, "little") + inner)
    report = read_report(outer + build.element(0x00081195, "UI", "1.2.77"), EXPLICIT)
    assert (report.committed, report.failed) == ((), {})


def test_what_names_no_transaction_is_refused() -> None:
    for uid in ("", "1.2.x", "1." * 40 + "1"):
        with pytest.raises(DataError, match="there is no Transaction UID"):
            read_report(Builder(EXPLICIT).element(0x00081195, "UI", uid), EXPLICIT)


def test_so_many_instances_are_read_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_REFERENCES", 10)
    for count in (10, 11):
        references = [Reference(CT_IMAGE, f"1.2.{number}") for number in range(count)]
        data = encode_for(EXPLICIT, lambda writer, them=references: write_request(writer, "1.2", them))  # type: ignore[misc]  # bound now
        if count == 10:
            assert read_request(data, EXPLICIT)[1] == references
        else:
            with pytest.raises(DataError, match="more than 10 instances are referenced at once"):
                read_request(data, EXPLICIT)

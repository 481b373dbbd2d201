"""Every file of the corpus is listed, refused and checked as DCMTK does it, but for what is named here."""

import csv
import os
from pathlib import Path

import pytest

from dicomdesk.dicom.data_set_source import FileRange
from dicomdesk.dicom.data_sets.structure_check import check_data_set
from dicomdesk.dicom.files.scan import ScanResult, SkippedInput, scan
from dicomdesk.dicom.instance import FoundInstance, InputFormat, InputSelection, InstanceHeader
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import DataError

pytestmark = pytest.mark.corpus

NEWER_TRANSFER_SYNTAXES = ("1.2.1.98_", "4.102.1_", "4.110_", "4.112_", "4.201_", "4.202_", "4.203_", "8.1_")
"""Folders whose transfer syntaxes are newer than DCMTK 3.6.7."""

TAKEN_ALTHOUGH_DCMTK_REFUSES = {
    "objects/rt/RTImageStorage.dcm",  # the instance UID is wrong in group 0002 only
    "odd/syn_meta_group_length_too_small.dcm",
    "odd/syn_meta_minimal.dcm",  # group 0002 without the UIDs that the data set has
}

SENT_ALTHOUGH_DCMTK_CANNOT = {
    "odd/syn_meta_group_length_too_large.dcm",
    "images/4.94-95_jpip/syn_jpip.dcm",  # lengths are right: what stops DCMTK is the conversion
}

REASONS = {
    "broken/syn_preamble_only.dcm": "File meta information header missing",
    "broken/syn_empty_transfer_syntax.dcm": "Invalid Transfer Syntax UID",
    "broken/syn_dicm_only.dcm": "I/O suspension or premature end of stream",
    "broken/syn_dicomdir_as_image.dcm": "Invalid SOP Class UID",
    "broken/syn_empty.dcm": "End of stream",
    "broken/syn_one_byte.dcm": "I/O suspension or premature end of stream",
    "broken/syn_unknown_transfer_syntax.dcm": "Unknown Transfer Syntax",
    "broken/syn_truncated_in_meta.dcm": "Invalid stream",
    "broken/syn_dicm_then_garbage.dcm": "Invalid SOP Class UID",
    "broken/syn_archive.zip": "File meta information header missing",
    "odd/nested_priv_SQ.dcm": "Invalid SOP Class UID",
    "odd/syn_no_preamble.dcm": "File meta information header missing",
}

LOADING_REASONS = {
    "broken/MR_truncated.dcm": "I/O suspension or premature end of stream",
    "broken/rtplan_truncated.dcm": "Invalid stream",
    "broken/syn_deflate_corrupt.dcm": "ZLib Error: invalid bit length repeat",
    "broken/syn_deflate_truncated.dcm": "I/O suspension or premature end of stream",
    "broken/syn_encapsulated_no_delimiter.dcm": "Sequence Delimitation Item missing",
    "broken/syn_length_4gb.dcm": "I/O suspension or premature end of stream",
    "broken/syn_truncated_encapsulated.dcm": "Invalid stream",
    "broken/syn_truncated_in_sequence.dcm": "Invalid stream",
    "odd/emri_small_jpeg_2k_lossless_too_short.dcm": "Sequence Delimitation Item missing",
    "odd/syn_trailing_odd_byte.dcm": "I/O suspension or premature end of stream",
}


def scan_corpus(corpus: Path, input_format: InputFormat = InputFormat.FILE_ONLY) -> dict[str, ScanResult]:
    selection = InputSelection(paths=(str(corpus),), format=input_format, scan_directories=True, recurse=True)
    return {os.path.relpath(result.path, corpus): result for result in scan(selection)}


def outcomes(corpus: Path) -> dict[str, str]:
    with (corpus / "INDEX.csv").open(newline="", encoding="utf_8") as stream:
        return {row["path"]: row["dcmsend"] for row in csv.DictReader(stream)}


def is_newer(path: str) -> bool:
    return path.startswith("images/") and path.split("/")[1].startswith(NEWER_TRANSFER_SYNTAXES)


def loading_reason(path: Path, header: InstanceHeader) -> str:
    """Return why the data set cannot be sent, "" when it can; the same from memory and from the file."""
    syntax = find_transfer_syntax(header.transfer_syntax_uid)
    assert syntax is not None
    data = memoryview(path.read_bytes())[header.data_set_offset :]
    reasons = []
    with path.open("rb") as file:
        for is_in_memory in (True, False):
            try:
                if is_in_memory:
                    check_data_set(
                        data,
                        is_explicit_vr=syntax.is_explicit_vr,
                        is_little_endian=syntax.is_little_endian,
                        is_deflated=syntax.is_deflated,
                    )
                else:
                    check_data_set(
                        FileRange(file.fileno(), header.data_set_offset, header.data_set_length),
                        is_explicit_vr=syntax.is_explicit_vr,
                        is_little_endian=syntax.is_little_endian,
                        is_deflated=syntax.is_deflated,
                    )
            except DataError as error:
                reasons.append(str(error))
            else:
                reasons.append("" if header.has_data_set_uids else "missing information")
    assert reasons[0] == reasons[1]
    return reasons[0]


def test_part10_files_are_listed_as_dcmtk_lists_them(corpus: Path) -> None:
    results = scan_corpus(corpus)
    expected = outcomes(corpus)
    for path, outcome in expected.items():
        is_listed = isinstance(results[path], FoundInstance)
        if outcome == "not listed" and (path in TAKEN_ALTHOUGH_DCMTK_REFUSES or is_newer(path)):
            assert is_listed, path
        else:
            assert is_listed == (outcome != "not listed"), path


@pytest.mark.parametrize("path", REASONS)
def test_refused_files_have_the_reason_of_dcmtk(path: str, corpus: Path) -> None:
    (result,) = scan(InputSelection(paths=(str(corpus / path),)))
    assert isinstance(result, SkippedInput)
    assert result.reason == REASONS[path]


def test_bare_data_sets_are_listed_as_dcmtk_lists_them(corpus: Path) -> None:
    listed = {
        path
        for path, result in scan_corpus(corpus, InputFormat.DATA_SET_ONLY).items()
        if isinstance(result, FoundInstance)
    }
    assert listed == {
        "objects/rt/rtstruct.dcm",
        "odd/ExplVR_BigEndNoMeta.dcm",
        "odd/ExplVR_LitEndNoMeta.dcm",
        "odd/syn_meta_without_preamble.dcm",
        "odd/syn_no_meta_ebe.dcm",
        "odd/syn_no_meta_ele.dcm",
        "odd/syn_no_meta_ile.dcm",
    }


def test_data_sets_are_loaded_or_refused_as_dcmtk_does_it(corpus: Path) -> None:
    expected = outcomes(corpus)
    for path, result in scan_corpus(corpus).items():
        if not isinstance(result, FoundInstance) or path not in expected:
            continue
        reason = loading_reason(corpus / path, result.header)
        is_refused = expected[path] == "not sent" and path not in SENT_ALTHOUGH_DCMTK_CANNOT
        assert bool(reason) == is_refused, (path, reason)
        assert reason == LOADING_REASONS.get(path, reason), path

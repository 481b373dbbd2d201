"""Every instance of the corpus that an archive can index can be corrected, and says the rest as before."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dicomdesk.archive.areas.entry_reader import read_entry
from dicomdesk.dicom.corrections.corrected_file import ValueCorrection, correct_open_file
from dicomdesk.dicom.corrections.original_attributes import Modification
from dicomdesk.errors import DataError

pytestmark = pytest.mark.corpus

CHARACTER_SET, ACCESSION, NAME, PATIENT_ID = 0x00080005, 0x00080050, 0x00100010, 0x00100020
WANTED = {NAME: "Żółć^Anna", PATIENT_ID: "CORRECTED", ACCESSION: None}


def corrected(path: Path) -> bytes | None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        modification = Modification(when=datetime(2026, 11, 30, tzinfo=UTC), system="dicomdesk here")
        correction = ValueCorrection(values=WANTED, modification=modification)
        made = correct_open_file(descriptor, os.fstat(descriptor).st_size, correction)
        return None if made is None else b"".join(made.parts())
    finally:
        os.close(descriptor)


@pytest.mark.long
def test_all_of_the_corpus_can_be_corrected_and_says_the_rest_as_before(corpus: Path, tmp_path: Path) -> None:
    count = 0
    for path in sorted(corpus.rglob("*")):
        if not path.is_file():
            continue
        try:
            before = read_entry(str(path), area="A", path="")
            content = corrected(path)
        except DataError:
            continue
        assert content is not None, path
        file = tmp_path / "corrected.dcm"
        file.write_bytes(content)
        after = read_entry(str(file), area="A", path="")
        rest = {tag: value for tag, value in before.values.items() if tag not in {*WANTED, CHARACTER_SET}}
        expected = rest | {NAME: WANTED[NAME], PATIENT_ID: WANTED[PATIENT_ID]}
        assert {tag: value for tag, value in after.values.items() if tag != CHARACTER_SET} == expected, path
        assert after.character_set in {before.character_set, "ISO_IR 192"}
        assert after.transfer_syntax_uid == before.transfer_syntax_uid
        assert corrected(file) is None, path
        count += 1
    assert count > 780

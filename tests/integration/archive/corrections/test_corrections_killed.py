"""Corrections that are killed: all as it was, or all as it is to be, and no file too many."""

from pathlib import Path

import pytest

from dicomdesk.archive.corrections.corrector import Corrector
from dicomdesk.archive.corrections.record import CorrectionKind, new_origin
from dicomdesk.archive.corrections.remedies import correction, undo
from dicomdesk.archive.corrections.selection import selection_of
from dicomdesk.dicom.query.attributes import STUDY_INSTANCE_UID, Level
from tests.helpers.archives.corrected_areas import Watcher, check_index_is_that_of_files, open_area, said, store
from tests.helpers.archives.killed_correction import POINTS, correct_until
from tests.helpers.archives.stored_studies import STUDIES

FIRST = STUDIES[0]
IS_DONE = POINTS[POINTS.index("exchanged") :]


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS)
def test_whatever_moment_it_is_killed_at_everything_is_as_before_or_as_it_is_to_be(tmp_path: Path, point: str) -> None:
    folder = tmp_path / "area"
    with open_area(folder) as keeper:
        for study in STUDIES[:2]:
            for _uid, content in study.instances():
                store(keeper, content)
        before = said(keeper.index)
    correct_until(folder, point, FIRST.uid)
    with open_area(folder) as keeper:
        check_index_is_that_of_files(keeper, tmp_path)
        corrector = Corrector(keeper, Watcher())
        selection = selection_of(Level.STUDY, STUDY_INSTANCE_UID, FIRST.uid)
        remedy = correction(keeper, selection, {0x00100020: "P9"})
        rest = corrector.correct(remedy.find, new_origin(CorrectionKind.CORRECT), remedy.uids)
        assert rest.instance_count == (0 if point in IS_DONE else 6)
        (record,) = corrector.trail.records()
        assert record.instance_count == 6
        remedy = undo(keeper, record)
        origin = new_origin(CorrectionKind.UNDO, undoes=record.origin.correction_id)
        assert corrector.correct(remedy.find, origin, remedy.uids).instance_count == 6
        check_index_is_that_of_files(keeper, tmp_path)
        assert said(keeper.index) == before
        assert not list(folder.glob(".dicomdesk/removing-*"))

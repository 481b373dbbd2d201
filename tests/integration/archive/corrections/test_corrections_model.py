"""Random arrivals, corrections, splits, merges, undos and removals: the index is what the files make it at any time."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.corrections.corrector import Corrector
from dicomdesk.archive.corrections.record import CorrectionKind, new_origin
from dicomdesk.archive.corrections.remedies import Remedy, correction, merge, split, undo
from dicomdesk.archive.corrections.selection import selection_of
from dicomdesk.archive.indexed_areas import entry_reader
from dicomdesk.dicom.query.attributes import (
    PATIENT_ID,
    PERSON_NAME_TAG,
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Level,
    find_attribute,
)
from dicomdesk.dicom.query.query import Key, Model, Query
from dicomdesk.errors import DataError, SettingsError
from tests.helpers.archives.corrected_areas import Watcher, check_index_is_that_of_files, open_area, store
from tests.helpers.archives.stored_studies import encode
from tests.helpers.data.datasets import CT_IMAGE, part10

patients = st.sampled_from(("P1", "P2", "P3"))
names = st.sampled_from(("Doe^John", "Doe^Jon", "Żółć^Anna"))
numbers = st.integers(1, 2)
SEQUENCES = int(os.environ.get("CORRECTION_SEQUENCES", "3"))
"""More of them search longer."""


class Corrections(RuleBasedStateMachine):
    """One area; what is told of its files against what its index says."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.open = ExitStack()
        self.keeper: Keeper = self.open.enter_context(open_area(self.folder / "area"))

    def teardown(self) -> None:
        if hasattr(self, "open"):
            self.open.close()
            shutil.rmtree(self.folder)

    @rule(patient=patients, name=names, study=numbers, series=numbers, instance=numbers)
    def arrive(self, patient: str, name: str, study: int, series: int, instance: int) -> None:
        uid = f"1.{study}.{series}.{instance}"
        values = {
            "SpecificCharacterSet": "ISO_IR 192",
            "SOPClassUID": CT_IMAGE,
            "SOPInstanceUID": uid,
            "StudyInstanceUID": f"1.{study}",
            "SeriesInstanceUID": f"1.{study}.{series}",
            "Modality": "CT",
            "PatientID": patient,
            "PatientName": name,
        }
        store(self.keeper, part10(encode(values, "ISO_IR 192"), sop_instance_uid=uid))

    @rule(study=numbers, patient=patients, name=names)
    def correct(self, study: int, patient: str, name: str) -> None:
        selection = selection_of(Level.STUDY, STUDY_INSTANCE_UID, f"1.{study}")
        values: dict[int, str | None] = {PATIENT_ID: patient, PERSON_NAME_TAG: name}
        self.carry_out(CorrectionKind.CORRECT, correction(self.keeper, selection, values))

    @rule(going=patients, surviving=patients)
    def merge(self, going: str, surviving: str) -> None:
        try:
            remedy = merge(self.keeper, going, surviving, {})
        except SettingsError:
            return
        self.carry_out(CorrectionKind.MERGE, remedy)

    @rule(study=numbers, series=numbers, patient=patients, keeps_uids=st.booleans())
    def split(self, study: int, series: int, patient: str, *, keeps_uids: bool) -> None:
        selection = selection_of(Level.SERIES, SERIES_INSTANCE_UID, f"1.{study}.{series}")
        remedy = split(self.keeper, selection, {PATIENT_ID: patient}, keeps_uids=keeps_uids)
        self.carry_out(CorrectionKind.SPLIT, remedy)

    @rule(back=st.integers(0, 3))
    def undo(self, back: int) -> None:
        trail = Corrector(self.keeper, Watcher()).trail
        records = [one for one in trail.records() if one.origin.correction_id not in trail.undone()]
        if back < len(records):
            record = records[-1 - back]
            remedy = undo(self.keeper, record)
            self.carry_out(CorrectionKind.UNDO, remedy, record.origin.correction_id)

    @rule(study=numbers)
    def remove(self, study: int) -> None:
        self.keeper.remove(study_instance_uid=f"1.{study}")

    @rule()
    def open_anew(self) -> None:
        self.open.close()
        self.open = ExitStack()
        self.keeper = self.open.enter_context(open_area(self.folder / "area"))

    def carry_out(self, kind: CorrectionKind, remedy: Remedy, undoes: str = "") -> None:
        try:
            Corrector(self.keeper, Watcher()).correct(remedy.find, new_origin(kind, undoes=undoes), remedy.uids)
        except DataError as error:  # two instances would become one: nothing is changed
            if "would be lost" not in str(error):
                raise

    @invariant()
    def the_index_is_that_of_the_files(self) -> None:
        if hasattr(self, "keeper"):
            check_index_is_that_of_files(self.keeper, self.folder)

    @invariant()
    def every_instance_is_found_under_the_identity_that_it_carries(self) -> None:
        if not hasattr(self, "keeper"):
            return
        read = entry_reader(self.keeper.area)
        for path in self.keeper.storage.files():
            values = read(self.keeper.storage.path_of(path), path).values
            keys = tuple(
                Key(attribute=attribute, value=values[tag])
                for tag in (PATIENT_ID, STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, SOP_INSTANCE_UID)
                if (attribute := find_attribute(tag)) is not None
            )
            query = Query(model=Model.PATIENT_ROOT, level=Level.IMAGE, keys=keys)
            assert path in {one.path for one in self.keeper.index.instances(query, "ARCHIVE")}


@pytest.mark.long
def test_whatever_is_corrected_the_index_is_that_of_the_files() -> None:
    run_state_machine_as_test(
        Corrections,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=10,
            deadline=None,
            derandomize=SEQUENCES < 50,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Whatever happens to an archive, in whatever order, its index says what a new index of its files says.

DICOMDESK_MODEL_SEQUENCES is how many sequences are tried, 6 else: each is of arrivals, repeats, corrections, removals,
restarts and kills between any two steps of these.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.contents.rows import patient_identity
from dicomdesk.archive.corrections.corrector import Corrector
from dicomdesk.archive.corrections.record import CorrectionKind, new_origin
from dicomdesk.archive.corrections.remedies import correction
from dicomdesk.archive.corrections.selection import selection_of
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.indexed_areas import entry_reader
from dicomdesk.archive.matching.query_reader import read_find_query
from dicomdesk.dicom.query.attributes import PATIENT_ID, STUDY_INSTANCE_UID, Level
from dicomdesk.dicom.query.query import Model
from dicomdesk.errors import DicomdeskError
from tests.helpers.archives.corrected_areas import Watcher, open_area, store
from tests.helpers.archives.index_entries import AREA, TAGS, identifier, study_query
from tests.helpers.archives.index_rows import canonical_rows
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT, Builder, part10

SEQUENCES = int(os.environ.get("DICOMDESK_MODEL_SEQUENCES", "6"))
UNKNOWN = frozenset({"received", "last_received", "checksum"})
"""Not said by data sets: the times of files are a moment later, and checksums are made where they are wanted."""
STUDIES = st.sampled_from(["1.2", "1.3"])
PATIENTS = st.sampled_from(["ONE", "ONE", "TWO", ""])
NAMES = st.sampled_from(["Doe^John", "DOE^JOHN^", "Doe^Jon", "Roe", ""])
NUMBERS = st.integers(1, 3)
WORDS = st.sampled_from(["", "A", "B"])


class Killed(BaseException):
    """End of a process, which does nothing any more."""


class Fuse:
    """Kills at the start or end of one of the next steps of an archive; nothing is done after that."""

    STORAGE = ("place", "remove", "note_removal", "complete_removal")
    INDEX = ("add", "remove", "remove_listed", "exchange")

    def __init__(self, keeper: Keeper, steps: int) -> None:
        self.left = steps
        for owner, names in ((keeper.storage, self.STORAGE), (keeper.index, self.INDEX)):
            for name in names:
                setattr(owner, name, self._burning(getattr(owner, name)))

    def _burning(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def burn(*arguments: Any, **named: Any) -> Any:
            self._count()
            result = step(*arguments, **named)
            self._count()
            return result

        return burn

    def _count(self) -> None:
        self.left -= 1
        if self.left <= 0:
            raise Killed


class ArchiveMachine(RuleBasedStateMachine):
    """An archive with one area, and an index that is made anew of its files after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
        self.fresh = Index(sqlite_url(self.folder / "fresh.sqlite"))
        self.fuse: Fuse | None = None

    @initialize()
    def open(self) -> None:
        self.area: AbstractContextManager[Keeper] = open_area(self.folder / "area")
        self.keeper = self.area.__enter__()

    def teardown(self) -> None:
        with suppress(AttributeError):
            self.area.__exit__(None, None, None)
        self.fresh.close()
        shutil.rmtree(self.folder)

    def _do(self, work: Callable[[], object]) -> None:
        """Do something, and begin anew where that was killed."""
        try:
            work()
        except Killed:
            self._die()
        except DicomdeskError:
            pass  # a correction that cannot be
        if self.fuse is not None:
            self._die()  # it has burnt in vain, or to its end

    def _die(self) -> None:
        self.fuse = None
        marker, self.keeper.storage._marker = self.keeper.storage._marker, None
        assert marker is not None
        os.close(marker)  # as the end of a process does
        self.keeper.index.close()
        self.open()

    @rule(steps=st.integers(1, 8))
    def kill_at_next(self, steps: int) -> None:
        if self.fuse is None:
            self.fuse = Fuse(self.keeper, steps)

    @rule()
    def restart(self) -> None:
        if self.fuse is None:
            self.area.__exit__(None, None, None)
            self.open()

    @rule(study=STUDIES, series=NUMBERS, number=NUMBERS, patient=PATIENTS, name=NAMES, word=WORDS, other=WORDS)
    def arrive(self, study: str, series: int, number: int, patient: str, name: str, word: str, other: str) -> None:  # noqa: PLR0917 - what an instance says
        build = Builder(EXPLICIT)
        elements = [
            (0x00080016, "UI", CT_IMAGE),
            (0x00080018, "UI", f"1.9.{number}"),
            (0x00080050, "SH", word),
            (0x00080060, "CS", other),
            (0x00100010, "PN", name),
            (0x00100020, "LO", patient),
            (0x0020000D, "UI", study),
            (0x0020000E, "UI", f"1.5.{series}"),
        ]
        data = b"".join(build.element(tag, vr, value) for tag, vr, value in elements)
        self._do(lambda: store(self.keeper, part10(data)))

    @rule(study=STUDIES, level=st.sampled_from(["study", "series", "instance"]), number=NUMBERS)
    def remove(self, study: str, level: str, number: int) -> None:
        keys = {
            "study": {"study_instance_uid": study},
            "series": {"study_instance_uid": study, "series_instance_uid": f"1.5.{number}"},
            "instance": {"sop_instance_uid": f"1.9.{number}"},
        }
        self._do(lambda: self.keeper.remove(**keys[level]))

    @rule(study=STUDIES, patient=st.sampled_from(["ONE", "TWO"]))
    def correct(self, study: str, patient: str) -> None:
        remedy = correction(self.keeper, selection_of(Level.STUDY, STUDY_INSTANCE_UID, study), {PATIENT_ID: patient})
        origin = new_origin(CorrectionKind.CORRECT)
        self._do(lambda: Corrector(self.keeper, Watcher()).correct(remedy.find, origin, remedy.uids))

    @invariant()
    def the_index_says_what_a_new_one_says(self) -> None:
        if self.fuse is not None:
            return
        read = entry_reader(self.keeper.area)
        entries = [read(self.keeper.storage.path_of(path), path) for path in self.keeper.storage.files()]
        self.fresh.clear(AREA)
        self.fresh.add(sorted(entries, key=lambda entry: entry.path[-6:]))
        assert canonical_rows(self.keeper.index, without=UNKNOWN) == canonical_rows(self.fresh, without=UNKNOWN)
        assert list(self.keeper.index.wrong_counts()) == []
        for entry in entries:
            self._check_found(entry)
        self._check_patients()

    def _check_found(self, entry: IndexEntry) -> None:
        """It is found under what it carries, with that, and nothing else is."""
        names = ("patient", "name", "study", "series", "instance", "accession")
        keys = {name: entry.values.get(TAGS[name], "") for name in names}
        found = [
            {name: match.values[TAGS[name]] for name in names}
            for match in self.keeper.index.find(study_query(keys, level="IMAGE"), AREA)
        ]
        assert keys in found
        restricting = {name: value for name, value in keys.items() if value and name != "name"}
        assert all({name: one[name] for name in restricting} == restricting for one in found)

    def _check_patients(self) -> None:
        query = read_find_query(identifier("PATIENT", {"patient": "", "name": ""}), IMPLICIT, Model.PATIENT_ROOT)
        ids = Counter(match.values[TAGS["patient"]] for match in self.keeper.index.find(query, AREA))
        assert all(count == 1 for patient, count in ids.items() if patient)


@pytest.mark.long
def test_the_index_of_an_archive_is_a_function_of_its_files() -> None:
    run_state_machine_as_test(
        ArchiveMachine,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=12 if SEQUENCES < 50 else 30,
            deadline=None,
            derandomize=SEQUENCES < 50,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_who_the_patient_is_does_not_depend_on_the_name_where_there_is_an_id() -> None:
    assert patient_identity({PATIENT_ID: "1", TAGS["name"]: "A"}) == patient_identity({PATIENT_ID: "1"})

"""Whatever happens to an archive, in whatever order, its index says what a new index of its files says.

DICOMDESK_MODEL_SEQUENCES is how many sequences are tried, 6 else: each is of arrivals, imports, corrections, merges,
splits, removals, the trash, quotas, holds, retention, stray and lost files, restarts, and kills between any two steps
of these.
"""

import logging
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dicomdesk.archive.administration.keeping.importing import import_inputs
from dicomdesk.archive.administration.keeping.removal import (
    plan_removal,
    remove_planned,
    restore_from_trash,
    settle_trash,
)
from dicomdesk.archive.administration.keeping.repair import repair_area
from dicomdesk.archive.administration.opening import OpenedArea
from dicomdesk.archive.administration.selection import read_selection
from dicomdesk.archive.areas.holds import held_studies, hold_study, release_study
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.trash import Trash
from dicomdesk.archive.contents.rows import LONGEST_TEXT, patient_identity
from dicomdesk.archive.corrections.corrector import Corrector
from dicomdesk.archive.corrections.record import CorrectionKind, new_origin
from dicomdesk.archive.corrections.remedies import Remedy, correction, merge, split, undo
from dicomdesk.archive.corrections.selection import selection_of
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.indexed_areas import entry_reader
from dicomdesk.archive.matching.query_reader import read_find_query
from dicomdesk.archive.reindex import reindex_area
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Quota
from dicomdesk.archive.setup.retention_rules import RetentionRule
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.archive.upkeep.retention import apply_retention
from dicomdesk.dicom.query.attributes import PATIENT_ID, SERIES_INSTANCE_UID, STUDY_INSTANCE_UID, Level
from dicomdesk.dicom.query.query import Model
from dicomdesk.errors import DicomdeskError
from tests.helpers.archives.corrected_areas import Watcher, open_area, store
from tests.helpers.archives.fuses import Fuse, Killed
from tests.helpers.archives.index_entries import AREA, TAGS, identifier, study_query
from tests.helpers.archives.index_rows import canonical_rows
from tests.helpers.archives.postgresql import PostgresqlServer
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT, Builder, part10

SEQUENCES = int(os.environ.get("DICOMDESK_MODEL_SEQUENCES", "6"))
SHRINKS = "DICOMDESK_MODEL_SHRINKS" in os.environ
"""Whether a sequence that fails is made smaller, which takes minutes."""
UNKNOWN = frozenset({"received", "last_received", "checksum"})
"""Not said by data sets: the times of files are a moment later, and checksums are made where they are wanted."""
STUDIES = st.sampled_from(["1.2", "1.3"])
SERIES = st.sampled_from(["1.5.1", "1.5.2", "1.5.3", "../up", "1.5." + "4" * 64])
INSTANCES = st.sampled_from(["1.9.1", "1.9.2", "1.9.3", "1.9.\\/"])
PATIENTS = st.sampled_from(["ONE", "ONE", "ONE", "TWO", "TWO", "", "ONE\\TWO", "O*", "X" * 520, "Ünë"])
ISSUERS = st.sampled_from(["", "", "", "HERE"])
NAMES = st.sampled_from(["Doe^John", "DOE^JOHN^", "Doe^Jon", "Roe", "", "Dö^Jon"])
SETS = st.sampled_from(["ISO_IR 192", "ISO_IR 192", ""])
NUMBERS = st.integers(1, 3)
WORDS = st.sampled_from(["", "A", "B"])
LEVELS = st.sampled_from(["study", "series", "instance"])
ARRIVAL = st.fixed_dictionaries(
    {
        0x00080005: SETS,
        0x00080018: INSTANCES,
        0x00080050: WORDS,
        0x00080060: WORDS,
        0x00100010: NAMES,
        0x00100020: PATIENTS,
        0x00100021: ISSUERS,
        0x0020000D: STUDIES,
        0x0020000E: SERIES,
    }
)
VRS = {0x00100010: "PN", 0x00080018: "UI", 0x0020000D: "UI", 0x0020000E: "UI", 0x00080060: "CS", 0x00080005: "CS"}
IDENTITY = ("study", "series", "instance")
Identities = Counter[tuple[str, ...]]


def data_set(values: dict[int, str], *, sop_class: str = CT_IMAGE) -> bytes:
    build = Builder(EXPLICIT)
    known = {0x00080016: ("UI", sop_class)} | {tag: (VRS.get(tag, "LO"), value) for tag, value in values.items()}
    return b"".join(build.element(tag, vr, value) for tag, (vr, value) in sorted(known.items()))


def identity_of(entry: IndexEntry) -> tuple[str, ...]:
    """What makes two instances different ones."""
    return (patient_identity(entry.values), *(entry.values.get(TAGS[name], "") for name in IDENTITY))


class Silent:
    """Observer of a reindexing."""

    def progressed(self, area: str, done: int, total: int) -> None:
        """See ``ReindexObserver``."""

    def left_out(self, area: str, path: str, reason: str) -> None:
        """See ``ReindexObserver``."""

    def check(self) -> None:
        """See ``ReindexObserver``."""


class ArchiveMachine(RuleBasedStateMachine):
    """An archive with one area, and an index that is made anew of its files after each step."""

    @staticmethod
    def new_database() -> str:
        """Make a database for the index; "" where it is in the area's folder."""
        return ""

    def __init__(self) -> None:
        super().__init__()
        self.database_url = self.new_database()
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
        self.fresh = Index(sqlite_url(self.folder / "fresh.sqlite"))
        self.fuse: Fuse | None = None
        self.quota = Quota()
        self.had: Identities = Counter()
        """What was there before the step."""
        self.may_lose = False
        """Whether the step may take instances away, or make others of them."""

    @initialize(most=st.sampled_from([None, None, None, 2]))
    def begin(self, most: int | None) -> None:
        self.quota = Quota(max_studies=most)
        self.open()

    def open(self) -> None:
        self.area: AbstractContextManager[Keeper] = open_area(self.folder / "area", self.quota, self.database_url)
        self.keeper = self.area.__enter__()

    def close(self) -> None:
        self.area.__exit__(None, None, None)

    def teardown(self) -> None:
        with suppress(AttributeError):
            self.close()
        self.fresh.close()
        shutil.rmtree(self.folder)

    @property
    def settings(self) -> ArchiveSettings:
        configuration = ArchiveConfiguration(areas=(self.keeper.area,), database_url=self.database_url)
        return ArchiveSettings(configuration=configuration)

    @property
    def opened(self) -> OpenedArea:
        return OpenedArea(area=self.keeper.area, index=self.keeper.index, settings=self.settings)

    def _do(self, work: Callable[[], object], *, may_lose: bool = False) -> None:
        """Do something, and begin anew where that was killed."""
        self.may_lose = may_lose or self.quota.max_studies is not None
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

    @rule(steps=st.integers(1, 12))
    def kill_at_next(self, steps: int) -> None:
        if self.fuse is None:
            self.fuse = Fuse(self.keeper, steps)

    @precondition(lambda self: self.fuse is None)
    @rule()
    def restart(self) -> None:
        self.close()
        self.open()

    @rule(values=ARRIVAL)
    def arrive(self, values: dict[int, str]) -> None:
        self._do(lambda: store(self.keeper, part10(data_set(values))))

    @rule(values=st.lists(ARRIVAL, min_size=1, max_size=3), is_hanging=st.booleans())
    def import_folder(self, values: Sequence[dict[int, str]], *, is_hanging: bool) -> None:
        """What is no image, and belongs to no study, is passed over."""
        folder = self.folder / "imported"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number, one in enumerate(values):
            uid = one[0x00080018]
            (folder / f"{number}.dcm").write_bytes(part10(data_set(one), sop_class_uid=CT_IMAGE, sop_instance_uid=uid))
        (folder / "rubbish.dcm").write_bytes(b"rubbish" * 50)
        if is_hanging:
            protocol = "1.2.840.10008.5.1.4.38.1"
            content = data_set({0x00080018: "1.9.1"}, sop_class=protocol)
            (folder / "protocol").write_bytes(part10(content, sop_class_uid=protocol, sop_instance_uid="1.9.1"))
        self._do(lambda: list(import_inputs(self.keeper, [str(folder)])))

    @rule(study=STUDIES, level=LEVELS, number=NUMBERS)
    def remove(self, study: str, level: str, number: int) -> None:
        keys = {
            "study": {"study_instance_uid": study},
            "series": {"study_instance_uid": study, "series_instance_uid": f"1.5.{number}"},
            "instance": {"sop_instance_uid": f"1.9.{number}"},
        }
        self._do(lambda: self.keeper.remove(**keys[level]), may_lose=True)

    @rule(study=STUDIES, patient=st.sampled_from(["ONE", "TWO", ""]), days=st.sampled_from([0, 30]))
    def remove_into_trash(self, study: str, patient: str, days: int) -> None:
        words = ["studies", f"StudyInstanceUID={study}", *([f"PatientID={patient}"] if patient else [])]
        before = self._trashed()

        def work() -> None:
            plan = plan_removal(self.opened, read_selection(words))
            remove_planned(self.keeper, plan, by="nobody", keep_days=days)

        had = Counter(one.sop_instance_uid for one in self.keeper.index.find_instances(AREA))
        self._do(work, may_lose=True)
        has = Counter(one.sop_instance_uid for one in self.keeper.index.find_instances(AREA))
        if days:
            assert had - has <= self._trashed() - before

    def _trashed(self) -> Counter[str]:
        trash = Trash(self.keeper.storage.folder)
        return Counter(
            one.sop_instance_uid
            for entry in trash.entries()
            for one in trash.instances(entry)
            if trash.file_of(entry, one.path).exists()
        )

    @rule(back=st.integers(0, 3))
    def restore_trash(self, back: int) -> None:
        def work() -> None:
            settle_trash(self.keeper)
            entries = Trash(self.keeper.storage.folder).entries()
            if back < len(entries):
                restore_from_trash(self.keeper, entries[back])

        self._do(work)

    @rule(study=STUDIES, is_held=st.booleans())
    def hold(self, study: str, *, is_held: bool) -> None:
        if is_held:
            hold_study(self.keeper.storage, study, by="nobody", why="")
        else:
            release_study(self.keeper.storage, study)

    @rule(study=STUDIES, patient=st.sampled_from(["ONE", "TWO", ""]))
    def correct(self, study: str, patient: str) -> None:
        self._correct(
            CorrectionKind.CORRECT,
            lambda: correction(
                self.keeper, selection_of(Level.STUDY, STUDY_INSTANCE_UID, study), {PATIENT_ID: patient}
            ),
        )

    @rule(going=st.sampled_from(["ONE", "TWO", "Ünë"]), surviving=st.sampled_from(["ONE", "TWO"]))
    def merge(self, going: str, surviving: str) -> None:
        self._correct(CorrectionKind.MERGE, lambda: merge(self.keeper, going, surviving, {}))

    @rule(number=NUMBERS, into=st.sampled_from(["", "1.2", "1.3"]), keeps_uids=st.booleans())
    def split(self, number: int, into: str, *, keeps_uids: bool) -> None:
        chosen = selection_of(Level.SERIES, SERIES_INSTANCE_UID, f"1.5.{number}")
        self._correct(CorrectionKind.SPLIT, lambda: split(self.keeper, chosen, {}, into=into, keeps_uids=keeps_uids))

    @rule(back=st.integers(0, 3))
    def undo(self, back: int) -> None:
        trail = Corrector(self.keeper, Watcher()).trail
        records = [one for one in trail.records() if one.origin.correction_id not in trail.undone()]
        if back < len(records):
            record = records[-1 - back]
            self._correct(CorrectionKind.UNDO, lambda: undo(self.keeper, record), record.origin.correction_id)

    def _correct(self, kind: CorrectionKind, remedy_for: Callable[[], Remedy], undoes: str = "") -> None:
        """Of a correction there are as many instances afterwards."""
        count = len(list(self.keeper.index.find_instances(AREA)))

        def work() -> None:
            remedy = remedy_for()
            Corrector(self.keeper, Watcher()).correct(remedy.find, new_origin(kind, undoes=undoes), remedy.uids)

        self._do(work, may_lose=True)
        assert len(list(self.keeper.index.find_instances(AREA))) == count

    @rule()
    def expire(self) -> None:
        def work() -> None:
            held = held_studies(self.keeper.storage)
            apply_retention(self.keeper, RetentionRule(keep_days=0), lambda: held, going_on=lambda: None)
            left = {one.study_instance_uid for one in self.keeper.index.find_instances(AREA)}
            assert left <= held

        self._do(work, may_lose=True)

    @precondition(lambda self: self.fuse is None)
    @rule(which=st.integers(0, 7), is_lost=st.booleans())
    def repair(self, which: int, *, is_lost: bool) -> None:
        """A file is lost, or there is a second one of an instance; and one that is none."""
        paths = sorted(self.keeper.storage.files())
        if not paths:
            return
        self.close()
        file = self.folder / "area" / paths[which % len(paths)]
        if is_lost:
            file.unlink()
        else:
            shutil.copy2(file, file.with_name(f"{file.name.split('.dcm')[0][:-9]}.00000001.dcm"))
            file.with_name("1.9.9.00000001.dcm").write_bytes(b"rubbish")
        self.open()
        self._do(lambda: repair_area(self.opened, self.keeper, lambda _step: None), may_lose=is_lost)

    @precondition(lambda self: self.fuse is None)
    @rule()
    def reindex(self) -> None:
        self.close()
        reindex_area(self.settings, self.keeper.area, Silent())
        self.open()

    @invariant()
    def the_index_says_what_a_new_one_says(self) -> None:
        if self.fuse is not None or not hasattr(self, "keeper"):
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
        has = Counter(map(identity_of, entries))
        assert self.may_lose or self.had <= has
        self.had, self.may_lose = has, False

    def _check_found(self, entry: IndexEntry) -> None:
        """It is found under what it carries, with that, and nothing else is."""
        names = ("patient", "name", "study", "series", "instance", "accession", "issuer")
        keys = {name: entry.values.get(TAGS[name], "") for name in names}
        found = [
            {name: match.values[TAGS[name]] for name in names}
            for match in self.keeper.index.find(study_query(keys, level="IMAGE"), AREA)
        ]
        assert {name: value[:LONGEST_TEXT] for name, value in keys.items()} in found
        restricting = {
            name: value[:LONGEST_TEXT]
            for name, value in keys.items()
            if value and name != "name" and not set(value) & set("\\*?")
        }
        assert all({name: one[name] for name in restricting} == restricting for one in found)

    def _check_patients(self) -> None:
        query = read_find_query(
            identifier("PATIENT", {"patient": "", "name": "", "issuer": ""}), IMPLICIT, Model.PATIENT_ROOT
        )
        ids = Counter(
            (match.values[TAGS["patient"]], match.values[TAGS["issuer"]])
            for match in self.keeper.index.find(query, AREA)
        )
        assert all(count == 1 for (patient, _issuer), count in ids.items() if patient)


class SharedDatabaseMachine(ArchiveMachine):
    """The same, with an index in PostgreSQL."""


def run(machine: type[ArchiveMachine], sequences: int) -> None:
    for name in ("services.c_store", "areas.quota"):  # conflicts are many
        logging.getLogger(f"dicomdesk.archive.{name}").disabled = True
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=sequences,
                stateful_step_count=14 if SEQUENCES < 50 else 24,
                deadline=None,
                derandomize=SEQUENCES < 50,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate, Phase.shrink) if SHRINKS else (Phase.generate,),
            ),
        )
    finally:
        for name in ("services.c_store", "areas.quota"):
            logging.getLogger(f"dicomdesk.archive.{name}").disabled = False


@pytest.mark.long
def test_the_index_of_an_archive_is_a_function_of_its_files() -> None:
    run(ArchiveMachine, SEQUENCES)


@pytest.mark.long
def test_so_it_is_in_a_database_of_its_own(postgresql: PostgresqlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SharedDatabaseMachine, "new_database", staticmethod(postgresql.new_database))
    run(SharedDatabaseMachine, max(SEQUENCES // 5, 2))


def test_who_the_patient_is_does_not_depend_on_the_name_where_there_is_an_id() -> None:
    assert patient_identity({PATIENT_ID: "1", TAGS["name"]: "A"}) == patient_identity({PATIENT_ID: "1"})

"""Random additions and removals leave what a new index of the same entries says."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from dicomdesk.archive.additions.places import has_other_name, value_of
from dicomdesk.archive.additions.statements import COUNT_UNKNOWN
from dicomdesk.archive.contents.contents import content_of
from dicomdesk.archive.contents.rows import patient_identity
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.tables.faces import StudyEntity
from dicomdesk.dicom.query.attributes import Level
from tests.helpers.archives.index_entries import AREA, TAGS, index_entry
from tests.helpers.archives.index_rows import canonical_rows

CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"


def entry(chance: random.Random, path: str) -> IndexEntry:
    pick = chance.choice
    study = pick(["1.2", "1.3"])
    series = f"{study}.{pick('12')}"
    made = index_entry(
        path=path,
        size=pick([10, 20]),
        received=float(chance.randrange(1, 9)),
        study=study,
        series=pick([series, series, "1.9"]),
        instance=pick([f"{series}.1", f"{series}.2", f"{series}.3", "1.7"]),
        patient=pick(["A", "A", "B", ""]),
        name=pick(["Doe^J", "DOE^J^", "Roe", ""]),
        date=pick(["2020", "2021", ""]),
        modality=pick(["CT", "MR"]),
        issuer=pick(["", "", "H"]),
        birth_date=pick(["", "1970"]),
        class_uid=pick([CT, MR]),
    )
    tags = [tag for tag in (0x00081032, 0x00400275, 0x0040A043) if chance.random() < 0.2]
    return replace(made, items={tag: ({0x00080100: pick("xy"), 0x00401001: pick("pq")},) for tag in tags})


def who(one: IndexEntry) -> tuple[str, ...]:
    return patient_identity(one.values), *(one.values[TAGS[name]] for name in ("study", "series", "instance"))


def change(index: Index, files: dict[tuple[str, ...], IndexEntry], chance: random.Random, step: int) -> None:
    """Add some entries or remove some; ``files`` is what there is then."""
    if chance.random() < 0.75 or not files:
        entries = [entry(chance, f"{step}-{number}") for number in range(chance.choice([1, 1, 2, 5]))]
        for one, addition in zip(entries, index.add(entries), strict=True):
            old = files.get(who(one))
            assert addition.replaced_path == (old.path if old else "")
            files[who(one)] = one
        return
    one = chance.choice(list(files.values()))
    keys = chance.choice(
        [{"path": one.path}, {"study_instance_uid": value_of(one, TAGS["study"])}, {"sop_instance_uid": "1.7"}]
    )
    gone = {found.path for found in index.remove(AREA, **keys)}
    for key in [key for key, kept in files.items() if kept.path in gone]:
        del files[key]


@pytest.mark.long
def test_an_index_says_what_a_new_one_of_the_same_entries_would(open_index: Callable[[], Index]) -> None:
    """Two processes add and remove; the entries are then added to another area in another order, at once or singly."""
    indexes = [open_index(), open_index()]
    for seed in range(3):
        chance = random.Random(seed)
        files: dict[tuple[str, ...], IndexEntry] = {}
        for step in range(12):
            change(chance.choice(indexes), files, chance, step)
        said = canonical_rows(indexes[0])
        assert list(indexes[0].wrong_counts()) == []
        indexes[0].clear(AREA)
        entries = list(files.values())
        chance.shuffle(entries)
        for start in range(0, len(entries), 4):
            indexes[1].add(entries[start : start + 4])
        assert canonical_rows(indexes[0]) == said
        indexes[0].clear(AREA)


def test_a_name_is_another_where_both_are_there_and_differ() -> None:
    owner = StudyEntity(1, content_of(Level.STUDY, index_entry(name="Doe^J")), 0, 1)
    found = [has_other_name(owner, content_of(Level.STUDY, index_entry(name=name))) for name in ("DOE^J^", "", "Roe")]
    assert found == [False, False, True]
    assert COUNT_UNKNOWN is not None

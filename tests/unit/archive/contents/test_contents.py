"""What most of several contents say, whatever order they are counted in."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.contents.contents import (
    PATIENT_COLUMNS,
    Tally,
    content_columns,
    content_of,
    content_row,
    content_sequence_rows,
    items_text,
    name_of,
    patient_part,
    raw_content,
)
from dicomdesk.dicom.query.attributes import Level
from tests.helpers.archives.index_entries import index_entry

CONTENTS = st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from(["", "x", "y", "z"])), max_size=12)


@given(CONTENTS, st.integers())
def test_what_is_shown_depends_on_what_is_counted_not_on_the_order(contents: list[tuple[str, ...]], seed: int) -> None:
    tally = Tally((one, 1) for one in contents)
    others = [*contents, ("b", "z"), ("a", "")]
    random.Random(seed).shuffle(others)
    other = Tally((one, 1) for one in others)
    for gone in (("a", ""), ("b", "z")):
        other.add(gone, -1)
    for place, shown in enumerate(tally.shown):
        values = [one[place] for one in contents if one[place]]
        assert shown == min(values, key=lambda value: (-values.count(value), value), default="")
    if contents:
        assert other.shown == tally.shown


def test_a_content_has_what_an_entry_says_of_the_patient_first() -> None:
    entry = index_entry(name="Doe^J", patient="P", date="2020.01.02", series_number="3")
    content = content_of(Level.STUDY, entry)
    values = dict(zip(content_columns(Level.STUDY), content, strict=True))
    assert (values["patient_name"], values["study_date"], values["character_set"]) == (
        "Doe^J",
        "20200102",
        "ISO_IR 192",
    )
    assert name_of(content) == "Doe^J"
    assert dict(zip(PATIENT_COLUMNS, patient_part(content), strict=True))["patient_id"] == "P"
    assert content_row(Level.STUDY, content)["name_alphabetic"] == "DOE^J"
    assert "3" in content_of(Level.SERIES, entry)
    assert "3" not in content


def test_entries_that_differ_above_the_image_have_different_raw_contents() -> None:
    plain = index_entry()
    assert raw_content(plain) == raw_content(index_entry(instance="1.9", path="other", rows="5"))
    others = [
        index_entry(series_number="1"),
        index_entry(name="x"),
        index_entry("OTHER"),
        replace(plain, items={0x00400275: ({0x00401001: "R"},)}),
        replace(plain, character_set=""),
    ]
    assert len({raw_content(one) for one in [plain, *others]}) == 6


def test_items_are_kept_in_a_content_without_what_is_empty() -> None:
    items = ({0x00401001: "R", 0x00400009: ""}, {0x00400009: "S"})
    content = content_of(Level.SERIES, replace(index_entry(), items={0x00400275: items}))
    rows = content_sequence_rows(Level.SERIES, content, 7)
    assert [(row["owner"], row["item"], row["tag"], row["value"]) for row in rows] == [
        (7, 0, 0x00401001, "R"),
        (7, 1, 0x00400009, "S"),
    ]
    assert items_text([{0x00401001: ""}]) == ""

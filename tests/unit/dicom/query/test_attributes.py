from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.query.attributes import (
    ATTRIBUTES,
    ITEM_VRS,
    UNIQUE_KEYS,
    Level,
    Source,
    attributes_of,
    find_attribute,
    stored_attributes,
)


def test_each_attribute_is_there_once_with_the_vr_of_the_dictionary() -> None:
    assert len({attribute.tag for attribute in ATTRIBUTES}) == len(ATTRIBUTES)
    assert all(find_vr(attribute.tag) == attribute.vr for attribute in ATTRIBUTES)
    assert all(find_vr(tag) == vr for tag, vr in ITEM_VRS.items())


def test_each_level_has_its_unique_key() -> None:
    for level, tag in UNIQUE_KEYS.items():
        attribute = find_attribute(tag)
        assert attribute is not None
        assert attribute.level is level


def test_levels_are_above_each_other() -> None:
    assert Level.PATIENT.is_above(Level.STUDY)
    assert not Level.STUDY.is_above(Level.STUDY)
    assert [level.depth for level in Level] == [0, 1, 2, 3]


def test_columns_of_a_level_have_names_of_their_own() -> None:
    for level in Level:
        names = [attribute.column for attribute in attributes_of(level)]
        assert len(set(names)) == len(names)
        assert all(attribute.source is Source.COLUMN for attribute in stored_attributes(level))


def test_sequences_say_what_is_kept_of_their_items() -> None:
    for attribute in ATTRIBUTES:
        assert bool(attribute.item_tags) == (attribute.vr == b"SQ") == (attribute.source is Source.ITEMS)
        assert set(attribute.item_tags) <= ITEM_VRS.keys()


def test_what_is_not_supported_is_not_found() -> None:
    assert find_attribute(0x00091001) is None

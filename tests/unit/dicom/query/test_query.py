from dataclasses import replace

from dicomdesk.dicom.query.attributes import Level, find_attribute
from dicomdesk.dicom.query.query import ItemKey, Key, Model, Query


def key(tag: int, value: str = "", *, items: tuple[ItemKey, ...] = ()) -> Key:
    attribute = find_attribute(tag)
    assert attribute is not None
    return Key(attribute=attribute, value=value, items=items)


def test_a_key_restricts_when_it_has_a_value() -> None:
    assert key(0x0020000D, "1.2").restricts
    assert not key(0x0020000D, "").restricts
    assert not key(0x0020000D, "\\\\").restricts
    assert key(0x00400275, items=(ItemKey(tag=0x00401001, vr=b"SH", value="R"),)).restricts
    assert not key(0x00400275, items=(ItemKey(tag=0x00401001, vr=b"SH"),)).restricts


def test_a_star_in_an_item_matches_what_is_absent_too() -> None:
    for value, restricts in (("*", False), ("**", False), ("A\\*", False), ("\\", False), ("*A", True), ("?", True)):
        assert ItemKey(tag=0x00401001, vr=b"SH", value=value).restricts is restricts, value
    assert ItemKey(tag=0x0020000D, vr=b"UI", value="*").restricts


def test_what_cannot_be_decoded_restricts() -> None:
    item = ItemKey(tag=0x00401001, vr=b"SH", is_undecodable=True)
    assert item.restricts
    for broken in (replace(key(0x00100010), is_undecodable=True), key(0x00400275, items=(item,))):
        assert broken.restricts
        assert broken.matches_nothing
    assert not key(0x00100010).matches_nothing


def test_a_query_knows_its_keys_by_tag() -> None:
    query = Query(model=Model.STUDY_ROOT, level=Level.STUDY, keys=(key(0x0020000D, "1.2"), key(0x00080050)))
    assert query.find_key(0x00080050) is query.keys[1]
    assert query.find_key(0x00100010) is None
    assert query.restricting_tags == {0x0020000D}

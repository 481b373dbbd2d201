from dicomdesk.dicom.files.element_tree import ElementRow
from dicomdesk.gui.receive.element_nodes import (
    MOST_FOUND,
    NAME,
    SIZE,
    TAG,
    VALUE,
    ElementNode,
    element_words,
    find_nodes,
    search_words,
)


def test_search_shows_the_first_of_many_and_counts_all() -> None:
    rows = [ElementRow(0x00080100, "SH", "CodeValue", f"A{n}") for n in range(5000)]
    found = find_nodes(rows, search_words("codevalue"))
    assert (found.count, len(found.nodes)) == (5000, MOST_FOUND)


def test_search_finds_by_tag_name_and_value_together() -> None:
    item = ElementRow(0xFFFEE000, "", "1", children=[ElementRow(0x00080104, "LO", "CodeMeaning", "Left kidney")])
    rows = [ElementRow(0x00100010, "PN", "PatientName", "DOE"), ElementRow(0x00082218, "SQ", "", children=[item])]
    for typed, count in (("(0008,0104)", 1), ("00080104 kidney", 1), ("code meaning LEFT", 1), ("doe kidney", 0)):
        assert find_nodes(rows, search_words(typed)).count == count
    (way,) = find_nodes(rows, ["kidney"]).nodes
    assert way.kept is not None
    assert way.kept[0].element is item


def test_deep_nesting_costs_no_stack() -> None:
    row = ElementRow(0x00080104, "LO", "CodeMeaning", "needle")
    for _ in range(5000):
        row = ElementRow(0x00082218, "SQ", "X", children=[row])
    found = find_nodes([row], ["needle"])
    assert found.count == 1


def test_rows_below_are_made_as_they_are_asked_for() -> None:
    rows = [ElementRow(0x00080100, "SH", "CodeValue", str(n)) for n in range(7)]
    node = ElementNode(ElementRow(0x00082218, "SQ", "AnatomicRegionSequence", "7 items", children=rows))
    assert node.unfetched() == 7
    node.children.extend(node.fetch(5))
    assert node.unfetched() == 2
    assert [row.text(VALUE) for row in node.fetch(5)] == ["5", "6"]


def test_cut_and_unknown_values_are_said() -> None:
    node = ElementNode(ElementRow(0x00091001, "UN", "", "ab" * 400, is_cut=True, size_bytes=90_000))
    assert node.text(VALUE).endswith("…")
    assert (node.text(TAG), node.text(NAME), node.text(SIZE)) == ("0009,1001", "private", "90,000")
    assert node.cut_text().startswith("The value has 90 KB")
    assert element_words(ElementRow(0x00189999, "UN", "")) == "unknown"

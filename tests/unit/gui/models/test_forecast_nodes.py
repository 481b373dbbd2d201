from dicomdesk.engine.forecast import Help, Verdict
from dicomdesk.gui.models.forecast_nodes import (
    COUNT,
    ENCODING,
    SIZE,
    VERDICT,
    WHAT,
    WHY,
    ForecastNode,
    PathNode,
    forecast_columns,
)
from dicomdesk.gui.theme import Tone
from tests.helpers.window import scenes


def nodes() -> list[ForecastNode]:
    return [ForecastNode(group) for group in scenes.mixed_forecast()]


def test_verdict_is_told_in_icon_word_and_tone() -> None:
    marks = [node.mark(VERDICT) for node in nodes()]
    assert [mark.word for mark in marks if mark] == [
        *("Cannot go", "Cannot go", "Cannot go", "Converted to Little Endian Explicit", "As is", "As is")
    ]
    assert {mark.tone for mark in marks if mark} == {Tone.BAD, Tone.ACTIVE, Tone.GOOD}


def test_group_tells_what_and_how_much() -> None:
    first, *_, last = nodes()
    assert (first.text(WHAT), first.text(ENCODING), first.text(COUNT)) == ("Ultrasound Image", "JPEG Baseline", "44")
    assert first.text(WHY).startswith("The peer takes")
    assert last.text(SIZE) == "78 MB"
    assert [node.text(WHAT) for node in nodes()][2] == "Not readable"
    assert len(forecast_columns()) == 6


def test_rows_sort_by_verdict_and_number() -> None:
    rows = sorted(nodes(), key=lambda node: node.sort_value(VERDICT), reverse=True)
    assert rows[0].group.verdict is Verdict.AS_IS
    assert isinstance(rows[0].sort_value(COUNT), float)
    assert isinstance(rows[0].sort_value(WHY), str)


def test_explanation_has_reason_and_advice() -> None:
    assert nodes()[1].explanation() == (
        "The peer does not take Enhanced SR Storage at all. Ask whoever runs the peer to accept this SOP class."
    )
    assert nodes()[5].explanation() == ""


def test_decompression_is_offered_where_it_is_all_that_is_needed() -> None:
    assert [node.needs_lossy_decompression for node in nodes()] == [True, *[False] * 5]
    both = scenes.forecast(
        Verdict.CANNOT_GO, scenes.CT, scenes.JPEG_2000, 1, helps=(Help.ALLOW_LOSSY_DECOMPRESSION, Help.CHANGE_PEER)
    )
    assert not ForecastNode(both).needs_lossy_decompression


def test_group_opens_to_its_first_files() -> None:
    node = nodes()[0]
    assert node.unfetched() == 4
    rows = node.fetch(10)
    assert [row.text(VERDICT) for row in rows] == ["IM00000", "IM00001", "IM00002", "and 41 more"]
    assert rows[0].text(WHY).endswith("/IM00000")
    assert isinstance(rows[3], PathNode)
    node.children = list(rows)
    assert node.unfetched() == 0

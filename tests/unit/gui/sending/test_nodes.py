from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.sending.group_node import (
    LEFT,
    MODALITY,
    PEER,
    PROGRESS,
    RATE,
    SIZE,
    STATE,
    STORED,
    TITLE,
    send_columns,
)
from dicomdesk.gui.sending.nodes import InstanceNode, Result, SeriesNode, StudyNode
from dicomdesk.gui.sending.queue import SendQueue
from dicomdesk.gui.sending.skipped import SkippedGroupNode
from dicomdesk.gui.theme import Tone
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline

HEADER = scenes.header(scenes.JANE, ("2", "Axial", "CT"), 1)
EMPTY = InstanceHeader(
    sop_class_uid="", sop_instance_uid="", transfer_syntax_uid="", data_set_offset=0, data_set_length=0
)


def sending_study() -> StudyNode:
    study = StudyNode(HEADER)
    study.total, study.size_bytes, study.bytes_done, study.rate, study.is_active = 10, 1000, 250, 25.0, True
    study.counts.update({ItemState.STORED: 2, ItemState.SENDING: 1, ItemState.WAITING: 7})
    study.words.modalities = ["CT", "SR"]
    return study


def test_columns_are_as_many_as_their_numbers() -> None:
    assert len(send_columns()) == LEFT + 1


def test_study_says_who_what_and_when() -> None:
    study = sending_study()
    assert study.text(TITLE) == "DOE, JANE   12345   CT abdomen   2026-11-20"
    assert study.text(MODALITY) == "CT/SR"
    assert study.text(STORED) == "2 of 10"
    assert study.spoken(STORED) == "2 of 10 stored, 8 waiting"
    assert study.text(SIZE) == "1.0 KB"
    assert study.text(PROGRESS) == "25 %"
    assert study.text(RATE) == "25 B/s"
    assert study.text(LEFT) == "0:30"
    assert "12345" in study.words.search_text


def test_nothing_known_is_said_in_words() -> None:
    assert StudyNode(EMPTY).text(TITLE) == "No patient name"
    assert SeriesNode(StudyNode(EMPTY), EMPTY).text(TITLE) == "Series without description"


def test_no_bar_before_anything_was_stored() -> None:
    study = StudyNode(HEADER)
    study.total = 3
    study.counts[ItemState.WAITING] = 3
    assert study.progress(PROGRESS) is None
    assert study.text(PROGRESS) == study.text(RATE) == study.text(LEFT) == ""


def test_bar_is_never_full_before_the_end() -> None:
    study = sending_study()
    study.bytes_on_wire = 750
    share = study.progress(PROGRESS)
    assert share is not None
    assert share < 1


def test_bar_shows_what_was_stored_at_the_end() -> None:
    study = StudyNode(HEADER)
    study.total = 4
    study.counts.update({ItemState.STORED: 3, ItemState.NOT_SENT: 1})
    assert study.progress(PROGRESS) == 0.75
    mark = study.mark(STATE)
    assert mark is not None
    assert (mark.word, mark.tone) == ("Not sent 1", Tone.BAD)


def test_problems_of_several_kinds_are_counted_together() -> None:
    study = StudyNode(HEADER)
    study.total = 4
    study.counts.update({ItemState.REFUSED: 3, ItemState.FAILED: 1})
    assert study.state_text() == "4 problems"


def test_sort_values_of_a_column_have_one_type() -> None:
    series, skipped = SeriesNode(StudyNode(HEADER), HEADER), SkippedGroupNode()
    skipped.add("/x/notes.txt", "Not DICOM")
    for column in range(len(send_columns())):
        nodes = (sending_study(), series, skipped, *skipped.fetch(1))
        assert len({type(node.sort_value(column)) for node in nodes}) == 1


def listed(*paths: str) -> StudyNode:
    queue = SendQueue(PlainOutline())
    queue.add([FoundInstance(path=path, header=HEADER) for path in paths])
    (study,) = queue.studies
    return study


def test_series_makes_rows_of_instances_only_when_asked_in_natural_order() -> None:
    study = listed(*(f"/data/IM{number}" for number in (10, 9, 2, 1, 11)))
    (series,) = study.series.values()
    assert (series.unfetched(), study.rows) == (5, {})
    first = series.fetch(3)
    assert [node.text(TITLE) for node in first] == ["IM1", "IM2", "IM9"]
    series.children.extend(first)
    assert series.unfetched() == 2


def test_instance_shows_name_encoding_and_what_came_of_it() -> None:
    study = listed("/data/a.zip")
    study.found[0] = FoundInstance(path="/data/a.zip", archive_member="dir/IM7\n", header=HEADER)
    instance = InstanceNode(study, 0)
    assert instance.text(TITLE) == "IM7\\n"
    assert instance.text(SIZE) == "525 KB"
    study.results[0] = Result(status=0xA700, reason="Out of resources", attempts=2)
    assert instance.text(PROGRESS) == ""
    assert instance.text(STATE) == "Waiting A700, 2 tries"
    study.set_state(0, ItemState.STORED)
    study.results[0] = Result(commitment="Committed")
    assert instance.text(STATE) == "Committed"
    assert [part.text for part in instance.parts(TITLE) or ()][1] == "Little Endian Explicit"


def test_stored_failed_and_waiting_are_apart_in_words_and_bar() -> None:
    study = sending_study()
    study.counts.update({ItemState.REFUSED: 2, ItemState.WAITING: -2})
    assert study.text(STORED) == "2 of 10"
    assert study.counted_text() == "2 of 10 stored, 2 not stored, 6 waiting"
    (stored, tone), (failed, bad) = study.shares(PROGRESS)
    assert (tone, bad, failed) == (Tone.ACTIVE, Tone.BAD, 0.2)
    assert 0 < stored < 1 - failed


def test_a_study_without_a_peer_of_its_own_shows_the_one_that_is_typed() -> None:
    queue = SendQueue(PlainOutline())
    queue.add([FoundInstance(path="/data/1", header=HEADER)])
    (study,) = queue.studies
    queue.show_peer("PACS")
    assert study.text(PEER) == "PACS"
    study.peer = "ARCHIVE@archive.example:104"
    assert (study.text(PEER), study.tip(PEER)) == ("ARCHIVE", "ARCHIVE@archive.example:104")


def test_of_very_many_skipped_inputs_only_some_are_named() -> None:
    skipped = SkippedGroupNode()
    for number in range(SkippedGroupNode.most_kept + 5):
        skipped.add(f"/x/{number}", "Not DICOM")
    assert skipped.text(STORED) == "2,005"
    assert skipped.unfetched() == SkippedGroupNode.most_kept

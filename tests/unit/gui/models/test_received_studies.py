from dicomdesk.engine.events import ItemFinished, ItemOutcome
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.gui.models.received_nodes import (
    FROM,
    INSTANCES,
    MODALITY,
    RATE,
    SERIES,
    SIZE,
    STATE,
    TITLE,
    ReceivedStudy,
    receive_columns,
)
from dicomdesk.gui.models.received_studies import ReceivedStudies
from dicomdesk.gui.outline.states import ItemState
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline

CT = [scenes.header(scenes.JANE, ("1", "Axial", "CT"), n) for n in range(3)]
SR = scenes.header(scenes.JANE, ("2", "Report", "SR"), 1)


def arrived(studies: ReceivedStudies, at: float = 100.0, association: int = 1) -> None:
    for event in scenes.incoming(association):
        studies.apply(event, at)
    for index, item in enumerate([*CT, SR]):
        event = scenes.finished(item, index, path=f"/in/F{index}", association=association, job_id=scenes.RECEIVE_JOB)
        studies.apply(event, at + index)


def only(studies: ReceivedStudies) -> ReceivedStudy:
    (study,) = studies.studies
    return study


def test_study_fills_while_it_arrives() -> None:
    outline = PlainOutline()
    studies = ReceivedStudies(outline)
    arrived(studies)
    study = only(studies)
    assert outline.root.children == [study]
    assert [study.text(c) for c in (TITLE, MODALITY, SERIES, INSTANCES, SIZE, FROM, STATE)] == [
        "DOE, JANE   12345   CT abdomen   2026-11-20",
        "CT/SR",
        "2",
        "4",
        "2.1 MB",
        "CT1   10.1.4.20",
        "Receiving",
    ]
    assert study.folder == "/in"
    assert [series.instances for series in study.series.values()] == [3, 1]
    assert study in outline.touched


def test_silence_is_told_in_seconds_while_the_association_is_open() -> None:
    studies = ReceivedStudies(PlainOutline())
    arrived(studies, at=100.0)
    studies.measure(104.0)
    assert only(studies).state is ItemState.RECEIVING
    studies.measure(111.0)
    assert only(studies).text(STATE) == "Quiet for 8 s"
    assert only(studies).text(RATE) == ""


def test_rate_is_measured_over_the_last_moments() -> None:
    studies = ReceivedStudies(PlainOutline())
    arrived(studies, at=100.0)
    studies.measure(104.0)
    assert only(studies).rate == 4 * 525_000 / 4.0
    assert only(studies).text(RATE) == "525 KB/s"


def test_released_study_is_stored() -> None:
    studies = ReceivedStudies(PlainOutline())
    arrived(studies)
    studies.apply(scenes.released(scenes.RECEIVE_JOB, 1), 110.0)
    assert only(studies).state is ItemState.STORED
    studies.clear_finished()
    assert not list(studies.studies)


def test_study_stays_open_until_its_last_association_ends() -> None:
    studies = ReceivedStudies(PlainOutline())
    arrived(studies, association=1)
    arrived(studies, association=2)
    studies.apply(scenes.aborted(scenes.RECEIVE_JOB, 1), 110.0)
    assert only(studies).is_open
    studies.clear_finished()
    assert list(studies.studies)
    studies.apply(scenes.aborted(scenes.RECEIVE_JOB, 2), 110.0)
    assert not only(studies).is_open


def test_what_was_not_stored_is_counted_apart() -> None:
    studies = ReceivedStudies(PlainOutline())
    arrived(studies)
    refused = scenes.finished(
        CT[0], 5, ItemOutcome.REFUSED, status=0xA700, job_id=scenes.RECEIVE_JOB, reason="The disk is full"
    )
    studies.apply(refused, 103.0)
    studies.apply(scenes.released(scenes.RECEIVE_JOB, 1), 104.0)
    study = only(studies)
    assert (study.instances, study.problems, studies.problems) == (4, 1, 1)
    assert study.text(STATE) == "1 not stored"
    assert study.reasons == ["The disk is full"]


def test_instance_without_header_has_a_row_too() -> None:
    studies = ReceivedStudies(PlainOutline())
    event = ItemFinished(
        job_id="r", association=1, index=0, path="", outcome=ItemOutcome.FAILED, status=None, reason="lost"
    )
    studies.apply(event, 1.0)
    assert only(studies).text(TITLE) == "No patient name"


def test_sort_values_of_a_column_have_one_type() -> None:
    studies = ReceivedStudies(PlainOutline())
    arrived(studies)
    study = only(studies)
    for column in range(len(receive_columns())):
        nodes = (study, *study.series.values())
        assert len({type(node.sort_value(column)) for node in nodes}) == 1


def test_what_comes_again_is_no_new_instance() -> None:
    studies = ReceivedStudies(PlainOutline())
    arrived(studies, association=1)
    arrived(studies, association=2)
    study = only(studies)
    assert (study.instances, study.again, studies.instances) == (4, 4, 4)
    assert study.counts_text() == "4 here, 4 again"
    assert [series.counts_text() for series in study.series.values()] == ["3 here, 3 again", "1 here, 1 again"]
    assert [file.times for file in studies.files(study)] == [2, 2, 2, 2]


def test_what_is_sent_again_after_a_refusal_is_no_problem_any_more() -> None:
    studies = ReceivedStudies(PlainOutline())
    refused = scenes.finished(CT[0], 0, ItemOutcome.REFUSED, status=0xA700, job_id=scenes.RECEIVE_JOB, reason="full")
    studies.apply(refused, 1.0)
    assert (only(studies).problems, studies.problems) == (1, 1)
    arrived(studies)
    studies.apply(scenes.released(scenes.RECEIVE_JOB, 1), 110.0)
    assert (only(studies).problems, studies.problems, only(studies).state) == (0, 0, ItemState.STORED)


def test_studies_that_were_found_in_the_folder_have_rows() -> None:
    outline, book = PlainOutline(), ArrivalBook()
    studies = ReceivedStudies(outline, book=book)
    for number, item in enumerate([*CT, SR]):
        book.found(item, item.sop_instance_uid, f"/in/F{number}", 10, 50.0)
    studies.measure(60.0)
    study = only(studies)
    assert (study.instances, len(study.series), study.first_at, study.record.arrivals) == (4, 2, 50.0, 0)
    assert study.text(STATE) == "Stored"


def test_rows_of_what_was_deleted_go() -> None:
    outline, book = PlainOutline(), ArrivalBook()
    studies = ReceivedStudies(outline, book=book)
    for number, item in enumerate([*CT, SR]):
        book.found(item, item.sop_instance_uid, f"/in/F{number}", 10, 50.0)
    studies.measure(60.0)
    study = only(studies)
    book.removed([file for file in book.files(study.record.uid) if file.sop_instance_uid == SR.sop_instance_uid])
    studies.settle(study, {SR.sop_instance_uid})
    assert [series.instances for series in study.series.values()] == [3]
    book.removed(book.files(study.record.uid))
    studies.settle(study, {each.sop_instance_uid for each in CT})
    assert not list(studies.studies)
    assert outline.root.children == []


def test_a_study_that_the_book_drops_loses_its_row() -> None:
    outline, book = PlainOutline(), ArrivalBook(most_studies=1)
    studies = ReceivedStudies(outline, book=book)
    other = scenes.header(scenes.PETR, ("1", "Axial", "MR"), 1)
    for number, item in enumerate((SR, other)):
        studies.apply(scenes.finished(item, number, path=f"/in/F{number}", job_id=scenes.RECEIVE_JOB), 1.0)
    studies.measure(2.0)
    assert [study.record.uid for study in studies.studies] == [other.study_instance_uid]

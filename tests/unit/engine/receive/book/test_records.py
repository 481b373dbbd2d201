from dicomdesk.engine.facts.reception import ArrivalKind, StudySender, StudySettled
from dicomdesk.engine.receive.book.records import MOST_SENDERS, BookedSeries, BookedStudy
from tests.helpers.window.scenes import JANE, header

CT = header(JANE, ("1", "Axial", "CT"), 1)


def test_repeats_are_counted_apart_from_what_was_not_stored() -> None:
    study = BookedStudy(CT)
    for number, kind in enumerate(ArrivalKind, start=1):
        study.counts[kind] = number
    assert (study.new, study.again, study.not_stored, study.arrivals) == (1, 2 + 3 + 4 + 5, 6 + 7, 28)


def test_senders_beyond_those_kept_are_only_counted() -> None:
    study = BookedStudy(CT)
    for number in range(MOST_SENDERS + 5):
        study.add_sender(StudySender(calling_ae_title=f"CT{number}", called_ae_title="US", host="h"))
    study.add_sender(StudySender(calling_ae_title="CT0", called_ae_title="US", host="h"))
    assert (len(study.senders), study.more_senders, next(iter(study.senders.values()))) == (MOST_SENDERS, 5, 2)


def test_who_sent_in_an_earlier_run_is_the_one_who_sends_now() -> None:
    study = BookedStudy(CT)
    now = StudySender(calling_ae_title="CT1", called_ae_title="US", host="h", address="10.0.0.1")
    study.add_earlier_sender("CT1")
    study.add_earlier_sender("CT2")
    study.add_sender(now)
    study.add_earlier_sender("CT1")
    assert [(each.calling_ae_title, each.host, count) for each, count in study.senders.items()] == [
        ("CT2", "", 1),
        ("CT1", "h", 3),
    ]


def test_a_settled_study_is_told_with_its_counts_and_senders() -> None:
    study = BookedStudy(CT)
    study.series["1"] = BookedSeries(study, CT)
    study.here, study.expected = 60, 100
    study.counts[ArrivalKind.REPEATED] = 40
    sender = StudySender(calling_ae_title="CT1", called_ae_title="US", host="h", address="10.0.0.1")
    study.add_sender(sender)
    fact = study.settled(
        StudySettled(job_id="j", study_instance_uid=CT.study_instance_uid, folder="f", items=3, command_exit_code=None)
    )
    assert (fact.here, fact.again, fact.refused, fact.expected, fact.items) == (60, 40, 0, 100, 3)
    assert (fact.senders, fact.modalities, fact.header) == ((sender,), ("CT",), CT)


def test_paths_that_hold_the_instance_uid_are_kept_short_and_told_whole() -> None:
    series = BookedSeries(BookedStudy(CT), CT)
    first, second = series.place_of("/in/CT.1.2", "1.2"), series.place_of("/in/CT.1.3", "1.3")
    assert first is second
    series.files["1.2"], series.files["1.3"] = first, [series.place_of("/in/odd", "1.3"), second]
    assert (series.paths_of("1.2"), series.paths_of("1.3")) == (["/in/CT.1.2"], ["/in/odd", "/in/CT.1.3"])

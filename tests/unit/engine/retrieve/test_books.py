from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.retrieve.books import Books
from dicomdesk.engine.retrieve.facts import RetrieveAnswered, RetrieveEnded, SubOperations
from dicomdesk.engine.retrieve.outcome import Standing
from dicomdesk.engine.retrieve.request import ExpectedInstance, RetrieveRequest
from dicomdesk.settings import Peer
from tests.unit.engine.retrieve.test_tally import comes

STUDY = Identifier(keys=(QueryKey(tag=0x00080052, value="STUDY"), QueryKey(tag=0x0020000D, value="9")))
INSTANCES = [
    ExpectedInstance(sop_instance_uid=uid, study_instance_uid="9", series_instance_uid="8") for uid in ("1", "2", "3")
]


def books(present: frozenset[str] = frozenset(), expected: tuple[ExpectedInstance, ...] = ()) -> Books:
    return Books(RetrieveRequest(peer=Peer(host="h", port=1), identifiers=(STUDY,), present=present, expected=expected))


def ended(failed: int, association: int = 1) -> RetrieveEnded:
    counts = SubOperations(completed=2, failed=failed)
    return RetrieveEnded(job_id="r", association=association, number=0, message_id=1, status=0, counts=counts)


def test_what_is_here_or_has_come_is_not_missing() -> None:
    kept = books(present=frozenset({"1"}))
    assert kept.missing() == ()
    kept.learn(0, INSTANCES)
    comes(kept.tally, "2", 0)
    assert kept.missing() == ("3",)
    assert [key.value for key in kept.remaining(0)[0].keys][-1] == "3"


def test_failures_that_were_tried_again_do_not_count() -> None:
    kept = books()
    first, second = ended(5), ended(1)
    kept.take(first)
    kept.supersede([first])
    kept.take(second)
    assert kept.reported() == SubOperations(completed=4, failed=1, remaining=0)
    assert kept.final == (second,)


def test_progress_adds_what_is_under_way_to_what_is_over() -> None:
    kept = books()
    counts = SubOperations(completed=1, remaining=9)
    kept.take(ended(0))
    kept.take(
        RetrieveAnswered(job_id="r", association=2, number=0, message_id=1, count=1, status=0xFF00, counts=counts)
    )
    progress = kept.progress(sees_arrivals=False, listening=None)
    assert (progress.items_done, progress.items_total) == (3, 12)
    kept.forget_association(2)
    assert kept.progress(sees_arrivals=False, listening=None).items_done == 2
    comes(kept.tally, "1", 0)
    kept.learn(0, INSTANCES)
    progress = kept.progress(sees_arrivals=True, listening=None)
    assert (progress.items_done, progress.items_total, progress.bytes_done) == (1, 3, 10)


def test_standing_has_what_is_announced_counted_and_come() -> None:
    kept = books()
    assert kept.standing(sees_arrivals=False) == Standing(reported=SubOperations(remaining=0))
    kept.learn(0, INSTANCES)
    kept.take(ended(1))
    counts = SubOperations(completed=1, remaining=9)
    kept.take(
        RetrieveAnswered(job_id="r", association=2, number=0, message_id=1, count=1, status=0xFF00, counts=counts)
    )
    comes(kept.tally, "1", 0)
    comes(kept.tally, "1", 1)
    reported = SubOperations(completed=3, failed=1, remaining=9)
    assert kept.standing(sees_arrivals=True) == Standing(
        announced=3, reported=reported, arrived=2, stored=1, bytes_stored=20
    )


def test_series_are_asked_for_apart_where_all_are_known() -> None:
    other = ExpectedInstance(sop_instance_uid="4", study_instance_uid="9", series_instance_uid="7")
    kept = books(expected=(*INSTANCES, other))
    comes(kept.tally, "2", 0)
    assert kept.series(0) == [("9", "8"), ("9", "7")]
    assert [[key.value for key in one.keys][-1] for one in kept.remaining(0, ("9", "8"))] == ["1\\3"]
    assert [[key.value for key in one.keys][-2:] for one in kept.remaining(0, ("9", "7"))] == [["9", "7"]]
    comes(kept.tally, "4", 1)
    assert kept.remaining(0, ("9", "7")) == []


def test_series_are_not_known_where_one_of_them_has_no_uid() -> None:
    kept = books(expected=(*INSTANCES, ExpectedInstance(sop_instance_uid="4")))
    assert kept.series(0) == []

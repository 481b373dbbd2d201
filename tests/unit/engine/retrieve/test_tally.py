import threading

from dicomdesk.engine.events import (
    AssociationFailed,
    AssociationReceived,
    AssociationReleased,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    RequestFailed,
)
from dicomdesk.engine.retrieve.tally import Tally


def comes(tally: Tally, uid: str, index: int, outcome: ItemOutcome = ItemOutcome.STORED, reason: str = "") -> None:
    tally.take(
        ItemStarted(job_id="j", association=1, index=index, message_id=1, sop_class_uid="", sop_instance_uid=uid)
    )
    tally.take(
        ItemFinished(
            job_id="j", association=1, index=index, path="", outcome=outcome, status=0, reason=reason, size_bytes=10
        )
    )


def test_instances_count_once_by_their_uid_and_each_time_as_arrived() -> None:
    tally = Tally()
    comes(tally, "1.2", 0)
    comes(tally, "1.3", 1)
    comes(tally, "1.2", 2)
    arrivals = tally.arrivals()
    assert (sorted(arrivals.stored), arrivals.arrived, arrivals.repeated) == (["1.2", "1.3"], 3, 1)
    assert tally.missing(["1.2", "1.4", "1.3"]) == ("1.4",)
    assert tally.bytes_stored == 30


def test_what_was_refused_and_came_again_is_not_refused() -> None:
    tally = Tally()
    comes(tally, "1.2", 0, ItemOutcome.REFUSED, "disk full")
    comes(tally, "1.3", 1, ItemOutcome.REFUSED, "disk full")
    comes(tally, "1.2", 2)
    arrivals = tally.arrivals()
    assert (arrivals.refused, arrivals.refused_uids) == ({"disk full": 2}, ("1.3",))


def test_what_did_not_arrive_whole_has_not_arrived() -> None:
    tally = Tally()
    comes(tally, "1.2", 0, ItemOutcome.FAILED, "gone")
    assert (tally.arrived, tally.has("1.2")) == (0, False)


def test_only_who_has_called_is_rejected() -> None:
    tally = Tally()
    tally.take(AssociationFailed(job_id="ours", association=1, reason="nobody there"))
    assert not tally.arrivals().rejections
    tally.take(
        AssociationReceived(
            job_id="j", association=1, peer_host="h", calling_ae_title="A", called_ae_title="B", contexts=()
        )
    )
    tally.take(AssociationFailed(job_id="j", association=1, reason="unknown caller"))
    tally.take(RequestFailed(job_id="j", peer_host="h", reason="no TLS\n"))
    arrivals = tally.arrivals()
    assert (arrivals.connections, arrivals.rejections) == (2, ("unknown caller", "no TLS\\n"))


def test_hostile_uids_are_printable_and_bounded() -> None:
    tally = Tally()
    comes(tally, "\x1b[31m" + "9" * 10_000, 0)
    (uid,) = tally.arrivals().stored
    assert uid.isprintable()
    assert len(uid) < 100


def test_the_end_of_the_last_association_is_waited_for() -> None:
    tally = Tally()
    tally.take(
        AssociationReceived(
            job_id="j", association=1, peer_host="h", calling_ae_title="A", called_ae_title="B", contexts=()
        )
    )
    tally.wait_until_all_have_ended(0.0)
    thread = threading.Thread(target=lambda: tally.wait_until_all_have_ended(20.0))
    thread.start()
    tally.take(AssociationReleased(job_id="j", association=1))
    thread.join(10.0)
    assert not thread.is_alive()

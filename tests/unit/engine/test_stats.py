import pytest

from dicomdesk.engine.stats import TransferStats


class Wire:
    """An association that has sent so many bytes."""

    def __init__(self) -> None:
        self.bytes_sent = 0


def test_an_instance_on_the_wire_counts_by_what_was_sent_of_it() -> None:
    stats, wire = TransferStats(), Wire()
    stats.set_totals(items=2, size_bytes=2000)
    wire.bytes_sent = 150
    counters = stats.open_association(wire)
    counters.begin(1000)
    assert stats.progress(0.0).bytes_done == 0
    wire.bytes_sent += 400
    assert stats.progress(0.1).bytes_done == 400
    wire.bytes_sent += 5000
    assert stats.progress(0.2).bytes_done == 1000
    assert stats.progress(0.2).items_done == 0
    counters.finish(1000)
    assert (stats.progress(0.3).bytes_done, stats.progress(0.3).items_done) == (1000, 1)


def test_a_dropped_instance_does_not_count() -> None:
    stats, wire = TransferStats(), Wire()
    counters = stats.open_association(wire)
    counters.begin(1000)
    wire.bytes_sent += 700
    counters.drop()
    assert stats.progress(0.0).bytes_done == 0


def test_what_a_closed_association_moved_stays_counted() -> None:
    stats = TransferStats()
    first, second = stats.open_association(Wire()), stats.open_association(Wire())
    first.finish(10)
    second.finish(20)
    assert stats.progress(0.0).associations == 2
    stats.close_association(first)
    progress = stats.progress(0.1)
    assert (progress.associations, progress.bytes_done, progress.items_done) == (1, 30, 2)


def test_what_is_left_out_is_done_and_no_part_of_the_bytes() -> None:
    stats = TransferStats()
    stats.set_totals(items=3, size_bytes=3000)
    stats.leave_out(1000)
    progress = stats.progress(0.0)
    assert (progress.items_total, progress.items_done, progress.bytes_total) == (3, 1, 2000)


def test_what_is_passed_over_is_done_with_its_bytes() -> None:
    stats = TransferStats()
    stats.set_totals(items=2, size_bytes=30)
    stats.pass_over(10)
    progress = stats.progress(0.0)
    assert (progress.items_done, progress.bytes_done, progress.bytes_total, progress.associations) == (1, 10, 30, 0)


def test_time_left_is_the_longer_of_bytes_and_items() -> None:
    stats = TransferStats()
    stats.set_totals(items=100, size_bytes=1000)
    counters = stats.open_association(Wire())
    assert stats.progress(0.0).seconds_left is None
    for _ in range(10):
        counters.finish(50)
    progress = stats.progress(1.0)
    assert progress.bytes_per_s == pytest.approx(500)
    assert progress.items_per_s == pytest.approx(10)
    assert progress.seconds_left == pytest.approx(9)


def test_nothing_is_known_before_the_totals_are() -> None:
    progress = TransferStats().progress()
    assert (progress.items_total, progress.seconds_left) == (0, None)


def test_sizes_and_numbers_of_items_are_put_right_later() -> None:
    stats = TransferStats()
    stats.set_totals(10, 1000)
    stats.resize(-50)
    stats.leave_out(100, 4)
    progress = stats.progress()
    assert (progress.items_done, progress.bytes_total) == (4, 550)

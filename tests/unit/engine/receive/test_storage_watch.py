import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.facts.reception import StorageState
from dicomdesk.engine.receive.storage_watch import (
    StorageChange,
    StorageJudge,
    StorageLook,
    StorageWatch,
    default_low_bytes,
    look_at,
    storage_words,
)

GB = 1_000_000_000
OK, LOW, FULL, GONE, READ_ONLY = StorageState


def seen(free: int, total: int = 1000 * GB) -> StorageLook:
    return StorageLook(OK, free, total)


@pytest.mark.parametrize(
    ("total", "low"), [(20_000 * GB, 400 * GB), (1000 * GB, 20 * GB), (50 * GB, 2 * GB), (4 * GB, GB), (0, 0)]
)
def test_room_is_low_below_two_percent_or_two_gigabytes(total: int, low: int) -> None:
    assert default_low_bytes(total) == low


@pytest.mark.parametrize(
    ("state", "look", "begins"),
    [
        (OK, seen(20 * GB), OK),
        (OK, seen(20 * GB - 1), LOW),
        (LOW, seen(24 * GB - 1), LOW),
        (LOW, seen(24 * GB), OK),
        (LOW, seen(0), FULL),
        (FULL, seen(5 * GB + 1), FULL),
        (FULL, seen(6 * GB), LOW),
        (FULL, seen(23 * GB), LOW),
        (FULL, seen(24 * GB), OK),
        (OK, StorageLook(GONE), GONE),
        (GONE, StorageLook(READ_ONLY), READ_ONLY),
        (GONE, seen(900 * GB), OK),
        (READ_ONLY, seen(19 * GB), LOW),
    ],
)
def test_each_look_leads_from_a_state_to_a_state(state: StorageState, look: StorageLook, begins: StorageState) -> None:
    judge = StorageJudge(min_free_bytes=5 * GB)
    judge.state = state
    change = judge.judge(look, 0.0)
    assert judge.state is begins
    assert (change is None) == (state is begins)
    if change is not None:
        assert (change.state, change.before) == (begins, state)


@given(st.lists(st.integers(0, 60 * GB), max_size=60))
def test_a_state_is_told_once_and_at_the_edge_nothing_flutters(sizes: list[int]) -> None:
    judge, state = StorageJudge(), OK
    for second, free in enumerate(sizes):
        change = judge.judge(seen(free), float(second))
        if change is not None:
            assert change.state is not state
            assert change.before is state
            state = change.state
            assert free < 20 * GB if state is LOW and change.before is OK else True
            assert free >= 24 * GB if state is OK else True


def test_no_warning_where_none_is_wanted() -> None:
    assert StorageJudge(low_bytes=0).judge(seen(1), 0.0) is None


def test_when_the_disk_is_full_is_told_once_the_rate_is_known() -> None:
    judge = StorageJudge(low_bytes=10 * GB)
    changes = [judge.judge(seen(15 * GB - second * GB // 10), float(second)) for second in range(60)]
    (low,) = filter(None, changes)
    assert low.full_in_s == pytest.approx(100, abs=2)
    assert "full in about 2 minutes" in storage_words(low)[0]
    judge.judge(seen(20 * GB), 61.0)
    assert judge.full_in_s is None


@pytest.mark.parametrize(
    ("full_in_s", "words"),
    [(None, "received"), (20, "1 minute"), (720, "12 minutes"), (4 * 3600, "4 hours"), (5 * 86400, "5 days")],
)
def test_a_forecast_is_said_as_exactly_as_it_is(full_in_s: float | None, words: str) -> None:
    assert storage_words(StorageChange(LOW, OK, GB, full_in_s, 2 * GB))[0].endswith(words)


@pytest.mark.parametrize("state", StorageState)
def test_every_trouble_says_what_to_do(state: StorageState) -> None:
    text, advice = storage_words(StorageChange(state, LOW, GB, None, 2 * GB))
    assert text
    assert bool(advice) == (state is not OK)


def test_a_look_tells_what_is_there(tmp_path: Path) -> None:
    look = look_at(str(tmp_path))
    assert (look.state, look.total_bytes > 0, list(tmp_path.iterdir())) == (OK, True, [])
    (tmp_path / "file").touch()
    assert look_at(str(tmp_path / "file")).state is GONE
    assert look_at(str(tmp_path / "none"), tries=False).state is GONE


def test_a_watch_looks_when_something_could_not_be_stored(tmp_path: Path) -> None:
    folder, told = tmp_path / "in", []
    changed = threading.Condition()

    def tell(change: StorageChange) -> None:
        with changed:
            told.append(change.state)
            changed.notify_all()

    watch = StorageWatch(str(folder), StorageJudge(low_bytes=0), tell)
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        with changed:
            assert changed.wait_for(lambda: told == [GONE], 20)
        folder.mkdir()
        watch.hurry()
        with changed:
            assert changed.wait_for(lambda: told == [GONE, OK], 20)
    finally:
        watch.stop()
        thread.join(20)
    assert not thread.is_alive()

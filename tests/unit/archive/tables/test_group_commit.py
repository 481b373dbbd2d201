import threading
from collections.abc import Sequence

import pytest

from dicomdesk.archive.tables.group_commit import GroupCommit


def test_a_single_caller_is_served_at_once_on_its_own_thread() -> None:
    threads: list[int] = []

    def commit(work: Sequence[int]) -> list[int]:
        threads.append(threading.get_ident())
        return [one * 2 for one in work]

    assert GroupCommit[int, int](commit).do(21) == 42
    assert threads == [threading.get_ident()]


def test_those_who_come_during_a_commit_share_the_next() -> None:
    batches: list[list[int]] = []
    first_is_in, others_wait = threading.Event(), threading.Event()

    def commit(work: Sequence[int]) -> list[int]:
        batches.append(list(work))
        if len(batches) == 1:
            first_is_in.set()
            assert others_wait.wait(30)
        return [one * 2 for one in work]

    commits = GroupCommit[int, int](commit)
    results: dict[int, int] = {}
    threads = [
        threading.Thread(target=lambda number=number: results.update({number: commits.do(number)}))
        for number in range(6)
    ]
    threads[0].start()
    assert first_is_in.wait(30)
    for thread in threads[1:]:
        thread.start()
    while len(commits._waiting) < 5:
        threads[1].join(0.001)
    others_wait.set()
    for thread in threads:
        thread.join(30)
    assert results == {number: number * 2 for number in range(6)}
    assert [len(batch) for batch in batches] == [1, 5]


def test_no_more_than_the_most_are_committed_together() -> None:
    sizes: list[int] = []

    def commit(work: Sequence[int]) -> list[int]:
        sizes.append(len(work))
        return list(work)

    commits = GroupCommit[int, int](commit, most=2)
    commits._leading.acquire()
    threads = [threading.Thread(target=commits.do, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    while len(commits._waiting) < 5:
        threads[0].join(0.001)
    commits._leading.release()
    for thread in threads:
        thread.join(30)
    assert max(sizes) == 2
    assert sum(sizes) == 5


def test_work_that_fails_does_not_spoil_the_others() -> None:
    def commit(work: Sequence[int]) -> list[int]:
        if 3 in work:
            raise ValueError("three")
        return list(work)

    commits = GroupCommit[int, int](commit)
    outcomes: dict[int, str] = {}

    def do(number: int) -> None:
        try:
            outcomes[number] = str(commits.do(number))
        except ValueError as error:
            outcomes[number] = str(error)

    commits._leading.acquire()
    threads = [threading.Thread(target=do, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    while len(commits._waiting) < 5:
        threads[0].join(0.001)
    commits._leading.release()
    for thread in threads:
        thread.join(30)
    assert outcomes == {0: "0", 1: "1", 2: "2", 3: "three", 4: "4"}


def test_an_interruption_reaches_who_commits() -> None:
    def commit(work: Sequence[int]) -> list[int]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        GroupCommit[int, int](commit).do(1)


def test_what_any_would_meet_is_met_once() -> None:
    tried: list[int] = []

    def commit(work: Sequence[int]) -> list[int]:
        tried.append(len(work))
        raise BlockingIOError

    commits = GroupCommit[int, int](commit, common_errors=(BlockingIOError,))
    failed: list[int] = []

    def do(number: int) -> None:
        with pytest.raises(BlockingIOError):
            commits.do(number)
        failed.append(number)

    commits._leading.acquire()
    threads = [threading.Thread(target=do, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    while len(commits._waiting) < 5:
        threads[0].join(0.001)
    commits._leading.release()
    for thread in threads:
        thread.join(30)
    assert (sorted(failed), tried) == ([0, 1, 2, 3, 4], [5])

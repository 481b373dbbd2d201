"""What goes is old enough or makes room, the longest waiting first; never what is on hold or has just come."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.index_entries import StudyUsage
from dicomdesk.archive.setup.retention_rules import FreeSpace, RetentionRule
from dicomdesk.archive.upkeep.retention import ClockWatch, Disk, Expired, Reason, find_expired

DAY_S = 86_400.0
NOW_S = 1_000 * DAY_S
FULL = Disk(total_bytes=1000, free_bytes=0)


def study(uid: str, age_days: float, size: int = 100) -> StudyUsage:
    return StudyUsage(study_instance_uid=uid, instance_count=1, size_bytes=size, last_received=NOW_S - age_days * DAY_S)


def going(
    studies: list[StudyUsage], rule: RetentionRule, *held: str, disk: Disk = FULL, trusts: bool = True
) -> list[str]:
    found = find_expired(studies, rule, disk, held, now_s=NOW_S, trusts_clock=trusts)
    return [f"{one.study.study_instance_uid}{'h' if one.is_held else one.reason.value[0]}" for one in found]


def test_studies_go_by_age_and_then_to_make_room() -> None:
    studies = [study("a", 30), study("b", 11), study("c", 9), study("d", 8), study("e", 0.5)]
    assert going(studies, RetentionRule(keep_days=10)) == ["aa", "ba"]
    assert going(studies, RetentionRule(keep_free=FreeSpace(size_bytes=150))) == ["af", "bf"]
    assert going(studies, RetentionRule(keep_days=20, keep_free=FreeSpace(percent=25))) == ["aa", "bf", "cf"]
    assert going(studies, RetentionRule(keep_free=FreeSpace(percent=90))) == ["af", "bf", "cf", "df"]
    assert going(studies, RetentionRule()) == []


def test_what_is_on_hold_stays_and_makes_no_room() -> None:
    studies = [study("a", 30), study("b", 11), study("c", 9)]
    assert going(studies, RetentionRule(keep_free=FreeSpace(size_bytes=100)), "a") == ["ah", "bf"]
    assert going(studies, RetentionRule(keep_days=10), "b") == ["aa", "bh"]


def test_a_clock_that_is_not_trusted_makes_nothing_too_old() -> None:
    studies = [study("a", 30), study("b", 11)]
    assert going(studies, RetentionRule(keep_days=10), trusts=False) == []
    assert going(studies, RetentionRule(keep_days=10, keep_free=FreeSpace(size_bytes=1)), trusts=False) == ["af"]


@given(
    st.lists(st.tuples(st.floats(0, 100), st.integers(0, 300), st.booleans()), max_size=20),
    st.one_of(st.none(), st.integers(1, 100)),
    st.one_of(st.none(), st.integers(1, 99)),
    st.integers(0, 1000),
)
def test_whatever_goes_has_a_reason(
    listed: list[tuple[float, int, bool]], days: int | None, percent: int | None, free: int
) -> None:
    listed.sort(key=lambda one: -one[0])
    studies = [study(str(number), age, size) for number, (age, size, _) in enumerate(listed)]
    held = {str(number) for number, (_, _, is_held) in enumerate(listed) if is_held}
    rule = RetentionRule(keep_days=days, keep_free=None if percent is None else FreeSpace(percent=percent))
    disk = Disk(total_bytes=1000, free_bytes=free)
    found = list(find_expired(studies, rule, disk, held, now_s=NOW_S))
    gone = [one for one in found if not one.is_held]
    assert {one.study.study_instance_uid for one in found if one.is_held} <= held
    assert not {one.study.study_instance_uid for one in gone} & held
    made = free
    for one in gone:
        age_days = (NOW_S - one.study.last_received) / DAY_S
        if one.reason is Reason.AGE:
            assert days is not None
            assert age_days > days
        else:
            assert percent is not None
            assert made < percent * 10
            assert age_days > 1
        made += one.study.size_bytes
    left = [one for one in studies if one not in [each.study for each in found]]
    assert all(days is None or (NOW_S - one.last_received) / DAY_S <= days for one in left)
    assert percent is None or made >= percent * 10 or all(NOW_S - one.last_received <= DAY_S for one in left)


def test_a_clock_that_leaps_is_noticed_and_told_once(announce_log: Callable[[str], None]) -> None:
    announce_log("The clock was set by")
    wall, steady = [100.0], [0.0]
    watch = ClockWatch(lambda: wall[0], lambda: steady[0])
    wall[0], steady[0] = 5_000.0, 4_900.0
    assert watch.is_right()
    wall[0] += 7_200
    assert not watch.is_right()
    wall[0] -= 14_400
    assert not watch.is_right()
    assert ClockWatch().is_right()


def test_an_age_is_in_days() -> None:
    assert Expired(study=study("a", -1e6), reason=Reason.AGE).age_days == 0.0

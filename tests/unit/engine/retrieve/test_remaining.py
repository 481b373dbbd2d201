"""What is asked for again is what is missing, no more and no less."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.receive.request import FileNaming, Storage, SubFolders
from dicomdesk.engine.retrieve.remaining import find_present, plan_remaining
from dicomdesk.engine.retrieve.request import ExpectedInstance

LEVEL, STUDY, SERIES, IMAGE = 0x00080052, 0x0020000D, 0x0020000E, 0x00080018
WHOLE = Identifier(keys=(QueryKey(tag=LEVEL, value="STUDY"), QueryKey(tag=STUDY, value="9")))


def instance(series: str, uid: str) -> ExpectedInstance:
    return ExpectedInstance(sop_instance_uid=uid, study_instance_uid="9", series_instance_uid=series)


EXPECTED = [instance(series, f"{series}.{number}") for series in ("1", "2", "3") for number in range(4)]


def asked(identifier: Identifier) -> dict[int, str]:
    return {key.tag: key.value for key in identifier.keys}


def test_where_nothing_is_known_or_nothing_is_here_the_identifier_stays() -> None:
    assert plan_remaining(WHOLE, [], lambda _uid: True) == [WHOLE]
    assert plan_remaining(WHOLE, EXPECTED, lambda _uid: False) == [WHOLE]


def test_where_all_is_here_nothing_is_asked() -> None:
    assert plan_remaining(WHOLE, EXPECTED, lambda _uid: True) == []


def test_whole_series_and_single_instances_are_asked_for() -> None:
    found = plan_remaining(WHOLE, EXPECTED, {"1.0", "1.1", "1.2"}.__contains__)
    assert [asked(identifier) for identifier in found] == [
        {LEVEL: "SERIES", STUDY: "9", SERIES: "2\\3"},
        {LEVEL: "IMAGE", STUDY: "9", SERIES: "1", IMAGE: "1.3"},
    ]


def test_where_the_series_is_not_known_all_is_asked_for() -> None:
    expected = [*EXPECTED, ExpectedInstance(sop_instance_uid="x")]
    assert plan_remaining(WHOLE, expected, {"1.0"}.__contains__) == [WHOLE]


def test_long_lists_are_divided() -> None:
    expected = [instance("1", f"1.{number}") for number in range(1001)]
    found = plan_remaining(WHOLE, expected, {"1.0"}.__contains__)
    uids = [uid for identifier in found for uid in asked(identifier)[IMAGE].split("\\")]
    assert uids == [f"1.{number}" for number in range(1, 1001)]
    assert len(found) == 5


def test_what_is_stored_is_known_by_its_name(tmp_path: Path) -> None:
    for name in ("CT.1.2.3", "1.2.4", "SRa.1.2.5", "readme", ".dicomdesk-12.part", "CT.1.2-9f", "MR.1.2.6.dcm"):
        (tmp_path / name).touch()
    (tmp_path / "CT.1.2.7").mkdir()
    (tmp_path / "CT.1.2.7" / "CT.1.2.8").touch()
    assert find_present(Storage(folder=tmp_path)) == {"1.2.3", "1.2.4", "1.2.5"}
    assert find_present(Storage(folder=tmp_path, extension=".dcm")) == {"1.2.3", "1.2.4", "1.2.5", "1.2.6"}
    assert "1.2.8" in find_present(Storage(folder=tmp_path, sub_folders=SubFolders.SERIES_DATE))
    assert find_present(Storage(folder=tmp_path, naming=FileNaming.UNIQUE_UID)) == frozenset()


@given(st.sets(st.sampled_from([one.sop_instance_uid for one in EXPECTED])))
def test_exactly_what_is_missing_is_named(here: set[str]) -> None:
    named: set[str] = set()
    for identifier in plan_remaining(WHOLE, EXPECTED, here.__contains__):
        keys = asked(identifier)
        series = set(keys.get(SERIES, "1\\2\\3").split("\\"))
        images = set(keys[IMAGE].split("\\")) if IMAGE in keys else None
        named |= {
            one.sop_instance_uid
            for one in EXPECTED
            if one.series_instance_uid in series and (images is None or one.sop_instance_uid in images)
        }
    assert named == {one.sop_instance_uid for one in EXPECTED} - here

"""An instance is asked for where its own UIDs say so, or say nothing."""

import pytest

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.retrieve.asked import AskedFor
from tests.helpers.archives.served_archives import encoded
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT

PATIENT, STUDY, SERIES, IMAGE = 0x00100020, 0x0020000D, 0x0020000E, 0x00080018


def header(uid: str = "1.1", series: str = "1.2", study: str = "1.3", patient: str = "P") -> InstanceHeader:
    return InstanceHeader(
        sop_class_uid="1",
        sop_instance_uid=uid,
        transfer_syntax_uid="",
        data_set_offset=0,
        data_set_length=0,
        series_instance_uid=series,
        study_instance_uid=study,
        patient_id=patient,
    )


def asked(*identifiers: dict[int, str]) -> AskedFor:
    return AskedFor(
        Identifier(keys=tuple(QueryKey(tag=tag, value=value) for tag, value in keys.items())) for keys in identifiers
    )


@pytest.mark.parametrize(
    ("identifier", "is_covered"),
    [
        ({STUDY: "1.3"}, True),
        ({STUDY: "9\\1.3"}, True),
        ({STUDY: "9"}, False),
        ({STUDY: "1.3", SERIES: "9"}, False),
        ({STUDY: "1.3", SERIES: "1.2", IMAGE: "1.1\\1.9"}, True),
        ({STUDY: "1.3", SERIES: "1.2", IMAGE: "1.9"}, False),
        ({PATIENT: "P"}, True),
        ({PATIENT: "Q"}, False),
        ({PATIENT: "Q", STUDY: "1.3"}, True),
        ({}, True),
    ],
)
def test_the_unique_keys_say_what_belongs_to_an_identifier(identifier: dict[int, str], is_covered: bool) -> None:
    assert asked(identifier).covers(header()) is is_covered


def test_one_of_the_identifiers_is_enough_and_what_is_not_told_is_no_difference() -> None:
    assert asked({STUDY: "9"}, {STUDY: "1.3"}).covers(header())
    assert asked({STUDY: "9"}).covers(header(study=""))
    assert asked({STUDY: "1.3", SERIES: "1.2"}).covers(header(series=""))


def test_an_identifier_that_cannot_be_read_asks_for_anything() -> None:
    assert AskedFor([Identifier(data_set=b"\x08\0\x52\0CS\xff\xff")]).covers(header())


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_the_bytes_of_a_data_set_say_whose_it_is(syntax: str) -> None:
    def is_marked(wanted: AskedFor, study: str, sent_as: str = "1.2.3.4") -> bool:
        return wanted.is_marked(encoded("1.2.3.4", study, syntax=syntax), sent_as)

    wanted = asked({STUDY: "1.2.3"}, {STUDY: "1.2.30\\1.2.31"})
    assert all(is_marked(wanted, study) for study in ("1.2.3", "1.2.30", "1.2.31"))
    assert not any(is_marked(wanted, study) for study in ("1.2.3.4", "1.2.4", "1.2", "1.2.300"))
    assert not is_marked(wanted, "1.2.3", sent_as="1.2.3.5")
    assert not is_marked(asked({STUDY: "1.2.3", SERIES: "1.2.3.5"}), "1.2.3")


def test_what_is_marked_is_covered() -> None:
    many = asked(*({STUDY: f"1.2.{number}"} for number in range(100)))
    assert many.is_marked(encoded("1.2.3.4", "1.2.3"), "1.2.3.4")
    assert not many.is_marked(encoded("1.2.3.4", "1.2.99"), "1.2.3.4")  # it is read then
    assert many.covers(header(study="1.2.99"))


@pytest.mark.parametrize("uid", ["", "1" * 70_000, "\udcff"])
def test_a_hostile_uid_marks_nothing(uid: str) -> None:
    assert not asked({STUDY: "1.2.3"}).is_marked(encoded("1.2.3.4", "1.2.3"), uid)

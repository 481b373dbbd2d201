from pathlib import Path

import pytest

from dicomdesk.cli.options.grammar import CommandLineError
from dicomdesk.cli.query.inputs import Fault, as_sent, check_files, check_plain_keys, make_identifiers
from tests.helpers.data.datasets import EXPLICIT, Builder, part10

KEYS = Builder().element(0x00100010, "PN", "Doe*") + Builder().element(0x00100020, "LO", "P1")


def test_keys_alone_make_one_identifier() -> None:
    made = make_identifiers((), ("PatientID=P1", "PatientName"))
    assert made.fault is None
    assert [sorted(data_set.elements) for data_set in made.data_sets] == [[0x00100010, 0x00100020]]


def test_keys_are_laid_over_each_file(tmp_path: Path) -> None:
    (tmp_path / "file.dcm").write_bytes(part10(KEYS, EXPLICIT))
    (tmp_path / "bare.dcm").write_bytes(KEYS)
    made = make_identifiers([str(tmp_path / "file.dcm"), str(tmp_path / "bare.dcm")], ["PatientID=P2"])
    values = [[element.value for element in data_set.in_order()] for data_set in made.data_sets]
    assert values == [[b"Doe*", b"P2"]] * 2


@pytest.mark.parametrize(
    ("content", "condition"),
    [
        (b"", "0001:0005 End of stream"),
        (b"hello\n", "0001:000a I/O suspension or premature end of stream"),
        (part10(KEYS, EXPLICIT)[:-1], "0001:0004 Invalid stream"),
    ],
)
def test_a_file_that_is_none_is_a_fault_after_those_before(tmp_path: Path, content: bytes, condition: str) -> None:
    good, bad = tmp_path / "good.dcm", tmp_path / "bad.dcm"
    good.write_bytes(KEYS)
    bad.write_bytes(content)
    made = make_identifiers([str(good), str(bad), str(good)], ())
    assert len(made.data_sets) == 1
    assert made.fault == Fault(text=f"Bad DICOM file: {bad}: {condition[10:]}", condition=condition)


def test_folders_and_devices_are_no_files(tmp_path: Path) -> None:
    for name in (str(tmp_path), "/dev/zero"):
        fault = make_identifiers([name], ()).fault
        assert fault is not None
        assert fault.condition == "0001:000a I/O suspension or premature end of stream"


def test_a_key_that_is_none_is_a_fault() -> None:
    fault = make_identifiers((), ("PatientID", "FooBar=1")).fault
    assert fault is not None
    assert fault.text == "Bad override key/path: FooBar=1"
    assert fault.condition == "0001:0019 Unable to parse tag/dictionary name at beginning of path: FooBar"


def test_nothing_to_ask_for_is_a_fault() -> None:
    made = make_identifiers((), ("",))
    assert (made.data_sets, made.fault) == ((), Fault(text="", condition="0006:020e DIMSE Failed to send message"))


def test_files_must_be_there(tmp_path: Path) -> None:
    check_files([str(tmp_path)])
    with pytest.raises(CommandLineError, match="cannot access file: nofile"):
        check_files([str(tmp_path), "nofile"])


def test_bad_keys_may_be_passed_over() -> None:
    made = make_identifiers((), ("FooBar=1", "Rows=x", "PatientID=P1"), passes_over=True)
    assert made.fault is None
    assert [fault.text for fault in made.bad_keys] == [
        "Bad override key/path: FooBar=1",
        "Bad override key/path: Rows=x",
    ]
    values = [(element.tag, element.value) for element in made.data_sets[0].in_order()]
    assert values == [(0x00100020, b"P1"), (0x00280010, b"")]


@pytest.mark.parametrize(
    ("key", "plain"),
    [
        ("0010,0020=P1", "(0010,0020)=P1"),
        ("10,20", "(0010,0020)="),
        ("PatientID=a=b", "(0010,0020)=a=b"),
        ("0040,0100", "(0040,0100)="),
    ],
)
def test_plain_keys_are_tags_or_names(key: str, plain: str) -> None:
    assert check_plain_keys([key]) == (plain,)


@pytest.mark.parametrize("key", ["", "(0010,0010)=x", "0010", "FooBar", "Rows=x", "0040,0100[0].Modality=CT"])
def test_what_is_no_plain_key_is_refused(key: str) -> None:
    with pytest.raises(CommandLineError):
        check_plain_keys([key])


def test_what_was_sent_has_padding_and_lengths() -> None:
    data_set = make_identifiers((), ("PatientID=P12", "0040,0100[0].Modality=CT")).data_sets[0]
    sent = as_sent(data_set, "1.2.840.10008.1.2")
    assert sent.transfer_syntax_uid == "1.2.840.10008.1.2"
    assert (sent.elements[0x00100020].own_bytes, sent.elements[0x00400100].length) == (None, 18)

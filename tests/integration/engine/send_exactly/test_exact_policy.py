"""What becomes of one file in an exact send job: sent as it is, converted, changed, left out, renamed."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.cli.storescu.outcome import dcmtk_condition
from dicomdesk.dicom.data_sets.deflate import inflate
from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat, InputSelection
from dicomdesk.engine.delivery.delivery import SendFailure, SendResult
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    Event,
    InputCheckStarted,
    InstanceNotSent,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    JobOutcome,
    Notice,
    NoticeLevel,
    NotSentCause,
)
from dicomdesk.engine.send_exactly.request import Invention, Proposal
from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, DEFLATED, EXPLICIT, IMPLICIT, Builder, part10
from tests.helpers.jobs.exact_sending import exact_request, notices, outcomes, send_exactly, told
from tests.helpers.jobs.recorder import EventRecorder
from tests.helpers.jobs.sending import write_instance, write_instances
from tests.helpers.peers.fake_peer import Abort, Accept, FakePeer, Status

NOT_SENT, STORED, REFUSED = ItemOutcome.NOT_SENT, ItemOutcome.STORED, ItemOutcome.REFUSED
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
TOMOSYNTHESIS = "1.2.840.10008.5.1.4.1.1.13.1.3"
CT_CONTEXT = 41
"""The first of the two for CT in the default proposal."""


def data_set(path: str | Path) -> bytes:
    header = read_header(str(path), InputFormat.FILE_OR_DATA_SET)
    return Path(path).read_bytes()[header.data_set_offset :]


def write_compressed(folder: Path) -> str:
    pixels = Builder().fragments(b"\xff\xd8\xff\xd9")
    return write_instance(folder, "compressed", transfer_syntax_uid=JPEG_LOSSLESS, rest=pixels)


def condition(result: SendResult) -> str:
    assert result.error is not None
    return dcmtk_condition(result.error)


def error_notices(recorder: EventRecorder) -> list[str]:
    return [notice.text for notice in told(recorder) if notice.level is NoticeLevel.ERROR]


@pytest.mark.parametrize(("own", "preferred"), [(EXPLICIT, EXPLICIT), (BIG_ENDIAN, BIG_ENDIAN), (IMPLICIT, IMPLICIT)])
def test_what_the_peer_takes_goes_untouched(tmp_path: Path, own: str, preferred: str) -> None:
    sequence = Builder(own).sequence(0x00081140, Builder(own).item(is_defined=False), is_defined=False)
    path = write_instance(tmp_path, "a", transfer_syntax_uid=own, rest=sequence)
    with FakePeer() as peer:
        proposal = Proposal(preferred_transfer_syntax=preferred)
        _, recorder = send_exactly(peer.port, [path], proposal=proposal)
    assert peer.stores[0].data == data_set(path)
    (started,) = recorder.of(ItemStarted)
    assert (started.converted_from, started.converted_to, started.transfer_syntax_uid) == ("", "", own)


@pytest.mark.parametrize(
    ("own", "preferred"), [(EXPLICIT, BIG_ENDIAN), (BIG_ENDIAN, EXPLICIT), (EXPLICIT, IMPLICIT), (IMPLICIT, EXPLICIT)]
)
def test_among_the_uncompressed_files_are_converted(tmp_path: Path, own: str, preferred: str) -> None:
    path = write_instance(tmp_path, "a", transfer_syntax_uid=own)
    expected = write_instance(tmp_path, "b", transfer_syntax_uid=preferred, sop_instance_uid="1.2.3.1633")
    refused = {2 * index + 1: 4 for index in range(128) if index % 2}
    with FakePeer(associate=[Accept(refused=refused if preferred != IMPLICIT else {})]) as peer:
        proposal = Proposal(preferred_transfer_syntax=preferred)
        _, recorder = send_exactly(peer.port, [path], proposal=proposal)
    (started,) = recorder.of(ItemStarted)
    assert (started.converted_from, started.converted_to) == (own, preferred)
    assert len(peer.stores[0].data) == len(data_set(expected)) - len("1.2.3.1633") + len("1.2.3.97")


def test_deflated_is_taken_before_the_own_transfer_syntax_where_preferred(tmp_path: Path) -> None:
    paths = [write_instance(tmp_path, "a"), write_instance(tmp_path, "b", transfer_syntax_uid=BIG_ENDIAN)]
    sizes = []
    with FakePeer() as peer:
        for level in (0, 9):
            proposal = Proposal(preferred_transfer_syntax=DEFLATED)
            send_exactly(peer.port, paths, proposal=proposal, compression_level=level)
            store = peer.stores[-2]
            assert inflate(store.data) == data_set(paths[0])
            sizes.append(len(store.data))
    assert sizes[1] < sizes[0]


def test_compressed_files_go_as_they_are_or_not_at_all(tmp_path: Path) -> None:
    path, plain = write_compressed(tmp_path), write_instance(tmp_path, "plain")
    with FakePeer() as peer:
        proposal = Proposal(preferred_transfer_syntax=JPEG_LOSSLESS)
        result, _ = send_exactly(peer.port, [path, plain], proposal=proposal)
        assert outcomes(result) == [STORED, STORED]
        assert peer.stores[0].data == data_set(path)
        result, recorder = send_exactly(peer.port, [path, plain], halt_on_error=False)
    assert outcomes(result) == [NOT_SENT, STORED]
    assert peer.stores[-1].message_id == 2
    assert recorder.of(ItemFinished)[0].not_sent_cause is NotSentCause.NOT_CONVERTED
    name = "JPEG Lossless, Non-hierarchical, 1st Order Prediction"
    cannot = f"unable to convert dataset from '{name}' transfer syntax to 'Little Endian Explicit'"
    assert notices(recorder)[1:6] == [
        f"Sending file: {path}",
        f"Converting transfer syntax: {name} -> Little Endian Explicit",
        "Sending Store Request (MsgID 1, CT)",
        f"DIMSE Warning: (STORESCU,ANY-SCP): sendMessage: {cannot}",
        f"Store Failed, file: {path}:\n0006:020e DIMSE Failed to send message",
    ]


def test_a_class_that_is_not_proposed_has_no_context(tmp_path: Path) -> None:
    paths = [*write_instances(tmp_path, 1), write_instance(tmp_path, "t", sop_class_uid=TOMOSYNTHESIS)]
    with FakePeer() as peer:
        result, recorder = send_exactly(peer.port, [*paths, paths[0]])
        peer.wait_for("aborted")
    assert result.failure is SendFailure.SEND
    assert condition(result) == "0006:0208 DIMSE No valid Presentation Context ID"
    assert outcomes(result) == [STORED, NOT_SENT, NOT_SENT]
    assert [item.no_acceptable_context for item in result.report.items] == [False, True, False]
    assert error_notices(recorder) == [f"No presentation context for: (BT) {TOMOSYNTHESIS}"]
    assert not recorder.of(AssociationAborted)[0].by_peer
    assert result.report.items[1].sop_class_uid == TOMOSYNTHESIS


BAD_FILES = [
    (b"", "Bad DICOM file: {path}: End of stream", "0001:0005 End of stream"),
    (
        b"x" * 200,
        "Bad DICOM file: {path}: I/O suspension or premature end of stream",
        "0001:000a I/O suspension or premature end of stream",
    ),
    (
        part10(Builder().instance())[:-5],
        "Bad DICOM file: {path}: I/O suspension or premature end of stream",
        "0001:000a I/O suspension or premature end of stream",
    ),
    (
        part10(Builder().element(0x00100010, "PN", "A")),
        "No SOP Class or Instance UID in file: {path}",
        "0006:0202 DIMSE Inappropriate data for message",
    ),
]


@pytest.mark.parametrize("halts", [True, False])
@pytest.mark.parametrize(("content", "words", "expected"), BAD_FILES)
def test_files_that_cannot_be_sent(tmp_path: Path, content: bytes, words: str, expected: str, *, halts: bool) -> None:
    bad, good = tmp_path / "bad", write_instance(tmp_path, "good")
    bad.write_bytes(content)
    with FakePeer() as peer:
        result, recorder = send_exactly(peer.port, [good, bad, good], halt_on_error=halts, repeats=2)
        peer.wait_for("aborted" if halts else "released")
    assert error_notices(recorder) == [words.format(path=bad)]
    assert notices(recorder)[1] == f"Sending file: {bad}"
    assert outcomes(result) == [STORED, STORED, NOT_SENT, NOT_SENT, *[NOT_SENT if halts else STORED] * 2]
    causes = [event.not_sent_cause for event in recorder.of(ItemFinished)]
    assert causes[2:4] == [NotSentCause.UNREADABLE, NotSentCause.NOT_REACHED if halts else NotSentCause.UNREADABLE]
    if halts:
        assert result.failure is SendFailure.SEND
        assert condition(result) == expected
    else:
        assert result.outcome is JobOutcome.COMPLETED
        assert [store.message_id for store in peer.stores] == [1, 2, 4, 5]


@pytest.mark.parametrize("halts", [True, False])
def test_a_file_that_vanishes_after_the_check(tmp_path: Path, *, halts: bool) -> None:
    paths = write_instances(tmp_path, 3)

    def remove(event: Event) -> None:
        if isinstance(event, AssociationAccepted):
            Path(paths[1]).unlink()

    with FakePeer() as peer:
        result, recorder = send_exactly(peer.port, paths, react=remove, halt_on_error=halts)
    assert outcomes(result) == [STORED, NOT_SENT, NOT_SENT if halts else STORED]
    assert error_notices(recorder) == [f"Bad DICOM file: {paths[1]}: No such file or directory"]
    if halts:
        assert condition(result) == "0001:0012 No such file or directory"


def test_a_file_that_another_takes_the_place_of_after_the_check(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 2)

    def replace_file(event: Event) -> None:
        if isinstance(event, AssociationAccepted):
            write_instance(tmp_path, "001.dcm", sop_class_uid=TOMOSYNTHESIS)

    with FakePeer() as peer:
        proposal = Proposal(only_required=True)
        result, recorder = send_exactly(peer.port, paths, react=replace_file, proposal=proposal, halt_on_error=False)
    assert outcomes(result) == [STORED, NOT_SENT]
    assert recorder.of(ItemFinished)[1].not_sent_cause is NotSentCause.NO_CONTEXT


@pytest.mark.parametrize("halts", [True, False])
def test_a_file_that_shrinks_while_it_is_sent_ends_the_job(tmp_path: Path, *, halts: bool) -> None:
    path = Path(write_instance(tmp_path, "large"))
    header = Builder().header(0x7FE00010, "OW", 64 << 20)
    path.write_bytes(path.read_bytes() + header + bytes(64 << 20))

    def shrink(event: Event) -> None:
        if isinstance(event, ItemStarted):
            os.truncate(path, 1 << 20)

    with FakePeer() as peer:
        result, _ = send_exactly(peer.port, [path, path], react=shrink, halt_on_error=halts)
        peer.wait_for("aborted")
    assert result.failure is SendFailure.SEND
    assert outcomes(result) == [NOT_SENT, NOT_SENT]
    assert not peer.stores


def test_a_file_that_shrinks_before_its_first_byte_went_is_left_out(tmp_path: Path) -> None:
    good, large = write_instance(tmp_path, "good"), Path(write_instance(tmp_path, "large"))
    large.write_bytes(large.read_bytes() + Builder().header(0x7FE00010, "OW", 2 << 20) + bytes(2 << 20))

    def shrink(event: Event) -> None:
        if isinstance(event, ItemFinished) and event.index == 0:
            os.truncate(large, 1 << 20)

    with FakePeer() as peer:
        result, recorder = send_exactly(peer.port, [good, large, good], react=shrink, halt_on_error=False)
        peer.wait_for("released")
    assert result.outcome is JobOutcome.COMPLETED
    assert outcomes(result) == [STORED, NOT_SENT, STORED]
    assert len(recorder.of(ItemStarted)) == 2


def test_the_answer_comes_before_what_is_said_of_the_next_file(tmp_path: Path) -> None:
    good, bad = write_instance(tmp_path, "good"), tmp_path / "bad"
    bad.write_bytes(b"")
    with FakePeer() as peer:
        _, recorder = send_exactly(peer.port, [good, bad, good], halt_on_error=False)
    kinds = (InputCheckStarted, ItemStarted, ItemFinished, InstanceNotSent, Notice)
    assert [type(event).__name__ for event in recorder.events if isinstance(event, kinds)] == [
        "InputCheckStarted",
        "ItemStarted",
        "ItemFinished",
        "InstanceNotSent",
        "ItemFinished",
        "ItemStarted",
        "ItemFinished",
    ]


def test_a_new_identity_is_in_the_command_and_in_the_data_set(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 2)
    before = [Path(path).read_bytes() for path in paths]
    with FakePeer() as peer:
        result, recorder = send_exactly(
            peer.port, paths, invention=Invention(images_per_series=2, series_per_study=1), repeats=2
        )
    assert [Path(path).read_bytes() for path in paths] == before
    uids = [store.sop_instance_uid for store in peer.stores]
    assert len(set(uids)) == 4
    for store, started, record in zip(peer.stores, recorder.of(ItemStarted), result.report.items, strict=True):
        invented = started.invented
        assert invented is not None
        assert started.sop_instance_uid == store.sop_instance_uid == invented.sop_instance_uid
        assert record.sop_instance_uid == store.sop_instance_uid
        for value in (
            invented.patient_name,
            invented.patient_id,
            invented.study_instance_uid,
            invented.series_instance_uid,
            invented.sop_instance_uid,
        ):
            assert value.encode() in store.data
        assert invented.missing == ("StudyID (0020,0010)", "InstanceNumber (0020,0013)")
        assert b"Doe^Jane" not in store.data
    assert len({started.invented and started.invented.series_instance_uid for started in recorder.of(ItemStarted)}) == 2


def test_a_new_identity_in_what_is_compressed(tmp_path: Path) -> None:
    path = write_compressed(tmp_path)
    with FakePeer() as peer:
        proposal = Proposal(preferred_transfer_syntax=JPEG_LOSSLESS)
        send_exactly(peer.port, [path], proposal=proposal, invention=Invention())
    store = peer.stores[0]
    assert store.sop_instance_uid.encode() in store.data
    assert store.data.endswith(Builder().fragments(b"\xff\xd8\xff\xd9"))


def test_new_vrs_are_written_as_ob_also_where_nothing_is_converted(tmp_path: Path) -> None:
    build = Builder()
    path = write_instance(tmp_path, "a", rest=build.element(0x0040A160, "UT", "text"))
    with FakePeer() as peer:
        send_exactly(peer.port, [path], allows_new_vrs=False)
        proposal = Proposal(preferred_transfer_syntax=IMPLICIT)
        send_exactly(peer.port, [path], allows_new_vrs=False, proposal=proposal)
    assert peer.stores[0].data.endswith(build.element(0x0040A160, "OB", "text"))
    assert peer.stores[1].data.endswith(Builder(IMPLICIT).element(0x0040A160, "OB", "text"))


def test_blanks_in_uids_are_taken_out_where_asked_for(tmp_path: Path) -> None:
    build = Builder()
    content = build.element(0x00080016, "UI", CT_IMAGE.encode() + b" ") + build.element(0x00080018, "UI", b"1.2.3 ")
    path = tmp_path / "a"
    path.write_bytes(part10(content))
    with FakePeer() as peer:
        send_exactly(peer.port, [path])
        send_exactly(peer.port, [path], trims_uid_padding=True)
        send_exactly(peer.port, write_instances(tmp_path, 1), trims_uid_padding=True)
    assert [store.sop_instance_uid for store in peer.stores[:2]] == ["1.2.3"] * 2
    assert peer.stores[0].data == content
    assert peer.stores[1].data == build.element(0x00080016, "UI", CT_IMAGE) + build.element(0x00080018, "UI", "1.2.3")
    assert peer.stores[2].data == data_set(tmp_path / "000.dcm")


def test_files_are_renamed_by_what_became_of_them(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 4)
    Path(paths[1]).write_bytes(b"")
    (tmp_path / "003.dcm.bad").write_bytes(b"of yesterday")
    with FakePeer(stores=[Status(0xB000), Status(), Status(0xA700)]) as peer:
        _, recorder = send_exactly(peer.port, paths, renames_files=True, halt_on_error=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000.dcm.done",
        "001.dcm.bad",
        "002.dcm.done",
        "003.dcm.bad",
    ]
    levels = {notice.text: notice.level for notice in told(recorder)}
    assert levels[f"renamed file '{paths[0]}' to '{paths[0]}.done'"] is NoticeLevel.DEBUG
    assert levels[f"replaced file '{paths[3]}.bad', which was there before"] is NoticeLevel.WARNING


def test_a_file_sent_several_times_is_renamed_once_after_the_last(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 3)
    with FakePeer(stores=[Status()] * 2 + [Status(0xA700), Status()]) as peer:
        result, _ = send_exactly(peer.port, paths, renames_files=True, halt_on_error=False, repeats=2)
    assert outcomes(result) == [STORED, STORED, REFUSED, STORED, STORED, STORED]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["000.dcm.done", "001.dcm.bad", "002.dcm.done"]


def test_what_was_never_tried_keeps_its_name(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 3)
    with FakePeer(stores=[Status(), Abort()]) as peer:
        send_exactly(peer.port, paths, renames_files=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000.dcm.done", "001.dcm.bad", "002.dcm"]


def test_a_file_that_cannot_be_renamed_is_told(tmp_path: Path) -> None:
    (path,) = write_instances(tmp_path, 1)
    (tmp_path / "000.dcm.done").mkdir()
    with FakePeer() as peer:
        result, recorder = send_exactly(peer.port, [path], renames_files=True)
    assert result.outcome is JobOutcome.COMPLETED
    assert f"cannot rename file '{path}' to '{path}.done'" in notices(recorder)


def test_bare_data_sets_go_where_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "bare"
    path.write_bytes(Builder(IMPLICIT).instance())
    with FakePeer() as peer:
        request = exact_request(peer.port, [path])
        for input_format, expected in ((InputFormat.DATA_SET_ONLY, STORED), (InputFormat.FILE_ONLY, NOT_SENT)):
            inputs: InputSelection = replace(request.inputs, format=input_format)
            result, _ = send_exactly(peer.port, [], inputs=inputs)
            assert outcomes(result) == [expected]

"""What moves and gets have in common: final statuses, keys that are checked, an index that fails."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pynetdicom import evt

from dicomdesk.archive.facts import OperationEnded
from dicomdesk.dicom.data_sets.deflate import inflate
from dicomdesk.dicom.data_sets.element_writer import encode_for
from dicomdesk.errors import IndexDamagedError
from tests.helpers.archives.served_archives import (
    ARCHIVE,
    GET_PATIENT,
    GET_STUDY,
    MOVE_PATIENT,
    MOVE_STUDY,
    calling,
    destination,
    encoded,
    identifier,
    running,
)
from tests.helpers.data.datasets import CT_IMAGE, DEFLATED, EXPLICIT, IMPLICIT, Builder


def final_response(port: int, query: Dataset, model: str, to: str = "DEST") -> Dataset:
    with calling(port, stores_to_us=[CT_IMAGE], handlers=[(evt.EVT_C_STORE, lambda _: 0)]) as association:
        if model in (MOVE_STUDY, MOVE_PATIENT):
            responses = list(association.send_c_move(query, to, model))
        else:
            responses = list(association.send_c_get(query, model))
        assert association.is_established
        return responses[-1][0]


def final_status(port: int, query: Dataset, model: str) -> int:
    return int(final_response(port, query, model).Status)


@pytest.mark.parametrize("model", [MOVE_STUDY, GET_STUDY])
@pytest.mark.parametrize(
    ("query", "is_refused"),
    [
        (identifier("STUDY", StudyInstanceUID="9.9"), False),
        (identifier("STUDY", StudyInstanceUID="1.2.3\\9.9"), None),
        (identifier("GALAXY", StudyInstanceUID="1.2.3"), True),
        (identifier("", StudyInstanceUID="1.2.3"), True),
    ],
)
def test_what_is_asked_for_is_checked(tmp_path: Path, model: str, query: Dataset, is_refused: bool | None) -> None:
    with destination() as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        if is_refused:
            archive.put(encoded("1.2.3.4"))
        status = final_status(archive.port, query, model)
        assert (status not in (0, 0xB000)) is bool(is_refused)


@pytest.mark.parametrize("model", [MOVE_STUDY, GET_STUDY, MOVE_PATIENT, GET_PATIENT])
def test_strict_checks_ask_for_the_keys_above(tmp_path: Path, model: str) -> None:
    with destination() as target, running(tmp_path, peers={"DEST": target.port}, strict_move=True) as archive:
        archive.put(encoded("1.2.3.4"))
        assert final_status(archive.port, identifier("IMAGE", SOPInstanceUID="1.2.3.4"), model) == 0xA900
        whole = identifier("IMAGE", StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.5", SOPInstanceUID="1.2.3.4")
        if model in (MOVE_PATIENT, GET_PATIENT):
            whole.PatientID = "P1"
        assert final_status(archive.port, whole, model) == 0


@pytest.mark.parametrize("model", [MOVE_STUDY, GET_STUDY])
def test_an_index_that_fails_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None], model: str
) -> None:
    announce_log("A retrieval failed")

    def fail(*_: object) -> Iterator[object]:
        raise IndexDamagedError("damaged")
        yield

    with running(tmp_path) as archive:
        with monkeypatch.context() as patch:
            patch.setattr(archive.archive.keeper(ARCHIVE).index, "instances", fail)
            assert final_status(archive.port, identifier("STUDY", StudyInstanceUID="1.2.3"), model) == 0xA701
        assert final_status(archive.port, identifier("STUDY", StudyInstanceUID="1.2.3"), model) == 0


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, DEFLATED])
def test_messages_are_encoded_for_their_context(syntax: str) -> None:
    data = encode_for(syntax, lambda writer: writer.write_element(0x00080058, b"UI", b"1.2"))
    expected = Builder(syntax).element(0x00080058, "UI", b"1.2")
    assert (inflate(data) if syntax == DEFLATED else data) == expected


@pytest.mark.parametrize("model", [MOVE_STUDY, GET_STUDY])
@pytest.mark.parametrize("is_long", [False, True])
def test_the_final_response_says_why_and_names_a_cut_file_as_cut(tmp_path: Path, model: str, *, is_long: bool) -> None:
    pixels = bytes(3_000_000 if is_long else 5_000)
    with destination() as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(encoded("1.2.3.4", pixels=pixels), encoded("1.2.3.5"))
        path = next(tmp_path.glob("*/*/*/1.2.3.4.*"))
        os.truncate(path, path.stat().st_size - 1_000)
        response = final_response(archive.port, identifier("STUDY", StudyInstanceUID="1.2.3"), model)
        assert response.Status == 0xB000
        assert response.ErrorComment == f"1 of 2: PixelData of {len(pixels)} bytes is cut after {len(pixels) - 1_000}"
        (end,) = archive.wait_for(OperationEnded)
        assert end.comment == response.ErrorComment


def test_what_the_destination_says_of_an_instance_is_told_by_its_status(tmp_path: Path) -> None:
    with destination(lambda _number: 0xA700) as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(encoded("1.2.3.4"), encoded("1.2.3.5"))
        response = final_response(archive.port, identifier("STUDY", StudyInstanceUID="1.2.3"), MOVE_STUDY)
        assert (response.Status, response.ErrorComment) == (0xA702, "2 of 2: answered Refused: OutOfResources")
        response = final_response(archive.port, identifier("STUDY", StudyInstanceUID="1.2.3"), MOVE_STUDY, "NOBODY")
        assert (response.Status, response.ErrorComment) == (0xA801, 'The move destination "NOBODY" is not known')

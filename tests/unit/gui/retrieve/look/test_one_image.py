from pathlib import Path

import pytest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.transfer_syntaxes import IMPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.query.facts import QueryAnswered
from dicomdesk.engine.receive.request import StorageMode
from dicomdesk.errors import ConversionError
from dicomdesk.gui.retrieve.look.one_image import (
    ChosenImage,
    Matches,
    draw_file,
    image_request,
    images_request,
    make_folder,
    remove_folder,
)
from tests.helpers.archives.index_entries import identifier
from tests.helpers.data.found import asked_peer, found

SERIES = found(Level.SERIES, series="1.2.4")


def answered(data: bytes) -> QueryAnswered:
    return QueryAnswered(
        job_id="query-1",
        association=1,
        query=0,
        number=1,
        message_id=1,
        context_id=1,
        status=0xFF00,
        identifier=data,
        transfer_syntax_uid=IMPLICIT_VR_LITTLE_ENDIAN,
    )


def match(uid: str, number: str) -> QueryAnswered:
    return answered(identifier("IMAGE", {"instance": uid, "number": number, "class_uid": "1.2"}))


def test_the_middle_one_by_number_is_chosen_whatever_the_peer_makes_of_numbers() -> None:
    matches = Matches()
    for uid, number in (("1.9", "9"), ("1.1", "1"), ("1.10", "10"), ("1.x", "no number"), ("", "5")):
        matches.take(match(uid, number))
    matches.take(answered(b"\1\2\3"))
    matches.take("another fact")
    assert matches.choose() == ChosenImage(sop_instance_uid="1.9", sop_class_uid="1.2", place=3, among=4)
    assert Matches().choose() is None


def test_one_instance_is_asked_for_by_all_keys_above_it() -> None:
    request = image_request(asked_peer(), SERIES, ChosenImage(sop_instance_uid="1.9", sop_class_uid="1.2"), Path("t"))
    assert [key.value for key in request.identifiers[0].keys] == ["IMAGE", "1.2.3", "1.2.4", "1.9"]
    assert (request.storage.mode, request.storage_sop_classes) == (StorageMode.BIT_PRESERVING, ("1.2",))
    assert request.takes_compressed
    image = found(Level.IMAGE, series="1.2.4", instance="1.9")
    request = image_request(asked_peer(), image, ChosenImage(sop_instance_uid="1.9"), Path("t"))
    assert [key.value for key in request.identifiers[0].keys] == ["IMAGE", "1.2.3", "1.2.4", "1.9"]
    assert not request.takes_compressed  # too many contexts where nobody knows the SOP class


def test_images_of_a_series_are_asked_for_up_to_a_bound() -> None:
    request = images_request(asked_peer(), SERIES)
    assert [key.value for key in request.identifiers[0].keys] == ["IMAGE", "1.2.3", "1.2.4", "", "", ""]
    assert request.limit


def test_an_empty_folder_says_that_nothing_came_and_is_removed() -> None:
    folder = make_folder()
    with pytest.raises(ConversionError, match="nothing came"):
        draw_file(folder, 64)
    remove_folder(folder)
    assert not folder.exists()
    remove_folder(folder)

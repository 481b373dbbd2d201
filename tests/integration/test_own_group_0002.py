"""Data sets that begin with elements of group 0002 are sent, converted and received like all others."""

from pathlib import Path

import pytest

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.events import ItemOutcome
from dicomdesk.engine.receive.request import StorageMode
from tests.helpers.data.datasets import EXPLICIT, IMPLICIT
from tests.helpers.data.meta_elements import INSTANCE_UID, OWN_ELEMENTS, Elements, meta_information, own_data_set
from tests.helpers.jobs.exact_sending import outcomes, send_exactly
from tests.helpers.jobs.receiving import receiving
from tests.helpers.jobs.sending import send
from tests.helpers.peers.fake_peer import Accept, FakePeer

EACH = pytest.mark.parametrize("own", OWN_ELEMENTS.values(), ids=OWN_ELEMENTS)
SYNTAX = pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])


def write(folder: Path, syntax: str, own: Elements) -> Path:
    path = folder / "own.dcm"
    path.write_bytes(meta_information(syntax) + own_data_set(syntax, own))
    return path


@EACH
@SYNTAX
def test_it_is_sent_whole_in_the_transfer_syntax_of_the_header(tmp_path: Path, syntax: str, own: Elements) -> None:
    path = write(tmp_path, syntax, own)
    for accepted in (EXPLICIT, IMPLICIT):
        with FakePeer(associate=[Accept(transfer_syntaxes={1: accepted})]) as peer:
            result, _ = send(peer.port, [path])
        assert [item.outcome for item in result.report.items] == [ItemOutcome.STORED]
        (store,) = peer.stores
        assert store.data == own_data_set(accepted, own)
        assert store.sop_instance_uid == INSTANCE_UID


@EACH
@SYNTAX
def test_it_is_sent_exactly_too(tmp_path: Path, syntax: str, own: Elements) -> None:
    with FakePeer() as peer:
        result, _ = send_exactly(peer.port, [write(tmp_path, syntax, own)])
    assert outcomes(result) == [ItemOutcome.STORED]
    assert peer.stores[0].data == own_data_set(EXPLICIT, own)


@EACH
@SYNTAX
@pytest.mark.parametrize("mode", [StorageMode.NORMAL, StorageMode.BIT_PRESERVING])
def test_it_is_received_and_can_be_sent_on(tmp_path: Path, syntax: str, own: Elements, mode: StorageMode) -> None:
    folder = tmp_path / "received"
    folder.mkdir()
    with receiving(folder, mode=mode) as receiver:
        send(receiver.port, [write(tmp_path, syntax, own)])
        (name,) = receiver.files()
    header = read_header(str(folder / name), InputFormat.FILE_ONLY)
    assert (header.transfer_syntax_uid, header.sop_instance_uid) == (EXPLICIT, INSTANCE_UID)  # as it was negotiated
    assert (folder / name).read_bytes()[header.data_set_offset :] == own_data_set(EXPLICIT, own)
    with FakePeer(associate=[Accept(transfer_syntaxes={1: syntax})]) as peer:
        send(peer.port, [folder / name])
    assert peer.stores[0].data == own_data_set(syntax, own)

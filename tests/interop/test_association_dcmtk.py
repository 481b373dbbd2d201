"""Our associations and DCMTK's servers."""

import os
from pathlib import Path

import pytest

from dicomdesk.dicom.data_set_source import FileRange
from dicomdesk.errors import AssociationAbortedError, AssociationRejectedError
from dicomdesk.network.upper_layer.rejection import dcmtk_rejection_lines
from dicomdesk.settings import AssociationSettings
from tests.helpers.data.encoded import explicit
from tests.helpers.dcmtk.programs import EVERY_CLASS_PROFILE, dcmtk_server
from tests.helpers.jobs.requesting import CT, PATIENT, Recorded, associate, ct_items

pytestmark = pytest.mark.dcmtk


def _data_set(number: int, size: int) -> bytes:
    return (
        explicit(0x00080016, b"UI", CT.encode() + b"\0")
        + explicit(0x00080018, b"UI", f"1.2.{number}".encode() + b"\0" * (number < 10))
        + explicit(0x7FE00010, b"OW", bytes(index % 256 for index in range(256)) * (size // 256))
    )


@pytest.mark.parametrize("max_pdu", [4096, 16384, 131072])
def test_dcmrecv_stores_what_was_sent(tmp_path: Path, max_pdu: int) -> None:
    (tmp_path / "profile.cfg").write_text(EVERY_CLASS_PROFILE)
    data = [_data_set(number, size) for number, size in enumerate((0, 256, 70_000, 3_000_000), start=1)]
    whole = tmp_path / "whole"
    whole.write_bytes(data[3])
    options = ["--max-pdu", str(max_pdu), "-xf", "profile.cfg", "Default", "+B", "-od", "."]
    observer = Recorded()
    with dcmtk_server("dcmrecv", options, tmp_path) as port:
        association = associate(port, settings=AssociationSettings(max_pdu_bytes=max_pdu, timeouts=PATIENT))
        assert association.negotiation.max_send_pdv_bytes == max_pdu - 12
        assert association.negotiation.peer_implementation_version == "OFFIS_DCMTK_367"
        descriptor = os.open(whole, os.O_RDONLY)
        source = FileRange(descriptor, 0, len(data[3]))
        association.store_all(ct_items(*data[:3], source), observer)
        os.close(descriptor)
        assert association.echo() == 0
        association.release()
    assert observer.statuses == [0, 0, 0, 0]
    for number, expected in enumerate(data, start=1):
        stored = next(tmp_path.glob(f"*.1.2.{number}")).read_bytes()
        assert stored.endswith(expected)


def test_storescp_that_refuses_is_understood(tmp_path: Path) -> None:
    with dcmtk_server("storescp", ["--refuse"], tmp_path) as port, pytest.raises(AssociationRejectedError) as raised:
        associate(port)
    assert dcmtk_rejection_lines(raised.value) == (
        "Result: Rejected Permanent, Source: Service User",
        "Reason: No Reason",
    )


@pytest.mark.parametrize("option", ["--abort-after", "--abort-during"])
@pytest.mark.parametrize("size", [256, 20_000_000])
def test_storescp_that_aborts_is_understood(tmp_path: Path, option: str, size: int) -> None:
    observer = Recorded()
    with dcmtk_server("storescp", ["--ignore", option], tmp_path) as port:
        association = associate(port)
        with pytest.raises(AssociationAbortedError):
            association.store_all(ct_items(_data_set(1, size), b""), observer)
        assert not association.is_open
    assert observer.events == ["started 0"]


def test_storescp_stores_through_its_smallest_pdus(tmp_path: Path) -> None:
    observer = Recorded()
    with dcmtk_server("storescp", ["--ignore", "--max-pdu", "4096"], tmp_path) as port:
        association = associate(port)
        association.store_all(ct_items(*[_data_set(number, 10_000) for number in range(20)]), observer)
        association.release()
    assert observer.statuses == [0] * 20

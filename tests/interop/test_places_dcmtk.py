"""DCMTK's tools are served while one address holds all places, and stay served when they are slow themselves."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.helpers.archives.opened_archives import AREA, our_archive
from tests.helpers.data.inputs import instance
from tests.helpers.dcmtk.commands import dcmtks, run
from tests.helpers.jobs.receiving import receiving
from tests.helpers.peers.requestors import IMPLICIT, VERIFICATION, Proposal, connected, data_pdu, echo_command

pytestmark = pytest.mark.dcmtk

PLACES = 32
HOSTILE = "127.0.0.66"
VERIFYING = Proposal(contexts=[(1, VERIFICATION, [IMPLICIT])], called=AREA.encode())
HALF_A_MESSAGE = data_pdu(1, 1, echo_command()[:20])


@contextmanager
def acceptor(who: str, folder: Path) -> Iterator[int]:
    with ExitStack() as stack:
        if who == "archive":
            yield stack.enter_context(our_archive(folder)).port
        else:
            yield stack.enter_context(receiving(folder, max_associations=PLACES)).port


@pytest.mark.parametrize("who", ["archive", "receiver"])
@pytest.mark.parametrize("sent", [b"", HALF_A_MESSAGE], ids=["idle", "half a message"])
def test_dcmtks_tools_are_served_while_one_address_holds_all_places(who: str, sent: bytes, tmp_path: Path) -> None:
    (tmp_path / "ct.dcm").write_bytes(instance("ct"))
    with acceptor(who, tmp_path) as port, ExitStack() as stack:
        for _ in range(PLACES):
            peer = stack.enter_context(connected(port, HOSTILE))
            peer.associate(VERIFYING)
            peer.send(sent)
        assert run(dcmtks("echoscu"), "-aec", AREA, "127.0.0.1", str(port)).code == 0
        done = run(dcmtks("storescu"), "-v", "-aec", AREA, "127.0.0.1", str(port), str(tmp_path / "ct.dcm"))
        assert done.code == 0
        assert "Received Store Response (Success)" in done.out + done.err

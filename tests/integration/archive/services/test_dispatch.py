"""Who answers which message."""

from pathlib import Path

import pytest

from dicomdesk.network.dimse.command_sets import STATUS, write_command_set
from tests.helpers.archives.served_archives import ARCHIVE, FIND_STUDY, GET_STUDY, MOVE_STUDY, running
from tests.helpers.data.datasets import CT_IMAGE, IMPLICIT
from tests.helpers.peers.requestors import Proposal, connected, data_pdu

KEYS = bytes.fromhex("08005200 06000000") + b"STUDY "
NOT_SUPPORTED = 0x0122


def command(field: int, sop_class: str) -> bytes:
    return write_command_set({0x0002: sop_class.encode(), 0x0100: field, 0x0110: 7, 0x0700: 0, 0x0800: 1})


@pytest.mark.parametrize(
    ("field", "sop_class"),
    [(0x20, CT_IMAGE), (0x20, MOVE_STUDY), (0x21, FIND_STUDY), (0x10, FIND_STUDY), (0x10, MOVE_STUDY)],
)
def test_a_command_of_another_class_is_refused_and_the_association_goes_on(
    tmp_path: Path, field: int, sop_class: str
) -> None:
    with running(tmp_path) as archive, connected(archive.port) as peer:
        peer.associate(
            Proposal(contexts=[(1, sop_class, [IMPLICIT]), (5, FIND_STUDY, [IMPLICIT])], called=ARCHIVE.encode())
        )
        for _ in range(2):
            peer.send(data_pdu(1, 3, command(field, sop_class)) + data_pdu(1, 2, KEYS))
            assert peer.read_response().number(STATUS) == NOT_SUPPORTED
        peer.send(data_pdu(5, 3, command(0x20, FIND_STUDY)) + data_pdu(5, 2, KEYS))
        peer.read_response()
        peer.release()


@pytest.mark.parametrize("field", [0x0140, 0x0150, 0x0110, 0x0120, 0x0130, 0x7777])
def test_a_command_that_nobody_knows_ends_the_association(tmp_path: Path, field: int) -> None:
    with running(tmp_path) as archive, connected(archive.port) as peer:
        peer.associate(Proposal(contexts=[(1, GET_STUDY, [IMPLICIT])], called=ARCHIVE.encode()))
        peer.send(data_pdu(1, 3, command(field, GET_STUDY)) + data_pdu(1, 2, KEYS))
        peer.read_abort()


def test_an_echo_is_answered_between_operations(tmp_path: Path) -> None:
    with running(tmp_path) as archive, connected(archive.port) as peer:
        contexts = [(1, FIND_STUDY, [IMPLICIT]), (3, "1.2.840.10008.1.1", [IMPLICIT])]
        peer.associate(Proposal(contexts=contexts, called=ARCHIVE.encode()))
        assert peer.echo() == 0
        peer.send(data_pdu(1, 3, command(0x20, FIND_STUDY)) + data_pdu(1, 2, KEYS))
        peer.read_response()
        assert peer.echo() == 0
        peer.release()

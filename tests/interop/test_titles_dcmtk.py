"""AE titles that are odd on the wire, as DCMTK's servers and ours take them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.setup.configuration import parse_configuration
from dicomdesk.archive.setup.settings import ArchiveSettings
from tests.helpers.dcmtk.programs import dcmtk_server
from tests.helpers.peers.requestors import ASSOCIATE_AC, ASSOCIATE_RJ, VERIFICATION, Proposal, connected

pytestmark = pytest.mark.dcmtk

IMPLICIT = "1.2.840.10008.1.2"


def configuration_text(folder: Path) -> str:
    folder.mkdir()
    lines = [
        *("MaxPDUSize = 16384", "MaxAssociations = 16"),
        *("HostTable BEGIN", "a = (MOVER, localhost, 104)", "HostTable END"),
        *("AETable BEGIN", f"PEERS {folder} RW (200, 1024mb) a", "AETable END", ""),
    ]
    return "\n".join(lines)


@contextmanager
def both(folder: Path) -> Iterator[tuple[int, int]]:
    """Archives of ours and of DCMTK's that know one title and one peer; their ports."""
    ours, theirs = folder / "ours", folder / "theirs"
    ours.mkdir()
    theirs.mkdir()
    settings = ArchiveSettings(
        configuration=parse_configuration(configuration_text(ours / "area")), port=0, address="127.0.0.1"
    )
    (theirs / "dcmqrscp.cfg").write_text(configuration_text(theirs / "area"))
    options = ["--config", str(theirs / "dcmqrscp.cfg")]
    with Archive(settings) as archive, dcmtk_server("dcmqrscp", options, theirs) as port:
        yield archive.start(), port


def answer(port: int, called: bytes, calling: bytes) -> tuple[int, tuple[int, ...]]:
    """Type of the answer; and of a rejection result, source and reason."""
    contexts = [(1, VERIFICATION, (IMPLICIT,))]
    with connected(port) as peer:
        peer.send(Proposal(contexts=contexts, called=called, calling=calling).encode())
        number, body = peer.read_pdu()
    return number, tuple(body[1:4]) if number == ASSOCIATE_RJ else ()


KNOWN, UNKNOWN = (ASSOCIATE_AC, ()), (ASSOCIATE_RJ, (1, 1, 7))
TITLES = {
    (b"PEERS", b"MOVER"): KNOWN,
    (b"PEERS\0", b"MOVER\0"): KNOWN,
    (b"PEERS\0junkjunk", b"MOVER\0zz\xff"): KNOWN,
    (b"PEERS \0 x", b"MOVER \0\0 b"): KNOWN,
    (b"PEERS\0" + b"\xff" * 10, b"MOVER" + bytes(11)): KNOWN,
    (b"PEERSX\0", b"MOVER"): UNKNOWN,
    (b"\0PEERS", b"MOVER"): UNKNOWN,
    (b"PEERS", b"\0MOVER"): UNKNOWN,
    (b"PEERS\t", b"MOVER"): UNKNOWN,
    (b"PEERS\x01\0", b"MOVER"): UNKNOWN,
    (b"peers", b"MOVER"): UNKNOWN,
}


def test_titles_end_at_the_first_nul_with_both(tmp_path: Path) -> None:
    with both(tmp_path) as (ours, theirs):
        for (called, calling), expected in TITLES.items():
            assert answer(ours, called, calling) == expected, (called, calling)
            assert answer(theirs, called, calling) == expected, (called, calling)


def test_blanks_before_a_title_count_for_dcmtks_only(tmp_path: Path) -> None:
    """PS3.8 9.3.2: leading and trailing spaces are not significant."""
    with both(tmp_path) as (ours, theirs):
        assert answer(ours, b" PEERS ", b"  MOVER") == KNOWN
        assert answer(theirs, b" PEERS ", b"  MOVER") == UNKNOWN

"""The corpus through DCMTK's storescu and through an exact send job: the same requests in the same contexts."""

import subprocess
from pathlib import Path

import pytest

from dicomdesk.engine.send_exactly.request import Proposal
from tests.helpers.data.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT
from tests.helpers.dcmtk.programs import dcmtk_program
from tests.helpers.jobs.exact_sending import send_exactly
from tests.helpers.peers.fake_peer import FakePeer

pytestmark = [pytest.mark.corpus, pytest.mark.dcmtk]

DEADLINE_S = 120.0
LARGEST_BYTES = 3_000_000
"""What is larger would only take longer."""

SENT_BY_DCMTK_ONLY = {"broken/syn_unknown_transfer_syntax.dcm"}
"""DCMTK guesses how it is encoded."""

SENT_BY_US_ONLY = {
    "odd/syn_meta_group_length_too_large.dcm",
    "odd/syn_no_preamble.dcm",
    "images/4.90_j2k-lossless/explicit_VR-UN.dcm",  # where JPEG 2000 is taken
}
"""DCMTK takes them for something else, or cannot write them again."""

CASES = {
    "": (EXPLICIT, True),
    "-xs": ("1.2.840.10008.1.2.4.70", True),
    "-xv": ("1.2.840.10008.1.2.4.90", True),
    "-u -xb": (BIG_ENDIAN, False),
    "-xi": (IMPLICIT, True),
}


def requests(peer: FakePeer, paths: list[Path], corpus: Path) -> dict[str, tuple[object, ...]]:
    """What came of each file: message IDs tell which it was."""
    return {
        str(paths[store.message_id - 1].relative_to(corpus)): (
            store.context_id,
            store.sop_class_uid,
            store.sop_instance_uid,
        )
        for store in peer.stores
    }


@pytest.mark.parametrize("options", CASES)
def test_requests_are_the_same(corpus: Path, options: str) -> None:
    paths = sorted(path for path in corpus.rglob("*") if path.is_file() and path.stat().st_size < LARGEST_BYTES)
    preferred, allows_new_vrs = CASES[options]
    with FakePeer() as theirs, FakePeer() as ours:
        command = [dcmtk_program("storescu"), "-nh", *options.split(), "localhost", str(theirs.port), *map(str, paths)]
        code = subprocess.run(
            command, capture_output=True, timeout=DEADLINE_S, check=False, env={"TCP_NODELAY": "1"}
        ).returncode
        result, _ = send_exactly(
            ours.port,
            paths,
            halt_on_error=False,
            proposal=Proposal(preferred_transfer_syntax=preferred),
            allows_new_vrs=allows_new_vrs,
        )
    assert (code, result.failure) == (0, None)
    assert len(result.report.items) == len(paths)
    their_requests, our_requests = requests(theirs, paths, corpus), requests(ours, paths, corpus)
    assert len(our_requests) > 400
    assert set(their_requests) - set(our_requests) == SENT_BY_DCMTK_ONLY
    assert set(our_requests) - set(their_requests) <= SENT_BY_US_ONLY
    both = set(our_requests) & set(their_requests)
    assert {path: our_requests[path] for path in both} == {path: their_requests[path] for path in both}

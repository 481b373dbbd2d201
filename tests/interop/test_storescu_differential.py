"""The same storescu command lines through DCMTK's program and ours: how files are sent, answered and told of.

What has to do with the proposal alone is in test_storescu_proposals.py.
"""

from pathlib import Path

import pytest

from tests.helpers.archives.storing_inputs import write_storing_inputs
from tests.helpers.data.datasets import BIG_ENDIAN, IMPLICIT
from tests.helpers.jobs.exact_cases import TO, Case, accepting, answering, differs, rejecting
from tests.helpers.peers.fake_peer import Abort, Close, FakePeer, Send, Silence, Status

pytestmark = pytest.mark.dcmtk

POLITE = differs("an association that is of no use is released or aborted, by DCMTK the connection is closed", "ends")
OUR_CODE = differs("DCMTK's exit code is whatever the memory holds", "exit_code")

CASES = [
    # plain sending
    Case(f"{TO} ct1.dcm"),
    Case(f"-v {TO} ct1.dcm"),
    Case(f"-v {TO} ct1.dcm ct2.dcm ct3.dcm ct4.dcm mr.dcm sc.dcm"),
    Case(f"-v -R {TO} ct1.dcm ct2.dcm mr.dcm"),
    Case(f"-q -R {TO} ct1.dcm"),
    Case(f"-ll info -R {TO} ct1.dcm"),
    Case(f"-v -R {TO}" + " with|space.dcm"),
    Case(f"{TO} @names.txt"),
    Case(f"-v -R {TO} ct1.dcm ct1.dcm"),
    Case(f"-v -R --repeat 3 {TO} ct1.dcm mr.dcm"),
    Case(f"-v -R {TO} large.dcm"),
    Case(f"-v -R --max-send-pdu 4096 {TO} large.dcm", accepting(max_pdu_bytes=65536)),
    Case(f"-v -R -pdu 4096 {TO} ct1.dcm", accepting(max_pdu_bytes=0)),
    Case(f"-v -R {TO} large.dcm", accepting(max_pdu_bytes=200000)),
    Case(f"-v -R --abort {TO} ct1.dcm mr.dcm"),
    Case(f"-v -R -to 5 -ta 5 -td 5 -ts 0 {TO} ct1.dcm"),
    Case(f"-v -R +v {TO} ct1.dcm"),
    # input formats and folders
    Case(f"-v -R {TO} bare-explicit bare-implicit"),
    Case(f"-v -R -nh +fo {TO} bare-explicit ct1.dcm"),
    Case(f"-v -R -f {TO} bare-explicit bare-implicit"),
    Case(f"-v -R +sd +sp *.dcm {TO} series"),
    Case(f"-v -R +sd +r +sp *.dcm {TO} series", **differs("folders are read in the order of names", "order", "stdout")),
    Case(f"{TO} series"),
    Case(f"-v -nh {TO} series ct1.dcm"),
    Case(f"-v +sd {TO} void"),
    Case(f"-v +sd +sp *.none {TO} series"),
    # files that cannot be had or sent
    Case(f"{TO} ct1.dcm none.dcm"),
    Case(f"-v -nh {TO} ct1.dcm none.dcm mr.dcm"),
    Case(f"-v -nh {TO} none.dcm"),
    Case(f"-v {TO} ''"),
    Case(f"-v -R {TO} text.txt"),
    Case(f"-v -R -nh {TO} text.txt ct1.dcm empty.dcm no-class.dcm"),
    Case(f"-v {TO} text.txt ct1.dcm"),
    Case(f"-v {TO} empty.dcm ct1.dcm"),
    Case(f"-v -nh {TO} text.txt empty.dcm preamble.dcm meta.dcm ct1.dcm"),
    Case(f"-v -nh {TO} no-class.dcm no-instance.dcm ct1.dcm"),
    Case(f"-v {TO} no-class.dcm ct1.dcm"),
    Case(f"-v -nh {TO} cut-header.dcm cut-pixels.dcm ct1.dcm"),
    Case(f"-v {TO} private.dcm ct1.dcm"),
    Case(f"-v -nh {TO} private.dcm seg.dcm ct1.dcm"),
    Case(f"-v -R {TO} private.dcm"),
    Case(f"-v -R -nh {TO} private.dcm verification.dcm ct1.dcm"),
    Case(f"-v -nh {TO} bad-class.dcm bad-instance.dcm"),
    Case(f"-v -R -nh {TO} bad-instance.dcm bad-class.dcm"),
    # UIDs with blanks
    Case(f"-v {TO} padded.dcm"),
    Case(f"-v -up {TO} padded.dcm"),
    Case(f"-v -R -up {TO} padded.dcm"),
    # conversion
    Case(f"-v -R {TO} ct1.dcm ct2.dcm ct3.dcm", accepting(refused={3: 4})),
    Case(f"-v -R {TO} ct1.dcm ct2.dcm ct3.dcm ct4.dcm", accepting(refused={1: 4}, transfer_syntaxes={3: IMPLICIT})),
    Case(f"-v -R -xi {TO} ct1.dcm ct2.dcm ct3.dcm ct4.dcm"),
    Case(f"-v -R -xb {TO} ct1.dcm ct2.dcm ct3.dcm"),
    Case(f"-v -R +C {TO} ct1.dcm ct3.dcm", accepting(transfer_syntaxes={1: BIG_ENDIAN})),
    Case(f"-v -R -xd {TO} ct1.dcm ct4.dcm"),
    Case(f"-v -R -xd +cl 0 {TO} ct1.dcm"),
    Case(f"-v -R -xd {TO} ct1.dcm ct4.dcm", accepting(refused={1: 4})),
    Case(f"-v -xf profiles.cfg Swollen +cl 9 {TO} ct1.dcm ct3.dcm"),
    Case(f"-v -xf profiles.cfg Turned {TO} ct1.dcm ct2.dcm ct3.dcm"),
    Case(f"-v -R {TO} new-vrs.dcm new-vrs-implicit.dcm"),
    Case(f"-v -R -xi {TO} new-vrs.dcm new-vrs-implicit.dcm"),
    Case(f"-v -R -u {TO} new-vrs-implicit.dcm"),
    Case(f"-v -R -u +u {TO} new-vrs-implicit.dcm"),
    # compressed files
    Case(f"-v -R {TO} lossless.dcm ct1.dcm"),
    Case(f"-v -R -nh {TO} lossless.dcm jpeg.dcm ct1.dcm"),
    Case(f"-v -R -nh --repeat 3 {TO} lossless.dcm ct1.dcm"),
    Case(f"-v -R -xs {TO} lossless.dcm ct1.dcm"),
    Case(f"-v -R -xy {TO} jpeg.dcm ct2.dcm"),
    Case(f"-v -R -xr +C {TO} rle.dcm"),
    Case(f"-v -R -xv {TO} j2k-lossless.dcm", accepting(refused={1: 4})),
    Case(f"-v -R -xt -nh {TO} jls.dcm ct1.dcm jpeg.dcm"),
    # statuses
    Case(f"-v -R {TO} ct1.dcm mr.dcm", answering(0xA700)),
    Case(f"-R {TO} ct1.dcm mr.dcm", answering(0xA900)),
    Case(f"-R {TO} ct1.dcm", answering(0xC001)),
    Case(f"-v -R {TO} ct1.dcm", answering(0x0122)),
    Case(f"-R {TO} ct1.dcm", answering(0x0210)),
    Case(f"-R {TO} ct1.dcm", answering(0xFE00)),
    Case(f"-v -R {TO} ct1.dcm", answering(0xFF00)),
    Case(f"-v -R {TO} ct1.dcm mr.dcm sc.dcm ct2.dcm", answering(0xB000, 0x0001, 0x0107, 0x0116)),
    Case(f"-v -R -nh {TO} ct1.dcm mr.dcm sc.dcm", answering(0xA700, 0xB007, 0xC000)),
    Case(f"-v -R --abort {TO} ct1.dcm mr.dcm", answering(0xC001)),
    Case(f"-v -R --repeat 2 {TO} ct1.dcm mr.dcm", answering(0, 0xA700)),
    # peers that do not want, or misbehave
    Case(f"-v {TO} ct1.dcm", None),
    Case(f"-q {TO} ct1.dcm", None),
    Case("no.such.host.invalid 104 ct1.dcm", None),
    Case(f"-v -R {TO} ct1.dcm", rejecting(1, 1, 7)),
    Case(f"-v -R {TO} ct1.dcm", rejecting(1, 1, 3)),
    Case(f"-R {TO} ct1.dcm", rejecting(2, 3, 2)),
    Case(f"-R {TO} ct1.dcm", rejecting(1, 2, 2)),
    Case(f"-v -R {TO} ct1.dcm mr.dcm", accepting(refuse_all=True), **POLITE),
    Case(f"-v -R -nh {TO} ct1.dcm mr.dcm", accepting(refused={1: 3, 3: 3})),
    Case(f"-v -R {TO} ct1.dcm mr.dcm", accepting(refused={5: 3, 7: 3})),
    Case(f"-v -R {TO} ct1.dcm", lambda: FakePeer(associate=[Abort()])),
    Case(f"-v -R {TO} ct1.dcm", lambda: FakePeer(associate=[Close()])),
    Case(f"-v -R {TO} ct1.dcm", lambda: FakePeer(associate=[Send(b"HTTP/1.1 400 Bad Request\r\n\r\n")]), **POLITE),
    Case(f"-v -R -ta 1 {TO} ct1.dcm", lambda: FakePeer(associate=[Silence()]), **POLITE),
    Case(f"-v -R -td 1 {TO} ct1.dcm mr.dcm", lambda: FakePeer(stores=[Silence()])),
    Case(f"-v -R {TO} ct1.dcm mr.dcm", lambda: FakePeer(stores=[Abort()]), **OUR_CODE),
    Case(f"-v -R {TO} ct1.dcm mr.dcm", lambda: FakePeer(stores=[Status(), Close()]), **OUR_CODE),
    Case(f"-v -R {TO} ct1.dcm mr.dcm", lambda: FakePeer(stores=[Status(message_id_offset=3)])),
    Case(f"-v -R {TO} ct1.dcm", lambda: FakePeer(release=Abort())),
    Case(f"-v -R {TO} ct1.dcm", lambda: FakePeer(release=Close())),
]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    write_storing_inputs(folder)
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_program_behaves_as_that_of_dcmtk(case: Case, inputs: Path, tmp_path: Path) -> None:
    assert bool(case.difference) == bool(case.tolerated)
    assert not case.differences(inputs, tmp_path)

"""The same dcmsend command lines through DCMTK's program and ours: exit code, lines, report and what arrived."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpers.data.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT
from tests.helpers.data.inputs import write_inputs
from tests.helpers.dcmtk.differential import differing, programs, run
from tests.helpers.jobs.exact_cases import TO, accepting, answering, differs, rejecting
from tests.helpers.peers.fake_peer import Abort, Accept, Close, FakePeer, Silence, Status

pytestmark = pytest.mark.dcmtk

REPORT = "+crf {home}/report.txt"


@dataclass(frozen=True)
class Case:
    """One command line."""

    line: str
    peer: Callable[[], FakePeer] | None = FakePeer
    """None: nobody listens."""
    difference: str = ""
    """Why ours differs in what is tolerated."""
    tolerated: tuple[str, ...] = ()
    """What is not compared, see ``differing``."""

    @property
    def name(self) -> str:
        return self.line.replace(TO, "TO").replace(REPORT, "REPORT")


DEFLATED_SIZE = differs("a deflated data set has the size of what is sent, not of what it inflates to", "report")
ORDER_OF_NAMES = differs("folders are read in the order of names, not of the disk", "order")
OWN_IDENTIFIER = differs("the report has the identifiers that are sent, not those of the meta information", "report")

CASES = [
    # plain sending
    Case(f"{TO} ct1.dcm"),
    Case(f"-v {TO} ct1.dcm"),
    Case(f"-v {REPORT} {TO} ct1.dcm ct2.dcm ct3.dcm ct4.dcm", **DEFLATED_SIZE),
    Case(f"{TO} -v ct1.dcm {REPORT}"),
    Case(f"-v {REPORT} {TO} mr.dcm ct1.dcm sc.dcm mr.dcm ct2.dcm"),
    Case(f"-q {REPORT} {TO} ct1.dcm"),
    Case(f"-ll error {TO} ct1.dcm empty.dcm"),
    Case(f"-v {REPORT} {TO} private.dcm new.dcm ct1.dcm"),
    Case(f"-v {REPORT} {TO}" + " with|space.dcm"),
    Case(f"-v -aet ME -aec YOU {REPORT} {TO} ct1.dcm"),
    Case(f"-aet -v {REPORT} {TO} ct1.dcm"),
    Case(f"-aec ABCDEFGHIJKLMNOPQRST {TO} ct1.dcm"),
    Case(f"-v -pdu 4096 --max-send-pdu 4096 {REPORT} {TO} ct1.dcm"),
    Case(f"-v --max-send-pdu 8192 {TO} ct1.dcm", accepting(max_pdu_bytes=0)),
    Case(f"-v --max-send-pdu 8192 {TO} ct1.dcm", accepting(max_pdu_bytes=4096)),
    Case(f"-v {TO} ct1.dcm", accepting(max_pdu_bytes=200000)),
    Case(f"-v {REPORT} {TO} ct1.dcm ct1.dcm"),
    Case(f"{REPORT} {TO} @arguments.txt"),
    # conversion
    Case(f"-v {REPORT} {TO} ct1.dcm ct3.dcm", accepting(transfer_syntaxes={1: IMPLICIT})),
    Case(f"-v {REPORT} {TO} ct1.dcm ct2.dcm", accepting(transfer_syntaxes={1: BIG_ENDIAN})),
    Case(f"-v {REPORT} {TO} ct4.dcm", accepting(transfer_syntaxes={1: EXPLICIT}), **DEFLATED_SIZE),
    Case(f"-v {REPORT} {TO} rle.dcm", accepting(transfer_syntaxes={1: EXPLICIT})),
    Case(f"-v {REPORT} {TO} rle.dcm", accepting(transfer_syntaxes={1: BIG_ENDIAN})),
    Case(f"-v -nh {REPORT} {TO} lossless.dcm ct1.dcm", accepting(transfer_syntaxes={1: EXPLICIT})),
    Case(f"-v {REPORT} {TO} lossless.dcm ct1.dcm", accepting(transfer_syntaxes={1: EXPLICIT})),
    # what is proposed
    Case(f"-v {REPORT} {TO} rle.dcm jpeg.dcm j2k.dcm j2k-lossless.dcm mpeg.dcm lossless.dcm ct1.dcm"),
    Case(f"-v -dn {REPORT} {TO} rle.dcm jpeg.dcm j2k.dcm j2k-lossless.dcm mpeg.dcm ct1.dcm"),
    Case(f"-v +dly {REPORT} {TO} rle.dcm jpeg.dcm j2k.dcm j2k-lossless.dcm mpeg.dcm ct1.dcm"),
    Case(f"+dly -dn {TO} jpeg.dcm rle.dcm"),
    Case(f"-v -nip {REPORT} {TO} ct1.dcm j2k-lossless.dcm"),
    Case(f"-v -nip -nh {REPORT} {TO} j2k-lossless.dcm ct1.dcm j2k-lossless.dcm"),
    Case(f"-nip -nh -v {REPORT} {TO} j2k-lossless.dcm"),
    Case(f"-nip -dn {TO} rle.dcm"),
    Case(f"-v +v {TO} ct1.dcm rle.dcm"),
    # refused contexts
    Case(f"-v {REPORT} {TO} mr.dcm ct1.dcm", accepting(refused={1: 3})),
    Case(f"-v -nh {REPORT} {TO} mr.dcm ct1.dcm mr.dcm ct2.dcm", accepting(refused={1: 3})),
    Case(f"-v -nh {REPORT} {TO} ct1.dcm jpeg.dcm", accepting(refused={3: 4})),
    Case(f"-v -nh {REPORT} {TO} ct1.dcm jpeg.dcm", accepting(refused={1: 4})),
    Case(f"{REPORT} {TO} ct1.dcm", accepting(refused={1: 1})),
    Case(f"-v {REPORT} {TO} ct1.dcm mr.dcm", accepting(refuse_all=True)),
    Case(f"-v -nh {REPORT} {TO} ct1.dcm mr.dcm", accepting(refuse_all=True)),
    Case(f"-v {REPORT} {TO} many/* ct1.dcm", lambda: FakePeer(associate=[Accept(refuse_all=True), Accept()])),
    # statuses
    Case(f"-v {REPORT} {TO} ct1.dcm ct2.dcm mr.dcm", answering(0xB000, 0xA700, 0x0210)),
    Case(f"-v -nh {REPORT} {TO} ct1.dcm ct2.dcm mr.dcm", answering(0xC000, 0x0122, 0xA900)),
    Case(f"{REPORT} {TO} ct1.dcm ct2.dcm mr.dcm sc.dcm", answering(0xB007, 0xB006, 0x0107, 0xFE00)),
    Case(f"-v {REPORT} {TO} ct1.dcm ct2.dcm mr.dcm sc.dcm ct3.dcm", answering(0x0210, 0xA700, 0xC000, 0xB000, 0)),
    # peers that misbehave
    Case(f"{TO} ct1.dcm", None),
    Case(f"-v {REPORT} {TO} ct1.dcm", None),
    Case(f"-q {TO} ct1.dcm", None),
    Case("no.such.host.invalid 104 ct1.dcm", None),
    Case(f"-v {TO} ct1.dcm", rejecting(1, 1, 7)),
    Case(f"-v {TO} ct1.dcm", rejecting(1, 1, 3)),
    Case(f"-v {TO} ct1.dcm", rejecting(2, 3, 1)),
    Case(f"-v {REPORT} {TO} ct1.dcm", lambda: FakePeer(associate=[Abort()])),
    Case(f"-v {TO} ct1.dcm", lambda: FakePeer(associate=[Close()])),
    Case(f"-ta 1 -v {TO} ct1.dcm", lambda: FakePeer(associate=[Silence()])),
    Case(f"-td 1 -v {TO} ct1.dcm", lambda: FakePeer(stores=[Silence()])),
    Case(f"-v {REPORT} {TO} ct1.dcm mr.dcm", lambda: FakePeer(stores=[Abort()])),
    Case(f"-v {TO} ct1.dcm mr.dcm", lambda: FakePeer(stores=[Status(), Close()])),
    Case(f"-v -nh {REPORT} {TO} meta.dcm ct1.dcm", **OWN_IDENTIFIER),
    # more than one association
    Case(f"-v {REPORT} {TO} ct1.dcm many/* ct2.dcm"),
    Case(f"-v {REPORT} -ma {TO} ct1.dcm many/* ct2.dcm"),
    Case(f"-v {REPORT} -nip -nh {TO} many/* ct1.dcm j2k-lossless.dcm"),
    Case(f"-v -nip {TO} many/* ct1.dcm j2k-lossless.dcm"),
    # inputs
    Case(f"-v {REPORT} +sd {TO} series"),
    Case(f"-v -nh {REPORT} +sd {TO} series", **ORDER_OF_NAMES),
    Case(f"-v -nh {REPORT} +sd +r {TO} series", **ORDER_OF_NAMES),
    Case(f"-v {REPORT} +sd +r +sp *.dcm {TO} series", **ORDER_OF_NAMES),
    Case(f"-v {REPORT} +sd +sp *.ima {TO} series ct1.dcm"),
    Case(f"{TO} series"),
    Case(f"-v -nh {TO} series ct1.dcm"),
    Case(f"+sd {TO} void"),
    Case(f"+sd -nh {TO} void"),
    Case(f"{TO} ct1.dcm none.dcm"),
    Case(f"-nh {REPORT} {TO} ct1.dcm none.dcm mr.dcm"),
    *(Case(f"{TO} {name}") for name in ("empty.dcm", "text.txt", "preamble.dcm", "cut-header.dcm")),
    *(Case(f"{TO} {name}.dcm") for name in ("bad-class", "bad-instance", "verification")),
    *(Case(f"{TO} {name}.dcm") for name in ("meta", "no-class", "no-instance")),
    Case(
        f"-nh {TO} empty.dcm text.txt preamble.dcm meta.dcm cut-header.dcm no-class.dcm bad-instance.dcm",
    ),
    Case(f"-nh -v {REPORT} {TO} cut-pixels.dcm ct1.dcm"),
    Case(f"-v {REPORT} {TO} cut-pixels.dcm ct1.dcm"),
    Case(f"-nuc -v {REPORT} {TO} verification.dcm bad-class.dcm bad-instance.dcm", **OWN_IDENTIFIER),
    Case(f"-nuc -nh {TO} no-class.dcm no-instance.dcm"),
    Case(f"{TO} unknown-syntax.dcm"),
    Case(f"{TO} bare-explicit"),
    Case(f"+f -v {REPORT} {TO} bare-explicit bare-implicit ct1.dcm"),
    Case(f"-f -v {REPORT} {TO} bare-explicit bare-implicit"),
    Case(f"-f -nh {TO} ct1.dcm"),
    # reports
    Case(f"+crf {{home}}/none/report.txt {TO} ct1.dcm"),
    Case(f"-v +crf {{home}} {TO} ct1.dcm"),
]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    write_inputs(folder)
    return folder


def expanded(line: str, folder: Path) -> list[str]:
    """Split a line into arguments: "|" stands for a blank within one, "many/*" for the files there in order."""
    arguments: list[str] = []
    for argument in line.split():
        if argument == "many/*":
            arguments += sorted(str(path.relative_to(folder)) for path in folder.glob(argument))
        else:
            arguments.append(argument.replace("|", " "))
    return arguments


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_program_behaves_as_that_of_dcmtk(case: Case, inputs: Path, tmp_path: Path) -> None:
    arguments = expanded(case.line, inputs)
    outcomes = []
    for program, home in zip(programs("dcmsend"), ("theirs", "ours"), strict=True):
        (tmp_path / home).mkdir()
        if case.peer is None:
            outcomes.append(run(program, arguments, inputs, tmp_path / home, None))
        else:
            with case.peer() as peer:
                outcomes.append(run(program, arguments, inputs, tmp_path / home, peer))
    assert bool(case.difference) == bool(case.tolerated)
    assert not differing(outcomes[0], outcomes[1], tolerated=case.tolerated)

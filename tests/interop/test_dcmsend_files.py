"""Command lines with files of many kinds through DCMTK's dcmsend and ours: exit code, report, and what arrived.

What has to do with neither the kind of file nor the syntax of a line is in test_dcmsend_differential.py.
"""

import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pydicom.data
import pytest

from tests.helpers.data.comparison import differences
from tests.helpers.data.datasets import part10
from tests.helpers.dcmtk.commands import Done, dcmtks, ours, run
from tests.helpers.dcmtk.differential import plain_report
from tests.helpers.peers.fake_peer import Abort, Accept, Action, Close, FakePeer, Reject, Send, Status

pytestmark = pytest.mark.dcmtk

IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
FILES = {
    "ct.dcm": "CT_small.dcm",
    "mr.dcm": "MR_small.dcm",
    "imp.dcm": "MR_small_implicit.dcm",
    "be.dcm": "MR_small_bigendian.dcm",
    "rle.dcm": "MR_small_RLE.dcm",
    "jls.dcm": "MR_small_jpeg_ls_lossless.dcm",
    "j2k.dcm": "JPEG2000.dcm",
    "jpeg.dcm": "SC_rgb_jpeg_dcmtk.dcm",
    "dfl.dcm": "image_dfl.dcm",
    "sr.dcm": "reportsi.dcm",
    "wave.dcm": "waveform_ecg.dcm",
    "nometa.dcm": "ExplVR_LitEndNoMeta.dcm",
    "short.dcm": "rtplan_truncated.dcm",
    "folder/ct.dcm": "CT_small.dcm",
    "folder/below/mr.dcm": "MR_small.dcm",
}
ALL_SAME = frozenset({"report", "sizes", "arrived", "proposed"})
NO_REPORT = ALL_SAME - {"report"}
"""DCMTK writes none after a failure. In short.dcm group 0002 has another instance UID, which is what DCMTK shows."""
NO_SIZES = ALL_SAME - {"sizes"}
"""DCMTK shows what the data set would take inflated and with explicit lengths, we what it takes in the file."""
DROPPED_BY_DCMTK = "(FFFC,FFFC) only in the first"


@dataclass(frozen=True)
class Case:
    """One command line, "PORT" being the peer's port, and how the peer behaves."""

    words: str
    code: int = 0
    same: frozenset[str] = ALL_SAME
    peer: Mapping[str, object] = field(default_factory=dict)


def accepting(**changes: object) -> dict[str, object]:
    return {"associate": (Accept(**changes),)}  # type: ignore[arg-type] # the names are checked by the class


def answering(*actions: Action) -> dict[str, object]:
    return {"stores": actions}


CASES = [
    # input files
    Case("peer PORT ct.dcm mr.dcm imp.dcm be.dcm"),
    Case("peer PORT sr.dcm wave.dcm", same=NO_SIZES),
    Case("peer PORT ''", 22, NO_REPORT),
    Case("-nh peer PORT nofile nofile2", 23, NO_REPORT),
    Case("+sd +sp '*.txt' peer PORT folder", 21, NO_REPORT),
    Case("+sd +sp 'c?.dcm' peer PORT folder"),
    Case("+sd +r -r +sp '[a-c]*' peer PORT folder ct.dcm"),
    Case("-nh +fo peer PORT nometa.dcm ct.dcm"),
    Case("-nh peer PORT short.dcm ct.dcm", same=NO_REPORT),
    Case("+rd peer PORT dicomdir/DICOMDIR", same=NO_SIZES),
    Case("peer PORT dicomdir/DICOMDIR", 22, NO_REPORT),
    # presentation contexts and conversion
    Case("peer PORT rle.dcm jls.dcm dfl.dcm jpeg.dcm", same=NO_SIZES),
    Case("-nip peer PORT j2k.dcm", same=NO_SIZES),
    Case("-dn -nip -nh peer PORT rle.dcm ct.dcm"),
    Case("peer PORT imp.dcm be.dcm", peer=accepting(transfer_syntaxes={1: EXPLICIT})),
    Case("-nh peer PORT ct.dcm mr.dcm", peer=accepting(refused={3: 2})),
    # the peer's answers
    Case("peer PORT ct.dcm mr.dcm imp.dcm", peer=answering(Status(0x0001), Status(0x0107), Status(0x0116))),
    Case("peer PORT ct.dcm mr.dcm", peer=answering(Status(0xB006, comment="note"), Status(0xB007))),
    # associations that fail
    Case("-nh peer PORT ct.dcm", 61, NO_REPORT, {"associate": (Reject(1, 2, 2),)}),
    Case("peer PORT ct.dcm", 61, NO_REPORT, {"associate": (Send(b"HTTP/1.1 400 Bad Request\r\n\r\n"),)}),
    Case("-aec '' peer PORT ct.dcm", 61, NO_REPORT),
    Case("-aet '' peer PORT ct.dcm", 61, NO_REPORT),
    Case("peer PORT ct.dcm mr.dcm", 62, NO_REPORT, answering(Status(), Abort())),
    Case("peer PORT ct.dcm mr.dcm", 62, NO_REPORT, {"in_object": {0: Abort()}}),
    Case("peer PORT ct.dcm", peer={"release": Close()}),
    Case("peer PORT ct.dcm", peer={"release": Abort()}),
    # names, sizes, files
    Case("-aet 1234567890ABCDEFGHIJ -aec 1234567890ABCDEFGHIJ peer PORT ct.dcm", same=ALL_SAME - {"report"}),
    Case("-aet ' A B ' peer PORT ct.dcm", same=ALL_SAME - {"report"}),
    Case("+ma -to 5 -ta 5 -td 5 peer PORT ct.dcm"),
    Case("+cl 0 peer PORT dfl.dcm", same=NO_SIZES),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    shipped = Path(pydicom.data.__file__).parent / "test_files"
    for name, source in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shipped / source, folder / name)
    shutil.copytree(shipped / "dicomdirtests", folder / "dicomdir")
    return folder


@dataclass
class Seen:
    """What one run of a tool led to."""

    done: Done
    report: str
    arrived: list[tuple[int, str, str, str, bytes]]
    proposed: list[tuple[str, str, dict[int, tuple[str, list[str]]]]]

    def report_lines(self, with_sizes: bool) -> list[str]:
        return [line for line in self.report.split("\n") if with_sizes or not line.startswith("Dataset Size")]


def try_out(case: Case, command: list[str], folder: Path, report: Path) -> Seen:
    with FakePeer(**case.peer) as peer:  # type: ignore[arg-type] # the names are checked by the class
        words = case.words.replace("PORT", str(peer.port))
        words = re.sub(r"\bpeer\b", "127.0.0.1", words)
        done = run(command, "+crf", str(report), *shlex.split(words), folder=folder)
        text = report.read_text(errors="surrogateescape") if report.exists() else ""
        text = plain_report(text.replace(str(peer.port), "PORT"))
        arrived = [
            (
                store.association,
                store.sop_class_uid,
                store.sop_instance_uid,
                accepted_transfer_syntax(peer, store.association, store.context_id, case),
                store.data,
            )
            for store in peer.stores
        ]
        proposed = [
            (association.calling_ae_title, association.called_ae_title, association.contexts)
            for association in peer.associations
        ]
    return Seen(done=done, report=text, arrived=arrived, proposed=proposed)


def accepted_transfer_syntax(peer: FakePeer, association: int, context_id: int, case: Case) -> str:
    proposed = peer.associations[association].contexts[context_id][1]
    actions = case.peer.get("associate")
    accept = actions[0] if isinstance(actions, tuple) else Accept()
    assert isinstance(accept, Accept)
    return accept.transfer_syntaxes.get(context_id, proposed[0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.words)
def test_our_dcmsend_does_what_dcmtks_does(case: Case, folder: Path, tmp_path: Path) -> None:
    theirs = try_out(case, dcmtks("dcmsend"), folder, tmp_path / "theirs.txt")
    own = try_out(case, ours("dcmsend"), folder, tmp_path / "own.txt")
    assert (theirs.done.code, own.done.code) == (case.code, case.code), own.done.err
    if "report" in case.same:
        assert own.report_lines("sizes" in case.same) == theirs.report_lines("sizes" in case.same)
    else:
        assert own.report, "a report is always written"
    if "proposed" in case.same:
        assert own.proposed == theirs.proposed
    if "arrived" in case.same:
        assert [each[:4] for each in own.arrived] == [each[:4] for each in theirs.arrived]
        for mine, other in zip(own.arrived, theirs.arrived, strict=True):
            if mine[4] != other[4]:
                found = differences(part10(mine[4], mine[3]), part10(other[4], other[3]))
                assert [each for each in found if each != DROPPED_BY_DCMTK] == []

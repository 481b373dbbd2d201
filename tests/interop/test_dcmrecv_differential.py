"""The same dcmrecv command lines with DCMTK's program and ours: what senders see, lines, file names and data sets."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dicomdesk.paths import resources_folder
from tests.helpers.data.datasets import Builder
from tests.helpers.data.inputs import write_inputs
from tests.helpers.dcmtk.differential import count_shared, programs
from tests.helpers.peers.receptions import Script, answer, dcmsend, differing_receptions, raw, receive
from tests.helpers.peers.requestors import (
    IMPLICIT,
    VERIFICATION,
    WORKLIST,
    Proposal,
    Requestor,
    data_pdu,
    find_command,
    pdu,
    store_command,
)

pytestmark = pytest.mark.dcmtk

PROFILE = f"-xf {resources_folder() / 'storescp.cfg'} Default"
TO = "-od {out} {port}"
DATA_SET = Builder().instance(sop_instance_uid="1.2.3.9")
UID = "1.2.3.9"
SERIES_DATE = 0x00080021


@dataclass(frozen=True)
class Case:
    """One command line and what is done to the receiver."""

    line: str
    script: Script | None = None
    """None: the program ends by itself."""
    name: str = ""
    difference: str = ""
    """Why ours differs in what is tolerated."""
    tolerated: tuple[str, ...] = ()


def differs(why: str, *tolerated: str) -> dict[str, Any]:
    return {"difference": why, "tolerated": tolerated}


def storing(uid: str | bytes, data: bytes, **changes: int | str) -> Callable[[Requestor], object]:
    """Send one C-STORE request as told; the status, or what came instead."""

    def talk(requestor: Requestor) -> object:
        requestor.send(data_pdu(1, 3, store_command(uid, **changes)), data_pdu(1, 2, data))  # type: ignore[arg-type] # by name
        return answer(requestor)

    return talk


def sending(*parts: bytes) -> Callable[[Requestor], object]:
    def talk(requestor: Requestor) -> object:
        requestor.send(*parts)
        return answer(requestor)

    return talk


OTHER_APPLICATION = Proposal(application_context="1.2.3")
NO_CONTEXT = Proposal(contexts=[(1, WORKLIST, [IMPLICIT])])
ABORT_REASON = differs("the reason of an abort is told", "lines")
WARNING_ORDER = differs("a file that exists is told when the data set is there: nothing looks for it before", "lines")
CUT_DATA_SET = differs("a data set that ends too early is not stored but answered C000", "seen", "lines", "files")
CUT_FRAGMENT = differs("a last fragment of odd length is stored as it came", "seen", "lines", "files")

ALL = "ct1.dcm ct2.dcm ct3.dcm ct4.dcm mr.dcm sc.dcm rle.dcm jpeg.dcm"
UNDEFINED_LENGTHS = DATA_SET + Builder().sequence(
    0x00400275, Builder().item(Builder().element(0x00400007, "LO", "x"), is_defined=False), is_defined=False
)
GROUP_LENGTHS = Builder().element(0x00080000, "UL", 12) + DATA_SET
NO_SERIES_DATE = DATA_SET.replace(Builder().element(SERIES_DATE, "DA", "20240103"), b"")
BAD_SERIES_DATE = DATA_SET.replace(b"20240103", b"20241303")

CASES = [
    # naming and modes
    Case(f"{PROFILE} -v {TO}", dcmsend("ct1.dcm")),
    Case(f"{PROFILE} -v {TO}", dcmsend(ALL), "all"),
    Case(f"{PROFILE} {TO}", dcmsend(ALL), "quietly"),
    Case(f"{PROFILE} -v +B {TO}", dcmsend(ALL)),
    Case(f"{PROFILE} -v --ignore {TO}", dcmsend(ALL)),
    Case(f"{PROFILE} -v +B --ignore -B {TO}", dcmsend("ct1.dcm")),
    Case(f"{PROFILE} -v +fu {TO}", dcmsend("ct1.dcm mr.dcm")),
    Case(f"{PROFILE} -v +fsu {TO}", dcmsend("ct1.dcm mr.dcm")),
    Case(f"{PROFILE} -v +fst {TO}", dcmsend("ct1.dcm mr.dcm")),
    Case(f"{PROFILE} -v +fu +fd {TO}", dcmsend("ct1.dcm")),
    Case(f"{PROFILE} -v -fe .dcm {TO}", dcmsend("ct1.dcm")),
    Case(f"{PROFILE} -v +B +fst -fe .x {TO}", dcmsend("ct1.dcm")),
    Case(f"{PROFILE} -v +ssd {TO}", dcmsend("ct1.dcm mr.dcm")),
    Case(f"{PROFILE} -v +ssd +fst -fe .dcm {TO}", dcmsend("ct1.dcm")),
    Case(f"{PROFILE} -v +ssd {TO}", raw(storing(UID, NO_SERIES_DATE)), "no-series-date"),
    Case(f"{PROFILE} -v +ssd {TO}", raw(storing(UID, BAD_SERIES_DATE)), "bad-series-date"),
    Case(f"{PROFILE} -v +ssd -s {TO}", dcmsend("ct1.dcm")),
    Case(f"{PROFILE} -v {TO}", dcmsend("ct1.dcm ct1.dcm"), "twice"),
    Case(f"{PROFILE} -v +B {TO}", dcmsend("ct1.dcm ct1.dcm"), "twice", **WARNING_ORDER),
    Case(f"{PROFILE} {TO}", dcmsend("ct1.dcm ct1.dcm"), "twice-quietly"),
    Case(f"{PROFILE} -v {TO}", raw(storing(UID, UNDEFINED_LENGTHS)), "undefined-lengths"),
    Case(f"{PROFILE} -v +B {TO}", raw(storing(UID, UNDEFINED_LENGTHS)), "undefined-lengths"),
    Case(f"{PROFILE} -v {TO}", raw(storing(UID, GROUP_LENGTHS)), "group-lengths"),
    # negotiation
    Case(f"{PROFILE} -v {TO}", dcmsend("private.dcm new.dcm ct1.dcm"), "refused-classes"),
    Case(f"{PROFILE} -v {TO}", dcmsend("private.dcm"), "nothing-acceptable"),
    Case(f"-xf {resources_folder() / 'storescp.cfg'} alldicom -v {TO}", dcmsend("ct1.dcm")),
    Case(f"{PROFILE} -v -aet ME {TO}", dcmsend("-aec", "YOU", "ct1.dcm")),
    Case(f"{PROFILE} -v -aet ME -uca {TO}", dcmsend("-aet", "SENDER", "ct1.dcm")),
    Case(f"{PROFILE} -v -dhl {TO}", dcmsend("ct1.dcm")),
    Case(f"{PROFILE} -v -pdu 4096 {TO}", dcmsend("ct1.dcm")),
    Case(f"{PROFILE} -v +v {TO}", dcmsend("ct1.dcm")),
    Case(f"-v {TO}", dcmsend("ct1.dcm"), "without-profile"),
    Case(TO, dcmsend("ct1.dcm"), "without-profile-quietly"),
    Case(f"{PROFILE} -v {TO}", raw(lambda _: None, NO_CONTEXT), "no-context"),
    Case(f"{PROFILE} -v {TO}", raw(lambda _: None, OTHER_APPLICATION), "application-context"),
    Case(f"{PROFILE} -v {TO}", raw(lambda _: None, Proposal(implementation_class_uid=None)), "no-implementation"),
    # messages
    Case(f"{PROFILE} -v {TO}", raw(lambda requestor: requestor.echo()), "echo"),
    Case(f"{PROFILE} -v {TO}", raw(sending(data_pdu(3, 3, find_command()))), "find", **ABORT_REASON),
    Case(
        f"{PROFILE} -v {TO}", raw(sending(data_pdu(5, 3, store_command(UID)))), "context-never-proposed", **ABORT_REASON
    ),
    Case(f"{PROFILE} -v {TO}", raw(storing(UID, DATA_SET, data_set_type=0x0101)), "no-data-set", **ABORT_REASON),
    Case(f"{PROFILE} -v {TO}", raw(storing("", DATA_SET)), "no-instance-uid", **ABORT_REASON),
    Case(f"{PROFILE} -v {TO}", raw(storing(UID, DATA_SET, sop_class=VERIFICATION)), "other-class"),
    Case(f"{PROFILE} -v {TO}", raw(storing("9.9.9", DATA_SET)), "other-instance"),
    Case(f"{PROFILE} -v {TO}", raw(storing(UID, DATA_SET[:-2])), "cut", **CUT_DATA_SET),
    Case(f"{PROFILE} -v +B {TO}", raw(storing(UID, DATA_SET[:-3])), "odd", **CUT_FRAGMENT),
    Case(f"{PROFILE} -v {TO}", raw(storing(UID, b"")), "empty"),
    Case(f"{PROFILE} -v +B {TO}", raw(storing(UID, b"")), "empty"),
    Case(f"{PROFILE} -v +B {TO}", raw(storing(UID, DATA_SET[:-2])), "cut"),
    Case(f"{PROFILE} -v {TO}", raw(sending(pdu(7, bytes(4)))), "abort"),
    Case(f"{PROFILE} -v -td 1 {TO}", raw(answer), "idle", **ABORT_REASON),
    # starting
    *(
        Case(line)
        for line in (
            "-od {inputs}/ct1.dcm 104",
            "-od none -xf none.cfg Default 104",
            "-od none 104",
            "-xf none.cfg Default 104",
            f"-xf {resources_folder() / 'storescp.cfg'} none 104",
            "-xf {inputs}/text.txt Default 104",
            "{taken}",
            "-v {taken}",
        )
    ),
]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("receiving") / "inputs"
    folder.mkdir()
    write_inputs(folder)
    return folder


def name_of(case: Case) -> str:
    line = case.line.replace(PROFILE, "PROFILE").replace(str(resources_folder()), "RESOURCES").replace(TO, "TO")
    return f"{line} {case.name}".strip()


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_program_behaves_as_that_of_dcmtk(case: Case, inputs: Path, tmp_path: Path) -> None:
    (tmp_path / "inputs").symlink_to(inputs)
    theirs_program, our_program = programs("dcmrecv")
    for name in ("theirs", "ours"):
        (tmp_path / name).mkdir()
    arguments = case.line.split()
    theirs = receive(theirs_program, arguments, tmp_path / "theirs", case.script)
    ours = receive(our_program, arguments, tmp_path / "ours", case.script, line_count=count_shared(theirs.lines))
    assert bool(case.difference) == bool(case.tolerated)
    assert not differing_receptions(theirs, ours, tolerated=case.tolerated)

"""Command lines through DCMTK's dcmrecv and ours: the bytes answered on the wire, what is stored, what is refused.

Those with the lines of a log are in test_dcmrecv_differential.py.
"""

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.helpers.data.comparison import differences
from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, EXPLICIT, IMPLICIT, Builder
from tests.helpers.dcmtk.commands import dcmtks, ours, running
from tests.helpers.dcmtk.delivery import wait_for_port
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.requestors import Answer, Proposal, Requestor, connected, pdu, read_answer

pytestmark = pytest.mark.dcmtk

VERIFICATION, MR_IMAGE, PRIVATE = "1.2.840.10008.1.1", "1.2.840.10008.5.1.4.1.1.4", "1.2.276.999.1"
PROFILES = """
[[TransferSyntaxes]]
[Uncompressed]
TransferSyntax1 = LocalEndianExplicit
TransferSyntax2 = OppositeEndianExplicit
TransferSyntax3 = LittleEndianImplicit
[ImplicitOnly]
TransferSyntax1 = LittleEndianImplicit
[[PresentationContexts]]
[Usual]
PresentationContext1 = VerificationSOPClass\\Uncompressed
PresentationContext2 = CTImageStorage\\Uncompressed
PresentationContext3 = MRImageStorage\\ImplicitOnly
[Twice]
PresentationContext1 = CTImageStorage\\Uncompressed
PresentationContext2 = CTImageStorage\\ImplicitOnly
[[Profiles]]
[Usual]
PresentationContexts = Usual
[Twice]
PresentationContexts = Twice
"""
Talk = Callable[[Requestor], list[object]]


def data_set(uid: str = "1.2.3.4", transfer_syntax_uid: str = EXPLICIT, *, series_date: bytes = b"") -> bytes:
    builder = Builder(transfer_syntax_uid)
    body = builder.instance(sop_instance_uid=uid)
    return body.replace(b"20240103", series_date) if series_date else body


def accepted(answer: Answer) -> dict[int, tuple[int, str]]:
    """Results, and transfer syntaxes where they mean something (PS3.8 9.3.3.2)."""
    return {number: (result, "" if result else uid) for number, (result, uid) in answer.results.items()}


def storing(*bodies: tuple[str, bytes], proposal: Proposal | None = None) -> Talk:
    def talk(requestor: Requestor) -> list[object]:
        answer = requestor.associate(proposal)
        seen: list[object] = [accepted(answer), answer.raw[4:36], answer.max_pdu_bytes]
        for number, (uid, body) in enumerate(bodies, 1):
            seen.append(requestor.store(uid, [body[:100], body[100:]], number))
        requestor.release()
        return seen

    return talk


def proposing(*contexts: tuple[int, str, Sequence[str]], **changes: object) -> Talk:
    proposal = Proposal(contexts=contexts or Proposal().contexts, **changes)  # type: ignore[arg-type] # names are checked

    def talk(requestor: Requestor) -> list[object]:
        requestor.send(proposal.encode())
        number, body = requestor.read_pdu()
        if number != 2:
            return [number, body]
        return [number, body[4:36], accepted(read_answer(body))]

    return talk


def echoing(requestor: Requestor) -> list[object]:
    answer = requestor.associate()
    seen: list[object] = [accepted(answer), requestor.echo(), requestor.echo()]
    requestor.release()
    return seen


def vanishing(requestor: Requestor) -> list[object]:
    requestor.associate()
    requestor.socket.close()
    return []


def aborting(requestor: Requestor) -> list[object]:
    requestor.associate()
    seen: list[object] = [requestor.store("1.2.3.4", [data_set()])]
    requestor.send(pdu(7, bytes(4)))
    requestor.socket.close()
    return seen


@dataclass(frozen=True)
class Case:
    """One command line, and what a peer then does."""

    words: str
    talk: Talk = field(default_factory=lambda: storing(("1.2.3.4", data_set())))
    is_same_name: bool = True
    """Whether files have the same names: not where a part of the name is random or a time."""


TWO = (("1.2.3.4", data_set()), ("1.2.3.5", data_set("1.2.3.5")))
IMPLICIT_CT = Proposal(contexts=((1, CT_IMAGE, (IMPLICIT,)),))
BIG_CT = Proposal(contexts=((1, CT_IMAGE, (BIG_ENDIAN,)),))
CASES = [
    Case(""),
    Case("", echoing),
    Case("", proposing((1, VERIFICATION, (EXPLICIT,)))),
    Case("", proposing((1, VERIFICATION, (EXPLICIT, IMPLICIT)), (3, CT_IMAGE, (IMPLICIT,)))),
    Case("-xf profiles.cfg Usual", storing(("1.2.3.4", data_set("1.2.3.4", IMPLICIT)), proposal=IMPLICIT_CT)),
    Case("-xf profiles.cfg Usual", storing(("1.2.3.4", data_set("1.2.3.4", BIG_ENDIAN)), proposal=BIG_CT)),
    Case("-xf profiles.cfg Usual", vanishing),
    Case("-xf profiles.cfg Usual", aborting),
    Case("-xf profiles.cfg usual"),
    Case("-xf profiles.cfg Usual", proposing((1, MR_IMAGE, (EXPLICIT,)))),
    Case("-xf profiles.cfg Usual", proposing((1, MR_IMAGE, (EXPLICIT, IMPLICIT)))),
    Case("-xf profiles.cfg Usual", proposing((1, PRIVATE, (EXPLICIT,)))),
    Case("-xf profiles.cfg Usual", proposing((1, PRIVATE, (EXPLICIT,)), (3, CT_IMAGE, (IMPLICIT, EXPLICIT)))),
    Case("-xf profiles.cfg Usual", proposing((1, CT_IMAGE, ("1.2.840.10008.1.2.4.90", BIG_ENDIAN, IMPLICIT)))),
    Case("-xf profiles.cfg Usual", proposing((1, CT_IMAGE, (EXPLICIT,)), (5, CT_IMAGE, (IMPLICIT,)))),
    Case("-xf profiles.cfg Usual", proposing(called=b"SOMEBODY")),
    Case("-xf profiles.cfg Usual -od ''", storing(*TWO)),
    Case("-xf profiles.cfg Usual +ssd", storing(("1.2.3.4", data_set(series_date=b"2024ABCD")))),
    Case("-xf profiles.cfg Usual +fu", storing(TWO[0], TWO[0]), is_same_name=False),
    Case("-xf profiles.cfg Usual +fsu -fe .x", storing(TWO[0], TWO[0]), is_same_name=False),
    Case("-xf profiles.cfg Usual -pdu 131072", storing(*TWO)),
    Case("-xf profiles.cfg Usual -dhl -ta 5 -td 5", storing(*TWO)),
]


def make_folder(folder: Path) -> Path:
    folder.mkdir()
    (folder / "profiles.cfg").write_text(PROFILES)
    return folder


@dataclass
class Seen:
    """What a peer saw, and what was stored."""

    answers: list[object]
    files: dict[str, bytes]


def try_out(case: Case, command: Sequence[str], folder: Path) -> Seen:
    make_folder(folder)
    port = free_port()
    with running(command, *shlex.split(case.words), str(port), folder=folder) as process:
        wait_for_port(port, process)  # type: ignore[arg-type] # whether it reads text or bytes does not matter there
        try:
            with connected(port) as requestor:
                answers = case.talk(requestor)
        except AssertionError as error:
            answers = ["refused", re.sub(r"^.*?assert ", "", str(error).splitlines()[0])]
        with connected(port) as requestor:
            requestor.send(Proposal(contexts=((1, VERIFICATION, (IMPLICIT,)),)).encode())
            answers.append(requestor.read_pdu()[0])
    stored = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "profiles.cfg"
    }
    return Seen(answers=answers, files=stored)


def shape(name: str) -> str:
    """The name of a file without what is random in it."""
    name = re.sub(r"X\.[0-9.]+?(?=\.x|$)", "X.UID", name)
    return re.sub(r"[0-9a-f]{16}|\d{14}\.\d{6}", "#", name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.words)
def test_our_dcmrecv_does_what_dcmtks_does(case: Case, tmp_path: Path) -> None:
    theirs = try_out(case, dcmtks("dcmrecv"), tmp_path / "theirs")
    own = try_out(case, ours("dcmrecv"), tmp_path / "own")
    assert own.answers == theirs.answers
    if case.is_same_name:
        assert list(own.files) == list(theirs.files)
    else:
        assert sorted(map(shape, own.files)) == sorted(map(shape, theirs.files))
    for mine, other in zip(own.files.values(), theirs.files.values(), strict=True):
        assert differences(mine, other) == []

"""Command lines of dcmqrscp through DCMTK's program and ours: what is refused, what is negotiated, what is answered."""

import contextlib
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dicomdesk.network.dimse.command_sets import read_command_set
from tests.helpers.data.comparison import differences
from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, EXPLICIT, IMPLICIT, Builder
from tests.helpers.dcmtk.commands import dcmtks, ours, run, running
from tests.helpers.dcmtk.delivery import wait_for_port
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.requestors import (
    APPLICATION_CONTEXT,
    Proposal,
    connected,
    data_pdu,
    read_answer,
    store_command,
)

pytestmark = pytest.mark.dcmtk

VERIFICATION = "1.2.840.10008.1.1"
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
WORKLIST = "1.2.840.10008.5.1.4.31"
SHUTDOWN = "1.2.276.0.7230010.3.4.1915765545.18030.917282194.0"
LOSSLESS, JPEG, RLE, DEFLATED = (
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.5",
    f"{EXPLICIT}.99",
)
MODELS = [f"1.2.840.10008.5.1.4.1.2.{model}.{service}" for model in (1, 2, 3) for service in (1, 2, 3)]
PLAIN = (EXPLICIT, BIG_ENDIAN, IMPLICIT)
PROFILES = """
[[TransferSyntaxes]]
[Uncompressed]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = LittleEndianImplicit
[ImplicitOnly]
TransferSyntax1 = LittleEndianImplicit
[[PresentationContexts]]
[Usual]
PresentationContext1 = CTImageStorage\\Uncompressed
PresentationContext2 = MRImageStorage\\ImplicitOnly
[Verifying]
PresentationContext1 = VerificationSOPClass\\ImplicitOnly
PresentationContext2 = FINDStudyRootQueryRetrieveInformationModel\\ImplicitOnly
PresentationContext3 = MRImageStorage\\Uncompressed
[Twice]
PresentationContext1 = CTImageStorage\\Uncompressed
PresentationContext2 = CTImageStorage\\ImplicitOnly
[[Profiles]]
[Usual]
PresentationContexts = Usual
[Verifying]
PresentationContexts = Verifying
[Twice]
PresentationContexts = Twice
"""

WRONG = [
    *("--help me", "-nosuch", "--", "+v", "-ZX", "-c", "-xf", "-xf a b", "+p 4", "+cl", "@nofile.txt"),
    *("0", "70000", "-5", "abc", "''", "a b", "1 2", "104 -to 0"),
    *("-ll foo", "-q -ll info", "-v -ll info", "-lc nofile", "-lc nofile -ll info"),
    *(
        "-to 0",
        "-ta 0",
        "-td 0",
        "-to -5",
        "-to abc",
        "-ta x",
        "-td ''",
        "-pdu 1",
        "-pdu 4095",
        "-pdu 131073",
        "-pdu x",
    ),
    *("-QP -QS -QO", "-QO -QP -QS -to 0", "-q -QP -QS -QO", "0 -QP -QS -QO"),
    *("+te +B", "+tb +B", "+ti +B", "+td +B", "+t= +te +B", "+g= +B", "+g +B", "-g +B", "+e +B", "-e +B"),
    *("-g +g +B", "+g +g= +B", "-e +e +B", "+p 2 2 +B", "-F +p 2 2", "+p 2 2 -F +B", "-p +p 1 1 +B"),
    *("+p a 1", "+p 1 a", "+p -1 0", "+p 0 -1", "+p '' 1", "+p a 1 +B"),
    *("+te +xs", "+tb +xy", "+ti +xx", "+td +xv", "+te +xw", "+te +xt", "+te +xu", "+te +xm", "+te +xh", "+te +xn"),
    *("+te +xl", "+te +x2", "+te +x3", "+te +xo", "+te +x4", "+te +x5", "+te +xr", "+te +tb +xs", "+te +xi +xs"),
    *("+te +B +xs", "+cl 11", "+cl -1", "+cl a", "+cl 5 +te", "+cl 11 +te", "+cl 5 +t= +te", "+cl 5 +te +xd"),
    *("+cl 5 +te -xd -xs", "-xf nofile a b", "-xf '' a b", "-xf nofile a b +xs", "-xf nofile a b -xs"),
    *("-xf nofile a b +xv +xs", "-xf nofile a b -xs -xv", "-xf nofile a b -xv +xs", "-xf nofile a b +xi"),
    *("-xf nofile a b -xi", "-xf nofile a b +x=", "-xf nofile a b -x= -pdu 1", "-xf nofile a b +te +B"),
    *("-xf profiles.cfg No Usual", "-xf profiles.cfg Usual No", "-xf profiles.cfg Twice Usual"),
    *("-xf profiles.cfg 'twi ce' No", "-xf profiles.cfg '' Usual", "-xf archive.cfg a b"),
]
"""Each of these ends at once, and says why."""

RIGHT = [
    *("", "-s", "--fork -s", "--require-find --no-parallel-store --disable-get --allow-shutdown", "-XF -XM"),
    *("--no-check-find --no-check-move --move-unrestricted", "-ZA", "-ZH", "-ZV -ZA", "-QP -QS", "-x= -xi +x= +xi"),
    *("+te +t= +B", "+te +B -B", "+te +xd", "+te +xi", "+te +xs +xi", "+B -F", "-F +B", "-p", "+p 1 1 -p +B"),
    *("+p 0 0", "+u +B", "+cl 5", "+cl 0 -xd +te", "+cl 9 +td", "-Cr +U8", "+Cr +A7", "+C ISO_IR\\ 101", "-up -dhl"),
    *("-ac +ac", "--refuse --reject --ignore", "-to 5x -pdu 4096", "+F +u +e", "-xf profiles.cfg Usual Twice"),
    *("-xf profiles.cfg u_sual usual", "-xf profiles.cfg USU\\ AL usual", "-v -q -d", "-q"),
]
"""With each of these the archive gets as far as its configuration file, which is not there."""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "profiles.cfg").write_text(PROFILES)
    (folder / "archive.cfg").write_text("MaxAssociations = 3\n")
    return folder


@pytest.mark.parametrize("words", [*WRONG, *RIGHT])
def test_our_dcmqrscp_refuses_what_dcmtks_refuses(words: str, inputs: Path) -> None:
    split = (
        [*shlex.split(words), "-c", "nofile.cfg"] if words not in ("-c", "-xf", "-xf a b", "+p 4", "+cl") else [words]
    )
    if words in ("-xf a b", "+p 4"):
        split = shlex.split(words)
    theirs, own = (run(command, *split, folder=inputs) for command in (dcmtks("dcmqrscp"), ours("dcmqrscp")))
    assert own.code == theirs.code
    assert own.error == theirs.error
    fatal = [line for line in theirs.err.splitlines() if line.startswith("F: ")]
    assert [line for line in own.told.splitlines() if line.startswith("F: ")] == fatal
    assert bool(own.out) == bool(theirs.out)


BROKEN = [
    "Foo = 1\n",
    "MaxPDUSize=16384\n",
    "HostTable FOO\n",
    "AETable BEGIN\nA x RW (9, 1mb) hx\nAETable END\n",
    "HostTable BEGIN\na = (A, localhost, 1)\nHostTable END\nAETable BEGIN\nA x RW (9, 1mb) b\nAETable END\n",
    "AETable END\n",
    "AETable BEGIN\nA x RW (9, 1mb) ANY\n",
    "AETable BEGIN\nA x RW (0, 1mb) ANY\nAETable END\n",
    "AETable BEGIN\nA x RW\nAETable END\n",
]


@pytest.mark.parametrize("text", BROKEN)
def test_broken_configurations_are_refused_with_dcmtks_words_where_it_has_some(text: str, tmp_path: Path) -> None:
    (tmp_path / "broken.cfg").write_text(text)
    words = ("-c", "broken.cfg", str(free_port()))
    theirs, own = (run(command, *words, folder=tmp_path) for command in (dcmtks("dcmqrscp"), ours("dcmqrscp")))
    assert own.code == theirs.code == 10
    assert own.told.splitlines()[-2:] == theirs.err.splitlines()[-2:]
    told = [line.removesuffix("!") for line in theirs.err.splitlines()[:-2]]
    mine = own.told.splitlines()[:-2]
    assert mine, "each mistake is named"
    assert all("line " in line for line in mine)
    for line in told:
        words_of_it = line.removeprefix("CONFIG Error: ").partition(" in configuration file")[0]
        assert any(words_of_it in each for each in mine), (line, mine)


ACCOUNTS = ["UserName = no_such_user_here\n", "GroupName = no_such_group_here\n", "MaxPDUSize = 100\n"]


@pytest.mark.parametrize("text", ACCOUNTS)
def test_what_cannot_be_had_ends_the_start(text: str, tmp_path: Path) -> None:
    (tmp_path / "area").mkdir()
    (tmp_path / "a.cfg").write_text(text + f"AETable BEGIN\nA {tmp_path}/area RW (9, 1mb) ANY\nAETable END\n")
    words = ("-c", "a.cfg", str(free_port()))
    theirs, own = (run(command, *words, folder=tmp_path) for command in (dcmtks("dcmqrscp"), ours("dcmqrscp")))
    assert own.code == theirs.code == 10
    if "MaxPDUSize" not in text:  # ours is told with its line
        assert own.told == theirs.err


def test_an_empty_name_is_no_configuration(tmp_path: Path) -> None:
    theirs, own = (run(command, "-c", "", folder=tmp_path) for command in (dcmtks("dcmqrscp"), ours("dcmqrscp")))
    assert (own.code, own.told) == (theirs.code, theirs.err)


def test_a_port_that_is_taken_is_told_alike(tmp_path: Path) -> None:
    (tmp_path / "area").mkdir()
    (tmp_path / "a.cfg").write_text(f"AETable BEGIN\nA {tmp_path}/area RW (9, 1mb) ANY\nAETable END\n")
    port = free_port()
    with running(dcmtks("dcmqrscp"), "-c", "a.cfg", str(port), folder=tmp_path) as process:
        wait_for_port(port, process)  # type: ignore[arg-type] # text or bytes does not matter there
        words = ("-c", "a.cfg", str(port))
        theirs, own = (run(command, *words, folder=tmp_path) for command in (dcmtks("dcmqrscp"), ours("dcmqrscp")))
    assert (own.code, own.told) == (theirs.code, theirs.err)
    assert own.code == 10


# -- negotiation

CONFIGURATION = """
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
known = (KNOWN, localhost, 11113), (NEAR, 127.0.0.1, 11113)
HostTable END
AETable BEGIN
COMMON  FOLDER/common RW (200, 100mb) ANY
READ    FOLDER/read R (200, 100mb) ANY
WRITE   FOLDER/write W (200, 100mb) ANY
ODD     FOLDER/odd rw (200, 100mb) ANY
CLOSED  FOLDER/closed RW (200, 100mb) known
AETable END
"""

WIDE = tuple(
    (2 * number + 1, abstract_syntax, transfer_syntaxes)
    for number, (abstract_syntax, transfer_syntaxes) in enumerate(
        [
            (CT_IMAGE, PLAIN),
            (CT_IMAGE, (IMPLICIT,)),
            (CT_IMAGE, (BIG_ENDIAN, IMPLICIT)),
            (CT_IMAGE, (IMPLICIT, LOSSLESS, EXPLICIT)),
            (CT_IMAGE, (LOSSLESS,)),
            (CT_IMAGE, (JPEG, RLE, DEFLATED)),
            (MR_IMAGE, (IMPLICIT, RLE, DEFLATED, JPEG, LOSSLESS)),
            (MR_IMAGE, PLAIN),
            (VERIFICATION, (IMPLICIT, EXPLICIT)),
            (VERIFICATION, (LOSSLESS, DEFLATED)),
            *((uid, (IMPLICIT, BIG_ENDIAN, EXPLICIT, DEFLATED)) for uid in MODELS),
            (WORKLIST, PLAIN),
            ("1.2.276.999.1", PLAIN),
        ]
    )
)
ROLES = ((CT_IMAGE, 0, 1), (MR_IMAGE, 1, 1))
MOVES = tuple((2 * number + 1, uid, PLAIN) for number, uid in enumerate((MODELS[1], MODELS[4], MODELS[3], MODELS[8])))


def proposals() -> list[Proposal]:
    """What every archive is asked."""
    return [
        Proposal(contexts=WIDE, called=b"COMMON"),
        Proposal(contexts=WIDE, called=b"COMMON", roles=ROLES),
        Proposal(contexts=WIDE, called=b"READ", roles=ROLES),
        Proposal(contexts=WIDE, called=b"READ", roles=((CT_IMAGE, 1, 0), (MR_IMAGE, 0, 1))),
        Proposal(contexts=WIDE, called=b"WRITE"),
        Proposal(contexts=WIDE, called=b"ODD"),
        Proposal(contexts=MOVES, called=b"COMMON"),
        Proposal(contexts=WIDE, called=b"NOBODY"),
        Proposal(contexts=WIDE, called=b"common"),
        Proposal(contexts=WIDE, called=b"CLOSED", calling=b"KNOWN"),
        Proposal(contexts=WIDE, called=b"CLOSED", calling=b"known"),
        Proposal(contexts=WIDE, called=b"COMMON", implementation_class_uid=None),
        Proposal(contexts=WIDE, called=b"COMMON", application_context="1.2.3"),
        Proposal(contexts=((1, WORKLIST, PLAIN),), called=b"COMMON"),
    ]


NEGOTIATING = [
    *("", "-QP", "-QS", "-QO", "-QP -QO", "--disable-get", "--require-find", "--require-find -QS"),
    *("+xe", "+xb", "+xi", "+xs", "+xy", "+xr", "+xd", "+xv", "+xm", "--refuse", "--reject", "-dhl", "-s"),
    *("-xf profiles.cfg Usual Usual", "-xf profiles.cfg Verifying Usual", "-XF -XM", "+B"),
]


@contextmanager
def archive(command: Sequence[str], words: str, folder: Path) -> Iterator[int]:
    """An archive with fresh areas; its port."""
    for name in ("common", "read", "write", "odd", "closed"):
        (folder / name).mkdir(parents=True)
    (folder / "profiles.cfg").write_text(PROFILES)
    (folder / "a.cfg").write_text(CONFIGURATION.replace("FOLDER", str(folder)))
    port = free_port()
    with running(command, "-c", "a.cfg", *shlex.split(words), str(port), folder=folder) as process:
        wait_for_port(port, process)  # type: ignore[arg-type] # text or bytes does not matter there
        yield port


def negotiate(port: int, proposal: Proposal) -> object:
    """Results and roles, or the numbers of a rejection."""
    with connected(port) as requestor:
        requestor.send(proposal.encode())
        number, body = requestor.read_pdu()
        if number != 2:
            return number, body
        answer = read_answer(body)
        requestor.release()
    accepted = {each: (result, "" if result else uid) for each, (result, uid) in answer.results.items()}
    return accepted, answer.roles, answer.max_pdu_bytes


def comparable(seen: object) -> object:
    """Without what does not matter: which of two reasons a refusal has, and roles of classes that are refused.

    DCMTK's archive refuses a storage context with "abstract syntax not supported" where the transfer syntaxes are not,
    ours with "transfer syntaxes not supported", or "user rejection" where the peer may not store.
    """
    if not (isinstance(seen, tuple) and isinstance(seen[0], dict)):
        return seen
    results, roles, max_pdu_bytes = seen
    known = {number: uid for number, uid, _ in WIDE}
    accepted = {known.get(number) for number, (result, _) in results.items() if result == 0}
    hopeless = {
        number for number, _, syntaxes in WIDE if not set(syntaxes) & set(PLAIN) and results.get(number, (0,))[0]
    }
    shown = {number: ("refused" if number in hopeless else result) for number, result in results.items()}
    return shown, {uid: role for uid, role in roles.items() if uid in accepted}, max_pdu_bytes


@pytest.mark.parametrize("words", NEGOTIATING)
def test_contexts_are_accepted_as_by_dcmtk(words: str, tmp_path: Path) -> None:
    asked = proposals()
    with archive(dcmtks("dcmqrscp"), words if words != "-s" else "", tmp_path / "theirs") as port:
        theirs = [negotiate(port, proposal) for proposal in asked]
    with archive(ours("dcmqrscp"), words, tmp_path / "ours") as port:
        own = [negotiate(port, proposal) for proposal in asked]
    for proposal, mine, other in zip(asked, own, theirs, strict=True):
        if words == "--refuse" and proposal.application_context != APPLICATION_CONTEXT:
            continue  # rejected by both: ours looks at the application context first
        if words == "-dhl" and proposal.called == b"CLOSED":
            continue  # ours looks up the names of the configuration instead of those of peers
        assert comparable(mine) == comparable(other), (proposal.called, proposal.calling)


# -- storing

STORING = ((1, CT_IMAGE, (EXPLICIT,)), (3, MR_IMAGE, (EXPLICIT,)), (5, VERIFICATION, (IMPLICIT,)))


def data_set(uid: str = "1.2.3.4", sop_class: str = CT_IMAGE, *, study: str | None = "1.2.3") -> bytes:
    """A data set; without a study where that is None."""
    found = Builder(EXPLICIT).instance(sop_class_uid=sop_class, sop_instance_uid=uid)
    encoded = b"\x20\x00\x0d\x00UI\x06\x001.2.3\x00"
    assert encoded in found
    if study is None:
        return found.replace(encoded, b"")
    text = study.encode() + b"\0" * (len(study) % 2)
    return found.replace(encoded, b"\x20\x00\x0d\x00UI" + bytes((len(text), 0)) + text)


@dataclass(frozen=True, kw_only=True)
class Store:
    """One C-STORE: what the command says, and what comes with it."""

    uid: str = "1.2.3.4"
    sop_class: str = CT_IMAGE
    context_id: int = 1
    body: bytes = field(default_factory=data_set)


STORES = {
    "as it should be": (Store(),),
    "twice": (Store(), Store()),
    "another class in the data set": (Store(sop_class=MR_IMAGE, context_id=3),),
    "another class in command and data set": (Store(context_id=3),),
    "another class in the command": (Store(sop_class=MR_IMAGE),),
    "another instance in the data set": (Store(uid="1.2.3.5"),),
    "an unknown class in the command": (Store(sop_class="1.2.3.4.5"),),
    "an unknown class in both": (Store(sop_class="1.2.3.4.5", body=data_set(sop_class="1.2.3.4.5")),),
    "an unknown context": (Store(context_id=77),),
    "an empty instance UID": (Store(uid=""),),
    "two instances": (Store(), Store(uid="1.2.3.6", body=data_set("1.2.3.6"))),
    "the same instance in another study": (Store(), Store(body=data_set(study="1.2.99"))),
}


def storing(port: int, stores: Sequence[Store], called: bytes) -> list[object]:
    """Statuses, or how the association ended."""
    seen: list[object] = []
    with connected(port) as requestor:
        requestor.associate(Proposal(contexts=STORING, called=called))
        for number, store in enumerate(stores, 1):
            command = store_command(store.uid, number, sop_class=store.sop_class)
            requestor.send(data_pdu(store.context_id, 3, command))
            with contextlib.suppress(OSError):
                requestor.send(data_pdu(store.context_id, 2, store.body))
            try:
                kind, body = requestor.read_pdu()
            except OSError:
                kind, body = 0, b""
            if kind != 4:
                return [*seen, "aborted"]
            seen.append(read_command_set(body[6:]).number(0x0900))
        requestor.release()
    return seen


@pytest.mark.parametrize("words", ["", "+B", "--ignore"])
def test_stores_are_answered_as_by_dcmtk(words: str, tmp_path: Path) -> None:
    with archive(dcmtks("dcmqrscp"), words, tmp_path / "theirs") as port:
        theirs = {name: storing(port, stores, b"COMMON") for name, stores in STORES.items()}
    with archive(ours("dcmqrscp"), words, tmp_path / "ours") as port:
        own = {name: storing(port, stores, b"COMMON") for name, stores in STORES.items()}
    if words == "+B":  # theirs cannot say what is wrong, for it has not looked
        theirs |= {"an unknown class in the command": [0xA900], "an unknown class in both": [0x0122]}
    if words != "--ignore":  # it is kept with a warning, for who asks for the first study will not find it there
        theirs |= {"the same instance in another study": [0, 0xB000]}
    assert own == theirs


@pytest.mark.parametrize("words", ["", "+B"])
def test_a_truncated_data_set_ends_the_association(words: str, tmp_path: Path) -> None:
    store = Store(body=data_set()[:-1])  # in a value: what is too short for a header is stored, as dcmrecv does it
    with archive(dcmtks("dcmqrscp"), words, tmp_path / "theirs") as port:
        assert storing(port, [store], b"COMMON") == ["aborted"]
    with archive(ours("dcmqrscp"), words, tmp_path / "ours") as port, connected(port) as requestor:
        requestor.associate(Proposal(contexts=STORING, called=b"COMMON"))
        assert requestor.store(store.uid, [store.body]) == 0xC000
        requestor.read_abort()


def test_peers_are_known_by_their_addresses_too(tmp_path: Path) -> None:
    proposal = Proposal(contexts=WIDE, called=b"CLOSED", calling=b"NEAR")
    with archive(dcmtks("dcmqrscp"), "-dhl", tmp_path / "theirs") as port:
        theirs = negotiate(port, proposal)
    for number, words in enumerate(("-dhl", "")):
        with archive(ours("dcmqrscp"), words, tmp_path / f"ours{number}") as port:
            assert comparable(negotiate(port, proposal)) == comparable(theirs)


def test_what_belongs_to_no_study_is_refused_other_than_by_dcmtk(tmp_path: Path) -> None:
    store = Store(body=data_set(study=None))
    with archive(dcmtks("dcmqrscp"), "", tmp_path / "theirs") as port:
        assert storing(port, [store], b"COMMON") == [0]
    with archive(ours("dcmqrscp"), "", tmp_path / "ours") as port:
        assert storing(port, [store], b"COMMON") == [0xC000]


FORMATS = [
    *("", "+B", "-F", "+te", "+tb", "+ti", "+td", "+g", "-g", "-e", "-u", "+p 512 0", "+p 100 20", "+td +cl 9"),
    *("+te -F", "+B -F"),
]


@pytest.mark.parametrize("words", FORMATS)
def test_files_are_written_as_by_dcmtk(words: str, tmp_path: Path) -> None:
    folders = (tmp_path / "theirs", tmp_path / "ours")
    for command, folder in zip((dcmtks("dcmqrscp"), ours("dcmqrscp")), folders, strict=True):
        with archive(command, words, folder) as port:
            assert storing(port, [Store()], b"WRITE") == [0]
    theirs, own = (next((folder / "write").rglob("*.dcm")).read_bytes() for folder in folders)
    assert differences(own, theirs) == []
    if "-F" in words:
        assert own == theirs

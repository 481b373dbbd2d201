"""Our acceptor and DCMTK's dcmrecv, with one profile file, answer the same proposals in the same way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.network.presentation.context_acceptance import policy_from_profile
from dicomdesk.network.presentation.profiles import load_profiles
from tests.helpers.dcmtk.programs import dcmtk_server
from tests.helpers.peers.receivers import Receiver, listener_settings, listening
from tests.helpers.peers.requestors import (
    ABORT,
    ASSOCIATE_AC,
    CT_IMAGE_STORAGE,
    EXPLICIT,
    IMPLICIT,
    RELEASE_RP,
    RELEASE_RQ,
    VERIFICATION,
    WORKLIST,
    Proposal,
    Requestor,
    connected,
    data_pdu,
    echo_command,
    find_command,
    item,
    pdu,
    read_answer,
    store_command,
)

MR = "1.2.840.10008.5.1.4.1.1.4"
CR = "1.2.840.10008.5.1.4.1.1.1"
US = "1.2.840.10008.5.1.4.1.1.6.1"
JPEG_2000 = "1.2.840.10008.1.2.4.91"

PROFILES = f"""
[[TransferSyntaxes]]
[Uncompressed]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = LittleEndianImplicit
[Any]
TransferSyntax1 = JPEG2000
TransferSyntax2 = LittleEndianImplicit
TransferSyntax3 = LittleEndianExplicit
[[PresentationContexts]]
[All]
PresentationContext1 = VerificationSOPClass\\Uncompressed
PresentationContext2 = {CT_IMAGE_STORAGE}\\Any
PresentationContext3 = {MR}\\Uncompressed
PresentationContext4 = {CR}\\Uncompressed
PresentationContext5 = {US}\\Uncompressed
[[SCPSCURoleSelection]]
[Roles]
Role1 = {MR}\\SCU
Role2 = {CR}\\SCP
Role3 = {US}\\BOTH
[[ExtendedNegotiation]]
[Extended]
ExtendedNegotiation1 = {CT_IMAGE_STORAGE}\\0102FF
ExtendedNegotiation2 = {MR}\\04
[[Profiles]]
[Test]
PresentationContexts = All
SCPSCURoleSelection = Roles
ExtendedNegotiation = Extended
"""

ROLES = [None, (1, 0), (0, 1), (1, 1), (0, 0)]

pytestmark = pytest.mark.dcmtk


@pytest.fixture(scope="module")
def profile_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("profiles") / "profiles.cfg"
    path.write_text(PROFILES)
    return path


@pytest.fixture(scope="module")
def dcmrecv_port(profile_file: Path) -> Iterator[int]:
    """A running dcmrecv."""
    with dcmtk_server("dcmrecv", ["-q", "--ignore", "-xf", str(profile_file), "Test"], profile_file.parent) as port:
        yield port


@pytest.fixture
def our_port(profile_file: Path) -> Iterator[int]:
    policy = policy_from_profile(load_profiles(profile_file).acceptor_profile("Test"))
    with listening(Receiver(), policy, listener_settings(max_pdu_bytes=16384)) as (port, _):
        yield port


def answer_to(port: int, proposal: Proposal) -> object:
    """What an acceptor says, as far as it should not depend on who it is."""
    with connected(port) as peer:
        peer.send(proposal.encode())
        number, body = peer.read_pdu()
        if number != ASSOCIATE_AC:
            return number, body
        answer = read_answer(body)
        peer.release()
        accepted = {key: value if value[0] == 0 else value[0] for key, value in answer.results.items()}
        return accepted, answer.roles, answer.extended, answer.max_pdu_bytes, body[4:36]


@pytest.mark.parametrize("role", ROLES, ids=["none", "SCU", "SCP", "both", "neither"])
@pytest.mark.parametrize("uid", [CT_IMAGE_STORAGE, MR, CR, US], ids=["no role", "SCU", "SCP", "BOTH"])
def test_every_cell_of_the_role_table(dcmrecv_port: int, our_port: int, uid: str, role: tuple[int, int] | None) -> None:
    roles = [] if role is None else [(uid, *role)]
    proposal = Proposal(contexts=[(1, uid, [IMPLICIT]), (3, VERIFICATION, [IMPLICIT])], roles=roles)
    assert answer_to(our_port, proposal) == answer_to(dcmrecv_port, proposal)


@pytest.mark.parametrize(
    "proposal",
    [
        pytest.param(Proposal(), id="plain"),
        pytest.param(Proposal(called=b"anybody", calling=b"X" * 16), id="unknown titles"),
        pytest.param(Proposal(implementation_class_uid=None), id="no implementation class"),
        pytest.param(Proposal(max_pdu_bytes=None), id="no maximum length"),
        pytest.param(Proposal(max_pdu_bytes=0), id="unlimited"),
        pytest.param(Proposal(application_context="1.2.3"), id="application context"),
        pytest.param(Proposal(contexts=[(1, WORKLIST, [IMPLICIT])]), id="no abstract syntax"),
        pytest.param(Proposal(contexts=[(1, VERIFICATION, [JPEG_2000])]), id="no transfer syntax"),
        pytest.param(
            Proposal(contexts=[(1, CT_IMAGE_STORAGE, [EXPLICIT, IMPLICIT, JPEG_2000])]), id="configured order decides"
        ),
        pytest.param(
            Proposal(
                contexts=[
                    (1, CT_IMAGE_STORAGE, [EXPLICIT]),
                    (7, CT_IMAGE_STORAGE, [IMPLICIT]),
                    (9, CT_IMAGE_STORAGE, ["1.2.3"]),
                    (255, WORKLIST, [IMPLICIT]),
                ]
            ),
            id="one class in several contexts",
        ),
        pytest.param(Proposal(contexts=[(1, MR, ["1.2.3"]), (3, VERIFICATION, [IMPLICIT])]), id="extended not given"),
        pytest.param(Proposal(extra_items=item(0x58, b"\1\1\0\4user\0\0")), id="user identity"),
        pytest.param(Proposal(extra_items=item(0x53, b"\0\5\0\5")), id="asynchronous operations"),
        pytest.param(Proposal(contexts=[(2 * n + 1, CT_IMAGE_STORAGE, [EXPLICIT]) for n in range(128)]), id="128"),
    ],
)
def test_proposals(dcmrecv_port: int, our_port: int, proposal: Proposal) -> None:
    assert answer_to(our_port, proposal) == answer_to(dcmrecv_port, proposal)


def ending(port: int, sent: bytes) -> object:
    """How an association ends after these bytes: release, or source and reason of the A-ABORT."""
    with connected(port) as peer:
        peer.associate(Proposal(contexts=[(1, CT_IMAGE_STORAGE, [EXPLICIT]), (3, VERIFICATION, [IMPLICIT])]))
        peer.send(sent)
        return _read_ending(peer)


def _read_ending(peer: Requestor) -> object:
    statuses = []
    while True:
        number, body = peer.read_pdu()
        if number == 4:
            statuses.append(body[6:])
        elif number == ABORT:
            return len(statuses), "abort", body[2]
        elif number == RELEASE_RP:
            return len(statuses), "released"
        else:
            return len(statuses), number


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(data_pdu(1, 3, echo_command()) + pdu(RELEASE_RQ, bytes(4)), id="echo in a storage context"),
        pytest.param(
            data_pdu(1, 3, store_command("1.2")) + data_pdu(1, 2, bytes(100)) + pdu(RELEASE_RQ, bytes(4)), id="store"
        ),
        pytest.param(
            data_pdu(1, 3, store_command("1.2", sop_class=MR)) + data_pdu(1, 2, b"") + pdu(RELEASE_RQ, bytes(4)),
            id="store of another class, empty data set",
        ),
        pytest.param(data_pdu(1, 3, find_command()), id="C-FIND"),
        pytest.param(data_pdu(1, 3, store_command("1.2", data_set_type=0x0101)), id="no data set"),
        pytest.param(data_pdu(1, 3, store_command("")), id="no instance UID"),
        pytest.param(data_pdu(1, 3, store_command("1.2")) + data_pdu(3, 2, bytes(100)), id="data in another context"),
        pytest.param(data_pdu(5, 3, store_command("1.2")), id="context not negotiated"),
    ],
)
def test_messages(dcmrecv_port: int, our_port: int, sent: bytes) -> None:
    assert ending(our_port, sent) == ending(dcmrecv_port, sent)

"""Which associations the archive takes, and which presentation contexts of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.archive.admission import Admission, preference
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area, HostRules, PeerEntry
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.dicom.query.query import Model
from dicomdesk.dicom.query.sop_classes import COMMITMENT, SHUTDOWN
from dicomdesk.network.acceptor.access_control import Refusal
from dicomdesk.network.acceptor.observers import IncomingAssociation
from dicomdesk.network.negotiation import ContextResult, ExtendedNegotiation, ProposedContext, Role
from dicomdesk.network.presentation.context_acceptance import AcceptancePolicy
from dicomdesk.network.presentation.profiles import Profile, ProfileContext

EXPLICIT, BIG, IMPLICIT, JPEG = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.4.50",
)
CT = "1.2.840.10008.5.1.4.1.1.2"
FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
VERIFICATION = "1.2.840.10008.1.1"
PEERS = (PeerEntry(ae_title="KNOWN", host="10.0.0.1", port=104),)
REJECTED = ContextResult.USER_REJECTION


def settings(*, is_writable: bool = True, access: HostRules | None = None, **changes: object) -> ArchiveSettings:
    areas = (
        Area(ae_title="OPEN", folder=Path("one"), is_writable=is_writable),
        Area(ae_title="CLOSED", folder=Path("two"), is_writable=is_writable, peers=PEERS),
    )
    configuration = ArchiveConfiguration(areas=areas, access=access or HostRules())
    return ArchiveSettings(configuration=configuration, **changes)  # type: ignore[arg-type]  # any setting


def proposed(uid: str, context_id: int = 1, role: Role | None = None) -> ProposedContext:
    return ProposedContext(context_id=context_id, abstract_syntax=uid, transfer_syntaxes=(EXPLICIT,), role=role)


def incoming(
    *contexts: ProposedContext,
    number: int = 1,
    called: str = "OPEN",
    calling: str = "KNOWN",
    address: str = "10.0.0.1",
    host: str = "",
    implementation: str = "1.2",
    extensions: tuple[ExtendedNegotiation, ...] = (),
) -> IncomingAssociation:
    return IncomingAssociation(
        association=number,
        peer_host=host or address,
        peer_port=1,
        peer_address=address,
        calling_ae_title=calling,
        called_ae_title=called,
        contexts=contexts,
        max_pdu_bytes=16384,
        implementation_class_uid=implementation,
        implementation_version="",
        user_identity=None,
        extensions=extensions,
    )


def refusal(judged: AcceptancePolicy | Refusal) -> tuple[int, int, int]:
    assert isinstance(judged, Refusal)
    return judged.numbers


def policy(judged: AcceptancePolicy | Refusal) -> AcceptancePolicy:
    assert isinstance(judged, AcceptancePolicy)
    return judged


@pytest.mark.parametrize(
    ("request_", "numbers"),
    [
        (incoming(called="NOBODY"), (1, 1, 7)),
        (incoming(called="open"), (1, 1, 7)),
        (incoming(called="CLOSED", calling="OTHER"), (1, 1, 7)),
        (incoming(called="CLOSED", address="10.0.0.2"), (1, 1, 7)),
    ],
)
def test_strangers_are_rejected(request_: IncomingAssociation, numbers: tuple[int, int, int]) -> None:
    assert refusal(Admission(settings()).judge(request_)) == numbers


@pytest.mark.parametrize("request_", [incoming(called="CLOSED"), incoming(calling="ANYBODY", address="192.0.2.1")])
def test_peers_are_admitted(request_: IncomingAssociation) -> None:
    assert not policy(Admission(settings()).judge(request_)).refused


def test_everything_can_be_refused() -> None:
    assert refusal(Admission(settings(refuses_all=True)).judge(incoming())) == (1, 1, 1)


def test_peers_without_implementation_class_can_be_refused() -> None:
    admission = Admission(settings(needs_implementation_uid=True))
    assert refusal(admission.judge(incoming(implementation=""))) == (1, 1, 1)
    policy(admission.judge(incoming()))


def test_host_rules_count_only_where_asked_for() -> None:
    rules = HostRules(deny=("10.0.0.0/8",))
    policy(Admission(settings(access=rules)).judge(incoming()))
    assert refusal(Admission(settings(access=rules, checks_host_rules=True)).judge(incoming())) == (1, 1, 1)


def test_the_services_are_offered_and_models_can_be_disabled() -> None:
    contexts = policy(Admission(settings()).judge(incoming())).contexts
    assert {VERIFICATION, CT, FIND, MOVE, GET, COMMITMENT} <= set(contexts)
    assert SHUTDOWN not in contexts
    assert SHUTDOWN in policy(Admission(settings(allows_shutdown=True)).judge(incoming())).contexts
    reduced = policy(Admission(settings(disabled_models=frozenset({Model.STUDY_ROOT}))).judge(incoming())).contexts
    assert not {FIND, MOVE, GET} & set(reduced)
    without_get = policy(Admission(settings(allows_get=False)).judge(incoming()))
    assert GET not in without_get.contexts
    assert not without_get.roles


@pytest.mark.parametrize(
    ("preferred", "syntaxes"),
    [
        (EXPLICIT, (EXPLICIT, BIG, IMPLICIT)),
        (BIG, (BIG, EXPLICIT, IMPLICIT)),
        (IMPLICIT, (IMPLICIT,)),
        (JPEG, (JPEG, EXPLICIT, BIG, IMPLICIT)),
    ],
)
def test_transfer_syntaxes_follow_the_preferred_one(preferred: str, syntaxes: tuple[str, ...]) -> None:
    assert preference(preferred) == syntaxes
    contexts = policy(Admission(settings(preferred_transfer_syntax=preferred)).judge(incoming())).contexts
    assert contexts[CT] == contexts[FIND] == syntaxes


@pytest.mark.parametrize(
    ("role", "is_refused"),
    [
        (None, True),
        (Role(scu=True, scp=False), True),
        (Role(scu=True, scp=True), True),
        (Role(scu=False, scp=True), False),
    ],
)
def test_a_read_only_area_is_retrieved_from_only(role: Role | None, is_refused: bool) -> None:
    request_ = incoming(proposed(CT, 1, role), proposed(FIND, 3))
    assert policy(Admission(settings(is_writable=False)).judge(request_)).refused == (
        {1: REJECTED} if is_refused else {}
    )


def test_one_association_stores_into_an_area_at_a_time() -> None:
    admission = Admission(settings(allows_parallel_store=False))
    storing = proposed(CT)
    assert not policy(admission.judge(incoming(storing))).refused
    assert policy(admission.judge(incoming(storing, number=2))).refused == {1: REJECTED}
    assert not policy(admission.judge(incoming(storing, number=3, called="CLOSED"))).refused
    assert not policy(admission.judge(incoming(proposed(FIND), number=4))).refused
    admission.ended(2)
    assert policy(admission.judge(incoming(storing, number=5))).refused == {1: REJECTED}
    admission.ended(1)
    assert not policy(admission.judge(incoming(storing, number=6))).refused


def test_a_move_needs_its_find_where_that_is_asked_for() -> None:
    request_ = incoming(proposed(MOVE), proposed(FIND.replace(".2.2.", ".2.1."), 3))
    assert not policy(Admission(settings()).judge(request_)).refused
    admission = Admission(settings(needs_find=True))
    assert policy(admission.judge(request_)).refused == {1: REJECTED}
    assert not policy(admission.judge(incoming(proposed(MOVE), proposed(FIND, 3)))).refused


@pytest.mark.parametrize(
    ("uid", "asked", "answered"),
    [
        (FIND, b"\1\1\1\1", b"\1\1\0\0"),
        (FIND, b"\0\0\0", b"\0\0\0"),
        (FIND, b"\1", b"\1"),
        (FIND, b"\1\1\1\1\1\1", b"\1\1\0\0\0\0"),
        (FIND, b"", b""),
        (FIND, b"\7", b"\0"),
        (MOVE, b"\1", b"\1"),
        (GET, b"\1\1", b"\1\0"),
    ],
)
def test_features_are_agreed_byte_by_byte(uid: str, asked: bytes, answered: bytes) -> None:
    extension = ExtendedNegotiation(sop_class_uid=uid, information=asked)
    answers = policy(Admission(settings()).judge(incoming(extensions=(extension,)))).extended_negotiation
    assert answers == {uid: answered}


def test_features_of_other_classes_are_not_answered() -> None:
    extension = ExtendedNegotiation(sop_class_uid=CT, information=b"\1")
    assert not policy(Admission(settings()).judge(incoming(extensions=(extension,)))).extended_negotiation


SERVED = Role(scu=False, scp=True)


def profile(*uids: str, roles: dict[str, Role] | None = None) -> Profile:
    contexts = tuple(
        ProfileContext(abstract_syntax=uid, transfer_syntaxes=(IMPLICIT,), transfer_syntax_list="IMPLICIT")
        for uid in uids
    )
    return Profile(name="P", contexts=contexts, roles=roles or {}, extended_negotiation={})


def test_classes_that_are_stored_are_those_of_the_list_or_the_profile() -> None:
    plain, every = Admission(settings()), Admission(settings(accepts_all_syntaxes=True))
    limited = Admission(settings(), profile(CT, VERIFICATION, FIND))
    assert [plain.takes(uid) for uid in (CT, "1.2.3.4", VERIFICATION, FIND, SHUTDOWN)] == [True, *[False] * 4]
    assert every.takes("1.2.3.4")
    assert not every.takes(FIND)
    assert [limited.takes(uid) for uid in (CT, "1.2.840.10008.5.1.4.1.1.4", VERIFICATION, FIND)] == [True, *[False] * 3]


def test_classes_that_are_not_stored_are_not_refused_for_the_access_right() -> None:
    contexts = (proposed("1.2.276.999.1"), proposed(VERIFICATION, 3), proposed(CT, 5))
    judged = policy(Admission(settings(is_writable=False)).judge(incoming(*contexts)))
    assert judged.refused == {5: REJECTED}
    limited = Admission(settings(is_writable=False), profile(CT, VERIFICATION))
    assert policy(limited.judge(incoming(*contexts))).refused == {5: REJECTED}


@pytest.mark.parametrize(
    ("changes", "used", "is_refused"),
    [
        ({}, None, False),
        ({"allows_get": False}, None, True),
        ({}, profile(CT), True),
        ({}, profile(CT, roles={CT: SERVED}), False),
        ({"allows_get": False}, profile(CT, roles={CT: SERVED}), True),
    ],
)
def test_who_can_only_be_served_by_c_get_does_not_store(
    *, changes: dict[str, object], used: Profile | None, is_refused: bool
) -> None:
    judged = policy(
        Admission(settings(is_writable=False, **changes), used).judge(incoming(proposed(CT, role=SERVED)))  # type: ignore[arg-type]  # any setting
    )
    assert (1 in judged.refused) is is_refused
    assert (CT in judged.roles) is not is_refused


def test_a_caller_who_names_its_address_like_a_peers_host_is_not_that_peer() -> None:
    (peer, *_) = PEERS
    spoofed = incoming(called="CLOSED", calling=peer.ae_title, address="192.0.2.66", host="localhost")
    spoofing = settings()
    (opened, closed) = spoofing.configuration.areas
    areas = (opened, replace(closed, peers=(replace(peer, host="localhost"),)))
    admission = Admission(replace(spoofing, configuration=replace(spoofing.configuration, areas=areas)))
    assert refusal(admission.judge(spoofed)) == (1, 1, 7)
    policy(admission.judge(incoming(called="CLOSED", calling=peer.ae_title, address="127.0.0.1", host="localhost")))


HANGING_PROTOCOL, COLOR_PALETTE, INVENTORY = (
    "1.2.840.10008.5.1.4.38.1",
    "1.2.840.10008.5.1.4.39.1",
    "1.2.840.10008.5.1.4.1.1.201.1",
)


@pytest.mark.parametrize("accepts_all", [False, True])
def test_what_belongs_to_no_study_is_not_accepted_for_it_could_not_be_stored(accepts_all: bool) -> None:
    classes = (HANGING_PROTOCOL, COLOR_PALETTE, INVENTORY, CT)
    contexts = [proposed(uid, 2 * number + 1) for number, uid in enumerate(classes)]
    admission = Admission(settings(accepts_all_syntaxes=accepts_all))
    judged = policy(admission.judge(incoming(*contexts)))
    assert set(judged.refused) == {1, 3, 5}
    assert set(judged.refused.values()) == {ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED}
    assert [admission.takes(uid) for uid in classes] == [False, False, False, True]


def test_an_archive_without_area_serves_echo_to_whomever() -> None:
    admission = Admission(ArchiveSettings(configuration=ArchiveConfiguration()))
    judged = policy(admission.judge(incoming(proposed(CT), proposed(VERIFICATION, 3), called="WHATEVER")))
    assert list(judged.contexts) == [VERIFICATION]

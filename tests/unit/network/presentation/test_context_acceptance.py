import pytest

from dicomdesk.dicom.sop_classes import NEWER_STORAGE_SOP_CLASSES, STORAGE_SOP_CLASSES, VERIFICATION
from dicomdesk.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    JPEG_2000,
    JPEG_2000_LOSSLESS,
    JPEG_BASELINE,
    JPEG_LOSSLESS_FIRST_ORDER,
    JPIP_REFERENCED,
    TRANSFER_SYNTAXES,
)
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext, ProposedContext, Role
from dicomdesk.network.presentation.context_acceptance import (
    AcceptancePolicy,
    accept_all_policy,
    decide,
    policy_from_profile,
    role_warnings,
    verification_only_policy,
)
from dicomdesk.network.presentation.profiles import parse_profiles

CT = "1.2.840.10008.5.1.4.1.1.2"
NONE = Role(scu=False, scp=False)
SCU = Role(scu=True, scp=False)
SCP = Role(scu=False, scp=True)
BOTH = Role(scu=True, scp=True)
W1 = "setting accepted SCP/SCU role to NONE, i.e. both role fields are 0 in SCP/SCU role selection sub-item"
W2 = "DULFSM: both role fields are 0 in SCP/SCU role selection sub-item"
E1 = (
    "ASSOC: SCP/SCU role selection failed, Default role (i.e. SCU) proposed but only SCP role configured for acceptance"
)


def answer(
    policy: AcceptancePolicy, abstract_syntax: str, *syntaxes: str, role: Role | None = None
) -> NegotiatedContext:
    proposed = ProposedContext(
        context_id=5, abstract_syntax=abstract_syntax, transfer_syntaxes=tuple(syntaxes), role=role
    )
    (decided,) = decide([proposed], policy)
    assert (decided.context_id, decided.abstract_syntax) == (5, abstract_syntax)
    assert decided.proposed_transfer_syntaxes == syntaxes
    assert decided.is_accepted == (decided.accepted_transfer_syntax is not None)
    return decided


class TestProfile:
    POLICY = AcceptancePolicy(contexts={CT: (JPEG_2000, EXPLICIT_VR_LITTLE_ENDIAN)})

    def test_order_of_the_configured_list_decides(self) -> None:
        found = answer(self.POLICY, CT, EXPLICIT_VR_LITTLE_ENDIAN, JPEG_2000_LOSSLESS, JPEG_2000)
        assert found.accepted_transfer_syntax == JPEG_2000

    def test_unknown_abstract_syntax_is_result_3(self) -> None:
        found = answer(self.POLICY, "1.2.3", EXPLICIT_VR_LITTLE_ENDIAN)
        assert found.result is ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED

    @pytest.mark.parametrize("syntaxes", [(IMPLICIT_VR_LITTLE_ENDIAN,), ()])
    def test_no_common_transfer_syntax_is_result_4(self, syntaxes: tuple[str, ...]) -> None:
        assert answer(self.POLICY, CT, *syntaxes).result is ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED

    def test_contexts_of_one_class_are_answered_one_by_one(self) -> None:
        proposed = [
            ProposedContext(context_id=1, abstract_syntax=CT, transfer_syntaxes=(JPEG_BASELINE,)),
            ProposedContext(context_id=3, abstract_syntax=CT, transfer_syntaxes=(EXPLICIT_VR_LITTLE_ENDIAN,)),
            ProposedContext(context_id=5, abstract_syntax=CT, transfer_syntaxes=(JPEG_2000,)),
        ]
        assert [context.accepted_transfer_syntax for context in decide(proposed, self.POLICY)] == [
            None,
            EXPLICIT_VR_LITTLE_ENDIAN,
            JPEG_2000,
        ]

    def test_policy_takes_everything_from_the_profile(self) -> None:
        text = (
            "[[TransferSyntaxes]]\n[U]\nTransferSyntax1 = LittleEndianExplicit\n"
            "[[PresentationContexts]]\n[A]\nPresentationContext1 = CTImageStorage\\U\n"
            "[[SCPSCURoleSelection]]\n[R]\nRole1 = CTImageStorage\\BOTH\n"
            "[[ExtendedNegotiation]]\n[E]\nExtendedNegotiation1 = CTImageStorage\\0201\n"
            "[[Profiles]]\n[P]\nPresentationContexts = A\nSCPSCURoleSelection = R\nExtendedNegotiation = E\n"
        )
        assert policy_from_profile(parse_profiles(text).profile("p")) == AcceptancePolicy(
            contexts={CT: (EXPLICIT_VR_LITTLE_ENDIAN,)}, roles={CT: BOTH}, extended_negotiation={CT: b"\2\1"}
        )


@pytest.mark.parametrize(
    ("configured", "proposed", "accepted", "warnings"),
    [
        (None, None, None, []),
        (None, SCU, None, []),
        (None, SCP, None, []),
        (None, BOTH, None, []),
        (None, NONE, None, []),
        (SCU, None, None, []),
        (SCU, SCU, SCU, []),
        (SCU, SCP, NONE, [W1]),
        (SCU, BOTH, SCU, []),
        (SCU, NONE, SCU, [W2]),
        (SCP, SCU, NONE, [W1]),
        (SCP, SCP, SCP, []),
        (SCP, BOTH, SCP, []),
        (SCP, NONE, SCP, [W2]),
        (BOTH, None, None, []),
        (BOTH, SCU, SCU, []),
        (BOTH, SCP, SCP, []),
        (BOTH, BOTH, BOTH, []),
        (BOTH, NONE, BOTH, [W2]),
    ],
)
def test_role_is_answered(
    configured: Role | None, proposed: Role | None, accepted: Role | None, warnings: list[str]
) -> None:
    roles = {CT: configured} if configured else {}
    policy = AcceptancePolicy(contexts={CT: (EXPLICIT_VR_LITTLE_ENDIAN,)}, roles=roles)
    found = answer(policy, CT, EXPLICIT_VR_LITTLE_ENDIAN, role=proposed)
    assert found.is_accepted
    assert (found.proposed_role, found.accepted_role) == (proposed, accepted)
    assert role_warnings([found]) == warnings


def test_default_role_is_refused_where_the_requestor_may_only_be_scp() -> None:
    policy = AcceptancePolicy(contexts={CT: (EXPLICIT_VR_LITTLE_ENDIAN,)}, roles={CT: SCP})
    found = answer(policy, CT, EXPLICIT_VR_LITTLE_ENDIAN)
    assert found.result is ContextResult.NO_REASON
    assert found.accepted_role is None
    assert role_warnings([found]) == [E1]


def test_refused_context_has_no_role() -> None:
    policy = AcceptancePolicy(contexts={CT: (EXPLICIT_VR_LITTLE_ENDIAN,)}, roles={CT: BOTH})
    assert answer(policy, CT, JPEG_2000, role=BOTH).accepted_role is None


def test_verification_only_takes_the_default_transfer_syntax_of_verification() -> None:
    policy = verification_only_policy()
    assert answer(policy, VERIFICATION, EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN).is_accepted
    assert not answer(policy, VERIFICATION, EXPLICIT_VR_LITTLE_ENDIAN).is_accepted
    assert not answer(policy, CT, IMPLICIT_VR_LITTLE_ENDIAN).is_accepted


class TestAcceptAll:
    @pytest.mark.parametrize(
        "uid",
        [
            VERIFICATION,
            CT,
            *(entry.uid for entry in STORAGE_SOP_CLASSES[:5]),
            *(entry.uid for entry in NEWER_STORAGE_SOP_CLASSES),
            "1.2.840.10008.5.1.4.1.1.9999",
            "1.3.46.670589.5.0.1",
        ],
    )
    def test_takes_what_can_be_stored(self, uid: str) -> None:
        assert answer(accept_all_policy(), uid, IMPLICIT_VR_LITTLE_ENDIAN).is_accepted

    @pytest.mark.parametrize("uid", ["1.2.840.10008.1.20.1", "1.2.840.10008.5.1.4.1.2.1.1", "", "../x", "1..2"])
    def test_refuses_other_services_and_rubbish(self, uid: str) -> None:
        found = answer(accept_all_policy(), uid, IMPLICIT_VR_LITTLE_ENDIAN)
        assert found.result is ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED

    @pytest.mark.parametrize("syntax", TRANSFER_SYNTAXES, ids=lambda syntax: str(syntax.symbol))
    def test_takes_every_known_transfer_syntax(self, syntax: tuple[str, ...]) -> None:
        assert answer(accept_all_policy(), CT, "1.2.3", syntax[0]).accepted_transfer_syntax == syntax[0]

    def test_refuses_transfer_syntaxes_that_cannot_be_understood(self) -> None:
        found = answer(accept_all_policy(), CT, "1.2.3")
        assert found.result is ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED

    @pytest.mark.parametrize(
        ("proposed", "expected"),
        [
            ((JPEG_LOSSLESS_FIRST_ORDER, EXPLICIT_VR_LITTLE_ENDIAN), JPEG_LOSSLESS_FIRST_ORDER),
            ((EXPLICIT_VR_LITTLE_ENDIAN, JPEG_LOSSLESS_FIRST_ORDER), EXPLICIT_VR_LITTLE_ENDIAN),
            ((DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN), DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN),
            ((IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN), EXPLICIT_VR_LITTLE_ENDIAN),
            ((EXPLICIT_VR_BIG_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN), EXPLICIT_VR_LITTLE_ENDIAN),
            ((IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN), EXPLICIT_VR_BIG_ENDIAN),
            ((JPEG_BASELINE, IMPLICIT_VR_LITTLE_ENDIAN), IMPLICIT_VR_LITTLE_ENDIAN),
            ((JPEG_2000, JPEG_2000_LOSSLESS), JPEG_2000_LOSSLESS),
            ((JPIP_REFERENCED, EXPLICIT_VR_LITTLE_ENDIAN), EXPLICIT_VR_LITTLE_ENDIAN),
            ((JPEG_BASELINE, JPEG_2000), JPEG_BASELINE),
        ],
    )
    def test_prefers_what_loses_least(self, proposed: tuple[str, ...], expected: str) -> None:
        assert answer(accept_all_policy(), CT, *proposed).accepted_transfer_syntax == expected

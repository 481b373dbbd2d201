import pytest

from dicomdesk.dicom.transfer_syntaxes import (
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    JPEG_2000,
    JPEG_2000_LOSSLESS,
    JPEG_BASELINE,
    RLE_LOSSLESS,
)
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from dicomdesk.network.presentation.assignment import Assignment, assign, describe_sop_class
from dicomdesk.network.presentation.context_planning import (
    DCMSEND_DECODABLE,
    PlannedInstance,
    PlanOptions,
    plan_associations,
)

CT = "1.2.840.10008.5.1.4.1.1.2"


def answered(
    syntaxes: list[str], answers: list[str | ContextResult | None], options: PlanOptions | None = None
) -> list[Assignment]:
    """Assign CT instances in ``syntaxes``; an answer is the syntax accepted, the refusal, or None for no answer."""
    instances = [PlannedInstance(CT, syntax) for syntax in syntaxes]
    (association,) = plan_associations(instances, options=options).associations
    assert len(association.contexts) == len(answers)
    negotiated = [
        NegotiatedContext(
            context_id=proposed.context_id,
            abstract_syntax=proposed.abstract_syntax,
            proposed_transfer_syntaxes=proposed.transfer_syntaxes,
            result=ContextResult.ACCEPTED if isinstance(answer, str) else answer,
            accepted_transfer_syntax=answer if isinstance(answer, str) else None,
        )
        for proposed, answer in zip(association.contexts, answers, strict=True)
        if answer is not None
    ]
    return assign(association, negotiated, instances)


def test_accepted_transfer_syntax_of_the_file_goes_as_it_is() -> None:
    assert answered([JPEG_BASELINE], [JPEG_BASELINE]) == [
        Assignment(0, 1, JPEG_BASELINE, is_converted=False, reason="")
    ]


def test_another_accepted_transfer_syntax_is_converted_to() -> None:
    as_it_is, converted = answered([EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN], [EXPLICIT_VR_LITTLE_ENDIAN])
    assert not as_it_is.is_converted
    assert converted == Assignment(
        1,
        1,
        EXPLICIT_VR_LITTLE_ENDIAN,
        is_converted=True,
        reason="The peer takes it as Little Endian Explicit, not as Little Endian Implicit.",
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED, "The peer does not take CT Image Storage at all."),
        (
            ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED,
            "The peer takes CT Image Storage, but in none of the transfer syntaxes offered: JPEG Baseline.",
        ),
        (ContextResult.USER_REJECTION, "The peer's application refused CT Image Storage as JPEG Baseline."),
        (ContextResult.NO_REASON, "The peer refused CT Image Storage as JPEG Baseline without giving a reason."),
        (None, "The peer did not answer the presentation context for CT Image Storage as JPEG Baseline."),
        (RLE_LOSSLESS, "The peer accepted CT Image Storage in a transfer syntax that was not offered."),
    ],
)
def test_refusal_is_told_in_plain_words(answer: str | ContextResult | None, reason: str) -> None:
    assert answered([JPEG_BASELINE], [answer]) == [Assignment(0, 1, "", is_converted=False, reason=reason)]


def test_refusal_tells_what_the_peer_takes_instead_and_does_not_use_it() -> None:
    _, refused = answered(
        [EXPLICIT_VR_LITTLE_ENDIAN, JPEG_2000_LOSSLESS],
        [EXPLICIT_VR_LITTLE_ENDIAN, ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED],
    )
    assert not refused.is_sendable
    assert refused.context_id == 3
    assert refused.reason == (
        "The peer accepted CT Image Storage only as Little Endian Explicit; this instance is JPEG 2000 (Lossless only)."
    )


class TestFallback:
    OPTIONS = PlanOptions(fallback=True, decodable=DCMSEND_DECODABLE | {JPEG_2000_LOSSLESS, JPEG_2000})

    def test_uncompressed_context_is_used_where_decompressing_is_allowed(self) -> None:
        found = answered(
            [JPEG_2000_LOSSLESS, JPEG_2000, EXPLICIT_VR_LITTLE_ENDIAN],
            [ContextResult.NO_REASON, ContextResult.NO_REASON, IMPLICIT_VR_LITTLE_ENDIAN],
            self.OPTIONS,
        )
        assert [(item.context_id, item.transfer_syntax_uid) for item in found] == [
            (5, IMPLICIT_VR_LITTLE_ENDIAN),
            (3, ""),
            (5, IMPLICIT_VR_LITTLE_ENDIAN),
        ]

    def test_planned_context_is_preferred(self) -> None:
        (found,) = answered([JPEG_2000_LOSSLESS], [JPEG_2000_LOSSLESS, EXPLICIT_VR_LITTLE_ENDIAN], self.OPTIONS)
        assert found.context_id == 1

    def test_own_transfer_syntax_is_preferred_among_other_contexts(self) -> None:
        jpip = "1.2.840.10008.1.2.4.94"
        (found,) = answered([jpip], [ContextResult.NO_REASON, jpip], self.OPTIONS)
        assert found == Assignment(0, 3, jpip, is_converted=False, reason="")


def test_many_instances_of_one_kind_share_a_decision() -> None:
    found = answered([EXPLICIT_VR_LITTLE_ENDIAN] * 3, [EXPLICIT_VR_LITTLE_ENDIAN])
    assert [item.position for item in found] == [0, 1, 2]


@pytest.mark.parametrize(
    ("uid", "words"),
    [
        (CT, "CT Image Storage"),
        ("1.2.840.10008.5.1.4.1.1.12.1", "X Ray Angiographic Image Storage"),
        ("1.2.840.10008.5.1.4.1.1.77.1.6", "VL Whole Slide Microscopy Image Storage"),
        ("1.2.3.4", "SOP class 1.2.3.4"),
    ],
)
def test_sop_class_is_described(uid: str, words: str) -> None:
    assert describe_sop_class(uid) == words

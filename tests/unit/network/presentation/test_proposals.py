"""Proposals by rule, and the choice among what the peer took."""

import pytest

from dicomdesk.dicom.sop_classes import STORAGE_SOP_CLASSES, uid_symbol
from dicomdesk.errors import ProposalError
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from dicomdesk.network.presentation.proposals import (
    COMMON_SOP_CLASSES,
    NO_CONTEXTS,
    TOO_MANY_CONTEXTS,
    choose_context,
    propose_contexts,
)
from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, DEFLATED, EXPLICIT, IMPLICIT

JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
MPEG2 = "1.2.840.10008.1.2.4.100"


def test_common_classes_are_64_in_the_order_of_their_names() -> None:
    symbols = [uid_symbol(uid) for uid in COMMON_SOP_CLASSES]
    assert len(set(symbols)) == 64
    assert symbols == sorted(symbols, key=str.lower)
    assert symbols[0] == "AmbulatoryECGWaveformStorage"
    assert symbols[-1] == "XRayRadiofluoroscopicImageStorage"


def test_ids_of_the_default_proposal() -> None:
    contexts = propose_contexts(COMMON_SOP_CLASSES)
    assert [context.context_id for context in contexts] == list(range(1, 256, 2))
    assert [context.abstract_syntax for context in contexts[::2]] == list(COMMON_SOP_CLASSES)
    assert [context.abstract_syntax for context in contexts[1::2]] == list(COMMON_SOP_CLASSES)


@pytest.mark.parametrize(
    ("preferred", "separate", "combined"),
    [
        (EXPLICIT, [(EXPLICIT,), (BIG_ENDIAN, IMPLICIT)], (EXPLICIT, BIG_ENDIAN, IMPLICIT)),
        (BIG_ENDIAN, [(BIG_ENDIAN,), (EXPLICIT, IMPLICIT)], (BIG_ENDIAN, EXPLICIT, IMPLICIT)),
        (IMPLICIT, [(IMPLICIT,)], (IMPLICIT,)),
        (DEFLATED, [(DEFLATED,), (EXPLICIT, BIG_ENDIAN, IMPLICIT)], (DEFLATED, EXPLICIT, BIG_ENDIAN, IMPLICIT)),
        (
            JPEG_LOSSLESS,
            [(JPEG_LOSSLESS,), (EXPLICIT, BIG_ENDIAN, IMPLICIT)],
            (JPEG_LOSSLESS, EXPLICIT, BIG_ENDIAN, IMPLICIT),
        ),
        (MPEG2, [(MPEG2,)], (MPEG2,)),
        ("1.2.840.10008.1.2.4.108", [("1.2.840.10008.1.2.4.108",)], ("1.2.840.10008.1.2.4.108",)),
    ],
)
def test_transfer_syntaxes_by_what_is_preferred(
    preferred: str, separate: list[tuple[str, ...]], combined: tuple[str, ...]
) -> None:
    two = propose_contexts([CT_IMAGE], preferred_transfer_syntax=preferred)
    one = propose_contexts([CT_IMAGE], preferred_transfer_syntax=preferred, combine=True)
    assert [context.transfer_syntaxes for context in two] == separate
    assert [context.transfer_syntaxes for context in one] == [combined]


def test_a_class_is_proposed_once() -> None:
    contexts = propose_contexts(["1.2.3", CT_IMAGE, "1.2.3"], combine=True)
    assert [context.abstract_syntax for context in contexts] == ["1.2.3", CT_IMAGE]


def test_more_than_128_contexts_are_no_proposal() -> None:
    uids = [sop_class.uid for sop_class in STORAGE_SOP_CLASSES]
    assert len(propose_contexts(uids[:64])) == 128
    assert len(propose_contexts(uids[:128], combine=True)) == 128
    with pytest.raises(ProposalError, match="Too many presentation contexts") as caught:
        propose_contexts(uids[:65])
    assert caught.value.condition == TOO_MANY_CONTEXTS
    assert NO_CONTEXTS.startswith("0006:0103 ")


def negotiated(context_id: int, accepted: str | None, sop_class_uid: str = CT_IMAGE) -> NegotiatedContext:
    return NegotiatedContext(
        context_id=context_id,
        abstract_syntax=sop_class_uid,
        proposed_transfer_syntaxes=(accepted or EXPLICIT,),
        result=ContextResult.ACCEPTED if accepted else ContextResult.USER_REJECTION,
        accepted_transfer_syntax=accepted,
    )


@pytest.mark.parametrize(
    ("accepted", "own", "prefers_deflated", "chosen"),
    [
        ([IMPLICIT, EXPLICIT], EXPLICIT, False, EXPLICIT),
        ([EXPLICIT, IMPLICIT], IMPLICIT, False, IMPLICIT),
        ([IMPLICIT, BIG_ENDIAN, EXPLICIT], DEFLATED, False, BIG_ENDIAN),
        ([JPEG_LOSSLESS, IMPLICIT], EXPLICIT, False, IMPLICIT),
        ([MPEG2, JPEG_LOSSLESS], EXPLICIT, False, MPEG2),
        ([EXPLICIT, JPEG_LOSSLESS], JPEG_LOSSLESS, False, JPEG_LOSSLESS),
        ([DEFLATED, EXPLICIT], EXPLICIT, False, EXPLICIT),
        ([EXPLICIT, DEFLATED], EXPLICIT, True, DEFLATED),
        ([EXPLICIT, DEFLATED], BIG_ENDIAN, True, DEFLATED),
        ([EXPLICIT, DEFLATED], DEFLATED, True, DEFLATED),
        ([EXPLICIT, DEFLATED], JPEG_LOSSLESS, True, EXPLICIT),
        ([BIG_ENDIAN, EXPLICIT], EXPLICIT, True, EXPLICIT),
        ([BIG_ENDIAN, EXPLICIT], "1.2.3", True, BIG_ENDIAN),
        ([None, None], EXPLICIT, False, None),
    ],
)
def test_choice_of_the_context(
    accepted: list[str | None], own: str, prefers_deflated: bool, chosen: str | None
) -> None:
    contexts = [negotiated(2 * index + 3, uid) for index, uid in enumerate(accepted)]
    contexts.insert(0, negotiated(1, own, "1.2.3.4"))
    found = choose_context(contexts, CT_IMAGE, own, prefers_deflated=prefers_deflated)
    assert (found.accepted_transfer_syntax if found else None) == chosen
    assert choose_context(contexts, "1.9", own) is None


def test_what_was_never_proposed_is_not_chosen() -> None:
    odd = NegotiatedContext(
        context_id=1,
        abstract_syntax=CT_IMAGE,
        proposed_transfer_syntaxes=(EXPLICIT,),
        result=ContextResult.ACCEPTED,
        accepted_transfer_syntax=MPEG2,
    )
    assert choose_context([odd], CT_IMAGE, MPEG2) is None

"""Which presentation contexts a C-GET proposes: its own, and one for each SOP class that we are to store."""

from collections.abc import Sequence

from dicomdesk.dicom.sop_classes import NEWER_STORAGE_SOP_CLASSES, STORAGE_SOP_CLASSES
from dicomdesk.engine.retrieve.request import ExpectedInstance
from dicomdesk.network.negotiation import MAX_CONTEXTS, ProposedContext, Role, context_number
from dicomdesk.network.presentation.proposals import COMMON_SOP_CLASSES

__all__ = [
    "ALL_SOP_CLASSES",
    "COMPRESSED_SYNTAXES",
    "offered_syntaxes",
    "plan_get_associations",
    "plan_get_contexts",
    "wanted_sop_classes",
]

ALL_SOP_CLASSES = tuple(
    dict.fromkeys((*COMMON_SOP_CLASSES, *(entry.uid for entry in (*STORAGE_SOP_CLASSES, *NEWER_STORAGE_SOP_CLASSES))))
)
"""The storage SOP classes of the standard, the common ones first: most studies need no second association."""

COMPRESSED_SYNTAXES = (
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.100",
    "1.2.840.10008.1.2.4.102",
)
"""What instances are often kept in: JPEG, JPEG-LS, JPEG 2000, RLE, MPEG-2 and MPEG-4, the lossless ones first."""

_FEW = 4
"""Associations; a dozen contexts for each SOP class that there is would be one for every ten of them."""
_AS_SCP = Role(scu=False, scp=True)


def wanted_sop_classes(given: Sequence[str], expected: Sequence[ExpectedInstance]) -> tuple[str, ...]:
    """The SOP classes to propose: those given, else those of what is expected if all are known, else all there are."""
    if given:
        return tuple(dict.fromkeys(given))
    known = dict.fromkeys(instance.sop_class_uid for instance in expected)
    return tuple(known) if known and "" not in known else ALL_SOP_CLASSES


def plan_get_associations(
    sop_class_uid: str,
    transfer_syntaxes: tuple[str, ...],
    stored: Sequence[str],
    uncompressed: tuple[str, ...],
    *,
    takes_compressed: bool,
) -> list[tuple[ProposedContext, ...]]:
    """The contexts of one association after the other, as far as instances are still missing.

    Where compressed transfer syntaxes are taken, some peers send each instance in the context that fits it, of several
    for its SOP class; others, such as DCMTK's archive, know one context for each SOP class only, whose transfer syntax
    they choose. Both are tried, what takes one association first, and not what would take more than a few.
    """
    apart = plan_get_contexts(
        sop_class_uid, transfer_syntaxes, stored, offered_syntaxes(uncompressed, takes_compressed=takes_compressed)
    )
    if not takes_compressed:
        return apart
    together = plan_get_contexts(
        sop_class_uid, transfer_syntaxes, stored, [tuple(dict.fromkeys((*uncompressed, *COMPRESSED_SYNTAXES)))]
    )
    if len(apart) == 1:
        return [*apart, *together]
    return [*together, *(apart if len(apart) <= _FEW else ())]


def plan_get_contexts(
    sop_class_uid: str, transfer_syntaxes: tuple[str, ...], stored: Sequence[str], stored_in: Sequence[tuple[str, ...]]
) -> list[tuple[ProposedContext, ...]]:
    """The contexts of each association that it takes: the C-GET's first, then those of as many SOP classes as fit.

    ``stored_in`` are the transfer syntaxes of each of the contexts that a SOP class has: the peer chooses among those
    of one context for all instances, and among contexts for each of them.
    """
    offers = [(uid, syntaxes) for uid in stored for syntaxes in stored_in]
    own = ProposedContext(context_id=1, abstract_syntax=sop_class_uid, transfer_syntaxes=transfer_syntaxes)
    room = (MAX_CONTEXTS - 1) // len(stored_in) * len(stored_in)
    return [
        (
            own,
            *(
                ProposedContext(
                    context_id=context_number(position), abstract_syntax=uid, transfer_syntaxes=syntaxes, role=_AS_SCP
                )
                for position, (uid, syntaxes) in enumerate(offers[start : start + room], 1)
            ),
        )
        for start in range(0, max(len(offers), 1), room)
    ]


def offered_syntaxes(uncompressed: tuple[str, ...], *, takes_compressed: bool) -> list[tuple[str, ...]]:
    """The contexts of one SOP class: the transfer syntaxes that are given together, each compressed one alone."""
    return [uncompressed, *((uid,) for uid in COMPRESSED_SYNTAXES if takes_compressed)]

"""Which presentation contexts a C-GET proposes: its own, and one for each SOP class that we are to store."""

from collections.abc import Sequence

from dicomdesk.dicom.sop_classes import NEWER_STORAGE_SOP_CLASSES, STORAGE_SOP_CLASSES
from dicomdesk.engine.retrieve.request import ExpectedInstance
from dicomdesk.network.negotiation import MAX_CONTEXTS, ProposedContext, Role, context_number
from dicomdesk.network.presentation.proposals import COMMON_SOP_CLASSES

__all__ = ["ALL_SOP_CLASSES", "plan_get_contexts", "wanted_sop_classes"]

ALL_SOP_CLASSES = tuple(
    dict.fromkeys((*COMMON_SOP_CLASSES, *(entry.uid for entry in (*STORAGE_SOP_CLASSES, *NEWER_STORAGE_SOP_CLASSES))))
)
"""The storage SOP classes of the standard, the common ones first: most studies need no second association."""

_AS_SCP = Role(scu=False, scp=True)


def wanted_sop_classes(given: Sequence[str], expected: Sequence[ExpectedInstance]) -> tuple[str, ...]:
    """The SOP classes to propose: those given, else those of what is expected if all are known, else all there are."""
    if given:
        return tuple(dict.fromkeys(given))
    known = dict.fromkeys(instance.sop_class_uid for instance in expected)
    return tuple(known) if known and "" not in known else ALL_SOP_CLASSES


def plan_get_contexts(
    sop_class_uid: str, transfer_syntaxes: tuple[str, ...], stored: Sequence[str], stored_in: tuple[str, ...]
) -> list[tuple[ProposedContext, ...]]:
    """The contexts of each association that it takes: the C-GET's first, then as many of the SOP classes as fit."""
    room = MAX_CONTEXTS - 1
    own = ProposedContext(context_id=1, abstract_syntax=sop_class_uid, transfer_syntaxes=transfer_syntaxes)
    return [
        (
            own,
            *(
                ProposedContext(
                    context_id=context_number(position),
                    abstract_syntax=uid,
                    transfer_syntaxes=stored_in,
                    role=_AS_SCP,
                )
                for position, uid in enumerate(stored[start : start + room], 1)
            ),
        )
        for start in range(0, max(len(stored), 1), room)
    ]

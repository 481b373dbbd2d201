"""Assigns planned instances to the contexts that the peer accepted: as they are, converted, or not at all and why."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dicomdesk.dicom.sop_classes import find_sop_class, uid_symbol
from dicomdesk.dicom.transfer_syntaxes import UNCOMPRESSED, transfer_syntax_name
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from dicomdesk.network.presentation.context_planning import (
    PlannedAssociation,
    PlannedInstance,
    PlannedItem,
    PlanOptions,
)

_WORD_BORDER = re.compile("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Assignment(NamedTuple):
    """Assignment of one instance."""

    position: int
    """In the transfer list, from 0."""
    context_id: int
    """The context to send it in; where it cannot be sent the planned one, which was refused."""
    transfer_syntax_uid: str
    """What it is sent in; "" where it cannot be sent."""
    is_converted: bool
    """Whether that differs from the file's."""
    reason: str
    """Why it cannot be sent, or why it is converted, in plain words; "" where it goes as it is."""

    @property
    def is_sendable(self) -> bool:
        """Whether the peer took a context for it."""
        return bool(self.transfer_syntax_uid)


def assign(
    association: PlannedAssociation, negotiated: Sequence[NegotiatedContext], instances: Sequence[PlannedInstance]
) -> list[Assignment]:
    """Decide for each item of the association; ``instances`` is the whole transfer list.

    A context that the peer accepted with something never proposed counts as refused.
    """
    by_id = {context.context_id: context for context in negotiated}
    known: dict[tuple[int, str], Assignment] = {}
    assignments = []
    for item in association.items:
        key = (item.context_id, instances[item.position].transfer_syntax_uid)
        found = known.get(key)
        if found is None:
            found = known[key] = _decide(item, instances[item.position], by_id, association.options)
        assignments.append(found._replace(position=item.position))
    return assignments


def describe_sop_class(uid: str) -> str:
    """Return the SOP class in words: "CT Image Storage", or its UID where it is unknown."""
    entry = find_sop_class(uid)
    symbol = entry.symbol if entry is not None else uid_symbol(uid)
    return _WORD_BORDER.sub(" ", symbol.replace("RETIRED_", "retired ")) if symbol else f"SOP class {uid}"


def _decide(
    item: PlannedItem, instance: PlannedInstance, by_id: dict[int, NegotiatedContext], options: PlanOptions
) -> Assignment:
    own = instance.transfer_syntax_uid
    planned = by_id.get(item.context_id)
    chosen = planned if planned is not None and planned.is_accepted else None
    if chosen is None and options.fallback:
        chosen = _find_fallback(instance, by_id.values(), options)
    if chosen is None or chosen.accepted_transfer_syntax is None:
        reason = _refusal_reason(instance, planned, by_id.values())
        return Assignment(item.position, item.context_id, "", is_converted=False, reason=reason)
    accepted = chosen.accepted_transfer_syntax
    if accepted == own:
        return Assignment(item.position, chosen.context_id, accepted, is_converted=False, reason="")
    reason = f"The peer takes it as {transfer_syntax_name(accepted)}, not as {transfer_syntax_name(own)}."
    return Assignment(item.position, chosen.context_id, accepted, is_converted=True, reason=reason)


def _find_fallback(
    instance: PlannedInstance, contexts: Iterable[NegotiatedContext], options: PlanOptions
) -> NegotiatedContext | None:
    own = instance.transfer_syntax_uid
    may_convert = own in UNCOMPRESSED or (options.can_decompress(own) and options.may_decompress(own))
    converted = None
    for context in contexts:
        if context.abstract_syntax != instance.sop_class_uid or not context.is_accepted:
            continue
        if context.accepted_transfer_syntax == own:
            return context
        if may_convert and converted is None and context.accepted_transfer_syntax in UNCOMPRESSED:
            converted = context
    return converted


def _refusal_reason(
    instance: PlannedInstance, planned: NegotiatedContext | None, contexts: Iterable[NegotiatedContext]
) -> str:
    sop_class = describe_sop_class(instance.sop_class_uid)
    own = transfer_syntax_name(instance.transfer_syntax_uid)
    taken = [
        transfer_syntax_name(context.accepted_transfer_syntax)
        for context in contexts
        if context.abstract_syntax == instance.sop_class_uid
        and context.accepted_transfer_syntax
        and context.is_accepted
    ]
    if taken:
        return f"The peer accepted {sop_class} only as {' or '.join(dict.fromkeys(taken))}; this instance is {own}."
    if planned is None:
        return f"The peer did not answer the presentation context for {sop_class} as {own}."
    if planned.result is ContextResult.ACCEPTED:
        return f"The peer accepted {sop_class} in a transfer syntax that was not offered."
    if planned.result is ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED:
        return f"The peer does not take {sop_class} at all."
    if planned.result is ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED:
        offered = ", ".join(transfer_syntax_name(uid) for uid in planned.proposed_transfer_syntaxes)
        return f"The peer takes {sop_class}, but in none of the transfer syntaxes offered: {offered}."
    if planned.result is ContextResult.USER_REJECTION:
        return f"The peer's application refused {sop_class} as {own}."
    return f"The peer refused {sop_class} as {own} without giving a reason."

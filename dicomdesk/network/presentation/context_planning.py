"""Plans presentation contexts for the instances of a transfer: pure decisions, made before anyone is called.

The plan is that of DCMTK's ``dcmsend``. The transfer list is walked in order; each pair of SOP class and group gets one
presentation context, where the uncompressed transfer syntaxes are one group and any other transfer syntax is a group
of its own. Identifiers are 1, 3, 5 ...; after 128 contexts the rest of the list waits for the next association. An
instance is sent in its context and in no other.

What dcmsend can decompress is a fixed table, and JPEG 2000 is not in it. Here more may be decompressed, but by default
nothing else is put on the wire for it: the acceptor chooses among what is offered, so offering an uncompressed syntax
beside JPEG 2000 would make some peers take decompressed copies of what they get as it is from dcmsend. Where a decoder
of dcmsend's table is missing on this machine, no decompression is promised either.

``PlanOptions.fallback`` is for those who would rather deliver than behave the same. It never changes the contexts
above; it adds some behind them while there is room: an uncompressed one for each SOP class with a data set that can be
decompressed here and may be, and the own transfer syntax of those that dcmsend only ever offers to convert (JPIP
Referenced, GE private). And an instance whose context was refused then goes in another accepted context of its SOP
class: as it is if one has its transfer syntax, else converted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import NamedTuple

from dicomdesk.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    JPEG_2000_LOSSLESS,
    JPEG_2000_MULTICOMPONENT_LOSSLESS,
    JPEG_BASELINE,
    JPEG_EXTENDED,
    JPEG_FULL_PROGRESSION,
    JPEG_LOSSLESS,
    JPEG_LOSSLESS_FIRST_ORDER,
    JPEG_LS_LOSSLESS,
    JPEG_LS_NEAR_LOSSLESS,
    JPEG_SPECTRAL_SELECTION,
    JPIP_REFERENCED,
    JPIP_REFERENCED_DEFLATE,
    PRIVATE_GE_IMPLICIT,
    RLE_LOSSLESS,
    UNCOMPRESSED,
    Compression,
    find_transfer_syntax,
)
from dicomdesk.network.negotiation import MAX_CONTEXTS, ProposedContext, context_number
from dicomdesk.records import dataclass
from dicomdesk.settings import Decompression

UNCOMPRESSED_OFFER = (EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
"""Uncompressed transfer syntaxes in the order of the proposal."""

DCMSEND_DECODABLE = frozenset(
    {
        DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
        JPEG_BASELINE,
        JPEG_EXTENDED,
        JPEG_SPECTRAL_SELECTION,
        JPEG_FULL_PROGRESSION,
        JPEG_LOSSLESS,
        JPEG_LOSSLESS_FIRST_ORDER,
        JPEG_LS_LOSSLESS,
        JPEG_LS_NEAR_LOSSLESS,
        RLE_LOSSLESS,
        JPIP_REFERENCED_DEFLATE,
    }
)
"""Compressed transfer syntaxes for which dcmsend proposes uncompressed ones too."""

_INFLATABLE = frozenset({DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, JPIP_REFERENCED_DEFLATE})
# What dcmsend takes for lossless; other syntaxes are treated as lossy whatever they are.
_DCMSEND_LOSSLESS = frozenset(
    {
        DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
        JPEG_LOSSLESS,
        JPEG_LOSSLESS_FIRST_ORDER,
        JPEG_LS_LOSSLESS,
        JPEG_2000_LOSSLESS,
        JPEG_2000_MULTICOMPONENT_LOSSLESS,
        RLE_LOSSLESS,
    }
)
# Not uncompressed, yet proposed by dcmsend in the uncompressed syntaxes only, in a context of their own.
_ONLY_CONVERTED = frozenset({JPIP_REFERENCED, PRIVATE_GE_IMPLICIT})

_NOT_PROPOSING = "so we are not proposing any uncompressed transfer syntax"
_VIOLATION = (
    "  (including the Default Transfer Syntax, which might result in a violation of the DICOM standard if it is not "
    "proposed in another presentation context)"
)


class PlannedInstance(NamedTuple):
    """What the plan needs to know of an instance."""

    sop_class_uid: str
    transfer_syntax_uid: str
    """Of the file."""


class PlannedItem(NamedTuple):
    """One instance and the presentation context meant for it."""

    position: int
    """In the transfer list, from 0."""
    context_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """Options of planning."""

    decompression: Decompression = Decompression.LOSSLESS
    decodable: frozenset[str] = DCMSEND_DECODABLE
    """Transfer syntaxes that can be decompressed here; inflating is always possible."""
    only_legal: bool = False
    """Refuse lossless compressed instances whose context would lack the default transfer syntax."""
    halt_on_refusal: bool = True
    """With ``only_legal``: a refused instance ends the plan."""
    multiple_associations: bool = True
    fallback: bool = False
    """Deliver more than dcmsend does, see the description of the module."""

    def can_decompress(self, transfer_syntax_uid: str) -> bool:
        """Whether there is a decoder; not whether it may be used."""
        return transfer_syntax_uid in self.decodable or transfer_syntax_uid in _INFLATABLE

    def may_decompress(self, transfer_syntax_uid: str) -> bool:
        """Whether data sets of this transfer syntax may be decompressed."""
        if self.decompression is Decompression.LOSSY:
            return True
        return self.decompression is Decompression.LOSSLESS and is_lossless(transfer_syntax_uid)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNotice:
    """Something to log when the association is prepared, in dcmsend's words."""

    is_error: bool
    """Else a warning."""
    text: str
    """May have several lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAssociation:
    """One association to be requested, or several at once that propose the same and share the items."""

    number: int
    """From 1 among those with contexts; 0 without contexts."""
    contexts: tuple[ProposedContext, ...]
    """Empty where all instances were refused: then nothing is to be requested."""
    items: tuple[PlannedItem, ...]
    """In the order of the transfer list."""
    refused: tuple[int, ...] = ()
    """Positions of instances for which no context may be proposed."""
    notices: tuple[PlanNotice, ...] = ()
    options: PlanOptions = field(default_factory=PlanOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Plan of a whole transfer."""

    associations: tuple[PlannedAssociation, ...]
    """In order; prepare one (log its notices, count what it refuses) when the one before has ended."""
    left_over: range = range(0)
    """Positions that no association takes: after a failure, or with a single association."""
    failure: str = ""
    """Why the plan ended early ("Unsupported compression or encryption"); it counts after the last association."""


def plan_associations(instances: Sequence[PlannedInstance], *, options: PlanOptions | None = None) -> Plan:
    """Decide which contexts are proposed for the transfer list, association by association."""
    options = options or PlanOptions()
    associations: list[PlannedAssociation] = []
    failure = ""
    position = 0
    while position < len(instances) and not failure:
        walk = _Walk(options)
        reached = walk.take(instances, position)
        failure = walk.failure
        opened = sum(bool(association.contexts) for association in associations)
        associations.append(walk.result(opened + 1))
        if not failure:
            position = reached
        if not options.multiple_associations:
            break
    return Plan(associations=tuple(associations), left_over=range(position, len(instances)), failure=failure)


def is_lossless(transfer_syntax_uid: str) -> bool:
    """Whether decompressing loses nothing against what was compressed; for newer syntaxes by their definition."""
    if transfer_syntax_uid in _DCMSEND_LOSSLESS:
        return True
    syntax = find_transfer_syntax(transfer_syntax_uid)
    return syntax is not None and not syntax.known_to_dcmtk and syntax.compression is Compression.LOSSLESS


class _Offer(NamedTuple):
    """What is proposed for one group of one SOP class."""

    transfer_syntaxes: tuple[str, ...]
    """Empty where the instance has to be refused."""
    notice: PlanNotice | None = None


def _offer(uid: str, options: PlanOptions) -> _Offer:
    if uid in UNCOMPRESSED or uid in _ONLY_CONVERTED:
        return _Offer(UNCOMPRESSED_OFFER)
    syntax = find_transfer_syntax(uid)
    if syntax is None or not syntax.known_to_dcmtk:
        text = f"transfer syntax is unknown, trying to propose only this one: {uid}"
        return _Offer((uid,), PlanNotice(is_error=False, text=text))
    can_decompress = uid in DCMSEND_DECODABLE and options.can_decompress(uid)
    if uid in _DCMSEND_LOSSLESS:
        if options.decompression is Decompression.NEVER:
            return _lossless_offer(uid, "are not allowed to", options)
        return _Offer((uid, *UNCOMPRESSED_OFFER)) if can_decompress else _lossless_offer(uid, "cannot", options)
    if options.decompression is not Decompression.LOSSY:
        return _Offer((uid,))
    if can_decompress:
        return _Offer((uid, *UNCOMPRESSED_OFFER))
    text = f"transfer syntax uses a lossy compression but we cannot decompress it, {_NOT_PROPOSING}"
    return _Offer((uid,), PlanNotice(is_error=False, text=text))


def _lossless_offer(uid: str, hindrance: str, options: PlanOptions) -> _Offer:
    start = f"transfer syntax uses a lossless compression but we {hindrance} decompress it, so we "
    if options.only_legal:
        text = f"{start}cannot add a presentation context for this SOP instance"
        return _Offer((), PlanNotice(is_error=True, text=text))
    text = f"{start}are not proposing any uncompressed transfer syntax\n{_VIOLATION}"
    return _Offer((uid,), PlanNotice(is_error=False, text=text))


class _Walk:
    """One association's part of the walk along the transfer list."""

    def __init__(self, options: PlanOptions) -> None:
        self._options = options
        self._ids: dict[tuple[str, str], int] = {}
        self._contexts: list[ProposedContext] = []
        self._items: list[PlannedItem] = []
        self._refused: list[int] = []
        self._notices: list[PlanNotice] = []
        self.failure = ""

    def take(self, instances: Sequence[PlannedInstance], start: int) -> int:
        """Take instances from ``start`` on; return the position of the first one not taken."""
        for position in range(start, len(instances)):
            sop_class_uid, transfer_syntax_uid = instances[position]
            group = "" if transfer_syntax_uid in UNCOMPRESSED else transfer_syntax_uid
            context_id = self._ids.get((sop_class_uid, group))
            if context_id is None:
                if len(self._contexts) == MAX_CONTEXTS:
                    return position
                context_id = self._add_context(sop_class_uid, transfer_syntax_uid, group)
            if context_id:
                self._items.append(PlannedItem(position, context_id))
                continue
            self._refused.append(position)
            if self._options.halt_on_refusal:
                self.failure = "Unsupported compression or encryption"
                return position
        return len(instances)

    def result(self, number: int) -> PlannedAssociation:
        if self.failure:
            return PlannedAssociation(
                number=0, contexts=(), items=(), notices=tuple(self._notices), options=self._options
            )
        if self._options.fallback:
            self._add_fallbacks()
        return PlannedAssociation(
            number=number if self._contexts else 0,
            contexts=tuple(self._contexts),
            items=tuple(self._items),
            refused=tuple(self._refused),
            notices=tuple(self._notices),
            options=self._options,
        )

    def _add_context(self, sop_class_uid: str, transfer_syntax_uid: str, group: str) -> int:
        """Return the new context's identifier, 0 where none may be proposed."""
        offer = _offer(transfer_syntax_uid, self._options)
        if offer.notice:
            self._notices.append(offer.notice)
        if not offer.transfer_syntaxes:
            return 0
        self._append(sop_class_uid, offer.transfer_syntaxes)
        context_id = self._contexts[-1].context_id
        self._ids[sop_class_uid, group] = context_id
        return context_id

    def _append(self, sop_class_uid: str, transfer_syntaxes: tuple[str, ...]) -> None:
        context_id = context_number(len(self._contexts))
        self._contexts.append(
            ProposedContext(context_id=context_id, abstract_syntax=sop_class_uid, transfer_syntaxes=transfer_syntaxes)
        )

    def _add_fallbacks(self) -> None:
        for sop_class_uid, transfer_syntaxes in list(self._missing()):
            if len(self._contexts) < MAX_CONTEXTS:
                self._append(sop_class_uid, transfer_syntaxes)

    def _missing(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield what more has to be offered so that nothing sendable is given up."""
        has_uncompressed = {sop_class_uid for sop_class_uid, group in self._ids if not group}
        for (sop_class_uid, group), context_id in self._ids.items():
            offered = self._contexts[context_id // 2].transfer_syntaxes
            if group and group not in offered:
                yield sop_class_uid, (group,)
            elif (
                sop_class_uid not in has_uncompressed
                and EXPLICIT_VR_LITTLE_ENDIAN not in offered
                and self._options.can_decompress(group)
                and self._options.may_decompress(group)
            ):
                has_uncompressed.add(sop_class_uid)
                yield sop_class_uid, UNCOMPRESSED_OFFER

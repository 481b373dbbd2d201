"""Advice for instances that cannot go, from what was planned and what the peer answered; no I/O."""

from collections.abc import Sequence
from typing import NamedTuple

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.dicom.pixels.codecs import CODECS_EXTRA, can_decode, missing_packages
from dicomdesk.dicom.transfer_syntaxes import UNCOMPRESSED, transfer_syntax_name
from dicomdesk.engine.forecast import Help
from dicomdesk.engine.send_exactly.request import Proposal
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from dicomdesk.network.presentation.assignment import describe_sop_class
from dicomdesk.network.presentation.context_planning import DCMSEND_DECODABLE, PlannedInstance, PlanOptions, is_lossless

__all__ = ["Advice", "help_for_conversion", "help_for_exact_refusal", "help_for_refusal"]


class Advice(NamedTuple):
    """Advice that would let an instance go."""

    text: str
    helps: tuple[Help, ...]


def help_for_refusal(
    instance: PlannedInstance,
    contexts: Sequence[NegotiatedContext],
    options: PlanOptions,
    uncompressed_classes: frozenset[str] = frozenset(),
) -> Advice:
    """Advise on an instance whose presentation context the peer refused.

    ``contexts`` are all of the association; ``uncompressed_classes`` are the SOP classes that the peer is known to take
    uncompressed.
    """
    own = instance.transfer_syntax_uid
    words, name = describe_sop_class(instance.sop_class_uid), transfer_syntax_name(own)
    of_class = [context for context in contexts if context.abstract_syntax == instance.sop_class_uid]
    if own in UNCOMPRESSED or _takes_none(of_class):
        return Advice(f"Have the peer set up to accept {words}.", (Help.CHANGE_PEER,))
    change = f"ave the peer set up to accept {words} as {name}"
    if instance.sop_class_uid not in uncompressed_classes:
        return Advice(f"H{change}.", (Help.CHANGE_PEER,))
    if not options.can_decompress(own):
        packages = missing_packages(own)
        if packages:
            text = f"Install {' or '.join(packages)} ({CODECS_EXTRA}) so that it can be decompressed, or h{change}."
            return Advice(text, (Help.INSTALL_CODECS,))
        return Advice(f"H{change}: {name} cannot be decompressed here.", (Help.CHANGE_PEER,))
    helps = _switches(own, options)
    if not helps:
        return Advice(f"H{change}.", (Help.CHANGE_PEER,))
    allowing = " and ".join(_SWITCH_WORDS[each] for each in helps)
    return Advice(f"{allowing[0].upper()}{allowing[1:]}: the peer takes it so. Or h{change}.", helps)


def help_for_exact_refusal(header: InstanceHeader, contexts: Sequence[NegotiatedContext], proposal: Proposal) -> Advice:
    """Advise on an instance of an exact send job without a context, or without one that it can be converted to."""
    words, name = describe_sop_class(header.sop_class_uid), transfer_syntax_name(header.transfer_syntax_uid)
    of_class = [context for context in contexts if context.abstract_syntax == header.sop_class_uid]
    if not of_class and proposal.profile is not None:
        return Advice(f"Add {words} to the profile.", (Help.CHANGE_PROFILE,))
    if not of_class:
        return Advice(
            f"Propose what the files need; {words} is not among the common classes.", (Help.PROPOSE_REQUIRED,)
        )
    if any(header.transfer_syntax_uid in context.proposed_transfer_syntaxes for context in of_class):
        return Advice(f"Have the peer set up to accept {words} as {name}.", (Help.CHANGE_PEER,))
    if proposal.profile is not None:
        return Advice(f"Add {name} to the profile for {words}.", (Help.CHANGE_PROFILE,))
    return Advice(f"Propose {name}, or use dcmsend, which proposes what each file needs.", (Help.PROPOSE_OWN,))


def help_for_conversion(source: str) -> Advice:
    """Advise on an instance that cannot be converted as the peer wants it."""
    packages = () if can_decode(source) else missing_packages(source)
    if packages:
        return Advice(f"Install {' or '.join(packages)} ({CODECS_EXTRA}).", (Help.INSTALL_CODECS,))
    return Advice(f"Have the peer set up to accept it as {transfer_syntax_name(source)}.", (Help.CHANGE_PEER,))


_SWITCH_WORDS = {
    Help.ALLOW_LOSSLESS_DECOMPRESSION: "allow lossless compressed instances to be decompressed",
    Help.ALLOW_LOSSY_DECOMPRESSION: "allow lossy compressed instances to be decompressed",
    Help.FALLBACK_CONTEXTS: "allow fall-back contexts",
}


def _takes_none(of_class: Sequence[NegotiatedContext]) -> bool:
    """Whether the peer does not know the SOP class, whatever the transfer syntax."""
    return bool(of_class) and all(context.result is ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED for context in of_class)


def _switches(own: str, options: PlanOptions) -> tuple[Help, ...]:
    """Return what has to be allowed so that it is offered uncompressed; empty where it was."""
    helps = []
    if not options.may_decompress(own):
        helps.append(Help.ALLOW_LOSSLESS_DECOMPRESSION if is_lossless(own) else Help.ALLOW_LOSSY_DECOMPRESSION)
    if own not in DCMSEND_DECODABLE and not options.fallback:
        helps.append(Help.FALLBACK_CONTEXTS)
    return tuple(helps)

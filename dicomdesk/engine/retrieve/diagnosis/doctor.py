"""Says why instances did not arrive: from the peer's answers, what came here, and what a query has announced."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dicomdesk.engine.check.asked_sop_classes import sop_class_words
from dicomdesk.engine.retrieve.diagnosis.causes import Diagnosis, DiagnosisKind
from dicomdesk.engine.retrieve.diagnosis.own_listener import OwnListener
from dicomdesk.engine.retrieve.facts import RetrieveEnded, SubOperations
from dicomdesk.engine.retrieve.request import OTHER_WAY, RetrieveMethod
from dicomdesk.engine.retrieve.tally import Arrivals
from dicomdesk.errors import AssociationAbortedError, DataError, DicomdeskError
from dicomdesk.human import count_text, printable
from dicomdesk.network.status import DimseService, Status, status_text
from dicomdesk.network.status_meanings import status_advice
from dicomdesk.records import dataclass
from dicomdesk.settings import Peer

__all__ = ["Evidence", "diagnose"]

_WORDS = {RetrieveMethod.MOVE: "C-MOVE", RetrieveMethod.GET: "C-GET"}
_SERVICES = {RetrieveMethod.MOVE: DimseService.C_MOVE, RetrieveMethod.GET: DimseService.C_GET}
_OFFERS = {
    RetrieveMethod.GET: "The peer takes C-GET, which needs no connection to this machine: retrieve with that.",
    RetrieveMethod.MOVE: "The peer takes C-MOVE: retrieve with that, once it knows this machine as a destination.",
}
"""Whose meaning is the same in all services."""
_MOST_NAMES = 3


_COMPRESSED = (
    " If it keeps them compressed and does not decompress them, as many archives do not, take compressed transfer "
    "syntaxes too."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known when a retrieve job is over."""

    peer: Peer
    method: RetrieveMethod
    destination: str
    """AE title, of a C-MOVE."""
    calling_ae_title: str = ""
    listener: OwnListener | None
    """None where instances come to somebody else, or over the association that asks."""
    ended: Sequence[RetrieveEnded]
    reported: SubOperations
    arrivals: Arrivals | None
    """None where nobody here sees them."""
    missing: tuple[str, ...] = ()
    is_to_another: bool = False
    """Whether a C-MOVE sends to somebody else: a C-GET is not what is wanted, then."""
    supported: frozenset[RetrieveMethod] | None = None
    """By what the peer lets itself be asked; None where it was not tried."""
    error: DicomdeskError | None = None
    """That ended the job early."""
    is_refused: bool = False
    """Whether that is that the peer takes no such request."""
    is_without_listener: bool = False
    """Whether that is that nothing can listen here."""
    was_associated: bool = True
    """Whether there was an association at all."""
    is_uncompressed: bool = False
    """Whether the peer was to send over our association, and in uncompressed transfer syntaxes only."""

    @property
    def name(self) -> str:
        """Of the peer, as sentences begin with it."""
        return f"The peer {self.peer}"

    @property
    def other(self) -> RetrieveMethod | None:
        """The method to try instead, where the peer takes it."""
        other = OTHER_WAY[self.method]
        return other if not self.is_to_another and other in (self.supported or ()) else None

    def concerning(
        self, kind: DiagnosisKind, text: str, advice: str, *, card: str = "", uids: tuple[str, ...] = ()
    ) -> Diagnosis:
        """A diagnosis of something that the other method need not have, which is offered where the peer takes it."""
        other = self.other
        offer = _OFFERS[other] if other is not None else ""
        return Diagnosis(kind=kind, text=text, advice=f"{advice} {offer}".strip(), card=card, uids=uids, other=other)


def diagnose(evidence: Evidence) -> tuple[Diagnosis, ...]:
    """Why something did not arrive, the likeliest first; () where all is well, as far as anybody can know."""
    if isinstance(evidence.error, DataError):
        return ()  # what is wrong is the request, and the peer has no part in it
    causes = list(_early(evidence)) or list(_causes(evidence))
    if all(one.kind is DiagnosisKind.UNASKED for one in causes) and evidence.error is None:
        causes = [*_without_reason(evidence), *causes]
    return tuple(replace(one, text=printable(one.text), advice=printable(one.advice)) for one in causes)


def _early(evidence: Evidence) -> Iterator[Diagnosis]:
    error = evidence.error
    if error is None:
        return
    said, advice = _said(evidence, error), getattr(error, "advice", "")
    if evidence.is_refused:
        advice = "" if evidence.other else "Ask who runs the peer which ways of retrieving it supports."
        text = f"{evidence.name} does not accept {_WORDS[evidence.method]} of this model."
        yield evidence.concerning(DiagnosisKind.METHOD_NOT_SUPPORTED, text, advice)
    elif evidence.is_without_listener:
        text = f"{evidence.name} cannot send to this machine by C-MOVE: {said}"
        advice = "End what uses the port, or listen on another one that the peer knows."
        yield evidence.concerning(DiagnosisKind.NO_LISTENER, text, advice)
    elif not evidence.was_associated:
        text = f"{evidence.name} could not be asked: {said}"
        advice = advice or "Check the address, the port and the AE titles with a connection check."
        yield Diagnosis(kind=DiagnosisKind.UNREACHABLE, text=text, advice=advice)
    elif _is_abort(error) and not evidence.ended and _has_nothing_come(evidence):
        yield _not_permitted(evidence)
    else:
        text = f"{evidence.name} had not finished when the association ended: {said}"
        advice = advice or "Retrieve again: what has arrived is kept, and left out where it is known what exists."
        yield Diagnosis(kind=DiagnosisKind.BROKEN_OFF, text=text, advice=advice, uids=evidence.missing)


def _is_abort(error: DicomdeskError) -> bool:
    """Whether the peer has sent an A-ABORT; connections are lost for other reasons."""
    return isinstance(error, AssociationAbortedError) and error.source is not None


def _has_nothing_come(evidence: Evidence) -> bool:
    arrivals = evidence.arrivals
    return arrivals is None or not (
        arrivals.arrived or arrivals.unasked or arrivals.broken_uids or arrivals.connections
    )


def _not_permitted(evidence: Evidence) -> Diagnosis:
    """Orthanc aborts so where a modality is not known, or not allowed to."""
    words = _WORDS[evidence.method]
    asker = f"the AE title {evidence.calling_ae_title}" if evidence.calling_ae_title else "this machine"
    return evidence.concerning(
        DiagnosisKind.NOT_PERMITTED,
        f"{evidence.name} aborted the association as soon as it was asked by {words}.",
        f"Some archives, such as Orthanc, do so where they do not know {asker}, or do not let it ask by {words}: have "
        "who runs the peer permit it.",
        card=_card_of_both(evidence) if evidence.method is RetrieveMethod.MOVE else "",
    )


def _card_of_both(evidence: Evidence) -> str:
    """The card with the AE title that asks, too, where that is another than the one that is sent to."""
    card, asker = _card(evidence), evidence.calling_ae_title
    if asker in ("", evidence.destination):
        return card
    destination, *rest = card.split("\n")
    titles = (f"AE title: {asker} (to be let ask by C-MOVE)", f"{destination} (to be sent to)")
    return "\n".join([*titles, *rest])


def _card(evidence: Evidence) -> str:
    return evidence.listener.card if evidence.listener is not None else f"AE title: {evidence.destination}"


def _said(evidence: Evidence, error: DicomdeskError) -> str:
    """What an error says, as the end of a sentence that has named the peer already."""
    peer, text = evidence.peer, str(error)
    for name in (evidence.name, f"The peer {peer.ae_title} ({peer.host}:{peer.port})", "The peer"):
        if text.startswith(f"{name} "):
            text = f"it{text.removeprefix(name)}"
            break
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _causes(evidence: Evidence) -> Iterator[Diagnosis]:
    if evidence.method is RetrieveMethod.MOVE and Status.MOVE_DESTINATION_UNKNOWN in _statuses(evidence):
        yield _unknown_destination(evidence)
    has_told_silence = False
    if evidence.arrivals is not None:
        ours = list(_at_our_side(evidence, evidence.arrivals))
        has_told_silence = any(one.kind is DiagnosisKind.NEVER_CONNECTED for one in ours)
        yield from ours
    yield from _refusals(evidence, has_told_silence=has_told_silence)
    if evidence.arrivals is not None:
        yield from _half_way(evidence, evidence.arrivals)
        yield from _unasked(evidence, evidence.arrivals)
    yield from _by_counters(evidence)


def _statuses(evidence: Evidence) -> dict[int, RetrieveEnded]:
    """The different statuses that say more than the counters, each with the first request that it ended."""
    found: dict[int, RetrieveEnded] = {}
    for ended in evidence.ended:
        is_asked_for = ended.status == Status.CANCEL and ended.is_cancelled
        if ended.status not in {Status.SUCCESS, Status.SUB_OPERATIONS_NOT_ALL_WELL} and not is_asked_for:
            found.setdefault(ended.status, ended)
    return found


def _refusals(evidence: Evidence, *, has_told_silence: bool) -> Iterator[Diagnosis]:
    """What the peer ended with, unless it was told before."""
    for status, ended in _statuses(evidence).items():
        is_destination = status == Status.MOVE_DESTINATION_UNKNOWN and evidence.method is RetrieveMethod.MOVE
        is_of_counters = status == Status.OUT_OF_RESOURCES_FOR_SUB_OPERATIONS and _failed(evidence)
        if not (is_destination or is_of_counters or (has_told_silence and _is_vague(status))):
            yield _refused(evidence, ended)


def _is_vague(status: int) -> bool:
    """Whether a failure may be that the peer could not send: many say no more than that something failed."""
    return status & 0xF000 == Status.UNABLE_TO_PROCESS or status & 0xFF00 == Status.OUT_OF_RESOURCES


def _unknown_destination(evidence: Evidence) -> Diagnosis:
    advice = "Ask whoever runs the peer to enter the AE title with its address and port, exactly as written here."
    return evidence.concerning(
        DiagnosisKind.DESTINATION_UNKNOWN,
        f"{evidence.name} does not know the destination {evidence.destination} (status A801H).",
        advice,
        card=_card(evidence),
    )


def _refused(evidence: Evidence, ended: RetrieveEnded) -> Diagnosis:
    text, advice, card = f"{_ending(evidence, ended)}.", status_advice(ended.status, _SERVICES[evidence.method]), ""
    is_of_move = evidence.method is RetrieveMethod.MOVE and _is_vague(ended.status)
    if is_of_move and not evidence.reported.completed and _has_nothing_come(evidence):
        advice = f"{advice} Some archives, such as Orthanc, answer so where they do not know {evidence.destination}."
        card = _card(evidence)
    return evidence.concerning(DiagnosisKind.REFUSED_BY_PEER, text, advice, card=card)


def _ending(evidence: Evidence, ended: RetrieveEnded) -> str:
    words = status_text(ended.status, _SERVICES[evidence.method])
    comment = f", and says: {printable(ended.comment)}" if ended.comment else ""
    return f"{evidence.name} ended the {_WORDS[evidence.method]} with {words} (status {ended.status:04X}H){comment}"


def _failed(evidence: Evidence) -> int:
    return evidence.reported.failed


def _at_our_side(evidence: Evidence, arrivals: Arrivals) -> Iterator[Diagnosis]:
    if evidence.listener is not None:
        yield from _at_the_listener(evidence, evidence.listener, arrivals)
    if arrivals.refused_sop_classes and (_failed(evidence) or evidence.missing or _statuses(evidence)):
        names = [sop_class_words(uid) for uid in arrivals.refused_sop_classes[:_MOST_NAMES]]
        more = len(arrivals.refused_sop_classes) - len(names)
        text = f"No presentation context was agreed with {evidence.peer} for {', '.join(names)}"
        yield evidence.concerning(
            DiagnosisKind.CONTEXTS_REFUSED,
            f"{text} and {more} more." if more > 0 else f"{text}.",
            "Accept these SOP classes, and the transfer syntaxes that the peer has them in."
            if evidence.method is RetrieveMethod.MOVE
            else "Ask whoever runs the peer to let it send them by C-GET.",
            uids=arrivals.refused_sop_classes,
        )
    if arrivals.refused:
        reasons = ", ".join(f"{printable(reason)} ({count:,})" for reason, count in arrivals.refused.items())
        yield Diagnosis(
            kind=DiagnosisKind.REFUSED_BY_US,
            text=f"{count_text(sum(arrivals.refused.values()), 'instance')} came from {evidence.peer} and "
            f"could not be stored here: {reasons}.",
            advice="Remove the cause (disk space, the folder's rights, the rule for duplicates), then retrieve again.",
            uids=arrivals.refused_uids,
        )


def _half_way(evidence: Evidence, arrivals: Arrivals) -> Iterator[Diagnosis]:
    if arrivals.broken_uids:
        count = count_text(len(arrivals.broken_uids), "instance")
        yield Diagnosis(
            kind=DiagnosisKind.BROKEN_OFF,
            text=f"{evidence.name} began to send {count} of which the rest has not come: the connection was broken "
            "off, or stood still.",
            advice="Retrieve again: what has arrived is kept, and left out where it is known what exists.",
            uids=arrivals.broken_uids,
        )


def _at_the_listener(evidence: Evidence, listener: OwnListener, arrivals: Arrivals) -> Iterator[Diagnosis]:
    reported = evidence.reported
    tried = reported.completed + reported.failed + reported.warning
    vague = next((ended for status, ended in _statuses(evidence).items() if _is_vague(status)), None)
    if arrivals.rejections:
        yield evidence.concerning(
            DiagnosisKind.REJECTED_BY_US,
            f"{evidence.name} called at port {listener.port}, and was not accepted: {arrivals.rejections[0]}.",
            "Check which AE titles, addresses, certificates and users are let in here.",
        )
    elif not arrivals.connections and (tried or vague):
        said = f"{evidence.name} reports {count_text(tried, 'instance')} tried, but"
        advice = listener.advice
        if vague and not tried:
            said = f"{_ending(evidence, vague)}; and"
            advice = f"It may not know {evidence.destination}, or not have what was asked for. {advice}"
        text = f"{said} nobody has called at port {listener.port}."
        yield evidence.concerning(DiagnosisKind.NEVER_CONNECTED, text, advice, card=listener.card)


def _unasked(evidence: Evidence, arrivals: Arrivals) -> Iterator[Diagnosis]:
    if arrivals.unasked:
        yield Diagnosis(
            kind=DiagnosisKind.UNASKED,
            text=f"{evidence.name} sent {count_text(arrivals.unasked, 'instance')} of what was not asked for.",
            advice="They were taken as the receiver takes all, and count for nothing here: look at them, and ask who "
            "runs the peer why they are sent.",
            uids=arrivals.unasked_uids,
        )


def _by_counters(evidence: Evidence) -> Iterator[Diagnosis]:
    reported, arrivals = evidence.reported, evidence.arrivals
    ours = frozenset() if arrivals is None else frozenset((*arrivals.refused_uids, *arrivals.broken_uids))
    refused = 0 if arrivals is None else sum(arrivals.refused.values()) + len(arrivals.broken_uids)
    failed_uids = tuple(dict.fromkeys(uid for ended in evidence.ended for uid in ended.failed_uids if uid not in ours))
    if reported.failed > refused:  # what we did not take is counted by the peer too
        yield evidence.concerning(
            DiagnosisKind.SUB_OPERATIONS_FAILED,
            f"{evidence.name} could not send {count_text(reported.failed - refused, 'instance')}.",
            f"The peer's log tells why it failed for each of them.{_COMPRESSED if evidence.is_uncompressed else ''}",
            uids=failed_uids or evidence.missing,
        )
    sent = reported.completed + reported.warning
    came = sent if arrivals is None else arrivals.arrived + arrivals.unasked
    if arrivals is not None and sent > came and (arrivals.connections or evidence.listener is None):
        yield evidence.concerning(
            DiagnosisKind.COUNTERS_DIFFER,
            f"{evidence.name} reports {count_text(sent, 'instance')} sent, but {came:,} arrived.",
            f"The peer may have sent them to another place by the name {evidence.destination}."
            if evidence.method is RetrieveMethod.MOVE
            else "Do not rely on its counters; compare with a query at image level.",
            uids=evidence.missing,
        )


def _without_reason(evidence: Evidence) -> Iterator[Diagnosis]:
    """What is missing though nothing is known to have gone wrong."""
    if evidence.missing and not _cancelled(evidence):
        yield Diagnosis(
            kind=DiagnosisKind.MISSING,
            text=f"{evidence.name} told of {count_text(len(evidence.missing), 'instance')} in a query that it has not "
            "sent now.",
            advice="They may be archived elsewhere, or were removed: query again, then retrieve what is missing.",
            uids=evidence.missing,
        )
    elif _is_nothing(evidence):
        yield Diagnosis(
            kind=DiagnosisKind.NOTHING_FOUND,
            text=f"{evidence.name} found nothing of what was asked for.",
            advice="It may have been removed meanwhile, or the peer wants other keys: query again.",
        )


def _is_nothing(evidence: Evidence) -> bool:
    reported, arrivals = evidence.reported, evidence.arrivals
    has_come = arrivals is not None and arrivals.arrived + arrivals.unasked > 0
    is_quiet = not (reported.completed or reported.failed or reported.warning or has_come)
    is_broken_off = any(ended.status == Status.CANCEL for ended in evidence.ended)
    return bool(evidence.ended) and is_quiet and not is_broken_off and not _cancelled(evidence)


def _cancelled(evidence: Evidence) -> bool:
    return any(ended.is_cancelled for ended in evidence.ended)

"""Choice of the presentation contexts that show what a peer accepts: pure decisions, no network.

For a presentation context an acceptor chooses one of the transfer syntaxes offered (PS3.8 9.3.3.2). So the first round
offers everything for each SOP class at once, in few contexts: what is refused then is out. The second asks for two of
the accepted classes, one context for each transfer syntax. Most peers take the same ones for all classes: the rounds
after that ask for those one by one, and for all others together, which most peers refuse; where one is accepted, the
others are asked for again without it. A peer with three transfer syntaxes for two hundred classes is known after ten
associations, instead of a hundred.
"""

from collections.abc import Iterable, Sequence

from dicomdesk.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    TRANSFER_SYNTAXES,
)
from dicomdesk.engine.check.asked_sop_classes import SERVICES, Service, sop_class_words
from dicomdesk.engine.check_findings import Capabilities, ServiceGroup, SopClassCapability
from dicomdesk.network.negotiation import MAX_CONTEXTS, NegotiatedContext, ProposedContext, number_contexts

__all__ = ["CapabilitySurvey"]

MOST_CONTEXTS = MAX_CONTEXTS - 1
"""Of one association, less one that is known to be accepted."""

_MOST_OFFERS = 4096
"""Transfer syntaxes in one association: the request stays below 128 KiB, more than which some peers do not read."""

_MOST_OFFERS_PER_CONTEXT = 32
"""DCMTK's acceptors do not answer at all where one context offers more than some fifty."""

_MESSAGE_SYNTAXES = (
    IMPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
)
_STORAGE_SYNTAXES = tuple(syntax.uid for syntax in TRANSFER_SYNTAXES)
_SAMPLES = 2
"""Classes for which every transfer syntax is asked for alone."""


_Offer = tuple[str, tuple[str, ...]]
"""SOP class and transfer syntaxes of a context."""


class _Question:
    """Transfer syntaxes of one SOP class: accepted, refused, not known yet."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.candidates = _STORAGE_SYNTAXES if service.group is ServiceGroup.STORAGE else _MESSAGE_SYNTAXES
        self.open = dict.fromkeys(self.candidates)
        """Not known yet, in the order of the table."""
        self.accepted: set[str] = set()
        self.was_asked = False

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to ask."""
        return not self.open

    def take(self, context: NegotiatedContext) -> None:
        """Learn from one context."""
        self.was_asked = True
        chosen = context.accepted_transfer_syntax
        if context.is_accepted and chosen is not None:
            self.accepted.add(chosen)
            self.open.pop(chosen, None)
        else:
            self.drop(context.proposed_transfer_syntaxes)

    def drop(self, transfer_syntaxes: Iterable[str]) -> None:
        """The peer takes none of these."""
        for uid in transfer_syntaxes:
            self.open.pop(uid, None)

    def capability(self) -> SopClassCapability:
        """Return what the peer accepts of the class."""
        return SopClassCapability(
            group=self.service.group,
            sop_class_uid=self.service.sop_class_uid,
            name=sop_class_words(self.service.sop_class_uid),
            transfer_syntaxes=tuple(uid for uid in self.candidates if uid in self.accepted),
            is_complete=self.is_settled,
        )


class CapabilitySurvey:
    """Questions to a peer: ``next_contexts`` is to be proposed until it is empty. Used by one thread."""

    def __init__(self, services: Iterable[Service] = SERVICES, *, most_contexts: int = MOST_CONTEXTS) -> None:
        self._questions = {service.sop_class_uid: _Question(service) for service in services}
        self._most_contexts = most_contexts
        self._told: set[str] = set()
        self.associations = 0
        """How many have answered."""

    @property
    def total(self) -> int:
        """SOP classes to be asked for."""
        return len(self._questions)

    @property
    def asked(self) -> int:
        """SOP classes that were answered."""
        return sum(question.was_asked for question in self._questions.values())

    def ask_less(self) -> bool:
        """Propose fewer contexts at once from now on, for a peer that chokes; False when it is down to very few."""
        self._most_contexts = max(1, self._most_contexts // 4)
        return self._most_contexts >= 8

    def next_contexts(self) -> tuple[ProposedContext, ...]:
        """Return the contexts to propose next; empty when everything is known."""
        contexts: list[tuple[str, tuple[str, ...]]] = []
        offers = 0
        for uid, transfer_syntaxes in self._wanted():
            offers += len(transfer_syntaxes)
            if len(contexts) == self._most_contexts or (offers > _MOST_OFFERS and contexts):
                break
            contexts.append((uid, transfer_syntaxes))
        return number_contexts(contexts)

    def take(self, contexts: Sequence[NegotiatedContext]) -> tuple[SopClassCapability, ...]:
        """Learn from what became of them; returns the capabilities that are settled by it."""
        self.associations += 1
        for context in contexts:
            self._questions[context.abstract_syntax].take(context)
        settled = [
            question
            for uid, question in self._questions.items()
            if question.is_settled and question.accepted and uid not in self._told
        ]
        self._told.update(question.service.sop_class_uid for question in settled)
        return tuple(question.capability() for question in settled)

    def refuse(self, contexts: Sequence[ProposedContext]) -> None:
        """The peer refused a whole association with these: it takes none of them."""
        self.associations += 1
        for context in contexts:
            question = self._questions[context.abstract_syntax]
            question.was_asked = True
            question.drop(context.transfer_syntaxes)

    def unsettled(self) -> tuple[SopClassCapability, ...]:
        """Return the capabilities of which not everything is known."""
        return tuple(
            question.capability()
            for question in self._questions.values()
            if question.accepted and not question.is_settled
        )

    def capabilities(self) -> Capabilities:
        """Return all capabilities, as far as they are known."""
        return Capabilities(
            accepted=tuple(question.capability() for question in self._questions.values() if question.accepted),
            asked=self.asked,
            total=self.total,
            associations=self.associations,
            is_complete=all(question.is_settled for question in self._questions.values()),
        )

    def _wanted(self) -> Iterable[_Offer]:
        """Class and transfer syntaxes of each context that would tell something, the most urgent first."""
        fresh = [question for question in self._questions.values() if not question.was_asked]
        if fresh:
            return [wanted for question in fresh for wanted in _together(question, tuple(question.open))]
        samples = {group: self._samples(group) for group in ServiceGroup}
        pending = [question for question in self._questions.values() if not question.is_settled]
        return (wanted for question in pending for wanted in _follow_up(question, samples[question.service.group]))

    def _samples(self, group: ServiceGroup) -> list[_Question]:
        """The first accepted storage classes; of other services each is asked for every transfer syntax."""
        questions = [question for question in self._questions.values() if question.accepted]
        if group is not ServiceGroup.STORAGE:
            return questions
        return [question for question in questions if question.service.group is group][:_SAMPLES]


def _follow_up(question: _Question, samples: Sequence[_Question]) -> list[_Offer]:
    """Return the contexts to propose for a class after the samples of its group were answered."""
    uid = question.service.sop_class_uid
    if question in samples:
        return [(uid, (syntax,)) for syntax in question.open]
    if not all(sample.is_settled for sample in samples):
        return []
    likely = set[str]().union(*(sample.accepted for sample in samples))
    found: list[_Offer] = [(uid, (syntax,)) for syntax in question.open if syntax in likely]
    rest = tuple(syntax for syntax in question.open if syntax not in likely)
    return [*found, *_together(question, rest)]


def _together(question: _Question, transfer_syntaxes: Sequence[str]) -> list[_Offer]:
    """As few contexts as may offer all of these."""
    starts = range(0, len(transfer_syntaxes), _MOST_OFFERS_PER_CONTEXT)
    return [
        (question.service.sop_class_uid, tuple(transfer_syntaxes[start : start + _MOST_OFFERS_PER_CONTEXT]))
        for start in starts
    ]

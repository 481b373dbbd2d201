"""Tries rules on what is here, and sends nothing: what would go where, and why the rest would not."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from dicomdesk.engine.routing.words import withheld_text
from dicomdesk.engine.rules.candidates import Candidate, read_candidate
from dicomdesk.engine.rules.conditions import NOBODY, Condition, Criterion, Sender, wanted_tags
from dicomdesk.engine.rules.deciding import Planned, Target, Verdict, decide, source_of
from dicomdesk.engine.rules.rule import Destination, Rule
from dicomdesk.errors import DataError
from dicomdesk.human import count_text, error_text, printable
from dicomdesk.records import dataclass

__all__ = ["MOST_FILES", "Trial", "TrialLine", "TrialStudy", "find_unmet", "try_rules"]

MOST_FILES = 50_000
_MOST_UNMET = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLine:
    """What a rule would do with instances of a study."""

    rule: str
    destination: str
    """"" where it would not come to that."""
    verdict: Verdict
    instances: int
    reason: str
    """Why they would not go, in words; "" where they would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStudy:
    """What would become of a study."""

    study_instance_uid: str
    description: str
    """Of study or modality; no patient is named."""
    instances: int
    lines: tuple[TrialLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What would become of files."""

    studies: tuple[TrialStudy, ...]
    unusable: tuple[tuple[str, str], ...] = ()
    """Paths of files that are no instances, with the reasons."""
    is_cut: bool = False
    """Whether there were more files than are looked at."""


def try_rules(
    rules: Sequence[Rule],
    files: Iterable[tuple[str, Sender]],
    *,
    find_target: Callable[[Destination], Target],
    history: Callable[[str, Candidate], Verdict] = lambda _key, _candidate: Verdict.SENT,
    moving: Callable[[], None] = lambda: None,
) -> Trial:
    """Try rules as if these files came to each of them now: received, or at rest in their folders.

    Rules that are off are passed over. ``moving`` is called for each file, and what it raises passes.
    """
    wanted = wanted_tags([rule.condition for rule in rules])
    studies: dict[str, list[Candidate]] = {}
    unusable: list[tuple[str, str]] = []
    is_cut = False
    for number, (path, sender) in enumerate(files):
        moving()
        if number >= MOST_FILES:
            is_cut = True
            break
        try:
            candidate = read_candidate(path, wanted, sender)
        except (DataError, OSError) as error:
            unusable.append((path, error_text(error, names_file=False)))
            continue
        studies.setdefault(candidate.study_uid, []).append(candidate)
    return Trial(
        studies=tuple(_try_study(rules, uid, candidates, find_target, history) for uid, candidates in studies.items()),
        unusable=tuple(unusable),
        is_cut=is_cut,
    )


def find_unmet(condition: Condition, candidate: Candidate) -> Iterator[Criterion]:
    """The criteria that an instance does not meet, though its group needs them."""
    if condition.is_met(candidate.attributes, candidate.sender):
        return
    if isinstance(condition, Criterion):
        yield condition
    elif not condition.is_negated:
        for member in condition.members:
            yield from find_unmet(member, candidate)


def _try_study(
    rules: Sequence[Rule],
    study_uid: str,
    candidates: Sequence[Candidate],
    find_target: Callable[[Destination], Target],
    history: Callable[[str, Candidate], Verdict],
) -> TrialStudy:
    planned: list[Planned] = []
    for place in dict.fromkeys(source_of(rule) for rule in rules):
        here = [rule for rule in rules if source_of(rule) == place]
        seen = [_as_found_in(candidate, place.folder) for candidate in candidates]
        planned += decide(here, seen, targets=find_target, history=history).planned
    order = {rule.key: number for number, rule in enumerate(rules)}
    planned.sort(key=lambda one: order[one.rule.key])
    header = candidates[0].instance.header
    modalities = sorted({candidate.instance.header.modality for candidate in candidates} - {""})
    description = " ".join(part for part in (" ".join(modalities), header.study_date) if part)
    return TrialStudy(
        study_instance_uid=study_uid,
        description=printable(description),
        instances=len(candidates),
        lines=tuple(_line(one, find_target) for one in planned),
    )


def _as_found_in(candidate: Candidate, folder: str) -> Candidate:
    """The same as it would come from a watched folder, where nobody has sent it; else as it is."""
    if not folder:
        return candidate
    return Candidate(
        instance=candidate.instance, attributes=candidate.attributes, sender=NOBODY, digest=candidate.digest
    )


def _line(planned: Planned, find_target: Callable[[Destination], Target]) -> TrialLine:
    name = str(planned.destination or "")
    reason = ""
    if planned.verdict is Verdict.SENT:
        if planned.destination is not None and not find_target(planned.destination).is_known:
            reason = f'would wait: no peer is called "{printable(name)}"'
    elif planned.verdict is Verdict.NO_MATCH:
        unmet = dict.fromkeys(str(each) for each in find_unmet(planned.rule.condition, planned.candidates[0]))
        reason = f"does not match: {'; '.join(list(unmet)[:_MOST_UNMET]) or planned.rule.condition}"
    elif planned.verdict is Verdict.TAKEN:
        reason = f"a rule above takes {count_text(len(planned.candidates), 'instance')} and lets no rule below see them"
    else:
        reason = withheld_text(planned.verdict, name, len(planned.candidates))
    return TrialLine(
        rule=planned.rule.name,
        destination=name,
        verdict=planned.verdict,
        instances=len(planned.candidates),
        reason=reason,
    )

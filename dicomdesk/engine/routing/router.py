"""Routes: what has arrived and come to rest is decided about and given to the outbox, study by study.

Everything that must survive is in the journal before it counts: an errand first, then that its instances were sent on,
then that their files were dealt with. Whatever a crash leaves out is found again on the disk, and decided again.
"""

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Protocol

from dicomdesk.engine.commit.request import CommitWish
from dicomdesk.engine.journal.records import Commitment, ErrandState
from dicomdesk.engine.outbox.errands import Errand, ErrandRequest, wish_of
from dicomdesk.engine.routing.afterwards import Handler
from dicomdesk.engine.routing.facts import (
    FileUnusable,
    RuleSent,
    RuleSink,
    RulesMended,
    RulesTroubled,
    RuleWithheld,
    SendingEnded,
)
from dicomdesk.engine.routing.route_book import RouteBook
from dicomdesk.engine.routing.second_tries import SecondTries
from dicomdesk.engine.routing.words import ended_text, errand_title, hours_text, withheld_text
from dicomdesk.engine.rules.candidates import Candidate, read_candidate, read_origin
from dicomdesk.engine.rules.conditions import NOBODY, Sender, wanted_tags
from dicomdesk.engine.rules.deciding import Decision, Place, Planned, Target, Verdict, decide, source_of
from dicomdesk.engine.rules.folder_watch import FileState, FolderWatch, list_files
from dicomdesk.engine.rules.rule import Afterwards, Destination, FilesAtRest, Priority, QuietStudy, Rule, RuleSet, Scope
from dicomdesk.engine.rules.rules_file import find_reception
from dicomdesk.errors import DataError
from dicomdesk.human import count_text, error_text, printable
from dicomdesk.records import dataclass

__all__ = ["RULE_ORIGIN", "Clock", "Outgoing", "Router", "is_of_rule"]

RULE_ORIGIN = "rule "
LONGEST_PAUSE_S = 20.0
_SEARCH_AGAIN_S = 60.0
_RECEIVED = Place()


class Outgoing(Protocol):
    """What rules need of an outbox."""

    def add(self, request: ErrandRequest) -> int:
        """Add an errand; return its id."""

    def hold(self, ids: Iterable[int], *, until: datetime | None = None, reason: str = "") -> None:
        """Let errands wait until they are released, which is to be expected at a time."""

    def release(self, ids: Iterable[int]) -> None:
        """Let them go."""

    def retry(self, ids: Iterable[int], numbers: Collection[int] | None = None) -> None:
        """Try errands again; of one only some instances."""

    def remove(self, ids: Iterable[int]) -> None:
        """Put errands away."""

    def errands(self) -> tuple[Errand, ...]:
        """All errands."""
        ...

    def errand(self, errand_id: int) -> Errand:
        """One of them; raises KeyError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Times: seconds that only grow, and the local time, which may be set."""

    monotonic_s: Callable[[], float]
    now: Callable[[], datetime]
    """Aware."""


@dataclass(slots=True)
class _Going:
    """By which errands an instance goes, of which rules."""

    uid: str
    errands: dict[int, Rule | None] = field(default_factory=dict)


@dataclass(slots=True)
class _Arriving:
    """A study of which instances have arrived since it was quiet last."""

    began: datetime
    last_s: float = 0.0
    files: dict[str, Sender] = field(default_factory=dict)
    decided: set[str] = field(default_factory=set)
    """Keys of the rules that have acted."""
    going: "dict[str, _Going]" = field(default_factory=dict)
    """By path."""


class Router:
    """The work of rules. Belongs to one thread."""

    def __init__(
        self,
        rules: RuleSet,
        book: RouteBook,
        outbox: Outgoing,
        find_target: Callable[[Destination], Target],
        tell: RuleSink,
        *,
        clock: Clock,
    ) -> None:
        self._book = book
        self._outbox = outbox
        self._find_target = find_target
        self._tell = tell
        self._clock = clock
        self._handler = Handler(book, tell)
        self._second_tries = SecondTries(book, outbox)
        self._arriving: dict[str, _Arriving] = {}
        self._watches: dict[Place, tuple[FolderWatch, float]] = {}
        """With when the next look is due."""
        self._troubles: set[str] = set()
        self._is_open: dict[str, bool] = {}
        self._received_folder = ""
        self._begun_ns = 0
        self._search_at_s: float | None = None
        """When to look for what was received before; None: that is done."""
        self._rules: tuple[Rule, ...] = ()
        self._wanted: frozenset[int] = frozenset()
        self.set_rules(rules)

    # -- what is to be done

    def set_rules(self, rules: RuleSet) -> None:
        """Work by these rules from now on."""
        self._rules = rules.rules
        self._wanted = wanted_tags([rule.condition for rule in rules.rules])
        watched = {source_of(rule) for rule in self._rules if rule.is_on} - {_RECEIVED}
        for place in set(self._watches) - watched:
            del self._watches[place]
            self._mend(place.folder)
        for place in watched:
            self._watches[place] = (self._make_watch(place), self._clock.monotonic_s())
        self._is_open.clear()

    def start(self, received_folder: str, moving: Callable[[], None]) -> None:
        """Take up what an end, or a crash, has left.

        ``received_folder`` is where instances are received, "" for nowhere. Files there that are older than the first
        look that rules had at it are not theirs.
        """
        now = self._clock.now()
        self._book.tidy(now)
        for errand in self._outbox.errands():
            if is_of_rule(errand):
                moving()
                self._take_up(errand)
        self._received_folder = received_folder
        if received_folder:
            self._begun_ns = int(self._book.begin(received_folder, now).timestamp() * 1e9)
            self._search_at_s = self._clock.monotonic_s()
            self._search(moving)

    def _search(self, moving: Callable[[], None]) -> None:
        """Look once for what was received and not dealt with; where that cannot be done, again after a while."""
        if self._search_at_s is None or self._search_at_s > self._clock.monotonic_s():
            return
        folder = self._received_folder
        try:
            for state in list_files(folder, subfolders=True):
                moving()
                if state.mtime_ns >= self._begun_ns and not self._book.is_seen(state, is_received=True):
                    self._find_again(state)
        except FileNotFoundError:
            pass  # nothing was received there
        except OSError as error:
            self._search_at_s = self._clock.monotonic_s() + _SEARCH_AGAIN_S
            words = error_text(error, names_file=False)
            self._trouble(folder, f"{printable(folder)} cannot be read: {words}. What was received there before waits.")
            return
        self._search_at_s = None
        self._mend(folder)

    def arrived(self, path: str, study_uid: str, sender: Sender) -> None:
        """An instance was received."""
        study = self._arriving.pop(study_uid, None) or _Arriving(began=self._clock.now())
        study.files[path] = sender
        study.last_s = self._clock.monotonic_s()
        study.decided.clear()
        self._arriving[study_uid] = study

    def errand_ended(self, errand_id: int) -> None:
        """An errand has ended. One of which nothing is left to do leaves the queue: it stands in the history."""
        try:
            errand = self._outbox.errand(errand_id)
        except KeyError:
            return
        if is_of_rule(errand) and errand.is_ended:
            ended = self._deal_with(errand)
            rule = self._find_rule(ended.rule)
            if rule is not None:
                stored = self._book.count_stored(errand_id, ended.stored)
                is_first = 0 < stored == ended.stored
                self._book.note_done(rule, ended_text(ended), studies=int(is_first), instances=stored)
            self._tell(ended)

    def errand_committed(self, errand_id: int) -> None:
        """Something is known of whether the peer keeps what it has of an errand."""
        with contextlib.suppress(KeyError):
            errand = self._outbox.errand(errand_id)
            if is_of_rule(errand) and errand.is_ended:
                self._deal_with(errand)

    def _deal_with(self, errand: Errand) -> SendingEnded:
        """What an errand that has ended leads to, now or before a restart."""
        records = self._handler.records(errand.id)
        ended = self._handler.errand_ended(errand, records)
        rule = self._find_rule(ended.rule)
        if ended.failed and rule is not None and errand.state is ErrandState.DONE:
            self._second_tries.errand_ended(errand.id, records, rule.retries, self._clock.monotonic_s())
        elif errand.total and not ended.failed and not _waits_for_commitment(errand):
            self._book.note_tries(errand.id, None)
            self._outbox.remove([errand.id])
        return ended

    def _find_rule(self, name: str) -> Rule | None:
        return next((rule for rule in self._rules if rule.key == name.casefold()), None)

    def turn(self, moving: Callable[[], None]) -> float:
        """Do what is due; return in how many seconds something is due again, at most."""
        self._search(moving)
        pauses = [self._turn_schedules(), self._turn_received(moving), self._turn_watches(moving)]
        pauses.append(self._second_tries.turn(self._clock.monotonic_s()))
        self._check_destinations()
        return max(0.0, min(LONGEST_PAUSE_S, *pauses))

    @property
    def studies_waiting(self) -> int:
        """Studies that are not quiet yet."""
        return len(self._arriving)

    # -- received studies

    def _turn_received(self, moving: Callable[[], None]) -> float:
        rules = [rule for rule in self._rules if rule.is_on and isinstance(rule.trigger, QuietStudy)]
        now_s = self._clock.monotonic_s()
        pause = LONGEST_PAUSE_S
        for uid, study in list(self._arriving.items()):
            moving()
            quiet_s = now_s - study.last_s
            due = [rule for rule in rules if rule.key not in study.decided and _quiet_s(rule) <= quiet_s]
            if due:
                self._decide(_RECEIVED, uid, study.files, due, study.going)
                study.decided.update(rule.key for rule in due)
            left = [rule for rule in rules if rule.key not in study.decided]
            if left:
                pause = min(pause, *(_quiet_s(rule) - quiet_s for rule in left))
                continue
            del self._arriving[uid]
            self._finish(_RECEIVED, uid, study.files, study.going)
        if self._received_folder:
            oldest = min((study.began for study in self._arriving.values()), default=self._clock.now())
            self._book.move_on(self._received_folder, oldest)
        return pause

    def _find_again(self, state: FileState) -> None:
        """A file that was received before the program ended, and not dealt with."""
        try:
            study_uid, title = read_origin(state.path)
        except (DataError, OSError):
            self._book.note_seen(state, is_received=True)  # nothing that was received
            return
        self.arrived(state.path, study_uid, self._book.find_sender(title))

    # -- watched folders

    def _make_watch(self, place: Place) -> FolderWatch:
        rules = [rule.trigger for rule in self._rules if rule.is_on and isinstance(rule.trigger, FilesAtRest)]
        mine = [trigger for trigger in rules if trigger.folder == place.folder]
        return FolderWatch(
            place.folder,
            subfolders=any(trigger.subfolders for trigger in mine),
            rest_s=max(trigger.rest_s for trigger in mine),
            is_known=self._book.is_seen,
            clock=self._clock.monotonic_s,
        )

    def _turn_watches(self, moving: Callable[[], None]) -> float:
        pause = LONGEST_PAUSE_S
        for place, (watch, due_s) in list(self._watches.items()):
            if due_s <= self._clock.monotonic_s():
                self._watches[place] = (watch, self._clock.monotonic_s() + self._look(place, watch, moving))
            pause = min(pause, self._watches[place][1] - self._clock.monotonic_s())
        return pause

    def _look(self, place: Place, watch: FolderWatch, moving: Callable[[], None]) -> float:
        """Deal with what has come to rest; return after how many seconds to look again."""
        rules = [rule for rule in self._rules if source_of(rule) == place]
        if told := find_reception(rules, self._received_folder):  # as it may be since the rule was made
            self._trouble(place.folder, f"{told}. Nothing is done in it.")
            return watch.pause_s
        look = watch.look(moving)
        self._trouble(place.folder, look.problem)
        self._route_files(place, look.at_rest, moving)
        return 0.0 if look.has_more else watch.pause_s

    def _route_files(self, place: Place, states: Sequence[FileState], moving: Callable[[], None]) -> None:
        studies: dict[str, dict[str, Sender]] = {}
        for state in states:
            moving()
            try:
                study_uid, _title = read_origin(state.path)
            except (DataError, OSError) as error:
                self._unusable(state, error)
                continue
            studies.setdefault(study_uid, {})[state.path] = NOBODY
        rules = [rule for rule in self._rules if rule.is_on and source_of(rule) == place]
        for study_uid, files in studies.items():
            moving()
            going: dict[str, _Going] = {}
            self._decide(place, study_uid, files, rules, going)
            self._finish(place, study_uid, files, going)

    def _unusable(self, state: FileState, error: DataError | OSError) -> None:
        if isinstance(error, FileNotFoundError):
            return
        self._book.note_seen(state)
        self._tell(FileUnusable(path=state.path, reason=error_text(error, names_file=False)))

    # -- deciding and sending

    def _decide(
        self,
        place: Place,
        study_uid: str,
        files: Mapping[str, Sender],
        acting: Sequence[Rule],
        going: dict[str, _Going],
    ) -> None:
        """Let rules act on files of one study; ``going`` learns by which errands each goes."""
        candidates = self._read(place, files)
        decision = self._plan(place, study_uid, candidates, acting)
        is_first = [
            rule
            for rule in decision.matched
            if rule.scope is Scope.STUDY and not self._book.has_matched(rule, place, study_uid)
        ]
        earlier = self._book.unmatched(place, study_uid) if is_first else []
        further = self._read(place, {path: sender for path, sender in earlier if path not in files}, says=False)
        if further:
            decision = self._plan(place, study_uid, [*candidates, *further], acting)
        for rule in decision.matched:
            self._book.note_matched(rule, place, study_uid)
        for planned in decision.planned:
            if planned.destination is not None:
                self._carry_out(planned, planned.destination, study_uid, going)

    def _plan(self, place: Place, study_uid: str, candidates: Sequence[Candidate], acting: Sequence[Rule]) -> Decision:
        keys = {rule.key for rule in acting}
        return decide(
            [rule for rule in self._rules if source_of(rule) == place],
            candidates,
            targets=self._find_target,
            history=self._book.judge,
            matched_before=lambda rule: self._book.has_matched(rule, place, study_uid),
            acts=lambda rule: rule.key in keys,
        )

    def _read(self, place: Place, files: Mapping[str, Sender], *, says: bool = True) -> list[Candidate]:
        candidates = []
        for path, sender in files.items():
            try:
                candidates.append(read_candidate(path, self._wanted, sender, checks=place != _RECEIVED))
            except (DataError, OSError) as error:
                if says and not isinstance(error, FileNotFoundError):
                    self._tell(FileUnusable(path=path, reason=error_text(error, names_file=False)))
        return candidates

    def _carry_out(self, planned: Planned, destination: Destination, study_uid: str, going: dict[str, _Going]) -> None:
        rule, name, count = planned.rule, str(destination), len(planned.candidates)
        if planned.verdict is Verdict.SENT:
            errand_id = self._send(planned, destination, study_uid)
            for candidate in planned.candidates:
                going.setdefault(candidate.path, _Going(candidate.uid)).errands[errand_id] = rule
            return
        if planned.verdict is Verdict.BEFORE:
            for candidate in planned.candidates:
                earlier = going.setdefault(candidate.path, _Going(candidate.uid)).errands
                earlier.update(dict.fromkeys(self._book.errand_of(self._key(destination), candidate), rule))
        self._book.note_doing(rule.name, withheld_text(planned.verdict, name, count))
        self._tell(
            RuleWithheld(
                rule=rule.name,
                destination=name,
                verdict=planned.verdict,
                study_instance_uid=study_uid,
                instances=count,
            )
        )

    def _send(self, planned: Planned, destination: Destination, study_uid: str) -> int:
        """Give instances to the outbox; return the errand."""
        rule, name, count = planned.rule, str(destination), len(planned.candidates)
        target = self._find_target(destination)
        if not target.is_known:
            text = "What goes there waits: put it into the address book, or change the rule."
            self._trouble(name, f'No peer is called "{printable(name)}". {text}')
        now = self._clock.now()
        is_open = rule.schedule.is_open(now)
        opens_at = None if is_open else rule.schedule.next_opening(now)
        errand_id = self._outbox.add(
            ErrandRequest(
                title=errand_title(planned.candidates),
                peer=name,
                instances=tuple(candidate.instance for candidate in planned.candidates),
                settings=_settings(destination),
                origin=f"{RULE_ORIGIN}{rule.name}",
                study_instance_uid=study_uid,
                is_held=not is_open,
                held_until=opens_at and opens_at.astimezone(),
                reason=hours_text(rule),
                commit=CommitWish() if rule.afterwards is Afterwards.DELETE_COMMITTED else None,
                goes_first=rule.priority is Priority.HIGH,
            )
        )
        self._book.note_sent(target.key, planned.candidates, rule.name, errand_id)
        if not is_open:
            self._book.note_held(errand_id, rule.name)
        waits = "" if opens_at is None else f", waiting until {opens_at:%a %H:%M}"
        self._book.note_done(rule, f"{count_text(count, 'instance')} to {name}{waits}", studies=0, instances=0)
        self._tell(
            RuleSent(
                rule=rule.name,
                destination=name,
                errand_id=errand_id,
                study_instance_uid=study_uid,
                instances=count,
                opens_at=opens_at,
            )
        )
        return errand_id

    def _finish(self, place: Place, study_uid: str, files: Mapping[str, Sender], going: Mapping[str, _Going]) -> None:
        """All rules have acted on files of a study."""
        rules = [rule for rule in self._rules if rule.is_on and source_of(rule) == place]
        whole = [rule for rule in rules if rule.scope is Scope.STUDY]
        if any(not self._book.has_matched(rule, place, study_uid) for rule in whole):
            self._book.note_unmatched(place, study_uid, files.items())
        root = place.folder or self._received_folder
        for path in {*files, *going}:
            try:
                status = os.lstat(path)
            except OSError:
                continue
            state = FileState(path, status.st_size, status.st_mtime_ns)
            self._book.note_seen(state, is_received=place == _RECEIVED)
            way = going.get(path)
            if way is not None and way.errands:
                self._handler.note(state, way.uid, root, list(way.errands.values()), way.errands.keys())

    def _key(self, destination: Destination) -> str:
        return self._find_target(destination).key

    # -- the hours of rules

    def _turn_schedules(self) -> float:
        now = self._clock.now()
        for rule in self._rules:
            is_open = rule.schedule.is_open(now)
            if self._is_open.get(rule.key) == is_open:
                continue
            self._is_open[rule.key] = is_open
            if is_open:
                self._release(rule)
            else:
                self._hold(rule, now)
        return LONGEST_PAUSE_S

    def _release(self, rule: Rule) -> None:
        held = [errand_id for errand_id, name in self._book.held().items() if name.casefold() == rule.key]
        if held:
            self._outbox.release(held)
            for errand_id in held:
                self._book.note_held(errand_id, None)

    def _hold(self, rule: Rule, now: datetime) -> None:
        origin = f"{RULE_ORIGIN}{rule.name}"
        known = self._book.held()
        going = [
            errand.id
            for errand in self._outbox.errands()
            if errand.record.origin == origin
            and not errand.is_ended
            and errand.state is not ErrandState.HELD
            and errand.id not in known
        ]
        if going:
            until = rule.schedule.next_opening(now).astimezone()
            self._outbox.hold(going, until=until, reason=hours_text(rule))
            for errand_id in going:
                self._book.note_held(errand_id, rule.name)

    # -- after an end

    def _take_up(self, errand: Errand) -> None:
        """An errand of rules that is there from before."""
        if errand.id > self._book.last_errand:
            rule = errand.record.origin.removeprefix(RULE_ORIGIN)
            destination = self._destination(errand.record.peer)
            candidates = []
            for record in self._book.journal.instances(errand.id):
                try:
                    candidates.append(read_candidate(record.found.path, frozenset(), checks=False))
                except (DataError, OSError):
                    continue
            self._book.note_sent(self._key(destination), candidates, rule, errand.id)
        if errand.is_ended:
            self._deal_with(errand)

    def _destination(self, peer: str) -> Destination:
        for rule in self._rules:
            for destination in rule.destinations:
                if str(destination) == peer:
                    return destination
        return Destination(name=peer)

    # -- trouble

    def _trouble(self, about: str, text: str) -> None:
        """Tell trouble once; "" is its end."""
        if not text:
            self._mend(about)
        elif about not in self._troubles:
            self._troubles.add(about)
            self._tell(RulesTroubled(about=about, text=text))

    def _mend(self, about: str) -> None:
        if about in self._troubles:
            self._troubles.discard(about)
            self._tell(RulesMended(about=about))

    def _check_destinations(self) -> None:
        if not self._troubles:
            return
        for rule in self._rules:
            for destination in rule.destinations:
                if str(destination) in self._troubles and self._find_target(destination).is_known:
                    self._mend(str(destination))


def is_of_rule(errand: Errand) -> bool:
    """Whether a rule has asked for it."""
    return errand.record.origin.startswith(RULE_ORIGIN)


def _waits_for_commitment(errand: Errand) -> bool:
    """Whether the peer is to say that it keeps all that it has, and has not."""
    return (
        wish_of(errand.record.settings) is not None and errand.commitments.get(Commitment.COMMITTED, 0) < errand.stored
    )


def _quiet_s(rule: Rule) -> float:
    assert isinstance(rule.trigger, QuietStudy)
    return rule.trigger.quiet_s


def _settings(destination: Destination) -> dict[str, str]:
    settings: dict[str, str] = {}
    if destination.peer is not None and destination.peer.calling_ae_title:
        settings["calling_ae_title"] = destination.peer.calling_ae_title
    return settings

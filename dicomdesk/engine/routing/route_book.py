"""What rules keep in the journal, so that nothing is lost, sent twice, or sent in a circle, also after a crash.

What was sent on is known by peer, SOP Instance UID and what the data set holds; which files were dealt with, by their
names, sizes and times; who sent what was received, by AE title. The journal keeps these in the order in which they are
given, after the errand that they are about: what is missing after a crash is decided again, and so is what cannot be
read.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.rules.candidates import Candidate
from dicomdesk.engine.rules.conditions import NOBODY, Sender
from dicomdesk.engine.rules.deciding import MOST_VERSIONS, Place, Verdict
from dicomdesk.engine.rules.folder_watch import FileState
from dicomdesk.engine.rules.rule import Rule
from dicomdesk.records import dataclass

__all__ = ["Doing", "Handling", "LastDone", "RouteBook"]

_SENT, _VERSIONS = "rules.sent", "rules.versions"
_SEEN, _RECEIVED = "rules.seen", "rules.received"
_MATCHED, _UNMATCHED = "rules.matched", "rules.unmatched"
_SENDER, _FILE, _BEGUN = "rules.sender", "rules.file", "rules.begun"
_HELD, _TRIES, _LAST, _DOING = "rules.held", "rules.tries", "rules.last", "rules.doing"
_STORED = "rules.stored"
_LAST_ERRAND = "errand"
MOST_CACHED = 100_000
MOST_UNMATCHED = 20_000
_KEPT_DAYS = 400
_DOINGS_DAYS = 90
_MARGIN = timedelta(hours=1)
"""Between a file's time and when it was looked at; a transfer may be long, and clocks are set."""
_LONGEST_TEXT = 300

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What is to become of a file when it has gone everywhere."""

    uid: str
    """SOP Instance UID of what is in it."""
    root: str
    """The folder that it was found in."""
    afterwards: str
    size_bytes: int
    mtime_ns: int
    errands: tuple[int, ...]
    """Those by which it goes, as far as they have not succeeded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDone:
    """What a rule did last, and how much its peers have stored that day; what waits is not counted."""

    at: datetime
    text: str
    instances: int
    """That were stored that day."""
    studies: int
    """Of which something was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Something that a rule did or left, for its history."""

    at: datetime
    text: str


class RouteBook:
    """The memory of rules in one journal. Belongs to one thread, as far as it changes something."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._seen: dict[str, str] = {}
        self._doings = 0

    def tidy(self, now: datetime) -> None:
        """Forget what is too old to matter."""
        for kind in (_SENT, _VERSIONS, _MATCHED, _UNMATCHED, _FILE):
            self.journal.discard_older(kind, now - timedelta(days=_KEPT_DAYS))
        for kind in (_DOING, _STORED):
            self.journal.discard_older(kind, now - timedelta(days=_DOINGS_DAYS))

    # -- what was sent on

    def judge(self, target_key: str, candidate: Candidate) -> Verdict:
        """Whether an instance may go to a peer; see ``deciding.History``."""
        if self.journal.kept(_SENT, _key(target_key, candidate.uid, candidate.digest)) is not None:
            return Verdict.BEFORE
        versions = self._count(_VERSIONS, _key(target_key, candidate.uid))
        return Verdict.TOO_OFTEN if versions >= MOST_VERSIONS else Verdict.SENT

    def note_sent(self, target_key: str, candidates: Iterable[Candidate], rule: str, errand_id: int) -> None:
        """Instances go to a peer by an errand."""
        for candidate in candidates:
            self.journal.keep(
                _SENT,
                _key(target_key, candidate.uid, candidate.digest),
                json.dumps({"rule": rule, "errand": errand_id}),
            )
            key = _key(target_key, candidate.uid)
            self.journal.keep(_VERSIONS, key, str(self._count(_VERSIONS, key) + 1))
        self.journal.keep(_LAST, _LAST_ERRAND, str(max(errand_id, self.last_errand)))

    def errand_of(self, target_key: str, candidate: Candidate) -> tuple[int, ...]:
        """The errand by which an instance went to a peer; () where nobody knows."""
        key = _key(target_key, candidate.uid, candidate.digest)
        errand = self._read(_SENT, key, lambda found: _whole(found["errand"]))
        return () if errand is None else (errand,)

    @property
    def last_errand(self) -> int:
        """The newest errand of which all was noted."""
        return self._count(_LAST, _LAST_ERRAND)

    # -- files

    def is_seen(self, state: FileState, *, is_received: bool = False) -> bool:
        """Whether a file was dealt with as it is now."""
        kind, key = _RECEIVED if is_received else _SEEN, _path_key(state.path)
        mark = self._seen.get(kind + key)
        if mark is None:
            mark = self.journal.kept(kind, key)
            if mark is not None:
                self._remember(kind + key, mark)
        return mark == _mark(state)

    def note_seen(self, state: FileState, *, is_received: bool = False) -> None:
        """A file was dealt with."""
        kind, key, mark = _RECEIVED if is_received else _SEEN, _path_key(state.path), _mark(state)
        self._remember(kind + key, mark)
        self.journal.keep(kind, key, mark)

    def _remember(self, key: str, mark: str) -> None:
        if len(self._seen) >= MOST_CACHED:
            self._seen.clear()
        self._seen[key] = mark

    def begin(self, folder: str, now: datetime) -> datetime:
        """From when on received files are to be looked after: what is older was dealt with, or is not of the rules."""
        begun = self._begun(folder)
        if begun is None or begun > now:  # the clock was set back
            begun = now
            self.journal.keep(_BEGUN, _path_key(folder), begun.isoformat())
        return begun

    def _begun(self, folder: str) -> datetime | None:
        known = self.journal.kept(_BEGUN, _path_key(folder))
        return None if known is None else _sound(lambda: _moment(known))

    def move_on(self, folder: str, until: datetime) -> None:
        """All that was received before then is dealt with."""
        until -= _MARGIN
        begun = self._begun(folder)
        if begun is None or until - _MARGIN > begun:
            self.journal.keep(_BEGUN, _path_key(folder), until.isoformat())
            self.journal.discard_older(_RECEIVED, until - _MARGIN)

    def handling(self, path: str) -> Handling | None:
        """What is to become of a file."""
        return self._read(_FILE, _path_key(path), _handling)

    def note_handling(self, path: str, handling: Handling | None) -> None:
        """Keep that, None for nothing any more."""
        if handling is None:
            self.journal.discard(_FILE, _path_key(path))
        else:
            self.journal.keep(_FILE, _path_key(path), json.dumps(asdict(handling)))

    def forget_file(self, path: str) -> None:
        """A file is gone from its place."""
        for kind in (_SEEN, _RECEIVED):
            self._seen.pop(kind + _path_key(path), None)
            self.journal.discard(kind, _path_key(path))

    # -- studies

    def has_matched(self, rule: Rule, place: Place, study_uid: str) -> bool:
        """Whether a rule has taken a study before."""
        return self.journal.kept(_MATCHED, _key(rule.key, str(rule.condition), place.folder, study_uid)) is not None

    def note_matched(self, rule: Rule, place: Place, study_uid: str) -> None:
        """A rule has taken a study."""
        self.journal.keep(_MATCHED, _key(rule.key, str(rule.condition), place.folder, study_uid), "1")

    def unmatched(self, place: Place, study_uid: str) -> list[tuple[str, Sender]]:
        """Files of a study that not every rule has taken, which go along once one does."""
        key = _key(place.folder, study_uid)
        return (
            self._read(_UNMATCHED, key, lambda found: [(_text(path), _sender(sender)) for path, sender in found]) or []
        )

    def note_unmatched(self, place: Place, study_uid: str, files: Iterable[tuple[str, Sender]]) -> None:
        """More of them."""
        known = dict(self.unmatched(place, study_uid))
        known |= dict(files)
        listed = list(known.items())[-MOST_UNMATCHED:]
        self.journal.keep(_UNMATCHED, _key(place.folder, study_uid), json.dumps(listed))

    # -- senders

    def note_sender(self, sender: Sender) -> None:
        """Somebody associates with us: told before anything is stored."""
        self.journal.keep(_SENDER, _key(sender.calling_ae_title), json.dumps(sender))

    def find_sender(self, calling_ae_title: str) -> Sender:
        """Who it was that sent by this title last; of others only the title is known."""
        known = self._read(_SENDER, _key(calling_ae_title), _sender)
        return NOBODY._replace(calling_ae_title=calling_ae_title) if known is None else known

    # -- errands that wait for the hours of their rule

    def held(self) -> dict[int, str]:
        """Errands that rules hold, with the names of the rules."""
        return {int(kept.key): kept.value for kept in self.journal.kept_all(_HELD) if kept.key.isdecimal()}

    def note_held(self, errand_id: int, rule: str | None) -> None:
        """A rule holds an errand; None: no more."""
        if rule is None:
            self.journal.discard(_HELD, str(errand_id))
        else:
            self.journal.keep(_HELD, str(errand_id), rule)

    def tries(self, errand_id: int) -> int:
        """How often an errand was tried again after it had ended."""
        return self._count(_TRIES, str(errand_id))

    def note_tries(self, errand_id: int, tries: int | None) -> None:
        """Keep that, None for no more."""
        if tries is None:
            self.journal.discard(_TRIES, str(errand_id))
        else:
            self.journal.keep(_TRIES, str(errand_id), str(tries))

    # -- what rules did

    def count_stored(self, errand_id: int, stored: int) -> int:
        """So many instances of an errand are stored by now; return how many more than when it was counted last."""
        known = int(self.journal.kept(_STORED, str(errand_id)) or 0)
        if stored != known:
            self.journal.keep(_STORED, str(errand_id), str(stored))
        return max(0, stored - known)

    def last_done(self, rule: Rule) -> LastDone | None:
        """What a rule did last; for any thread."""
        return self._read(_LAST, f"rule {rule.key}", _last_done)

    def note_done(self, rule: Rule, text: str, *, studies: int, instances: int) -> None:
        """A rule has done something."""
        now = datetime.now().astimezone()
        last = self.last_done(rule)
        is_today = last is not None and last.at.date() == now.date()
        done = LastDone(
            at=now,
            text=text[:_LONGEST_TEXT],
            instances=instances + (last.instances if last is not None and is_today else 0),
            studies=studies + (last.studies if last is not None and is_today else 0),
        )
        self.journal.keep(_LAST, f"rule {rule.key}", json.dumps({**asdict(done), "at": done.at.isoformat()}))
        self.note_doing(rule.name, text)

    def note_doing(self, rule: str, text: str) -> None:
        """Write something into the history of a rule."""
        now = datetime.now(UTC)
        self._doings += 1
        key = f"{_key(rule.casefold())} {now.isoformat(timespec='microseconds')} {self._doings:08}"
        self.journal.keep(_DOING, key, text[:_LONGEST_TEXT])

    def doings(self, rule: str) -> Iterator[Doing]:
        """The history of a rule, the oldest first; for any thread."""
        begin = f"{_key(rule.casefold())} "
        for kept in self.journal.kept_all(_DOING):
            if kept.key.startswith(begin):
                yield Doing(at=datetime.fromisoformat(kept.key.split(" ")[1]), text=kept.value)

    # -- what stands in the journal

    def _read(self, kind: str, key: str, read: Callable[[Any], Value]) -> Value | None:
        """What a text in JSON says; None where there is none that can be read."""
        text = self.journal.kept(kind, key)
        return None if text is None else _sound(lambda: read(json.loads(text)))

    def _count(self, kind: str, key: str) -> int:
        """A count, 0 where there is none that can be read."""
        text = self.journal.kept(kind, key)
        return 0 if text is None else _sound(lambda: int(text)) or 0


def _sound(read: Callable[[], Value]) -> Value | None:
    """What is read, None where it is not what was written here."""
    try:
        return read()
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError("a number")
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time with its zone")
    return moment


def _sender(value: object) -> Sender:
    if not isinstance(value, list):
        raise TypeError("a list")
    return Sender(*map(_text, value))


def _handling(found: dict[str, Any]) -> Handling:
    return Handling(
        uid=_text(found["uid"]),
        root=_text(found["root"]),
        afterwards=_text(found["afterwards"]),
        size_bytes=_whole(found["size_bytes"]),
        mtime_ns=_whole(found["mtime_ns"]),
        errands=tuple(map(_whole, found["errands"])),
    )


def _last_done(found: dict[str, Any]) -> LastDone:
    return LastDone(
        at=_moment(found["at"]),
        text=_text(found["text"]),
        instances=_whole(found["instances"]),
        studies=_whole(found["studies"]),
    )


def _key(*parts: str) -> str:
    """A short key of texts that may be anything."""
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()


def _path_key(path: str) -> str:
    return hashlib.blake2b(os.fsencode(path), digest_size=16).hexdigest()


def _mark(state: FileState) -> str:
    return f"{state.size_bytes}:{state.mtime_ns}"

"""Moves or deletes files that have gone to all their destinations, as their rules say, and never another file.

A file that is not as it was when it was decided about stays, as does one whose folder has become a link to elsewhere.
"""

import contextlib
import os
import stat
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dicomdesk.engine.journal.records import TAKEN, Commitment, InstanceRecord
from dicomdesk.engine.outbox.errands import Errand
from dicomdesk.engine.routing.facts import FileHandled, RuleSink, SendingEnded
from dicomdesk.engine.routing.route_book import Handling, RouteBook
from dicomdesk.engine.rules.folder_watch import SENT_FOLDER, FileState
from dicomdesk.engine.rules.rule import Afterwards, Rule
from dicomdesk.human import error_text

__all__ = ["Handler", "delete_file", "move_file", "strictest"]

_RULE_ORIGIN = "rule "
_ORDER = (Afterwards.LEAVE, Afterwards.MOVE, Afterwards.DELETE_COMMITTED, Afterwards.DELETE_STORED)
"""The one that does least comes first."""
_MOST_NAMES = 1000


def strictest(rules: Sequence[Rule | None]) -> Afterwards:
    """What becomes of a file that several rules send: what does least, and nothing where a rule is gone."""
    wishes = [Afterwards.LEAVE if rule is None else rule.afterwards for rule in rules]
    return min(wishes, key=_ORDER.index, default=Afterwards.LEAVE)


class Handler:
    """Deals with files when errands end. Belongs to the router's thread."""

    def __init__(self, book: RouteBook, tell: RuleSink) -> None:
        self._book = book
        self._tell = tell

    def note(
        self, state: FileState, uid: str, root: str, rules: Sequence[Rule | None], errand_ids: Collection[int]
    ) -> None:
        """A file with this instance goes by these errands, of these rules; some may have ended already."""
        afterwards = strictest(rules)
        if afterwards is Afterwards.LEAVE:
            return
        handling = Handling(
            uid=uid,
            root=root,
            afterwards=afterwards.value,
            size_bytes=state.size_bytes,
            mtime_ns=state.mtime_ns,
            errands=tuple(sorted(errand_ids)),
        )
        self._book.note_handling(state.path, handling)
        for errand_id in handling.errands:
            self._advance(state.path, errand_id, self._states(errand_id))

    def errand_ended(self, errand: Errand, records: Sequence[InstanceRecord]) -> SendingEnded:
        """Deal with the files of an errand of a rule that has ended, perhaps again; return what is to be told of it."""
        states = _by_uid(records)
        for path in {record.found.path for record in records}:
            self._advance(path, errand.id, states)
        return SendingEnded(
            rule=errand.record.origin.removeprefix(_RULE_ORIGIN),
            destination=errand.record.peer,
            errand_id=errand.id,
            stored=errand.stored,
            failed=errand.total - errand.stored,
            reason="" if errand.stored == errand.total else _reason(errand, records),
        )

    def records(self, errand_id: int) -> Sequence[InstanceRecord]:
        """The instances of an errand, also of one that was put away; () where nobody knows."""
        try:
            return self._book.journal.instances(errand_id)
        except KeyError:
            return ()

    def _states(self, errand_id: int) -> dict[str, list[InstanceRecord]]:
        return _by_uid(self.records(errand_id))

    def _advance(self, path: str, errand_id: int, records: Mapping[str, Sequence[InstanceRecord]]) -> None:
        """Cross an errand off where it has brought the instance to its peer; deal with the file when none is left."""
        handling = self._book.handling(path)
        if handling is None or errand_id not in handling.errands:
            return
        mine = records.get(handling.uid, ())
        needs_commitment = handling.afterwards == Afterwards.DELETE_COMMITTED.value
        if not mine or not all(_is_safe(record, needs_commitment=needs_commitment) for record in mine):
            return
        left = tuple(each for each in handling.errands if each != errand_id)
        if left:
            self._book.note_handling(path, replace(handling, errands=left))
        else:
            self._handle(path, handling)

    def _handle(self, path: str, handling: Handling) -> None:
        new_path = problem = ""
        try:
            if not _is_same(path, handling):
                problem = "it has changed since, and stays"
            elif handling.afterwards == Afterwards.MOVE.value:
                new_path = move_file(path, handling.root)
            else:
                delete_file(path)
        except FileNotFoundError:
            problem = "it is gone already"
        except OSError as error:
            problem = error_text(error, names_file=False)
        self._book.note_handling(path, None)
        if not problem:
            self._book.forget_file(path)
        self._tell(FileHandled(path=path, new_path=new_path, problem=problem))


def move_file(path: str, root: str) -> str:
    """Move a file into the folder for what was sent, by its name below ``root``; return where it is. Raises OSError.

    A file that is there already stays: the new one gets a number.
    """
    inside = os.path.relpath(path, root)
    target = os.path.join(root, SENT_FOLDER, inside)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    stem, extension = os.path.splitext(target)
    for number in range(_MOST_NAMES):
        name = f"{stem}-{number}{extension}" if number else target
        with contextlib.suppress(FileExistsError):
            _rename_without_replacing(path, name)
            return name
    raise FileExistsError(f"there are {_MOST_NAMES} files of its name already")


def delete_file(path: str) -> None:
    """Delete a file; raises OSError."""
    os.unlink(path)


def _rename_without_replacing(path: str, name: str) -> None:
    try:
        os.link(path, name, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(name):
            raise FileExistsError(name) from None
        Path(path).rename(name)
        return
    os.unlink(path)


def _is_same(path: str, handling: Handling) -> bool:
    """Whether it is the regular file that was decided about, still below its folder."""
    status = os.lstat(path)
    parent, root = os.path.realpath(os.path.dirname(path)), os.path.realpath(handling.root)
    return (
        stat.S_ISREG(status.st_mode)
        and (status.st_size, status.st_mtime_ns) == (handling.size_bytes, handling.mtime_ns)
        and os.path.commonpath((parent, root)) == root
        and parent == os.path.normpath(os.path.join(root, os.path.relpath(os.path.dirname(path), handling.root)))
    )


def _by_uid(records: Sequence[InstanceRecord]) -> dict[str, list[InstanceRecord]]:
    found: dict[str, list[InstanceRecord]] = {}
    for record in records:
        found.setdefault(record.found.header.sop_instance_uid, []).append(record)
    return found


def _is_safe(record: InstanceRecord, *, needs_commitment: bool) -> bool:
    if needs_commitment:
        return record.commitment is Commitment.COMMITTED
    return record.state in TAKEN


def _reason(errand: Errand, records: Sequence[InstanceRecord]) -> str:
    reasons = [record.reason for record in records if record.state not in TAKEN and record.reason]
    return reasons[0] if reasons else errand.record.reason

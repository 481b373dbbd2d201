"""Harnesses of what an archive reads beside instances: backups, trash, holds, corrections, notes; its audit trail."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from xml.etree import ElementTree

from dicomdesk.archive.areas.folder_notes import FolderNotes, read_name
from dicomdesk.archive.areas.holds import read_holds
from dicomdesk.archive.areas.trash import Trash, TrashedInstance, TrashEntry
from dicomdesk.archive.audit.messages import (
    AuditMessage,
    EventId,
    Outcome,
    Participant,
    Role,
    patient_object,
    query_object,
    study_object,
    to_xml,
)
from dicomdesk.archive.audit.outlets import syslog_message
from dicomdesk.archive.backup.backup import STATE_FILES
from dicomdesk.archive.backup.manifest import BackupPlace, manifest_lines
from dicomdesk.archive.backup.restore import check_backup
from dicomdesk.archive.corrections.record import Change, CorrectionKind, CorrectionRecord, Origin
from dicomdesk.archive.corrections.trail import Trail
from dicomdesk.archive.upkeep.reload_notes import _read as read_reload_note
from dicomdesk.errors import KeptFileError, StorageError
from tests.fuzz.properties import attempt, require, require_same
from tests.helpers.archives.audit_schema import checked_message


@cache
def _folder() -> tuple["tempfile.TemporaryDirectory[str]", Path]:
    """A folder for this process; it goes when the process ends."""
    made = tempfile.TemporaryDirectory(prefix="fuzz-areas-")
    return made, Path(made.name)


# -- backups

_HEAD = {"version": 1, "area": "A", "when": "2026-01-02T03:04:05+00:00", "host": "h"}
_FILE = {"path": "12/1.2/1.3/CT.1.4.dcm", "bytes": 4, "sha256": "0" * 64, "received": 1_700_000_000_000_000}


class _Observer:
    def progressed(self, done: int, total: int) -> None:
        pass

    def found(self, path: str, text: str) -> None:
        require(isinstance(path, str) and isinstance(text, str), "what is found has a path and words", path)


def read_backup(data: bytes) -> None:
    """A manifest is a backup or is none, its files lie within the backup, and what it says is of the right kind."""
    target = _folder()[1] / "target"
    folder = target / "A"
    shutil.rmtree(target, ignore_errors=True)
    (folder / "backups").mkdir(parents=True)
    (folder / "files").mkdir()
    (folder / "backups" / "000007-x.jsonl").write_bytes(data)
    places = attempt(lambda: BackupPlace.all_in(target), KeptFileError, StorageError).value or ()
    for place in places:
        require(place.folder.parent == target, "a place lies in its target", place.folder)
    place = BackupPlace(target, "A")
    for manifest in attempt(place.manifests, KeptFileError, StorageError).value or ():
        require(all(isinstance(each, str) for each in (manifest.area, manifest.when, manifest.host)), "heads are texts")
        require_same(attempt(lambda: place.new_name("y")).value, "000008-y", "a new backup is the next one")
        kept = attempt(lambda: list(manifest.files()), KeptFileError).value  # noqa: B023 - called at once
        states = attempt(manifest.states, KeptFileError).value
        counts = attempt(manifest.counts, KeptFileError).value
        require(counts is None or all(type(count) is int for count in counts), "counts are counts", counts)
        for one in kept or ():
            kinds = [type(value) for value in one]
            require_same(kinds, [str, int, str, int, str], "what is said of a file is of its kind")
        for one in kept or ():
            stored = attempt(lambda: place.stored(one.stored), KeptFileError).value  # noqa: B023 - as above
            inside = stored is None or os.path.normpath(stored).startswith(f"{place.files}{os.sep}")
            require(inside, "files lie within the backup", stored)
        for name, text in (states or {}).items():
            require(isinstance(text, str) and isinstance(name, str), "states are texts", name)
        attempt(lambda: check_backup(place, manifest, _Observer(), is_quick=False), KeptFileError, StorageError)  # noqa: B023 - as above


def build_backup(random: Random) -> bytes:
    """A manifest with some files and states."""
    lines: list[dict[str, object]] = [_HEAD]
    lines += [{**_FILE, "stored": "x/1"} if random.random() < 0.3 else dict(_FILE) for _ in range(random.randint(0, 5))]
    lines += [{"state": name, "text": "{}"} for name in STATE_FILES if random.random() < 0.5]
    lines.append({"end": len(lines) - 1, "bytes": 4})
    return b"".join(manifest_lines(iter(lines)))


# -- what stands in the folder of an area

_STATE = (
    "trash/20260102-030405-0a0b0c0d/entry.json",
    "trash/20260102-030405-0a0b0c0d/instances.jsonl",
    "holds.json",
    "area.json",
    "corrections.jsonl",
    "reload-host-1-2.json",
)


def read_area_state(data: bytes) -> None:
    """Whatever stands in the files of an area is taken for something sound, or for nothing, or that is said."""
    number, content = (data[0] if data else 0) % len(_STATE), data[1:]
    state = _folder()[1] / "area" / ".dicomdesk"
    shutil.rmtree(state, ignore_errors=True)
    file = state / _STATE[number]
    file.parent.mkdir(parents=True)
    if number == 1:
        (file.parent / "entry.json").write_bytes(_samples()[0])
    file.write_bytes(content)
    _use_trash(state.parent)
    for uid, hold in (attempt(lambda: read_holds(state.parent), StorageError).value or {}).items():
        require(all(isinstance(text, str) for text in (uid, hold.since, hold.by, hold.why)), "holds are texts", hold)
    _use_notes(state)
    _use_trail(state / "corrections.jsonl")
    note = attempt(lambda: read_reload_note(state / _STATE[5])).value
    require(note is None or all(isinstance(text, str) for text in (note[0], *note[2])), "notes are texts", note)


def _use_trash(area: Path) -> None:
    trash = Trash(area)
    for entry in attempt(trash.entries, StorageError).value or ():
        _require_kinds(entry)
        attempt(lambda: entry.is_over(1.0))  # noqa: B023 - called at once
        attempt(lambda: datetime.fromtimestamp(entry.removed_at, UTC))  # noqa: B023 - as above
        for one in attempt(lambda: list(trash.instances(entry)), StorageError).value or ():  # noqa: B023 - as above
            _require_kinds(one)
            path = attempt(lambda: trash.file_of(entry, one.path), StorageError).value  # noqa: B023 - as above
            own = area / ".dicomdesk" / "trash" / entry.id / "files"
            inside = path is None or os.path.normpath(path).startswith(f"{own}{os.sep}")
            require(inside, "files of the trash lie in it", path)
        attempt(lambda: trash.settle(entry, lambda _path, _uid: False), StorageError)  # noqa: B023 - as above
    attempt(lambda: trash.find("2026"), StorageError)
    attempt(lambda: trash.delete_over(1e12), StorageError)


_KINDS: dict[object, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "float | None": (int, float, type(None)),
}


def _require_kinds(value: TrashEntry | TrashedInstance) -> None:
    for each in fields(value):
        kind = each.type if isinstance(each.type, str) else getattr(each.type, "__name__", str(each.type))
        require(isinstance(getattr(value, each.name), _KINDS[kind]), "what the trash says is of its kind", each.name)


def _use_notes(state: Path) -> None:
    notes = FolderNotes(str(state))
    left_out = attempt(notes.left_out).value
    require(left_out is not None and not left_out.exceeds(left_out), "what is left out is counted", left_out)
    name = attempt(lambda: read_name(str(state))).value
    require(isinstance(attempt(notes.session).value, str), "a session has a name")
    require_same(attempt(lambda: notes.claim_name("N")).value, name or "N", "an area keeps its name")


def _use_trail(file: Path) -> None:
    trail = Trail(file)
    records = attempt(trail.records, StorageError).value or []
    for record in records:
        origin = record.origin
        texts = [origin.correction_id, origin.user, origin.host, origin.reason, origin.undoes]
        texts += [uid for pair in record.uids.items() for uid in pair]
        for change in record.changes:
            texts += [*change.instances, *change.before, *change.after]
            texts += [
                value for values in (change.before, change.after) for value in values.values() if value is not None
            ]
        require(all(isinstance(text, str) for text in texts), "a correction is told in texts", texts)
        attempt(lambda: origin.when.astimezone(UTC))  # noqa: B023 - called at once
        attempt(lambda: record.instance_count)  # noqa: B023 - as above
    attempt(trail.undone, StorageError)
    if not file.exists():
        return
    with trail.writing():
        asked: list[Iterable[str]] = []

        def is_taken(paths: Iterable[str]) -> bool:
            asked.append(list(paths))
            return False

        attempt(lambda: trail.settle(is_taken), StorageError)
        require(all(isinstance(path, str) for paths in asked for path in paths), "files have paths", asked)
        written = attempt(trail.records, StorageError).value
    require_same(written, records, "what was told of corrections stays")


@cache
def _samples() -> list[bytes]:
    entry = {
        "version": 1,
        "id": "x",
        "removed_at": 1.7e9,
        "kept_until": 1.8e9,
        "what": "study 1.2",
        "by": "me",
        "why": "x",
        "instances": 1,
        "size_bytes": 4,
        "is_complete": False,
    }
    instance = {
        "path": _FILE["path"],
        "size_bytes": 4,
        "sop_class_uid": "1.2",
        "sop_instance_uid": "1.4",
        "study_instance_uid": "1.2",
        "series_instance_uid": "1.3",
        "received": 1.7e9,
        "checksum": "crc",
    }
    hold = {"since": "2026-01-02T03:04:05+00:00", "by": "me", "why": "court"}
    notes = {"name": "A", "session": "s", "left_out": {"studies": 1, "flat_files": 0, "other_names": 2}}
    reload = {"configuration": "/etc/x", "count": 1, "problems": ["line 3"]}
    made: list[object] = [entry, instance, {"version": 1, "studies": {"1.2": hold}}, notes]
    return [json.dumps(each).encode() + b"\n" for each in made] + [_trail_sample(), json.dumps(reload).encode()]


def _trail_sample() -> bytes:
    file = _folder()[1] / "sample.jsonl"
    origin = Origin(
        correction_id="20260102-030405-abcdef", kind=CorrectionKind.CORRECT, when=datetime(2026, 1, 2, tzinfo=UTC),
        user="me", host="h", reason="typo",
    )  # fmt: skip
    change = Change(before={"PatientID": "1", "PatientSex": None}, after={"PatientID": "2"}, instances=("1.4",))
    trail = Trail(file)
    with trail.writing():
        for part in (0, 1):
            trail.begin(CorrectionRecord(origin=origin, changes=(change,), uids={"1.2": "1.5"}), part, ["a/b/c/d.dcm"])
        trail.end(origin.correction_id, 0, is_taken=True)
    return file.read_bytes()


def build_area_state(random: Random) -> bytes:
    """A byte for the file, and the file."""
    number = random.randrange(len(_STATE))
    return bytes((number,)) + _samples()[number]


# -- audit trail

_LINE_ENDS = ("\n", "\r")


def write_audit(data: bytes) -> None:
    """Whatever peers say, a message of the audit trail is one line of XML by its schema, and says the same."""
    parts = [part.decode("utf-8", "surrogateescape") for part in data.split(b"\n", 6)]
    if len(parts) < 7:
        return
    title, host, patient, name, study, accession, query = parts
    message = AuditMessage(
        event=EventId.QUERY,
        action="E",
        when=datetime(2026, 1, 2, tzinfo=UTC),
        outcome=Outcome.MINOR_FAILURE,
        description=name,
        participants=[
            Participant(user_id=title, role=Role.SOURCE, alternative_user_id=f"AETITLES={title}", address=host),
            Participant(user_id="me", is_requestor=True),
        ],
        objects=[
            patient_object(patient, name),
            study_object(study, {study: 3}, [accession]),
            query_object(study, query.encode("utf-8", "surrogateescape"), accession),
        ],
    )
    xml = attempt(lambda: to_xml(message, source_id=title, site_id=host)).value or ""
    require(not any(end in xml for end in _LINE_ENDS), "a message is one line")
    read = attempt(lambda: checked_message(xml), ElementTree.ParseError).value
    require(read is not None, "a message is XML", xml[-300:])
    line = attempt(lambda: syslog_message(xml, message.when)).value or b""
    require(b"\n" not in line and line.endswith(b"</AuditMessage>"), "a message of syslog is one line")


def build_audit(random: Random) -> bytes:
    """What peers say, each on a line."""
    words = (b"CT1", b"10.0.0.1", b"::1", b"P\xc3\xa9", b"Doe^Jane", b"1.2.3", b"A-1", b"a&b<c>\"'", b"")
    return b"\n".join(random.choice(words) for _ in range(7))


AUDIT_WORDS = (
    b"\0",
    b"\x1b",
    b"\xff",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xef\xbf\xbf",
    b"]]>",
    b"&#10;",
    b"<",
    b'"',
    b"'",
)

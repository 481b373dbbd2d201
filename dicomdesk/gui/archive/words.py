"""What is said below the list: of the archive, of what is selected, of what was found."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui import wording
from dicomdesk.gui.archive.access import ArchiveAccess, Overview
from dicomdesk.gui.archive.cells import DATE, DESCRIPTION, NAME, PATIENT, moment
from dicomdesk.gui.archive.nodes import EntryNode, conflict_text
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.theme import Tone

if TYPE_CHECKING:
    from dicomdesk.archive.administration.desk.looking import AreaUsage
    from dicomdesk.archive.administration.details import Details as EntryDetails

__all__ = [
    "count_words",
    "describe_archive",
    "describe_entry",
    "describe_many",
    "found_text",
    "rows_text",
    "title_of",
    "uid_of",
    "usage_text",
]

_MOST_SENDERS: Final = 3


def _say(text: str) -> str:
    return QCoreApplication.translate("archive_words", text)


def count_words(level: Level, count: int) -> str:
    """Return "12 studies"."""
    one, many = {
        Level.PATIENT: (_say("{count} patient"), _say("{count} patients")),
        Level.STUDY: (_say("{count} study"), _say("{count} studies")),
        Level.SERIES: (_say("{count} series"), _say("{count} series")),
        Level.IMAGE: (_say("{count} instance"), _say("{count} instances")),
    }[level]
    return wording.plural(count, one, many)


def found_text(level: Level, total: int, shown: int) -> str:
    """Say what was found, and that there is more than is listed."""
    found = count_words(level, total)
    return _say("{found}, listed as you scroll").format(found=found) if shown < total else found


def usage_text(overview: Overview) -> str:
    """Say what is stored, and how much room is left."""
    lines = [_area_text(area, is_alone=len(overview.usage) == 1) for area in overview.usage]
    return "\n".join(lines)


def _area_text(area: "AreaUsage", *, is_alone: bool) -> str:
    totals = area.totals
    counts = ", ".join(
        (
            count_words(Level.PATIENT, totals.patients),
            count_words(Level.STUDY, totals.studies),
            count_words(Level.SERIES, totals.series),
            count_words(Level.IMAGE, totals.instances),
        )
    )
    room = _say("{size} stored, {free} free on the disk.").format(
        size=human.size_text(totals.size_bytes), free=human.size_text(area.free_bytes)
    )
    parts = [f"{counts}.", room]
    if area.trash_bytes:
        parts.append(_say("{size} in the trash.").format(size=human.size_text(area.trash_bytes)))
    if not area.is_writable:
        parts.append(_say("Only read: nothing in it may be changed."))
    text = " ".join(parts)
    return text if is_alone else f"{human.printable(area.area)}: {text}"


def describe_archive(access: ArchiveAccess) -> Details:
    """Say what the archive holds as a whole."""
    title = human.printable(access.name)
    if access.problem:
        return Details(title=title, text=access.problem, icon="warning", tone=Tone.WARNING, can_copy=True)
    return Details(title=title, text=usage_text(access.overview), icon="archive", tone=Tone.QUIET)


def title_of(node: EntryNode) -> str:
    """Name a row by itself and what it is below of."""
    above = [node.ancestor(level) for level in (Level.PATIENT, Level.STUDY)]
    words: list[str] = []
    for one in dict.fromkeys(entry for entry in (*above, node) if entry is not None):
        columns = (NAME, PATIENT) if one.listed.level is Level.PATIENT else (NAME, DATE, DESCRIPTION)
        words += [text for text in (one.text(column) for column in columns) if text and text not in words]
    return "   ".join(words)


def describe_entry(node: EntryNode, details: "EntryDetails | None") -> Details:
    """Say what is known of one row; ``details`` None while it is read."""
    title, icon = title_of(node), "warning" if node.entry.conflict else "archive"
    tone = Tone.WARNING if node.entry.conflict else Tone.PLAIN
    if details is None:
        return Details(title=title, text=_say("Reading…"), icon=icon, tone=tone)
    return Details(title=title, text="\n".join(_lines(node, details)), icon=icon, tone=tone)


def _lines(node: EntryNode, details: "EntryDetails") -> list[str]:
    files = wording.plural(details.files, _say("{count} file"), _say("{count} files"))
    first = [_say("{files}, {size}.").format(files=files, size=human.size_text(details.file_bytes))]
    first += _sender_words(details)
    received = node.listed.values.get("last_received", node.listed.values.get("received"))
    if when := moment(received):
        first.append(_say("Last received {when}.").format(when=when))
    troubles = []
    if node.entry.conflict:
        troubles.append(wording.capitalised(f"{conflict_text(node.entry.conflict)}."))
    elif details.conflicts:
        count = count_words(Level.IMAGE, details.conflicts)
        troubles.append(_say("{instances} of it contradict others.").format(instances=count))
    if details.missing:
        files = wording.plural(len(details.missing), _say("{count} file"), _say("{count} files"))
        troubles.append(_say("{files} of it missing: Verify tells which.").format(files=files))
    notes = []
    if details.hold is not None:
        notes.append(_say("On hold: {why}.").format(why=human.printable(details.hold.why) or _say("no reason said")))
    if details.corrections:
        last = details.corrections[-1].origin
        count = wording.plural(len(details.corrections), _say("{count} correction"), _say("{count} corrections"))
        words = _say("{corrections}, the last by {user} on {when}.")
        notes.append(
            words.format(corrections=count, user=human.printable(last.user), when=moment(last.when.timestamp()))
        )
    return [" ".join(part) for part in (troubles, first, notes) if part]


def _sender_words(details: "EntryDetails") -> list[str]:
    named = sorted((title for title in details.senders if title), key=lambda title: -details.senders[title])
    if not named:
        return []
    shown = [human.printable(title) for title in named[:_MOST_SENDERS]]
    more = len(named) - len(shown)
    words = ", ".join(shown) + (f" +{more}" if more else "")
    return [_say("Sent by {titles}.").format(titles=words)]


def uid_of(node: EntryNode) -> str:
    """Return the UID of a row; of a patient the ID."""
    name = {
        Level.PATIENT: "patient_id",
        Level.STUDY: "study_instance_uid",
        Level.SERIES: "series_instance_uid",
        Level.IMAGE: "sop_instance_uid",
    }[node.listed.level]
    return human.printable(str(node.listed.values.get(name, "")))


def rows_text(nodes: Sequence[EntryNode]) -> str:
    """Count rows."""
    levels = {node.listed.level for node in nodes}
    if len(levels) == 1:
        return count_words(levels.pop(), len(nodes))
    return wording.plural(len(nodes), _say("{count} row"), _say("{count} rows"))


def describe_many(nodes: Sequence[EntryNode]) -> Details:
    """Say what several rows are together."""
    instances = sum(_number(node, "instances") or int(node.listed.level is Level.IMAGE) for node in nodes)
    size = sum(_number(node, "bytes") for node in nodes)
    title = _say("{rows} selected").format(rows=rows_text(nodes))
    text = f"{count_words(Level.IMAGE, instances)}, {human.size_text(size)}."
    return Details(title=title, text=text, icon="archive", tone=Tone.PLAIN)


def _number(node: EntryNode, name: str) -> int:
    value = node.listed.values.get(name, 0)
    return int(value) if isinstance(value, int | float) else 0

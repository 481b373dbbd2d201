"""Deletion of received files: asked for with how many and where, done beside the Qt thread, told with what was kept."""

import os
from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from dicomdesk import human
from dicomdesk.engine.host.book_mirror import BookMirror
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.engine.receive.book.deleting import Deletion, delete_received
from dicomdesk.engine.receive.book.records import BookedFile
from dicomdesk.errors import HostLostError, LocalError
from dicomdesk.gui import wording
from dicomdesk.gui.models.received_nodes import ReceivedInstance, ReceivedSeries, ReceivedStudy
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.theme import Tone
from dicomdesk.records import dataclass

__all__ = ["DeletionDialog", "Deletions", "Part", "delete_parts", "describe_deletions", "find_files", "parts_of"]

_MOST_FOLDERS = 3


def _say(text: str) -> str:
    return QCoreApplication.translate("deletion", text)


@dataclass(frozen=True, slots=True)
class Part:
    """What is to be deleted of one study."""

    study_uid: str
    series_uid: str | None = None
    """None for all of it."""
    instance_uids: frozenset[str] | None = None
    """None for all of the series."""


def parts_of(nodes: Sequence[Node]) -> list[Part]:
    """Return what rows stand for; ``nodes`` has none that is below another."""
    parts: list[Part] = []
    instances: dict[ReceivedSeries, set[str]] = {}
    for node in nodes:
        if isinstance(node, ReceivedStudy):
            parts.append(Part(node.record.uid))
        elif isinstance(node, ReceivedSeries):
            parts.append(Part(node.record.study.uid, node.record.uid))
        elif isinstance(node, ReceivedInstance) and isinstance(node.parent, ReceivedSeries):
            instances.setdefault(node.parent, set()).add(node.file.sop_instance_uid)
    for series, uids in instances.items():
        parts.append(Part(series.record.study.uid, series.record.uid, frozenset(uids)))
    return parts


def find_files(book: ArrivalBook, parts: Sequence[Part]) -> list[BookedFile]:
    """Return the files of parts, in the order of arrival; for a worker."""
    return [
        file
        for part in parts
        for file in book.files(part.study_uid, part.series_uid)
        if file.path and (part.instance_uids is None or file.sop_instance_uid in part.instance_uids)
    ]


@dataclass(frozen=True, slots=True)
class Deletions:
    """What has come of all parts."""

    done: tuple[Deletion, ...]
    problems: tuple[str, ...]
    """Why parts were left as they are."""

    @property
    def deleted(self) -> int:
        """Files that are gone."""
        return sum(len(each.deleted) for each in self.done)


def delete_parts(book: ArrivalBook, parts: Sequence[Part]) -> Deletions:
    """Delete; blocks on the disk, for a worker."""
    done, problems = [], []
    for part in parts:
        try:
            if isinstance(book, BookMirror):
                done.append(book.delete(part.study_uid, part.series_uid, part.instance_uids))
            else:
                done.append(delete_received(book, part.study_uid, part.series_uid, part.instance_uids))
        except (LocalError, HostLostError) as error:
            problems.append(str(error))
    return Deletions(tuple(done), tuple(problems))


class DeletionDialog(QMessageBox):
    """The question; not modal. Ask ``shall_delete``."""

    def __init__(self, files: Sequence[BookedFile], what: str, parent: QWidget | None = None) -> None:
        """``what`` is what the files are, in a few words."""
        super().__init__(parent)
        count = wording.plural(len(files), _say("{count} file"), _say("{count} files"))
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle(self.tr("Delete received files?"))
        self.setText(self.tr("Delete {files} of {what}?").format(files=count, what=what))
        self.setInformativeText(f"{folders_text(files)}\n{self.tr('They are not kept anywhere else by this program.')}")
        self._delete = self.addButton(
            self.tr("&Delete {files}").format(files=count), QMessageBox.ButtonRole.DestructiveRole
        )
        keep = self.addButton(self.tr("&Keep them"), QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(keep)
        self.setEscapeButton(keep)
        self.setModal(False)

    def shall_delete(self) -> bool:
        """Whether the user chose to delete."""
        return self.clickedButton() is self._delete


def folders_text(files: Sequence[BookedFile]) -> str:
    """Return where files are, in a sentence."""
    folders = list(dict.fromkeys(os.path.dirname(file.path) for file in files))
    shown = ", ".join(human.printable(folder) for folder in folders[:_MOST_FOLDERS])
    more = len(folders) - _MOST_FOLDERS
    if more > 0:
        rest = wording.plural(more, _say("{count} other folder"), _say("{count} other folders"))
        return _say("They are in {folders} and {rest}.").format(folders=shown, rest=rest)
    return _say("They are in {folders}.").format(folders=shown)


def describe_deletions(deletions: Deletions) -> Details:
    """Return what has come of it."""
    kept = [file for each in deletions.done for file in each.kept]
    reasons = Counter([*(file.reason for file in kept), *deletions.problems])
    title = wording.plural(deletions.deleted, _say("{count} file deleted"), _say("{count} files deleted"))
    if not reasons:
        return Details(title=title, icon="remove", text=_say("Nothing of them is left in their folders."))
    lines = [wording.sentence(human.printable(reason)) for reason, _ in reasons.most_common(2)]
    if kept:
        title += ", " + wording.plural(len(kept), _say("{count} kept"), _say("{count} kept"))
        lines.append(human.printable(kept[0].path))
    return Details(title=title, text="\n".join(lines), icon="warning", tone=Tone.WARNING, can_copy=True)

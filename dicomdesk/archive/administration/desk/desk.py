"""Desk of an archive: see the room. What comes in and goes out, and what keeps it well, is here."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from dicomdesk.archive.administration.desk.changing import ChangingDesk
from dicomdesk.archive.administration.desk.looking import NOBODY, Watch, belongs_to, selected
from dicomdesk.archive.administration.keeping.exporting import (
    ExportItem,
    ExportResult,
    export_instances,
    find_export,
)
from dicomdesk.archive.administration.keeping.importing import ImportedItem, import_inputs
from dicomdesk.archive.administration.keeping.sending import send_request
from dicomdesk.archive.administration.listing import Listed
from dicomdesk.archive.administration.opening import working_on
from dicomdesk.archive.audit.changes import backup_message, export_messages, import_messages, send_messages
from dicomdesk.archive.audit.messages import Participant, Role
from dicomdesk.archive.backup.backup import BackupReport, back_up, prune
from dicomdesk.archive.corrections.record import operating_user
from dicomdesk.archive.file_check import FileCheckReport, Finding, check_area
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.send.request import SendRequest

__all__ = ["ArchiveDesk"]


class ArchiveDesk(ChangingDesk):
    """See ``LookingDesk`` and ``ChangingDesk``; with import, export, transfer, verification and backup."""

    def import_inputs(
        self, area: str, inputs: Sequence[str], take: Callable[[ImportedItem], None], *, watch: Watch = NOBODY
    ) -> None:
        """Take files, folders and archives into an area; ``take`` is told of each. See ``import_inputs``."""
        stored: dict[str, str] = {}
        try:
            with working_on(self._areas[area]) as keeper:
                for number, item in enumerate(import_inputs(keeper, inputs)):
                    if item.path:
                        stored[item.path] = item.sop_instance_uid
                    take(item)
                    watch.progressed(number + 1, 0)
                    watch.check()
        finally:  # also what was stored before somebody ended it
            self._tell_import(area, inputs, stored)

    def _tell_import(self, area: str, inputs: Sequence[str], stored: Mapping[str, str]) -> None:
        uids = list(dict.fromkeys(stored.values()))
        found = self._areas[area].index.find_instances(area, sop_instance_uids=uids) if self._audit else ()
        came = [one for one in found if one.path in stored]
        source = Path(inputs[0] if len(inputs) == 1 else os.path.commonpath(inputs))
        words = "archive view, import"
        self._tell(import_messages(came, area=area, user=operating_user(), source=source, description=words))

    def find_instances(self, rows: Iterable[Listed]) -> list[ExportItem]:
        """Find the instances of rows, each once, to be exported or sent."""
        found: dict[tuple[str, str], ExportItem] = {}
        for row in rows:
            for item in find_export([self._areas[row.area]], selected(row)):
                if belongs_to(row, item.instance):
                    found.setdefault((row.area, item.instance.path), item)
        return list(found.values())

    def first_path(self, row: Listed) -> str:
        """The file of the first instance of a row, "" where nothing is left of it; OSError passes."""
        opened = self._areas[row.area]
        found = opened.index.instances(selected(row).query(Level.IMAGE), opened.name)
        first = next((one for one in found if belongs_to(row, one)), None)
        return "" if first is None else str(opened.path_of(first.path))

    def export(
        self, items: Sequence[ExportItem], target: Path, *, is_zip: bool = False, watch: Watch = NOBODY
    ) -> ExportResult:
        """Export instances with a DICOMDIR; see ``export_instances``. Ended, it leaves nothing."""
        done = 0

        def progressed(_size_bytes: int) -> None:
            nonlocal done
            done += 1
            watch.progressed(done, len(items))
            watch.check()

        result = export_instances(items, target, is_zip=is_zip, progressed=progressed)
        failed = {id(failure.item) for failure in result.failures}
        written = [item for item in items if id(item) not in failed]
        for area, instances in _by_area(written).items():
            user, words = operating_user(), "archive view, export"
            self._tell(export_messages(instances, area=area, user=user, target=target, description=words))
        return result

    def send_request(self, items: Sequence[ExportItem], peer: str, book: Path) -> SendRequest:
        """Make the request that sends instances to a peer; see ``send_request``."""
        return send_request(items, peer, book, calling_ae_title=items[0].opened.area.ae_title)

    def tell_sending(self, items: Sequence[ExportItem], ae_title: str, host: str) -> None:
        """Tell the audit trail that instances were handed to what sends them to a peer."""
        other = Participant(
            user_id=ae_title, role=Role.DESTINATION, alternative_user_id=f"AETITLES={ae_title}", address=host
        )
        for area, instances in _by_area(items).items():
            user, words = operating_user(), "archive view, handed to the send queue"
            self._tell(send_messages(instances, area=area, user=user, peer=other, description=words, is_all=True))

    # -- upkeep

    def verify(
        self, tell: Callable[[str, Finding], None], *, is_deep: bool = False, watch: Watch = NOBODY
    ) -> dict[str, FileCheckReport]:
        """Compare files and indexes; ``tell`` is told of what is wrong, with the area. See ``check_area``."""
        reports = {}
        for name, opened in self._areas.items():
            reports[name] = check_area(
                opened.settings,
                opened.area,
                partial(tell, name),
                lambda done: watch.progressed(done, 0),
                is_deep=is_deep,
                check=watch.check,
            )
        return reports

    def back_up(self, target: Path, *, keep: int | None = None, watch: Watch = NOBODY) -> dict[str, BackupReport]:
        """Back up all areas, and remove all but the newest so many backups; see ``back_up``."""
        reports = {}
        for name, opened in self._areas.items():
            reports[name] = back_up(name, opened.area.folder, opened.index, target, _BackupWatch(watch))
            if keep is not None:
                prune(target, name, keep)
            words = f"archive view, backup {reports[name].name}"
            self._tell([backup_message(area=name, user=operating_user(), target=target, description=words)])
        return reports


def _by_area(items: Iterable[ExportItem]) -> dict[str, list[StoredInstance]]:
    areas: dict[str, list[StoredInstance]] = {}
    for item in items:
        areas.setdefault(item.opened.name, []).append(item.instance)
    return areas


class _BackupWatch:
    """Observer of a backup for a watch; what is told of files is in the report, too."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def progressed(self, done: int, total: int) -> None:
        """See ``BackupObserver``."""
        self._watch.progressed(done, total)
        self._watch.check()

    def found(self, path: str, text: str) -> None:
        """See ``BackupObserver``."""

"""Moves that failed for reasons that pass are kept in a journal, and sent again until the destination has them.

What the requestor of a move is told stays true: these sub-operations have failed, and its Error Comment says that they
are kept. They go by C-STORE without being a move's any more, by the configuration that is in force then, with pauses
that double up to five minutes; the journal outlives the process. What fails for good, or too often, is given up.
"""

import logging
import os
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.facts import ArchiveFacts, KeptMoveEnded
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.archive.setup.settings_in_force import SettingsInForce
from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import FoundInstance, InputFormat, InputSelection
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import ENDED_INSTANCES, TAKEN, InstanceState, SettingValue
from dicomdesk.engine.outbox.errands import Destination, Errand, ErrandRequest, OutboxLimits
from dicomdesk.engine.outbox.facts import ErrandChanged, OutboxFact
from dicomdesk.engine.outbox.outbox import Outbox
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import DataError, SettingsError
from dicomdesk.human import printable
from dicomdesk.settings import AssociationSettings, Peer

__all__ = ["KeptMoves"]

logger = logging.getLogger(__name__)

_ARCHIVE: Final = "archive_ae_title"
_ORIGIN: Final = "move"
_MOST_WAITING: Final = 20_000
"""Instances in all; what fails beyond that is not kept."""
_HISTORY: Final = timedelta(days=30)
_OPEN: Final = frozenset(InstanceState) - ENDED_INSTANCES


class KeptMoves:
    """Failed moves of an archive, kept in a journal of its own, which stays open: it is its owner's. Any thread."""

    def __init__(self, journal: Journal, settings: SettingsInForce, facts: ArchiveFacts) -> None:
        """Go on with what the journal has."""
        self._journal = journal
        self._settings = settings
        self._facts = facts
        self._lock = threading.Lock()
        self._waiting: dict[int, tuple[str, set[str]]] = {}
        """Destination and SOP Instance UIDs of each errand that is under way."""
        for record in journal.errands():
            uids = {one.found.header.sop_instance_uid for one in journal.instances(record.id, states=_OPEN)}
            self._waiting[record.id] = record.peer, uids
        self._engine = Engine()
        self._outbox = Outbox(self._engine, journal, self._take, self._resolve, limits=OutboxLimits())

    @property
    def waiting(self) -> int:
        """Gauge: instances that wait for a destination."""
        return sum(errand.waiting for errand in self._outbox.errands())

    def keep(self, keeper: Keeper, archive_ae_title: str, destination: str, instances: Sequence[StoredInstance]) -> int:
        """Keep instances that did not reach a destination; returns how many are kept, those that were before included.

        Waits for the disk. What cannot be read is not kept.
        """
        with self._lock:
            known = {uid for peer, uids in self._waiting.values() if peer == destination for uid in uids}
        new = [one for one in instances if one.sop_instance_uid not in known]
        kept = len(instances) - len(new)
        if len(new) > _MOST_WAITING - self.waiting:
            logger.warning("Too many failed moves are kept already: %d more to %s are not", len(new), destination)
            new = []
        for study_uid in dict.fromkeys(one.study_instance_uid for one in new):
            found = [
                listed
                for one in new
                if one.study_instance_uid == study_uid and (listed := _found(keeper, one)) is not None
            ]
            if found:
                kept += len(found)
                self._add(archive_ae_title, destination, study_uid, found)
        self._journal.flush()
        return kept

    def _add(self, archive_ae_title: str, destination: str, study_uid: str, found: Sequence[FoundInstance]) -> None:
        errand_id = self._outbox.add(
            ErrandRequest(
                title=study_uid,
                peer=destination,
                instances=tuple(found),
                settings={_ARCHIVE: archive_ae_title},
                origin=_ORIGIN,
                study_instance_uid=study_uid,
            )
        )
        with self._lock:
            self._waiting[errand_id] = destination, {one.header.sop_instance_uid for one in found}

    def tidy(self) -> None:
        """Put away what has ended; now and then."""
        ended = [errand for errand in self._outbox.errands() if errand.is_ended]
        for errand in ended:
            with self._lock:
                self._waiting.pop(errand.id, None)
            self._tell(errand)
        self._outbox.remove(errand.id for errand in ended)
        self._journal.forget(datetime.now(UTC) - _HISTORY)

    def peers_changed(self) -> None:
        """Try all destinations again: the configuration is another."""
        self._outbox.peers_changed()

    def close(self) -> None:
        """Begin nothing more and break off what is under way; what has not ended waits in the journal."""
        self._outbox.close(abort=True)
        self._engine.close()
        self._journal.flush()

    # -- on the threads of the Outbox

    def _take(self, fact: OutboxFact | Event) -> None:
        if isinstance(fact, ErrandChanged) and fact.errand.is_ended:
            with self._lock:
                self._waiting.pop(fact.errand.id, None)

    def _tell(self, errand: Errand) -> None:
        failed = errand.total - errand.stored
        if failed:
            logger.warning(
                "%d of %d instances of study %s are given up, which were kept for %s: %s",
                failed,
                errand.total,
                errand.record.study_instance_uid,
                printable(errand.record.peer),
                self._reason(errand.id),
            )
        self._facts(KeptMoveEnded(destination=errand.record.peer, stored=errand.stored, failed=failed))

    def _reason(self, errand_id: int) -> str:
        records = self._journal.instances(errand_id, states=frozenset(InstanceState) - TAKEN)
        return next((one.reason for one in records if one.reason), "it was cancelled")

    def _resolve(self, name: str, kept: Mapping[str, SettingValue]) -> Destination:
        settings = self._settings.current
        configuration, archive = settings.configuration, str(kept.get(_ARCHIVE, ""))
        area = configuration.find_area(archive)
        entry = None if area is None else configuration.find_destination(area, name)
        if entry is None:
            raise SettingsError(f'The move destination "{name}" is not known any more')
        return Destination(
            request=SendRequest(
                peer=Peer(host=entry.host, port=entry.port, ae_title=entry.ae_title, tls=settings.destination_tls),
                inputs=InputSelection(paths=()),
                association=AssociationSettings(
                    calling_ae_title=archive,
                    max_pdu_bytes=settings.max_pdu_bytes or configuration.max_pdu_bytes,
                    timeouts=settings.timeouts,
                ),
                halt_on_error=False,
                fallback_contexts=True,
            )
        )


def _found(keeper: Keeper, instance: StoredInstance) -> FoundInstance | None:
    path = os.path.abspath(keeper.storage.path_of(instance.path))
    try:
        return FoundInstance(path=path, header=read_header(path, InputFormat.FILE_OR_DATA_SET).brief())
    except (DataError, OSError):
        return None

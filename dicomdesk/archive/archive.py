"""Archive as a whole: areas with their files and indexes, a listener, and the services.

Usable without a command line::

    with Archive(settings, facts, observer) as archive:
        port = archive.start()
        ...

All methods may be called from any thread.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from dicomdesk.archive.admission import Admission
from dicomdesk.archive.areas.crash_repair import RepairReport
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.objects.object_area import open_storage
from dicomdesk.archive.areas.opening_check import tell_left_out
from dicomdesk.archive.facts import ArchiveFacts, InstanceStored
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import IndexEntry, StoredInstance
from dicomdesk.archive.indexed_areas import (
    check_index_exists,
    entry_reader,
    index_url,
    open_index,
    settle_name,
)
from dicomdesk.archive.services.c_store import IgnoringSink, StoringSink
from dicomdesk.archive.services.dispatch import ArchiveServices
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.archive.setup.settings_in_force import SettingsInForce, check_replacement
from dicomdesk.archive.upkeep.chores import Chores
from dicomdesk.archive.upkeep.leases import Lease, LeaseLostError, Leases
from dicomdesk.archive.upkeep.reload_notes import forget_reloads
from dicomdesk.archive.upkeep.trash_emptying import TrashEmptying
from dicomdesk.dicom.query.sop_classes import SHUTDOWN
from dicomdesk.engine.receive.instance_file import Buffers
from dicomdesk.engine.receive.listening_job import acceptor_ssl_context
from dicomdesk.errors import CancelledError, IndexDamagedError
from dicomdesk.network.acceptor.acceptor import Callbacks
from dicomdesk.network.acceptor.access_control import Refusal
from dicomdesk.network.acceptor.listener import Listener, ListenerSettings
from dicomdesk.network.acceptor.observers import IncomingAssociation, ListenerObserver
from dicomdesk.network.dimse.store_reception import IncomingStore, InstanceSink
from dicomdesk.network.presentation.context_acceptance import AcceptancePolicy, verification_only_policy
from dicomdesk.network.presentation.profiles import Profile

if TYPE_CHECKING:
    from dicomdesk.archive.upkeep.kept_moves import KeptMoves
    from dicomdesk.engine.journal.journal import Journal

__all__ = ["Archive"]

logger = logging.getLogger(__name__)

_STOP_GRACE_S = 60.0
_REPAIR_LEASE_S = 300.0
_CHECKED_AT_ONCE_BYTES = 16 << 20
"""An index up to here is looked through in some hundredths of a second."""
_SHUTDOWN_ASKED = Refusal(numbers=(1, 1, 1), text="the archive is asked to end, and does")


class Archive:
    """Archive that listens: ``start`` once, ``stop`` any number of times; ``close`` at the end, which stops too.

    Making one opens all areas and puts them in order after a crash. Raises SettingsError, StorageError, and the
    LocalErrors of the index.
    """

    def __init__(
        self,
        settings: ArchiveSettings,
        facts: ArchiveFacts | None = None,
        observer: ListenerObserver | None = None,
        *,
        profiles: tuple[Profile | None, Profile | None] = (None, None),
        journal: "Journal | None" = None,
    ) -> None:
        """``facts`` and ``observer`` are told what happens; ``profiles`` are for what comes in and what goes out.

        ``journal`` keeps moves that fail for reasons that pass, until they are done; its owner closes it.
        """
        self._in_force = SettingsInForce(settings)
        self._reloading = threading.Lock()
        self.port = 0
        """Where it listens."""
        self.repairs: dict[str, RepairReport] = {}
        """What was put in order, by AE title, where something had crashed."""
        self._facts = facts or _tell_nobody
        self._observer = observer or ListenerObserver()
        incoming, outgoing = profiles
        if not settings.configuration.areas:
            logger.warning("The configuration names no storage area (AETable): nothing but C-ECHO is served")
        self._admission = Admission(settings, incoming)
        self._indexes: dict[str, Index] = {}
        self._keepers: dict[str, Keeper] = {}
        self._listener: Listener | None = None
        self._journal = journal
        self._kept_moves: KeptMoves | None = None
        self._is_aborting = False
        self._buffers = Buffers()
        try:
            for area in settings.configuration.areas:
                self._open(area, settings)
            keep = self._keep_for_later if journal is not None else None
            self._services = ArchiveServices(self._in_force, self._keepers, self._facts, outgoing, keep=keep)
            emptying = TrashEmptying(self._keepers)
            others = (self._repair_crashed, self._services.take_over, self._tidy_moves, emptying)
            self._chores = Chores(self._in_force, self._keepers, self._facts, others)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def settings(self) -> ArchiveSettings:
        """Settings in force for what begins now."""
        return self._in_force.current

    def reload(self, configuration: ArchiveConfiguration) -> None:
        """Put another configuration in force, all of it or nothing; associations that run keep theirs.

        Areas that are new are opened; those that are no longer named are served to nobody any more. Raises
        ConfigurationError where something cannot change in a process that runs, and what ``Archive`` raises.
        """
        with self._reloading:
            before = self.settings
            check_replacement(before.configuration, configuration)
            settings = replace(before, configuration=configuration)
            known = set(self._keepers)
            try:
                for area in configuration.areas:
                    self._open(area, settings)
            except BaseException:
                for ae_title in set(self._keepers) - known:
                    self._keepers.pop(ae_title).end()
                raise
            for ae_title in known:
                changed = configuration.find_area(ae_title)
                if changed is not None:
                    self._keepers[ae_title].change(changed)
            self._in_force.replace(settings)
            if self._kept_moves is not None:
                self._kept_moves.peers_changed()

    def keeper(self, ae_title: str) -> Keeper:
        """The keeper of an area: its index to find, its files, and ``remove``; raises KeyError."""
        return self._keepers[ae_title]

    @property
    def ae_titles(self) -> tuple[str, ...]:
        """AE titles of the areas, in the order of the configuration."""
        configuration = self.settings.configuration
        return tuple(ae_title for ae_title in self._keepers if configuration.find_area(ae_title) is not None)

    @property
    def associations(self) -> int:
        """Gauge: established now."""
        return self._listener.associations if self._listener is not None else 0

    @property
    def bytes_received(self) -> int:
        """Gauge: since ``start``, protocol included."""
        return self._listener.bytes_received if self._listener is not None else 0

    def start(self, *, bound: Callable[[], None] | None = None) -> int:
        """Listen; returns the port. Raises PortInUseError, TlsSettingsError or LocalError.

        ``bound`` is called when the port is ours and nobody is served yet.
        """
        settings, configuration = self.settings, self.settings.configuration
        listener = Listener(
            ListenerSettings(
                port=configuration.port if settings.port is None else settings.port,
                address=settings.address,
                max_associations=configuration.max_associations,
                max_pdu_bytes=settings.max_pdu_bytes or configuration.max_pdu_bytes,
                timeouts=settings.timeouts,
                resolve_hosts=settings.resolve_hosts,
                ssl_context=acceptor_ssl_context(settings.tls),
                access=settings.access,
                places=settings.places,
                stop_grace_s=_STOP_GRACE_S,
            ),
            verification_only_policy(),
            Callbacks(self, self._observer, self._services, self._judge, self._forget),
        )
        try:
            self.port = listener.start(bound=bound)
        except BaseException:
            listener.stop()
            raise
        self._listener = listener
        if self._journal is not None:
            from dicomdesk.archive.upkeep.kept_moves import KeptMoves  # noqa: PLC0415 - for few

            self._kept_moves = KeptMoves(self._journal, self._in_force, self._facts)
        self._services.start()
        self._chores.start()
        for url, index in self._indexes.items():
            _watch_for_damage(index, url)
        return self.port

    def stop(self, *, abort: bool = False) -> None:
        """Take no more associations, let instances that are being received end (not with ``abort``), abort the rest."""
        self._is_aborting = self._is_aborting or abort
        if self._listener is not None:
            self._chores.stop()
            self._services.stop()
            self._listener.stop(abort=abort)
            kept, self._kept_moves = self._kept_moves, None
            if kept is not None:
                kept.close()

    def close(self) -> None:
        """Stop, and leave all areas in order."""
        self.stop()
        for keeper in self._keepers.values():
            forget_reloads(keeper.storage)
            keeper.end()
        for index in self._indexes.values():
            index.close()
        self._indexes.clear()

    # -- StoreHandler

    def begin(self, request: IncomingStore) -> InstanceSink:
        """See ``StoreHandler``."""
        keeper = self._keepers.get(request.called_ae_title)
        if keeper is None:
            raise KeyError(request.called_ae_title)
        if self.settings.ignores_stores:
            return IgnoringSink()
        sink = StoringSink(
            request,
            keeper,
            self.settings.storing_format,
            self._buffers.of(request.association),
            lambda stored: self._facts(InstanceStored(stored=stored)),
            is_class_taken=self._admission.takes(request.sop_class_uid),
        )
        sink.moving = self._require_no_abort
        return sink

    def _forget(self, association: int) -> None:
        """Forget an association that is over."""
        self._in_force.end(association)
        self._admission.ended(association)
        self._buffers.forget(association)

    def _require_no_abort(self) -> None:
        if self._is_aborting:
            raise CancelledError("The archive ends")

    # -- moves that failed

    @property
    def kept_moves(self) -> int | None:
        """Gauge: instances of failed moves that are kept to be sent; None where none are kept."""
        kept = self._kept_moves
        return None if kept is None else kept.waiting

    def _keep_for_later(
        self, keeper: Keeper, ae_title: str, destination: str, instances: Sequence[StoredInstance]
    ) -> int:
        kept = self._kept_moves
        return 0 if kept is None else kept.keep(keeper, ae_title, destination, instances)

    def _tidy_moves(self) -> None:
        if self._kept_moves is not None:
            self._kept_moves.tidy()

    # -- opening

    def _open(self, area: Area, settings: ArchiveSettings) -> None:
        if area.ae_title in self._keepers:
            return  # the first of several equal entries wins
        storage = open_storage(area, fsync=settings.fsync, must_write=area.is_writable)
        check_index_exists(settings, storage)
        url = index_url(settings, storage)
        index = self._indexes.get(url)
        if index is None:
            index = self._indexes[url] = open_index(settings, storage)
            _require_sound(index)
        keeper = Keeper(settle_name(settings, area, storage, index), storage, index)
        keeper.refuses_conflicts = settings.refuses_conflicts
        self._keepers[area.ae_title] = keeper
        if not storage.is_read_only:
            self._put_in_order(area, keeper)
        if index.is_doubted(keeper.name):
            logger.warning(
                "The index of the storage area %s was made by an older version, and may show instances as those of "
                "another patient: dcmqrscp --reindex makes it again",
                area.ae_title,
            )
        tell_left_out(keeper, area.ae_title, is_own_index=not settings.configuration.database_url)

    def _put_in_order(self, area: Area, keeper: Keeper) -> None:
        """Complete what a crash has left, and compare everything with an index that was not used last."""
        storage = keeper.storage
        since = storage.crashed_since()
        storage.mark_running()
        is_last_index = keeper.is_index_of_folder()
        if not is_last_index:
            logger.warning(
                "The index of the storage area %s is not the one that was used last, as after the restoration of an "
                "older one: all files are compared with it",
                area.ae_title,
            )
        if since is None and is_last_index:
            keeper.crash_repair.complete_removals()
        else:
            self._repair(area, keeper, since if is_last_index else None)
        keeper.note_session()

    def _repair(self, area: Area, keeper: Keeper, since: float | None) -> None:
        """Put an area in order, all of it without ``since``; not where another process is at that."""
        with Leases(keeper.index.database).holding(f"repair of {keeper.name}", _REPAIR_LEASE_S) as lease:
            if lease is not None:
                self._repair_under(lease, area, keeper, since)

    def _repair_under(self, lease: Lease, area: Area, keeper: Keeper, since: float | None) -> None:
        read = entry_reader(keeper.area)

        def read_on(file: str, path: str) -> IndexEntry:
            with contextlib.suppress(LeaseLostError):  # twice is no harm
                lease.keep()
            return read(file, path)

        report = keeper.crash_repair.repair(read_on, since=since)
        self.repairs[area.ae_title] = report
        keeper.storage.forget_crashes()
        if not report.is_clean:
            what = "after a crash" if since is not None else "with its index"
            level = logging.INFO if since is not None else logging.WARNING
            logger.log(level, "Storage area %s was put in order %s: %s", area.ae_title, what, report.text)

    def _repair_crashed(self) -> None:
        """Put in order what processes have left that have ended meanwhile without doing so, on whichever machine."""
        for ae_title, keeper in list(self._keepers.items()):
            area = self.settings.configuration.find_area(ae_title)
            if area is None or keeper.storage.is_read_only:
                continue
            since = keeper.storage.crashed_since()
            if since is not None:
                self._repair(area, keeper, since)

    def _judge(self, request: IncomingAssociation) -> AcceptancePolicy | Refusal:
        settings = self._in_force.begin(request.association)
        judged = self._admission.judge(request, settings.configuration)
        is_shutdown = settings.allows_shutdown and any(
            context.abstract_syntax == SHUTDOWN for context in request.contexts
        )
        if is_shutdown and isinstance(judged, AcceptancePolicy):
            self._services.request_shutdown(request.association)
            return _SHUTDOWN_ASKED
        return judged


def _require_sound(index: Index) -> None:
    """Look for damage where that takes a moment; raises IndexDamagedError."""
    damage = index.find_damage() if index.file_bytes <= _CHECKED_AT_ONCE_BYTES else ""
    if damage:
        raise IndexDamagedError(f"the database of the index is damaged ({damage}); it can be made again from the files")


def _watch_for_damage(index: Index, url: str) -> None:
    """Look for damage beside everything else."""

    def tell(text: str) -> None:
        logger.error(
            "The index %s is damaged (%s): nothing is stored or answered until dcmqrscp --reindex has made it again",
            url.rpartition("//")[2],
            text,
        )

    if index.file_bytes > _CHECKED_AT_ONCE_BYTES:
        index.watch_for_damage(tell)


def _tell_nobody(_fact: object) -> None:
    """Do nothing."""

"""Accepts or rejects associations and their presentation contexts, in the order of DCMTK's checks."""

import threading
from collections.abc import Mapping, Sequence

from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area, HostRules
from dicomdesk.archive.setup.known_peers import Addresses, find_peer, is_admitted
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.dicom.query.sop_classes import COMMITMENT, SERVICES, SHUTDOWN, Service, find_class
from dicomdesk.dicom.sop_classes import NEWER_STORAGE_SOP_CLASSES, STORAGE_SOP_CLASSES, VERIFICATION, is_storable
from dicomdesk.dicom.transfer_syntaxes import (
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
)
from dicomdesk.network.acceptor.access_control import Refusal
from dicomdesk.network.acceptor.observers import IncomingAssociation
from dicomdesk.network.negotiation import ContextResult, ProposedContext, Role
from dicomdesk.network.presentation.context_acceptance import AcceptancePolicy
from dicomdesk.network.presentation.profiles import Profile

__all__ = ["Admission"]

_UNCOMPRESSED = (EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
_ANY_ROLE = Role(scu=True, scp=True)
_INVENTORY = "1.2.840.10008.5.1.4.1.1.201.1"
_ALL_CLASSES = (*STORAGE_SOP_CLASSES, *NEWER_STORAGE_SOP_CLASSES)
_WITHOUT_STUDY = frozenset(found.uid for found in _ALL_CLASSES if not found.is_patient_related) | {_INVENTORY}
"""Hanging protocols, color palettes and the like: there is nowhere to find them by, so none is stored."""
_STORAGE_CLASSES = tuple(found.uid for found in _ALL_CLASSES if found.uid not in _WITHOUT_STUDY)
_FIND_FEATURES = bytes((1, 1, 0, 0))
"""Relational queries, combined matching of dates and times; no fuzzy names, no time zone adjustment (PS3.4 C.5.1.1)."""
_RETRIEVE_FEATURES = bytes((1,))
"""Relational retrieval (PS3.4 C.5.2.1)."""

_NOT_SERVED = Refusal(numbers=(1, 1, 1), text="every association is refused")
_NO_IMPLEMENTATION_UID = Refusal(numbers=(1, 1, 1), text="the peer names no implementation class")


class Admission:
    """Judge of associations; for the threads of all of them."""

    def __init__(self, settings: ArchiveSettings, profile: Profile | None = None) -> None:
        """``profile`` says what may be stored, in the place of the built-in list."""
        self._settings = settings
        self._addresses = Addresses()
        self._lock = threading.Lock()
        self._storing: dict[int, str] = {}
        """Called AE titles of the associations that may store, by number."""
        syntaxes = preference(settings.preferred_transfer_syntax)
        self._accepts_any = settings.accepts_all_syntaxes and profile is None
        self._storage: dict[str, Sequence[str]] = dict.fromkeys(() if self._accepts_any else _STORAGE_CLASSES, syntaxes)
        if profile is not None:
            self._storage = {context.abstract_syntax: context.transfer_syntaxes for context in profile.contexts}
        self._services = {VERIFICATION: syntaxes} | dict.fromkeys(self._enabled_services(), syntaxes)
        self._services[COMMITMENT] = syntaxes
        if settings.allows_shutdown:
            self._services[SHUTDOWN] = syntaxes
        self._roles: Mapping[str, Role] = {}
        if settings.allows_get:
            self._roles = dict.fromkeys(_STORAGE_CLASSES, _ANY_ROLE) if profile is None else profile.roles

    def judge(
        self, request: IncomingAssociation, configuration: ArchiveConfiguration | None = None
    ) -> AcceptancePolicy | Refusal:
        """See ``network.acceptor.association_answer.Judge``; by a configuration, or that of the start."""
        settings = self._settings
        configuration = configuration or settings.configuration
        if settings.refuses_all:
            return _NOT_SERVED
        if settings.needs_implementation_uid and not request.implementation_class_uid:
            return _NO_IMPLEMENTATION_UID
        if settings.checks_host_rules and not self._is_admitted(request, configuration.access):
            return Refusal(numbers=(1, 1, 1), text="the host rules do not admit this host")
        if not configuration.areas:
            return AcceptancePolicy(contexts={VERIFICATION: self._services[VERIFICATION]}, needs_context=False)
        area = configuration.find_area(request.called_ae_title)
        if area is None:
            return Refusal(numbers=(1, 1, 7), text=f'there is no storage area "{request.called_ae_title}"')
        caller = request.calling_ae_title
        if area.peers is not None and not self._is_peer(request, area):
            text = f'"{caller}" at this host is no peer of the storage area "{area.ae_title}"'
            return Refusal(numbers=(1, 1, 7), text=text)
        return AcceptancePolicy(
            contexts={**self._storage, **self._services},
            any_storage=self._accepts_any,
            roles=self._roles,
            extended_negotiation=_features(request),
            refused=self._refused(request, area),
            needs_context=False,
        )

    def _is_admitted(self, request: IncomingAssociation, rules: HostRules) -> bool:
        address, claimed = request.peer_address, request.peer_host
        confirmed = self._addresses.confirmed(address, claimed)
        return is_admitted(rules, address, confirmed, claimed_name=claimed)

    def _is_peer(self, request: IncomingAssociation, area: Area) -> bool:
        address = request.peer_address
        confirmed = self._addresses.confirmed(address, request.peer_host)
        return find_peer(area, request.calling_ae_title, address, confirmed, self._addresses)

    def takes(self, sop_class_uid: str) -> bool:
        """Whether instances of a SOP class are stored."""
        if sop_class_uid in self._services or sop_class_uid in _WITHOUT_STUDY:
            return False
        return is_storable(sop_class_uid) if self._accepts_any else sop_class_uid in self._storage

    def ended(self, association: int) -> None:
        """Forget an association that is over."""
        with self._lock:
            self._storing.pop(association, None)

    def _enabled_services(self) -> list[str]:
        settings = self._settings
        return [
            uid
            for uid, found in SERVICES.items()
            if found.model not in settings.disabled_models and (found.service is not Service.GET or settings.allows_get)
        ]

    def _refused(self, request: IncomingAssociation, area: Area) -> Mapping[int, ContextResult]:
        refused: dict[int, ContextResult] = {
            context.context_id: ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED
            for context in request.contexts
            if context.abstract_syntax in _WITHOUT_STUDY
        }
        storing = [context for context in request.contexts if self._stores(context)]
        if not area.is_writable or not self._may_store(request.association, area, storing):
            refused.update((context.context_id, ContextResult.USER_REJECTION) for context in storing)
        if self._settings.needs_find:
            refused.update(_moves_without_find(request.contexts))
        return refused

    def _stores(self, context: ProposedContext) -> bool:
        """Whether the peer means to store: not one that only wants to be stored to, by C-GET."""
        if not self.takes(context.abstract_syntax):
            return False
        granted = self._roles.get(context.abstract_syntax)
        may_be_stored_to = granted is not None and granted.scp
        only_wants_that = context.role is not None and context.role.scp and not context.role.scu
        return not (may_be_stored_to and only_wants_that)

    def _may_store(self, association: int, area: Area, storing: Sequence[ProposedContext]) -> bool:
        if not storing:
            return True
        with self._lock:
            is_busy = area.ae_title in self._storing.values()
            if is_busy and not self._settings.allows_parallel_store:
                return False
            self._storing[association] = area.ae_title
        return True


def preference(preferred: str) -> tuple[str, ...]:
    """Return the transfer syntaxes that are accepted, best first; implicit VR stands alone."""
    if preferred == IMPLICIT_VR_LITTLE_ENDIAN:
        return (preferred,)
    return tuple(dict.fromkeys((preferred, *_UNCOMPRESSED)))


def _moves_without_find(contexts: Sequence[ProposedContext]) -> dict[int, ContextResult]:
    proposed = {context.abstract_syntax for context in contexts}
    refused = {}
    for context in contexts:
        found = SERVICES.get(context.abstract_syntax)
        is_move = found is not None and found.service is Service.MOVE
        if found is not None and is_move and find_class(Service.FIND, found.model) not in proposed:
            refused[context.context_id] = ContextResult.USER_REJECTION
    return refused


def _features(request: IncomingAssociation) -> dict[str, bytes]:
    """Return which of the proposed features there are, by SOP class."""
    answers = {}
    for asked in request.extensions:
        found = SERVICES.get(asked.sop_class_uid)
        if found is not None:
            ours = _FIND_FEATURES if found.service is Service.FIND else _RETRIEVE_FEATURES
            pairs = zip(asked.information, ours.ljust(len(asked.information), b"\0"), strict=False)
            answers[asked.sop_class_uid] = bytes(int(theirs == 1 and own == 1) for theirs, own in pairs)
    return answers

"""Dispatches operations to the services (PS3.4 annexes C and J)."""

import time
from collections.abc import Mapping
from dataclasses import replace

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.facts import ArchiveFacts, OperationEnded, OperationStarted, ShutdownRequested
from dicomdesk.archive.matching.query_reader import IdentifierRules
from dicomdesk.archive.services.c_find import FindProvider
from dicomdesk.archive.services.c_get import get
from dicomdesk.archive.services.c_move import KeepForLater, MoveProvider
from dicomdesk.archive.services.commitment import Commitment
from dicomdesk.archive.services.retrieval import Retrieval
from dicomdesk.archive.setup.settings_in_force import SettingsInForce
from dicomdesk.dicom.query.sop_classes import COMMITMENT, SERVICES, Service, ServiceClass
from dicomdesk.network.acceptor.operation import Operation
from dicomdesk.network.dimse.command_sets import MOVE_DESTINATION, CommandField
from dicomdesk.network.dimse.responses import service_response
from dicomdesk.network.negotiation import Negotiation
from dicomdesk.network.presentation.profiles import Profile
from dicomdesk.network.status import Status

__all__ = ["ArchiveServices"]

_FIELDS: dict[int, Service] = {
    CommandField.C_FIND_RQ: Service.FIND,
    CommandField.C_MOVE_RQ: Service.MOVE,
    CommandField.C_GET_RQ: Service.GET,
}


class ArchiveServices:
    """Services of the archive, for all associations; see ``network.acceptor.operation.Services``."""

    def __init__(
        self,
        settings: SettingsInForce,
        keepers: Mapping[str, Keeper],
        facts: ArchiveFacts,
        outgoing: Profile | None = None,
        *,
        keep: KeepForLater | None = None,
    ) -> None:
        """``keepers`` are by AE title; ``outgoing`` is what is proposed to destinations.

        ``keep`` keeps what a move could not send for reasons that pass.
        """
        self._settings = settings
        self._keepers = keepers
        self._facts = facts
        self._moving = MoveProvider(outgoing, keep)
        self._commitment = Commitment(settings, facts)

    def __call__(self, operation: Operation) -> bool:
        """Answer one request; False for a message that the archive does not know."""
        message = operation.message
        keeper = self._keepers.get(message.negotiation.called_ae_title)
        if keeper is None:
            return False
        if message.field == CommandField.N_ACTION_RQ and message.context.abstract_syntax == COMMITMENT:
            self._commitment.act(operation, keeper)
            return True
        service = _FIELDS.get(message.field)
        if service is None:
            return False
        found = SERVICES.get(message.context.abstract_syntax)
        if found is None or found.service is not service:
            operation.reply(service_response(message.command_set, Status.SOP_CLASS_NOT_SUPPORTED))
            return True
        self._perform(operation, found, keeper)
        return True

    def start(self) -> None:
        """Go on with what earlier processes have not told their peers yet."""
        self._commitment.start(self._keepers)

    def take_over(self) -> None:
        """Go on with what processes have not told their peers that have ended meanwhile, perhaps on other machines."""
        self._commitment.start(self._keepers)

    def stop(self) -> None:
        """End what goes over associations of ours, now and from now on. Any thread."""
        self._moving.stop()
        self._commitment.stop()

    def request_shutdown(self, association: int) -> None:
        """Report that a peer has proposed the private class for a shutdown."""
        self._facts(ShutdownRequested(association=association))

    def _perform(self, operation: Operation, asked: ServiceClass, keeper: Keeper) -> None:
        message = operation.message
        self._facts(
            OperationStarted(
                association=message.association,
                service=asked.service,
                command_set=message.command_set,
                identifier=message.data_set or b"",
                transfer_syntax_uid=message.context.accepted_transfer_syntax or "",
            )
        )
        start_s = time.monotonic()
        ended = self._answer(operation, asked, keeper)
        self._facts(replace(ended, elapsed_s=time.monotonic() - start_s))

    def _answer(self, operation: Operation, asked: ServiceClass, keeper: Keeper) -> OperationEnded:
        message = operation.message
        settings = self._settings.of(message.association)
        is_find = asked.service is Service.FIND
        features = _negotiated_features(message.negotiation, asked.uid)
        rules = IdentifierRules(
            is_strict=settings.strict_find if is_find else settings.strict_move,
            is_lenient=is_find and settings.lenient_find,
            is_relational=features[:1] == b"\1",
            combines_date_and_time=is_find and features[1:2] == b"\1",
        )
        if is_find:
            rule = settings.character_set or settings.configuration.character_set
            found = FindProvider(keeper.index, keeper.name, rule).find(operation, asked.model, rules)
            return OperationEnded(
                association=message.association,
                service=asked.service,
                message_id=message.message_id,
                status=found.status,
                comment=found.comment,
                query=found.query,
                matches=found.matches,
            )
        destination = message.command_set.text(MOVE_DESTINATION)
        retrieval = Retrieval(operation, asked.service, keeper, self._facts, destination=destination)
        if asked.service is Service.MOVE:
            return self._moving.move(retrieval, asked.model, rules, settings)
        return get(retrieval, asked.model, rules)


def _negotiated_features(negotiation: Negotiation, sop_class_uid: str) -> bytes:
    """Return the negotiated features of a SOP class of query and retrieve (PS3.4 C.5)."""
    for extension in negotiation.extensions:
        if extension.sop_class_uid == sop_class_uid and extension.accepted:
            return extension.accepted
    return b""

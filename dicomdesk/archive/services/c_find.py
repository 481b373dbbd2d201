"""C-FIND (PS3.4 C.4.1): matches are answered as the rows arrive, and a C-CANCEL is heeded before each."""

import contextlib
import logging

from dicomdesk.archive.index import Index
from dicomdesk.archive.matching.query_reader import IdentifierError, IdentifierRules, read_find_query
from dicomdesk.archive.services.find_responses import ResponseEncoder, ResponseFormat, UnencodableError, pending_status
from dicomdesk.archive.setup.configuration import CharacterSetRule
from dicomdesk.dicom.query.query import Model, Query
from dicomdesk.errors import LocalError
from dicomdesk.network.acceptor.operation import Operation
from dicomdesk.network.dimse.responses import service_response
from dicomdesk.network.status import Status
from dicomdesk.records import dataclass

__all__ = ["FindOutcome", "FindProvider"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindOutcome:
    """End of a query."""

    status: int
    matches: int
    comment: str = ""
    query: Query | None = None
    """None where the identifier was not understood."""


class FindProvider:
    """C-FIND provider of one area; for all threads."""

    def __init__(self, index: Index, area: str, character_set: CharacterSetRule) -> None:
        self._index = index
        self._area = area
        self._character_set = character_set

    def find(self, operation: Operation, model: Model, rules: IdentifierRules) -> FindOutcome:
        """Answer a C-FIND to its final response. Raises PeerError and LocalError when the association ends."""
        request = operation.message.command_set
        syntax = operation.message.context.accepted_transfer_syntax or ""
        try:
            query = read_find_query(operation.message.data_set or b"", syntax, model, rules)
        except IdentifierError as error:
            operation.reply(
                service_response(request, error.status, comment=error.comment, offending=error.offending_tags)
            )
            return FindOutcome(status=error.status, matches=0, comment=error.comment)
        response_format = ResponseFormat(
            transfer_syntax_uid=syntax,
            retrieve_ae_title=operation.message.negotiation.called_ae_title,
            character_set=self._character_set,
        )
        outcome = self._answer(operation, query, ResponseEncoder(query, response_format))
        operation.reply(service_response(request, outcome.status, comment=outcome.comment))
        return outcome

    def _answer(self, operation: Operation, query: Query, encoder: ResponseEncoder) -> FindOutcome:
        """Send the pending responses; say what the final one is to be."""
        pending = service_response(operation.message.command_set, pending_status(query), has_data_set=True)
        count = 0
        with contextlib.closing(self._index.find(query, self._area)) as matches:
            while True:
                # What the index raises is ours to answer; what the network raises ends the association.
                try:
                    match = next(matches, None)
                    data = encoder.encode(match) if match is not None else b""
                except UnencodableError as error:
                    return FindOutcome(status=Status.UNABLE_TO_PROCESS, matches=count, comment=str(error), query=query)
                except LocalError as error:
                    logger.error("A query failed: %s", error)  # noqa: TRY400 - the sentence says it all
                    comment = "The index cannot answer"
                    return FindOutcome(status=Status.OUT_OF_RESOURCES, matches=count, comment=comment, query=query)
                if match is None:
                    return FindOutcome(status=Status.SUCCESS, matches=count, comment=query.warning, query=query)
                if operation.is_cancelled():
                    return FindOutcome(status=Status.CANCEL, matches=count, query=query)
                operation.reply(pending, data)
                count += 1

"""Shorthand for tests that request associations: values with short timeouts, and an observer that remembers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dicomdesk.dicom.data_set_source import DataSetSource
from dicomdesk.network.negotiation import ProposedContext
from dicomdesk.network.requestor.association import RequestedAssociation, open_association
from dicomdesk.network.requestor.store_stream import StoreItem
from dicomdesk.network.wire.connection import Interruption
from dicomdesk.settings import AssociationSettings, Peer, Timeouts, TlsSettings

CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
VERIFICATION = "1.2.840.10008.1.1"
IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"

CT_CONTEXT, MR_CONTEXT, VERIFICATION_CONTEXT = 1, 3, 5
CONTEXTS = (
    ProposedContext(context_id=CT_CONTEXT, abstract_syntax=CT, transfer_syntaxes=(EXPLICIT, IMPLICIT)),
    ProposedContext(context_id=MR_CONTEXT, abstract_syntax=MR, transfer_syntaxes=(IMPLICIT,)),
    ProposedContext(context_id=VERIFICATION_CONTEXT, abstract_syntax=VERIFICATION, transfer_syntaxes=(IMPLICIT,)),
)

LONG_S = 20.0
"""For what must not happen in a test that passes."""

PATIENT = Timeouts(connect_s=LONG_S, acse_s=LONG_S, dimse_s=LONG_S, socket_s=LONG_S)


def associate(
    port: int,
    *,
    timeouts: Timeouts = PATIENT,
    contexts: Sequence[ProposedContext] = CONTEXTS,
    settings: AssociationSettings | None = None,
    tls: TlsSettings | None = None,
    operations_window: int = 1,
    interruption: Interruption | None = None,
    host: str | None = None,
) -> RequestedAssociation:
    """An association with loopback."""
    return open_association(
        peer=Peer(host=host or ("localhost" if tls else "127.0.0.1"), port=port, ae_title="PEER", tls=tls),
        settings=settings or AssociationSettings(calling_ae_title="US", timeouts=timeouts),
        contexts=contexts,
        operations_window=operations_window,
        interruption=interruption,
    )


def ct_items(*data: DataSetSource) -> Iterator[StoreItem]:
    """CT instances 1.2.1, 1.2.2 ... with these data sets, tagged 0, 1 ..."""
    for number, source in enumerate(data):
        yield StoreItem(CT_CONTEXT, CT, f"1.2.{number + 1}", source, number)


@dataclass
class Recorded:
    """What an observer was told."""

    events: list[str] = field(default_factory=list)
    answers: list[tuple[object, int, int, str]] = field(default_factory=list)
    """Tag, message ID, status, comment."""

    def store_started(self, item: StoreItem, message_id: int) -> None:
        self.events.append(f"started {item.tag}")

    def store_answered(self, item: StoreItem, message_id: int, status: int, comment: str) -> None:
        self.events.append(f"answered {item.tag}")
        self.answers.append((item.tag, message_id, status, comment))

    @property
    def statuses(self) -> list[int]:
        """In the order of the answers."""
        return [status for _, _, status, _ in self.answers]

"""Association parameters as the DCMTK tools print them in verbose and debug mode."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dicomdesk.dicom.sop_classes import uid_symbol
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.engine.events import (
    ContextResult,
    ItemStarted,
    NegotiatedContext,
    Negotiation,
    ProposedContext,
    Role,
    status_text,
)
from dicomdesk.human import printable
from dicomdesk.settings import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

_RESULTS = {
    ContextResult.ACCEPTED: "Accepted",
    ContextResult.USER_REJECTION: "User Rejection",
    ContextResult.NO_REASON: "No Reason",
    ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED: "Abstract Syntax Not Supported",
    ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED: "Transfer Syntax(es) Not Supported",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestParameters:
    """What one side asks for."""

    calling_ae_title: str
    called_ae_title: str
    responding_ae_title: str
    our_max_pdu_bytes: int
    contexts: Sequence[ProposedContext]
    peer_implementation_class_uid: str = ""
    peer_implementation_version: str = ""
    peer_max_pdu_bytes: int = 0


def request_lines(request: RequestParameters) -> list[str]:
    """The block for an A-ASSOCIATE-RQ."""
    head = (
        ("Our Implementation Class UID:      ", IMPLEMENTATION_CLASS_UID),
        ("Our Implementation Version Name:   ", IMPLEMENTATION_VERSION_NAME),
        ("Their Implementation Class UID:    ", request.peer_implementation_class_uid),
        ("Their Implementation Version Name: ", request.peer_implementation_version),
        ("Application Context Name:    ", "1.2.840.10008.3.1.1.1"),
        ("Calling Application Name:    ", request.calling_ae_title),
        ("Called Application Name:     ", request.called_ae_title),
        ("Responding Application Name: ", request.responding_ae_title),
        ("Our Max PDU Receive Size:    ", str(request.our_max_pdu_bytes)),
        ("Their Max PDU Receive Size:  ", str(request.peer_max_pdu_bytes)),
    )
    body = [line for context in request.contexts for line in _proposed_lines(context)]
    return _block("A-ASSOCIATE-RQ", head, body, user_identity="")


def negotiation_lines(negotiation: Negotiation) -> list[str]:
    """The block for an A-ASSOCIATE-AC."""
    head = (
        ("Our Implementation Class UID:      ", negotiation.our_implementation_class_uid),
        ("Our Implementation Version Name:   ", negotiation.our_implementation_version),
        ("Their Implementation Class UID:    ", negotiation.peer_implementation_class_uid),
        ("Their Implementation Version Name: ", negotiation.peer_implementation_version),
        ("Application Context Name:    ", negotiation.application_context),
        ("Calling Application Name:    ", negotiation.calling_ae_title),
        ("Called Application Name:     ", negotiation.called_ae_title),
        ("Responding Application Name: ", negotiation.responding_ae_title),
        ("Our Max PDU Receive Size:    ", str(negotiation.our_max_pdu_bytes)),
        ("Their Max PDU Receive Size:  ", str(negotiation.peer_max_pdu_bytes)),
    )
    body = [line for context in negotiation.contexts for line in _negotiated_lines(context)]
    return _block("A-ASSOCIATE-AC", head, body, user_identity=str(negotiation.user_identity or ""))


def uid_text(uid: str) -> str:
    """A UID as its symbol with "=" before it, or as it is."""
    syntax = find_transfer_syntax(uid)
    symbol = syntax.symbol if syntax else uid_symbol(uid)
    return f"={symbol}" if symbol else printable(uid)


def _block(name: str, head: Sequence[tuple[str, str]], body: Sequence[str], *, user_identity: str) -> list[str]:
    return [
        f"====================== BEGIN {name} =====================",
        *(label + printable(value) for label, value in head),
        "Presentation Contexts:",
        *body,
        "Requested Extended Negotiation: none",
        "Accepted Extended Negotiation:  none",
        f"Requested User Identity Negotiation: {user_identity or 'none'}",
        "User Identity Negotiation Response:  none",
        f"======================= END {name} ======================",
    ]


def _proposed_lines(context: ProposedContext) -> Iterator[str]:
    yield f"  Context ID:        {context.context_id} (Proposed)"
    yield f"    Abstract Syntax: {uid_text(context.abstract_syntax)}"
    yield f"    Proposed SCP/SCU Role: {_role_text(context.role)}"
    yield "    Proposed Transfer Syntax(es):"
    for uid in context.transfer_syntaxes:
        yield f"      {uid_text(uid)}"


def _negotiated_lines(context: NegotiatedContext) -> Iterator[str]:
    yield f"  Context ID:        {context.context_id} ({_RESULTS[context.result]})"
    yield f"    Abstract Syntax: {uid_text(context.abstract_syntax)}"
    yield f"    Proposed SCP/SCU Role: {_role_text(context.proposed_role)}"
    if context.is_accepted:
        yield f"    Accepted SCP/SCU Role: {_role_text(context.accepted_role)}"
        yield f"    Accepted Transfer Syntax: {uid_text(context.accepted_transfer_syntax or '')}"


def _role_text(role: Role | None) -> str:
    if role is None:
        return "Default"
    names = {(True, True): "SCP/SCU", (True, False): "SCU", (False, True): "SCP", (False, False): "None"}
    return names[role.scu, role.scp]


def store_request_lines(started: ItemStarted, *, is_outgoing: bool) -> list[str]:
    """The block for a C-STORE request."""
    direction = "OUTGOING" if is_outgoing else "INCOMING"
    context = [f"Presentation Context ID       : {started.context_id}"] if started.context_id else []
    return [
        f"===================== {direction} DIMSE MESSAGE ====================",
        "Message Type                  : C-STORE RQ",
        *context,
        f"Message ID                    : {started.message_id}",
        f"Affected SOP Class UID        : {_message_uid(started.sop_class_uid)}",
        f"Affected SOP Instance UID     : {printable(started.sop_instance_uid)}",
        "Data Set                      : present",
        "Priority                      : medium",
        "======================= END DIMSE MESSAGE =======================",
    ]


def store_response_lines(started: ItemStarted, status: int, *, is_outgoing: bool) -> list[str]:
    """The block for the response to a C-STORE request."""
    direction = "OUTGOING" if is_outgoing else "INCOMING"
    context = [f"Presentation Context ID       : {started.context_id}"] if started.context_id else []
    return [
        f"===================== {direction} DIMSE MESSAGE ====================",
        "Message Type                  : C-STORE RSP",
        *context,
        f"Message ID Being Responded To : {started.message_id}",
        f"Affected SOP Class UID        : {_message_uid(started.sop_class_uid)}",
        f"Affected SOP Instance UID     : {printable(started.sop_instance_uid)}",
        "Data Set                      : none",
        f"DIMSE Status                  : 0x{status:04x}: {status_text(status)}",
        "======================= END DIMSE MESSAGE =======================",
    ]


def _message_uid(uid: str) -> str:
    return uid_symbol(uid) or printable(uid)

"""Association parameters as the DCMTK tools print them in verbose and debug mode."""

from collections.abc import Iterator, Sequence

from dicomdesk.dicom.sop_classes import uid_symbol
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.engine.events import (
    AssociationReceived,
    AssociationRequested,
    ContextResult,
    ExtendedNegotiation,
    ItemStarted,
    NegotiatedContext,
    Negotiation,
    ProposedContext,
    Role,
    TlsSession,
    UserIdentityExchange,
    dumped_status,
)
from dicomdesk.human import printable
from dicomdesk.records import dataclass
from dicomdesk.settings import (
    IMPLEMENTATION_CLASS_UID,
    IMPLEMENTATION_VERSION_NAME,
    AssociationSettings,
    Peer,
    UserIdentityType,
)

_RESULTS = {
    ContextResult.ACCEPTED: "Accepted",
    ContextResult.USER_REJECTION: "User Rejection",
    ContextResult.NO_REASON: "No Reason",
    ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED: "Abstract Syntax Not Supported",
    ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED: "Transfer Syntaxes Not Supported",
}


_MOST_SHOWN_BYTES = 1024
"""Of extended negotiation: profiles have at most so many, peers may send more."""
_LONGEST_UID = 64
_IDENTITY_MODES = {
    1: ("Username", ""),
    2: ("Username/Password", ""),
    3: ("Kerberos", "Kerberos Service Ticket"),
    4: ("SAML", "SAML Assertion"),
    5: ("JWT", "JSON Web Token"),
}
"""Name of a kind of user identity, and what it presents instead of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestParameters:
    """Parameters of an A-ASSOCIATE request."""

    calling_ae_title: str
    called_ae_title: str
    responding_ae_title: str
    our_max_pdu_bytes: int
    contexts: Sequence[ProposedContext]
    peer_implementation_class_uid: str = ""
    peer_implementation_version: str = ""
    peer_max_pdu_bytes: int = 0
    extensions: Sequence[ExtendedNegotiation] = ()
    user_identity: UserIdentityExchange | None = None


def outgoing_request_lines(event: AssociationRequested, peer: Peer, association: AssociationSettings) -> list[str]:
    """The block for our own request, with its heading."""
    request = RequestParameters(
        calling_ae_title=event.calling_ae_title,
        called_ae_title=peer.ae_title,
        responding_ae_title=peer.ae_title,
        our_max_pdu_bytes=association.max_pdu_bytes,
        contexts=event.contexts,
        extensions=event.extensions,
        user_identity=event.user_identity,
    )
    return ["Request Parameters:", *request_lines(request)]


def incoming_request_lines(event: AssociationReceived, max_pdu_bytes: int) -> list[str]:
    """The block for a peer's request, without heading; ``max_pdu_bytes`` is ours."""
    request = RequestParameters(
        calling_ae_title=event.calling_ae_title,
        called_ae_title=event.called_ae_title,
        responding_ae_title="",
        our_max_pdu_bytes=max_pdu_bytes,
        contexts=event.contexts,
        peer_implementation_class_uid=event.peer_implementation_class_uid,
        peer_implementation_version=event.peer_implementation_version,
        peer_max_pdu_bytes=event.peer_max_pdu_bytes,
        extensions=event.extensions,
        user_identity=event.user_identity,
    )
    return request_lines(request)


def negotiated_lines(negotiation: Negotiation) -> list[str]:
    """The block for the answer to our request, with its heading."""
    return ["Association Parameters Negotiated:", *negotiation_lines(negotiation)]


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
    tail = [
        *_extension_lines("Requested Extended Negotiation: ", _proposed_extensions(request.extensions)),
        *_extension_lines("Accepted Extended Negotiation:  ", ()),
        *_identity_lines(request.user_identity),
    ]
    return _block("A-ASSOCIATE-RQ", head, body, tail)


def negotiation_lines(negotiation: Negotiation) -> list[str]:
    """The block for an A-ASSOCIATE-AC, and below it what DCMTK does not tell: the TLS session, where there is one."""
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
    extensions = negotiation.extensions
    proposed = [(each.sop_class_uid, each.proposed) for each in extensions if each.proposed]
    accepted = [(each.sop_class_uid, each.accepted) for each in extensions if each.accepted is not None]
    tail = [
        *_extension_lines("Requested Extended Negotiation: ", proposed),
        *_extension_lines("Accepted Extended Negotiation:  ", accepted),
        *_identity_lines(negotiation.user_identity),
    ]
    return _block("A-ASSOCIATE-AC", head, body, tail) + _tls_lines(negotiation.tls)


def uid_text(uid: str) -> str:
    """A UID as its symbol with "=" before it, or as it is."""
    syntax = find_transfer_syntax(uid)
    symbol = syntax.symbol if syntax else uid_symbol(uid)
    return f"={symbol}" if symbol else printable(uid)


def _block(name: str, head: Sequence[tuple[str, str]], body: Sequence[str], tail: Sequence[str]) -> list[str]:
    return [
        f"====================== BEGIN {name} =====================",
        *(label + printable(value) for label, value in head),
        "Presentation Contexts:",
        *body,
        *tail,
        f"======================= END {name} ======================",
    ]


def _proposed_extensions(extensions: Sequence[ExtendedNegotiation]) -> list[tuple[str, bytes]]:
    return [(each.sop_class_uid, each.information) for each in extensions]


def _extension_lines(label: str, extensions: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    if not extensions:
        yield f"{label}none"
        return
    yield label.rstrip()
    for uid, information in extensions:
        shown = ", ".join(f"0x{byte:02x}" for byte in information[:_MOST_SHOWN_BYTES])
        left_out = f" and {len(information) - _MOST_SHOWN_BYTES} more" if len(information) > _MOST_SHOWN_BYTES else ""
        yield f"  ={uid_symbol(uid) or 'Unknown-UID'} ({printable(uid[:_LONGEST_UID])})"
        yield f"    [{shown}{left_out}]"


def _identity_lines(identity: UserIdentityExchange | None) -> Iterator[str]:
    """The block for a user identity, as DCMTK has it but for the passcode, which is left out."""
    if identity is None:
        yield "Requested User Identity Negotiation: none"
        yield "User Identity Negotiation Response:  none"
        return
    mode, token = _IDENTITY_MODES.get(identity.kind, ("Unknown", ""))
    yield "Requested User Identity Negotiation:"
    yield f"  Authentication mode {identity.kind}: {mode}"
    if token:
        yield f"  {token} (not dumped) length: {identity.primary_bytes}"
    else:
        yield f"  Username: [{identity.user_name}]"
    if identity.kind == UserIdentityType.USER_NAME_AND_PASSCODE:
        yield "  Password: (not dumped)"
    yield f"  Positive Response requested: {'Yes' if identity.wants_response else 'No'}"
    if identity.has_response:
        yield "User Identity Negotiation Response:"
        yield f"  Server Response (not dumped) length: {identity.response_bytes}"
    else:
        yield "User Identity Negotiation Response:  none"


def _tls_lines(session: TlsSession | None) -> list[str]:
    if session is None:
        return []
    lines = [f"TLS version: {printable(session.version)}", f"TLS cipher suite: {printable(session.cipher)}"]
    if not session.has_peer_certificate:
        return [*lines, "Peer certificate: none"]
    verified = "verified" if session.is_peer_verified else "not verified"
    name = printable(session.peer_subject) or "without a name"
    if session.peer_expires is None:
        name = "presented, but it cannot be read"
    lines.append(f"Peer certificate: {name} ({verified})")
    if session.peer_expires is not None:
        lines.append(f"Peer certificate expires: {session.peer_expires:%Y-%m-%d %H:%M} UTC")
    return lines


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
    yield f"    Accepted SCP/SCU Role: {_role_text(context.accepted_role)}"
    if context.result is ContextResult.ACCEPTED:
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
        f"Affected SOP Class UID        : {message_uid(started.sop_class_uid)}",
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
        f"Affected SOP Class UID        : {message_uid(started.sop_class_uid)}",
        f"Affected SOP Instance UID     : {printable(started.sop_instance_uid)}",
        "Data Set                      : none",
        f"DIMSE Status                  : {dumped_status(status)}",
        "======================= END DIMSE MESSAGE =======================",
    ]


def message_uid(uid: str) -> str:
    """A UID as blocks of messages show it: by its name in DCMTK's dictionary where it has one."""
    return uid_symbol(uid) or printable(uid)

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dicomdesk.cli.output.association_dump import (
    RequestParameters,
    negotiation_lines,
    request_lines,
    store_request_lines,
    store_response_lines,
    uid_text,
)
from dicomdesk.engine.events import (
    ContextResult,
    ExtendedNegotiation,
    ItemStarted,
    NegotiatedContext,
    NegotiatedExtension,
    Negotiation,
    ProposedContext,
    Role,
    TlsSession,
    UserIdentityExchange,
)
from dicomdesk.settings import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

CT, EXPLICIT, IMPLICIT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"


def test_request_block_has_dcmtks_lines() -> None:
    request = RequestParameters(
        calling_ae_title="DCMSEND",
        called_ae_title="ANY-SCP",
        responding_ae_title="ANY-SCP",
        our_max_pdu_bytes=16384,
        contexts=[ProposedContext(context_id=1, abstract_syntax=CT, transfer_syntaxes=(EXPLICIT, "9.9"))],
    )
    assert request_lines(request) == [
        "====================== BEGIN A-ASSOCIATE-RQ =====================",
        f"Our Implementation Class UID:      {IMPLEMENTATION_CLASS_UID}",
        f"Our Implementation Version Name:   {IMPLEMENTATION_VERSION_NAME}",
        "Their Implementation Class UID:    ",
        "Their Implementation Version Name: ",
        "Application Context Name:    1.2.840.10008.3.1.1.1",
        "Calling Application Name:    DCMSEND",
        "Called Application Name:     ANY-SCP",
        "Responding Application Name: ANY-SCP",
        "Our Max PDU Receive Size:    16384",
        "Their Max PDU Receive Size:  0",
        "Presentation Contexts:",
        "  Context ID:        1 (Proposed)",
        "    Abstract Syntax: =CTImageStorage",
        "    Proposed SCP/SCU Role: Default",
        "    Proposed Transfer Syntax(es):",
        "      =LittleEndianExplicit",
        "      9.9",
        "Requested Extended Negotiation: none",
        "Accepted Extended Negotiation:  none",
        "Requested User Identity Negotiation: none",
        "User Identity Negotiation Response:  none",
        "======================= END A-ASSOCIATE-RQ ======================",
    ]


def negotiated(result: ContextResult, role: Role | None = None) -> NegotiatedContext:
    return NegotiatedContext(
        context_id=3,
        abstract_syntax=CT,
        proposed_transfer_syntaxes=(IMPLICIT,),
        result=result,
        accepted_transfer_syntax=IMPLICIT if result is ContextResult.ACCEPTED else None,
        proposed_role=role,
        accepted_role=role,
    )


def negotiation(*contexts: NegotiatedContext) -> Negotiation:
    return Negotiation(
        is_requestor=True,
        calling_ae_title="A\x1b",
        called_ae_title="B",
        responding_ae_title="B",
        peer_host="h",
        peer_port=104,
        our_implementation_class_uid="1",
        our_implementation_version="2",
        peer_implementation_class_uid="3",
        peer_implementation_version="4",
        our_max_pdu_bytes=16384,
        peer_max_pdu_bytes=0,
        max_send_pdv_bytes=131060,
        contexts=contexts,
    )


def test_accepted_context_shows_what_was_accepted() -> None:
    lines = negotiation_lines(negotiation(negotiated(ContextResult.ACCEPTED)))
    assert lines[12:17] == [
        "  Context ID:        3 (Accepted)",
        "    Abstract Syntax: =CTImageStorage",
        "    Proposed SCP/SCU Role: Default",
        "    Accepted SCP/SCU Role: Default",
        "    Accepted Transfer Syntax: =LittleEndianImplicit",
    ]
    assert lines[0] == "====================== BEGIN A-ASSOCIATE-AC ====================="
    assert lines[3] == "Their Implementation Class UID:    3"


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (ContextResult.USER_REJECTION, "User Rejection"),
        (ContextResult.NO_REASON, "No Reason"),
        (ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED, "Abstract Syntax Not Supported"),
        (ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED, "Transfer Syntaxes Not Supported"),
    ],
)
def test_refused_context_shows_why(result: ContextResult, words: str) -> None:
    lines = negotiation_lines(negotiation(negotiated(result)))
    assert lines[12] == f"  Context ID:        3 ({words})"
    assert not any("Accepted Transfer Syntax" in line for line in lines)


@pytest.mark.parametrize(
    ("role", "text"),
    [
        (Role(scu=True, scp=True), "SCP/SCU"),
        (Role(scu=True, scp=False), "SCU"),
        (Role(scu=False, scp=True), "SCP"),
        (Role(scu=False, scp=False), "None"),
    ],
)
def test_roles_have_names(role: Role, text: str) -> None:
    lines = negotiation_lines(negotiation(negotiated(ContextResult.ACCEPTED, role)))
    assert lines[14:16] == [f"    Proposed SCP/SCU Role: {text}", f"    Accepted SCP/SCU Role: {text}"]


def _tail(lines: list[str]) -> list[str]:
    """What follows the presentation contexts."""
    return lines[next(index for index, line in enumerate(lines) if line.startswith("Requested Extended")) :]


def test_proposed_extensions_and_identity_have_dcmtks_lines() -> None:
    request = RequestParameters(
        calling_ae_title="A",
        called_ae_title="B",
        responding_ae_title="B",
        our_max_pdu_bytes=16384,
        contexts=[],
        extensions=[
            ExtendedNegotiation(sop_class_uid=CT, information=b"\1\xaa"),
            ExtendedNegotiation(sop_class_uid="1.2.3.4", information=b""),
        ],
        user_identity=UserIdentityExchange(kind=2, user_name="joe", primary_bytes=3),
    )
    assert _tail(request_lines(request)) == [
        "Requested Extended Negotiation:",
        "  =CTImageStorage (1.2.840.10008.5.1.4.1.1.2)",
        "    [0x01, 0xaa]",
        "  =Unknown-UID (1.2.3.4)",
        "    []",
        "Accepted Extended Negotiation:  none",
        "Requested User Identity Negotiation:",
        "  Authentication mode 2: Username/Password",
        "  Username: [joe]",
        "  Password: (not dumped)",
        "  Positive Response requested: No",
        "User Identity Negotiation Response:  none",
        "======================= END A-ASSOCIATE-RQ ======================",
    ]


def test_accepted_extensions_and_response_have_dcmtks_lines() -> None:
    agreed = replace(
        negotiation(),
        extensions=(
            NegotiatedExtension(sop_class_uid=CT, proposed=b"\1", accepted=b"\2"),
            NegotiatedExtension(sop_class_uid="1.2.3", proposed=b"", accepted=b"\3"),
        ),
        user_identity=UserIdentityExchange(
            kind=3, primary_bytes=30000, wants_response=True, has_response=True, response_bytes=9
        ),
    )
    assert _tail(negotiation_lines(agreed)) == [
        "Requested Extended Negotiation:",
        "  =CTImageStorage (1.2.840.10008.5.1.4.1.1.2)",
        "    [0x01]",
        "Accepted Extended Negotiation:",
        "  =CTImageStorage (1.2.840.10008.5.1.4.1.1.2)",
        "    [0x02]",
        "  =Unknown-UID (1.2.3)",
        "    [0x03]",
        "Requested User Identity Negotiation:",
        "  Authentication mode 3: Kerberos",
        "  Kerberos Service Ticket (not dumped) length: 30000",
        "  Positive Response requested: Yes",
        "User Identity Negotiation Response:",
        "  Server Response (not dumped) length: 9",
        "======================= END A-ASSOCIATE-AC ======================",
    ]


def test_excessive_extensions_are_cut() -> None:
    extension = NegotiatedExtension(sop_class_uid="1" * 60000, proposed=bytes(60000), accepted=None)
    lines = _tail(negotiation_lines(replace(negotiation(), extensions=(extension,))))
    assert lines[1] == f"  =Unknown-UID ({'1' * 64})"
    assert lines[2].endswith("0x00, 0x00 and 58976 more]")


def test_tls_session_follows_the_block() -> None:
    session = TlsSession(
        version="TLSv1.3",
        cipher="TLS_AES_256_GCM_SHA384",
        has_peer_certificate=True,
        peer_subject="CN=x\n",
        peer_expires=datetime(2027, 1, 2, 3, 4, tzinfo=UTC),
        is_peer_verified=True,
    )
    lines = negotiation_lines(replace(negotiation(), tls=session))
    assert lines[lines.index("======================= END A-ASSOCIATE-AC ======================") + 1 :] == [
        "TLS version: TLSv1.3",
        "TLS cipher suite: TLS_AES_256_GCM_SHA384",
        "Peer certificate: CN=x\\n (verified)",
        "Peer certificate expires: 2027-01-02 03:04 UTC",
    ]
    bare = negotiation_lines(replace(negotiation(), tls=TlsSession(version="v", cipher="c")))
    assert bare[-1] == "Peer certificate: none"
    nameless = negotiation_lines(replace(negotiation(), tls=replace(session, peer_subject="")))
    assert nameless[-2] == "Peer certificate: without a name (verified)"


def test_peer_certificate_that_cannot_be_read_is_not_none() -> None:
    session = TlsSession(version="v", cipher="c", has_peer_certificate=True)
    lines = negotiation_lines(replace(negotiation(), tls=session))
    assert lines[-1] == "Peer certificate: presented, but it cannot be read (not verified)"


def test_text_from_the_wire_is_made_harmless() -> None:
    assert "Calling Application Name:    A\\x1b" in negotiation_lines(negotiation())
    assert uid_text("1.2\n3") == "1.2\\n3"


def test_messages_have_dcmtks_lines() -> None:
    started = ItemStarted(
        job_id="j", association=1, index=0, message_id=7, sop_class_uid=CT, sop_instance_uid="1.2.3", context_id=5
    )
    assert store_request_lines(started, is_outgoing=False) == [
        "===================== INCOMING DIMSE MESSAGE ====================",
        "Message Type                  : C-STORE RQ",
        "Presentation Context ID       : 5",
        "Message ID                    : 7",
        "Affected SOP Class UID        : CTImageStorage",
        "Affected SOP Instance UID     : 1.2.3",
        "Data Set                      : present",
        "Priority                      : medium",
        "======================= END DIMSE MESSAGE =======================",
    ]
    response = store_response_lines(started, 0xA700, is_outgoing=True)
    assert response[0] == "===================== OUTGOING DIMSE MESSAGE ===================="
    assert response[3] == "Message ID Being Responded To : 7"
    assert response[7] == "DIMSE Status                  : 0xa700: Refused: Out of resources"

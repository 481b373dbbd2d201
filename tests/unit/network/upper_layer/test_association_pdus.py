"""Association PDUs, with pynetdicom as the other side."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom import pdu as pynetdicom_pdu
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    ImplementationVersionNameNotification,
    MaximumLengthNotification,
    SCP_SCU_RoleSelectionNegotiation,
    SOPClassExtendedNegotiation,
    UserIdentityNegotiation,
)
from pynetdicom.presentation import build_context

from dicomdesk.network.negotiation import ContextResult, NegotiatedContext, ProposedContext, Role
from dicomdesk.network.upper_layer.association_items import PresentedIdentity
from dicomdesk.network.upper_layer.association_pdus import (
    RELEASE_RP,
    AcceptorItems,
    AssociateRequest,
    read_associate_request,
    write_abort,
    write_associate_accept,
    write_associate_reject,
)
from dicomdesk.network.upper_layer.pdu_reader import AbortReason, PduError

CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"


def request_body() -> bytes:
    """An A-ASSOCIATE-RQ as pynetdicom makes it, with every item that we read."""
    primitive = A_ASSOCIATE()
    primitive.application_context_name = "1.2.840.10008.3.1.1.1"
    primitive.calling_ae_title = "CALLING"
    primitive.called_ae_title = "CALLED"
    contexts = [build_context(CT, [EXPLICIT, IMPLICIT]), build_context(MR, [IMPLICIT])]
    for number, context in enumerate(contexts):
        context.context_id = 2 * number + 1
    primitive.presentation_context_definition_list = contexts
    length = MaximumLengthNotification()
    length.maximum_length_received = 65536
    uid = ImplementationClassUIDNotification()
    uid.implementation_class_uid = "1.2.3"
    version = ImplementationVersionNameNotification()
    version.implementation_version_name = "VERSION"
    role = SCP_SCU_RoleSelectionNegotiation()
    role.sop_class_uid, role.scu_role, role.scp_role = MR, False, True
    extended = SOPClassExtendedNegotiation()
    extended.sop_class_uid, extended.service_class_application_information = CT, b"\2\1"
    identity = UserIdentityNegotiation()
    identity.user_identity_type, identity.primary_field = 2, b"user"
    identity.secondary_field = b"secret"
    primitive.user_information = [length, uid, version, role, extended, identity]
    return pynetdicom_pdu.A_ASSOCIATE_RQ(primitive).encode()[6:]


def item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BxH", kind, len(value)) + value


def body_with(*items: bytes) -> bytes:
    return b"\0\1\0\0" + b"CALLED".ljust(16) + b"CALLING".ljust(16) + bytes(32) + b"".join(items)


def test_request_of_pynetdicom_is_read() -> None:
    body = request_body()
    assert read_associate_request(body) == AssociateRequest(
        protocol_version=1,
        called_ae_title="CALLED",
        calling_ae_title="CALLING",
        echoed_fields=body[4:68],
        application_context="1.2.840.10008.3.1.1.1",
        contexts=(
            ProposedContext(context_id=1, abstract_syntax=CT, transfer_syntaxes=(EXPLICIT, IMPLICIT)),
            ProposedContext(
                context_id=3, abstract_syntax=MR, transfer_syntaxes=(IMPLICIT,), role=Role(scu=False, scp=True)
            ),
        ),
        max_pdu_bytes=65536,
        implementation_class_uid="1.2.3",
        implementation_version="VERSION",
        extended_negotiation={CT: b"\2\1"},
        user_identity=PresentedIdentity(kind=2, wants_response=False, primary=b"user", secondary=b"secret"),
    )


def test_blank_and_strange_ae_titles_are_read() -> None:
    body = b"\0\1\0\0" + b" " * 16 + b"\xe9\0".ljust(16, b"\0") + bytes(32)
    request = read_associate_request(body)
    assert (request.called_ae_title, request.calling_ae_title) == ("", "é")
    assert request.echoed_fields == body[4:]


def test_text_is_made_printable() -> None:
    body = b"\0\1\0\0" + b"A\r\nB\x1b[2J".ljust(16) + b"\x7fC\tD".ljust(16) + bytes(32)
    request = read_associate_request(body)
    assert (request.called_ae_title, request.calling_ae_title) == ("A??B?[2J", "?C?D")


@pytest.mark.parametrize(
    ("field", "title"),
    [
        (b"STORE\0junk\xff\x1b", "STORE"),
        (b"STORE \0 x", "STORE"),
        (b"  STORE\0\0\0\0", "STORE"),
        (b"\0STORE", ""),
        (b" \0STORE", ""),
        (b"A B\0C", "A B"),
        (b"ABCDEFGHIJKLMNO\0", "ABCDEFGHIJKLMNO"),
    ],
)
def test_ae_titles_end_at_the_first_nul(field: bytes, title: str) -> None:
    for called, calling in ((field, b"OTHER"), (b"OTHER", field)):
        body = b"\0\1\0\0" + called.ljust(16) + calling.ljust(16) + bytes(32)
        request = read_associate_request(body)
        assert {request.called_ae_title, request.calling_ae_title} == {title, "OTHER"}
        assert request.echoed_fields == body[4:]


def test_uids_and_names_end_at_the_first_nul() -> None:
    context = item(0x20, b"\1\0\0\0" + item(0x30, CT.encode() + b"\0.7") + item(0x40, IMPLICIT.encode() + b"\0\0.1"))
    user = item(0x50, item(0x52, b"1.2.3\0x") + item(0x55, b"VERSION\0\r\nlie"))
    request = read_associate_request(body_with(item(0x10, b"1.2.840.10008.3.1.1.1\0x"), context, user))
    (read,) = request.contexts
    assert (read.abstract_syntax, read.transfer_syntaxes) == (CT, (IMPLICIT,))
    assert request.application_context == "1.2.840.10008.3.1.1.1"
    assert (request.implementation_class_uid, request.implementation_version) == ("1.2.3", "VERSION")


def test_unknown_items_are_ignored() -> None:
    known = item(0x10, b"1.2.840.10008.3.1.1.1")
    user = item(0x50, item(0x51, b"\0\0\x40\0") + item(0x99, b"whatever") + item(0x53, b"\0\1\0\1"))
    request = read_associate_request(
        body_with(item(0x77, b"?"), known, item(0x20, b"\5\0\0\0" + item(0x7F, b"")), user)
    )
    assert request.application_context == "1.2.840.10008.3.1.1.1"
    assert request.max_pdu_bytes == 16384
    assert request.contexts == (ProposedContext(context_id=5, abstract_syntax="", transfer_syntaxes=()),)


def test_padded_uids_are_read() -> None:
    context = item(0x20, b"\1\0\0\0" + item(0x30, CT.encode() + b"\0") + item(0x40, IMPLICIT.encode() + b" "))
    (read,) = read_associate_request(body_with(context)).contexts
    assert (read.abstract_syntax, read.transfer_syntaxes) == (CT, (IMPLICIT,))


@pytest.mark.parametrize(("scu", "scp"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_all_four_roles_are_read(scu: int, scp: int) -> None:
    role = item(0x54, struct.pack(">H", len(CT)) + CT.encode() + bytes((scu, scp)))
    context = item(0x20, b"\1\0\0\0" + item(0x30, CT.encode()) + item(0x40, IMPLICIT.encode()))
    (read,) = read_associate_request(body_with(context, item(0x50, role))).contexts
    assert read.role == Role(scu=bool(scu), scp=bool(scp))


def test_of_duplicated_items_the_first_counts() -> None:
    user = item(0x58, b"\1\0\0\1a\0\0") + item(0x58, b"\1\1\0\1b\0\0")
    for information in (b"\1", b"\2"):
        user += item(0x56, struct.pack(">H", len(CT)) + CT.encode() + information)
    request = read_associate_request(body_with(item(0x50, user)))
    assert request.user_identity == PresentedIdentity(kind=1, wants_response=False, primary=b"a", secondary=b"")
    assert request.extended_negotiation == {CT: b"\1"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(bytes(67), id="one byte short"),
        pytest.param(body_with(b"\x10"), id="item without length"),
        pytest.param(body_with(b"\x10\0\0\5abcd"), id="item exceeds the PDU"),
        pytest.param(body_with(item(0x20, b"\1\0\0")), id="context without fixed fields"),
        pytest.param(body_with(item(0x20, b"\1\0\0\0\x30\0\xff\xff")), id="abstract syntax exceeds its context"),
        pytest.param(body_with(item(0x50, item(0x51, b"\1"))), id="maximum length of one byte"),
        pytest.param(body_with(item(0x50, item(0x54, b"\0"))), id="role without UID length"),
        pytest.param(body_with(item(0x50, item(0x54, b"\0\1a\1"))), id="role with one byte"),
        pytest.param(body_with(item(0x50, item(0x54, b"\xff\xffa\1\1"))), id="role with UID too long"),
        pytest.param(body_with(item(0x50, item(0x56, b"\0\5a"))), id="extended negotiation with UID too long"),
    ],
)
def test_lengths_that_lie_are_refused(body: bytes) -> None:
    with pytest.raises(PduError) as caught:
        read_associate_request(body)
    assert caught.value.reason is AbortReason.INVALID_PDU_PARAMETER_VALUE


def test_every_shortened_request_is_refused_or_says_less() -> None:
    body = request_body()
    whole = read_associate_request(body)
    for size in range(len(body)):
        try:
            assert read_associate_request(body[:size]) != whole
        except PduError:
            continue


@given(st.binary(max_size=200))
def test_random_items_are_read_or_refused(data: bytes) -> None:
    try:
        request = read_associate_request(body_with(data))
    except PduError:
        return
    assert request.called_ae_title == "CALLED"


def accepted(
    context_id: int, uid: str, proposed: Role | None = None, answered: Role | None = None
) -> NegotiatedContext:
    return NegotiatedContext(
        context_id=context_id,
        abstract_syntax=uid,
        proposed_transfer_syntaxes=(EXPLICIT, IMPLICIT),
        result=ContextResult.ACCEPTED,
        accepted_transfer_syntax=IMPLICIT,
        proposed_role=proposed,
        accepted_role=answered,
    )


def test_accept_is_what_pynetdicom_reads() -> None:
    contexts = (
        accepted(1, CT, Role(scu=True, scp=True), Role(scu=False, scp=True)),
        NegotiatedContext(
            context_id=3,
            abstract_syntax=MR,
            proposed_transfer_syntaxes=(),
            result=ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED,
            accepted_transfer_syntax=None,
        ),
        accepted(5, CT, Role(scu=True, scp=True), Role(scu=False, scp=True)),
    )
    items = AcceptorItems(
        max_pdu_bytes=131072,
        implementation_class_uid="1.2.3.4",
        implementation_version="VERSION_1",
        extended_negotiation={CT: b"\1\2\3"},
    )
    encoded = write_associate_accept(read_associate_request(request_body()), contexts, items)
    pdu = pynetdicom_pdu.A_ASSOCIATE_AC()
    pdu.decode(encoded)
    assert pdu.encode() == encoded
    assert (pdu.reserved_aet, pdu.reserved_aec) == ("CALLED", "CALLING")
    primitive = pdu.to_primitive()
    results = primitive.presentation_context_definition_results_list
    assert [(context.context_id, context.result) for context in results] == [(1, 0), (3, 3), (5, 0)]
    assert results[0].transfer_syntax == [IMPLICIT]
    assert primitive.maximum_length_received == 131072
    assert primitive.implementation_class_uid == "1.2.3.4"
    assert len(primitive.user_information) == 5
    (role,) = (part for part in primitive.user_information if isinstance(part, SCP_SCU_RoleSelectionNegotiation))
    assert (role.sop_class_uid, role.scu_role, role.scp_role) == (CT, False, True)
    (extended,) = (part for part in primitive.user_information if isinstance(part, SOPClassExtendedNegotiation))
    assert (extended.sop_class_uid, extended.service_class_application_information) == (CT, b"\1\2\3")


def test_accept_echoes_ae_titles_byte_for_byte_and_answers_role_zero_zero() -> None:
    titles = bytes(range(0x80, 0xA0))
    request = read_associate_request(b"\0\1\0\0" + titles + b"R" * 32)
    role = Role(scu=False, scp=False)
    items = AcceptorItems(max_pdu_bytes=4096, implementation_class_uid="1.2", implementation_version="V")
    encoded = write_associate_accept(request, (accepted(1, CT, role, role),), items)
    assert encoded[10:42] == titles
    assert item(0x54, struct.pack(">H", len(CT)) + CT.encode() + b"\0\0") in encoded
    assert struct.unpack_from(">BxL", encoded) == (2, len(encoded) - 6)


def test_reject_is_what_pynetdicom_reads() -> None:
    pdu = pynetdicom_pdu.A_ASSOCIATE_RJ()
    pdu.decode(write_associate_reject(2, 3, 2))
    assert (pdu.result, pdu.source, pdu.reason_diagnostic) == (2, 3, 2)


def test_abort_is_what_pynetdicom_reads() -> None:
    pdu = pynetdicom_pdu.A_ABORT_RQ()
    pdu.decode(write_abort(2, 6))
    assert (pdu.source, pdu.reason_diagnostic) == (2, 6)


def test_release_answer_is_that_of_pynetdicom() -> None:
    assert pynetdicom_pdu.A_RELEASE_RP().encode() == RELEASE_RP


@pytest.mark.parametrize(
    "items",
    [
        item(0x99, b"") * 20_000,
        item(0x20, b"\1\0\0\0" + item(0x40, b"") * 16_000) * 2,
        item(0x20, b"\1\0\0\0" + item(0x30, b"1.2")) * 300,
        item(0x50, item(0x77, b"") * 16_300) + item(0x99, b"") * 16_400,
    ],
    ids=["items", "transfer syntaxes", "contexts", "user items"],
)
def test_request_of_more_items_than_make_sense_is_refused(items: bytes) -> None:
    with pytest.raises(PduError, match="more than"):
        read_associate_request(bytes(68) + items)


def test_request_of_all_contexts_with_many_transfer_syntaxes_is_read() -> None:
    syntaxes = item(0x40, b"1.2.840.10008.1.2.4.100") * 100
    contexts = b"".join(
        item(0x20, bytes((number, 0, 0, 0)) + item(0x30, b"1.2") + syntaxes) for number in range(1, 256, 2)
    )
    assert len(read_associate_request(bytes(68) + contexts).contexts) == 128

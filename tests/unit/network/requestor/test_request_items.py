"""What is proposed, without a connection."""

import struct

import pytest

from dicomdesk.errors import IllegalAeTitleError, PeerProtocolError
from dicomdesk.network.negotiation import ExtendedNegotiation, ProposedContext
from dicomdesk.network.requestor.request_items import (
    ProposedItems,
    ae_title_field,
    send_limits,
    user_items,
)
from dicomdesk.settings import AssociationSettings, UserIdentity, UserIdentityType

CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
PROPOSED = ProposedItems(
    contexts=[
        ProposedContext(context_id=2 * index + 1, abstract_syntax=uid, transfer_syntaxes=("1.2.840.10008.1.2",))
        for index, uid in enumerate((CT, MR, CT))
    ],
    extensions=[ExtendedNegotiation(sop_class_uid=CT, information=b"\1")],
)
JOE = UserIdentity(kind=UserIdentityType.USER_NAME, primary=b"joe", wants_response=True)


@pytest.mark.parametrize(
    ("peer", "cap", "pdu", "fragment", "dcmtk"),
    [
        (16384, None, 16384, 16378, 16372),
        (16382, None, 16382, 16376, 16370),
        (16383, None, 16383, 16376, 16371),
        (0, None, 131072, 131066, 131060),
        (1 << 31, None, 131072, 131066, 131060),
        (131072, 4096, 4096, 4090, 4084),
        (4096, 131072, 4096, 4090, 4084),
        (13, None, 13, 6, 1),
    ],
)
def test_send_limits_are_the_smallest_of_all(peer: int, cap: int | None, pdu: int, fragment: int, dcmtk: int) -> None:
    limits = send_limits(peer, AssociationSettings(max_send_pdu_bytes=cap))
    assert limits.max_pdu_bytes == pdu
    assert limits.max_fragment_bytes == fragment
    assert limits.dcmtk_max_send_pdv_bytes == dcmtk


@pytest.mark.parametrize("peer", [1, 6, 12])
def test_peer_with_room_for_nothing_is_an_error(peer: int) -> None:
    with pytest.raises(PeerProtocolError, match="too short") as raised:
        send_limits(peer, AssociationSettings())
    assert raised.value.condition.endswith("is illegal (must be > 12)")


def test_ae_title_is_cut_to_sixteen_characters() -> None:
    assert ae_title_field("ABCDEFGHIJKLMNOPQRS", "Called") == "ABCDEFGHIJKLMNOP"
    assert ae_title_field(" with spaces ", "Called") == " with spaces "


@pytest.mark.parametrize("title", ["", "   ", " " * 16 + "LATE", "Ä", "A\nB", "A\\B"])
def test_ae_title_that_cannot_be_sent_is_an_error_in_dcmtks_words(title: str) -> None:
    with pytest.raises(IllegalAeTitleError) as raised:
        ae_title_field(title, "Called")
    assert raised.value.condition == "Illegal service parameter: Called AP Title"


def test_user_items_are_extensions_then_the_identity() -> None:
    assert user_items(JOE, PROPOSED) == [
        (0x56, struct.pack(">H", len(CT)) + CT.encode() + b"\1"),
        (0x58, b"\1\1\0\3joe\0\0"),
    ]
    assert user_items(None, ProposedItems(PROPOSED.contexts)) == []

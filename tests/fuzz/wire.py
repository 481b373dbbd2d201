"""Harnesses of what reads bytes from peers: PDUs, association requests and answers, messages, identifiers."""

import json
import socket
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from struct import pack
from xml.etree import ElementTree as Xml

from dicomdesk.archive.matching.query_reader import (
    IdentifierError,
    IdentifierRules,
    read_find_query,
    read_retrieve_query,
)
from dicomdesk.dicom.commitment.documents import read_report as read_commitment_report
from dicomdesk.dicom.commitment.documents import read_request as read_commitment_request
from dicomdesk.dicom.documents.data_set import read_data_set, write_data_set
from dicomdesk.dicom.documents.dicom_json import json_object
from dicomdesk.dicom.documents.dump import data_set_lines
from dicomdesk.dicom.documents.xml_document import xml_file
from dicomdesk.dicom.query.query import Model
from dicomdesk.errors import ConversionError, DataError, PeerError, PeerProtocolError, StorageError
from dicomdesk.network.acceptor.association_answer import Acceptance, TransportFacts, answer_request
from dicomdesk.network.acceptor.message_reception import Reception
from dicomdesk.network.acceptor.observers import ListenerObserver
from dicomdesk.network.dimse.command_sets import (
    CommandSet,
    StoreRequestReader,
    read_command_set,
    store_response,
    write_command_set,
)
from dicomdesk.network.dimse.instance_writer import StoreItem
from dicomdesk.network.dimse.store_reception import EstablishedAssociation, IncomingStore, StoreAnswer
from dicomdesk.network.negotiation import ProposedContext
from dicomdesk.network.presentation.context_acceptance import accept_all_policy
from dicomdesk.network.requestor.association import RequestedAssociation, open_association
from dicomdesk.network.upper_layer.associate_accepts import read_associate_accept
from dicomdesk.network.upper_layer.association_items import read_items
from dicomdesk.network.upper_layer.association_pdus import read_associate_request
from dicomdesk.network.upper_layer.pdu_reader import Fragment, Pdu, PduError, PduReader
from dicomdesk.settings import AssociationSettings, Peer, Timeouts
from tests.fuzz.generating import SYNTAX_OF, DataSetBuilder
from tests.fuzz.mutations import ENCODINGS
from tests.fuzz.properties import attempt, require, require_same
from tests.helpers.peers.requestors import (
    CT_IMAGE_STORAGE,
    EXPLICIT,
    IMPLICIT,
    VERIFICATION,
    Proposal,
    data_pdu,
    echo_command,
    find_command,
    item,
    pdu,
    pdv,
    store_command,
)

PRIVATE_UID = b"1.2.826.0.1.3680043.9.9999.1"
_BUFFER_BYTES = 8192


# -- PDUs


def _pieces(data: bytes, sizes: Sequence[int]) -> tuple[list[object], str]:
    """What a reader makes of a stream that arrives in parts of these sizes, over and over; and how it ended.

    Parts of one presentation data value are put together: how they were divided says nothing.
    """
    reader = PduReader(_BUFFER_BYTES)
    seen: list[object] = []
    values: list[bytes] = []
    position = turn = 0
    while position < len(data):
        part = data[position : position + min(sizes[turn % len(sizes)], len(reader.space))]
        reader.space[: len(part)] = part
        position += len(part)
        turn += 1
        try:
            for piece in reader.pieces(len(part)):
                _note(piece, seen, values)
        except PduError as error:
            return [*seen, b"".join(values)], f"{error} ({error.reason})"
    return [*seen, b"".join(values)], f"inside: {reader.is_inside_pdu}"


def _note(piece: Fragment | Pdu, seen: list[object], values: list[bytes]) -> None:
    if isinstance(piece, Pdu):
        seen += [b"".join(values), piece]
        values.clear()
    else:
        kind = (piece.context_id, piece.is_command)
        if not seen or seen[-1] != kind:
            seen += [b"".join(values), kind]
            values.clear()
        values.append(bytes(piece.data))
        if piece.is_last:
            seen += [b"".join(values), "last"]
            values.clear()


def read_pdus(data: bytes) -> None:
    """A stream is the same PDUs however it arrives."""
    whole = attempt(lambda: _pieces(data, (_BUFFER_BYTES,)))
    for sizes in ((1,), (5, 1, 7)):
        parts = attempt(lambda: _pieces(data, sizes))  # noqa: B023 - called at once
        require_same(parts.told, whole.told, "a stream that arrives in parts is the same PDUs")


def build_pdus(random: Random) -> bytes:
    """PDUs as an association has them, in any order."""
    parts = []
    for _ in range(random.randint(1, 5)):
        kind = random.randrange(6)
        if kind <= 2:
            values = [
                pdv(random.choice((1, 3, 0, 2)), random.randrange(4), random.randbytes(random.choice((0, 1, 6, 300))))
                for _ in range(random.choice((1, 1, 1, 2, 3)))
            ]
            parts.append(pdu(4, b"".join(values)))
        elif kind == 3:
            parts.append(build_request(random))
        else:
            parts.append(pdu(random.choice((2, 3, 5, 6, 7)), bytes(random.choice((4, 4, 0, 1000)))))
    return b"".join(parts)


PDU_WORDS = (
    pack(">BxL", 4, 6),
    pack(">BxL", 4, 0xFFFFFFFF),
    pack(">BxL", 1, 1 << 20),
    pack(">LBB", 2, 1, 3),
    pack(">LBB", 0, 1, 3),
    pack(">LBB", 0xFFFFFFFF, 1, 3),
    pdu(5, bytes(4)),
    pdu(7, bytes(4)),
    b"\x16\3\1",
)


# -- associations

_FACTS = TransportFacts(peer_host="peer", peer_port=104, tls=None)


def read_request(data: bytes) -> None:
    """An A-ASSOCIATE-RQ is answered, with a result for each of its contexts."""
    request = attempt(lambda: read_associate_request(data), PduError).value
    if request is None:
        return
    texts = (request.calling_ae_title, request.called_ae_title, request.implementation_version)
    require(all(text.isprintable() for text in texts), "text for logs is printable", texts)
    if request.user_identity is not None:
        require(request.user_identity.exchange().user_name.isprintable(), "text for logs is printable")
    answer = attempt(
        lambda: answer_request(
            replace(request, application_context="1.2.840.10008.3.1.1.1", protocol_version=1),
            replace(accept_all_policy(), needs_context=False),
            16384,
            _FACTS,
            confirms_identity=True,
        )
    ).value
    if isinstance(answer, Acceptance):
        items = list(read_items(answer.pdu[74:], "A-ASSOCIATE-AC"))
        ids = [value[0] for kind, value in items if kind == 0x21]
        proposed = {context.context_id for context in request.contexts}
        require_same(sorted(ids), sorted(proposed), "each context is answered once")
        require_same(len(answer.pdu) - 6, int.from_bytes(answer.pdu[2:6], "big"), "a PDU has the length that it says")


def build_request(random: Random) -> bytes:
    """An A-ASSOCIATE-RQ."""
    uids = (CT_IMAGE_STORAGE, VERIFICATION, "1.2.3", "")
    contexts = tuple(
        (
            random.choice((1, 3, 5, 0, 255)),
            random.choice(uids),
            random.sample((EXPLICIT, IMPLICIT, "1.2"), random.randint(0, 3)),
        )
        for _ in range(random.randint(0, 4))
    )
    identity = item(0x58, bytes((random.randint(0, 5), 1)) + pack(">H", 4) + b"user" + pack(">H", 2) + b"pw")
    extension = item(0x56, pack(">H", 5) + b"1.2.3" + random.randbytes(3))
    window = item(0x53, bytes(4))
    extra = b"".join(part for part in (identity, extension, window, item(0x99, b"x")) if random.random() < 0.4)
    return Proposal(
        contexts=contexts,
        called=random.choice((b"ANY-SCP", b"", b"A\0garbage", b"\xc4")),
        roles=[(CT_IMAGE_STORAGE, 1, 1)] if random.random() < 0.3 else (),
        max_pdu_bytes=random.choice((None, 0, 16384, 0xFFFFFFFF)),
        extra_items=extra,
    ).encode()


def build_request_body(random: Random) -> bytes:
    """The same without its header."""
    return build_request(random)[6:]


def read_accept(data: bytes) -> None:
    """An A-ASSOCIATE-AC is read, or it is a violation of the protocol; what is shown of it is printable."""
    accept = attempt(lambda: read_associate_accept(data), PeerProtocolError).value
    if accept is not None:
        texts = (accept.implementation_class_uid, accept.implementation_version)
        require(all(text.isprintable() for text in texts), "text for logs is printable", texts)


def build_accept(random: Random) -> bytes:
    """An A-ASSOCIATE-AC."""
    answers = build_answers(random)
    return answers[: 6 + int.from_bytes(answers[2:6], "big")]


def _open(answer: bytes) -> RequestedAssociation:
    """An association with a peer that has said all that it will ever say."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    with theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 19)
        theirs.sendall(answer)
        theirs.shutdown(socket.SHUT_WR)
        association = open_association(
            peer=Peer(ae_title="PEER", host="peer", port=104),
            settings=AssociationSettings(timeouts=Timeouts(acse_s=5, dimse_s=5, socket_s=5)),
            contexts=(
                ProposedContext(context_id=1, abstract_syntax=CT_IMAGE_STORAGE, transfer_syntaxes=(EXPLICIT,)),
                ProposedContext(context_id=3, abstract_syntax=VERIFICATION, transfer_syntaxes=(IMPLICIT,)),
            ),
            sock=ours,
        )
        association.closes_later.enter_context(theirs.dup())
    return association


class _Silent:
    def store_started(self, item: StoreItem, message_id: int) -> None:
        """Nothing."""

    def store_answered(self, item: StoreItem, message_id: int, status: int, comment: str) -> None:
        """Nothing."""


def _use(stream: bytes) -> None:
    """An association from its answer to its release, one C-ECHO and two C-STOREs on the way."""
    association = _open(stream)
    try:
        association.echo()
        items = [StoreItem(1, CT_IMAGE_STORAGE, f"1.2.{number}", b"\x08\0\x05\0CS\0\0", None) for number in range(2)]
        association.store_all(iter(items), _Silent())
        association.release()
    finally:
        association.abort()


def requestor_side(data: bytes) -> None:
    """Whatever a peer answers from the A-ASSOCIATE-AC on, the requestor has an error of the peer's, or none."""
    attempt(lambda: _use(data), PeerError)


def build_answers(random: Random) -> bytes:
    """What a peer answers to an association request, a C-ECHO, two C-STOREs and a release."""
    user = item(0x51, pack(">L", random.choice((0, 16384, 7, 0xFFFFFFFF)))) if random.random() < 0.9 else b""
    user += item(0x52, b"1.2.3") + item(0x55, b"PEER") + (item(0x59, b"\0\0") if random.random() < 0.1 else b"")
    if random.random() < 0.2:
        user += item(0x54, pack(">H", len(CT_IMAGE_STORAGE)) + CT_IMAGE_STORAGE.encode() + b"\1\0")
    contexts = b"".join(
        item(0x21, bytes((number, 0, random.choice((0, 0, 0, 0, 1, 3)), 0)) + item(0x40, syntax.encode()))
        for number, syntax in ((1, random.choice((EXPLICIT, EXPLICIT, "1.2"))), (3, IMPLICIT))
    )
    body = pack(">HH", 1, 0) + b"PEER".ljust(16) + b"US".ljust(16) + bytes(32)
    accept = pdu(2, body + item(0x10, b"1.2.840.10008.3.1.1.1") + contexts + item(0x50, user))
    return (
        accept
        + b"".join(
            data_pdu(context, 3, _response(field, number, random))
            for context, field, number in ((3, 0x8030, 1), (1, 0x8001, 2), (1, 0x8001, 3))
        )
        + pdu(6, bytes(4))
    )


def _response(field: int, number: int, random: Random) -> bytes:
    uid = VERIFICATION if field == 0x8030 else CT_IMAGE_STORAGE
    status = random.choice((0, 0, 0, 0xB000, 0xA700, 0x0110))
    values: dict[int, bytes | int] = {2: uid.encode(), 0x100: field, 0x120: number, 0x800: 0x101, 0x900: status}
    if random.random() < 0.1:
        values[0x902] = b"comment \xff\0"
    return write_command_set(values)


# -- messages


def read_command(data: bytes) -> None:
    """A command set is what was written; one that resembles those before it is read as if it were the first."""
    read = attempt(lambda: read_command_set(data), PeerProtocolError).value
    if read is None:
        return
    for element in (0x0100, 0x0110, 0x0800, 0x0900):
        attempt(lambda: read.number(element), PeerProtocolError)  # noqa: B023 - called at once
    again = read_command_set(write_command_set(dict(sorted(read.values.items()))))
    padded = {element: value + b"\0" * (len(value) % 2) for element, value in read.values.items()}
    require_same(
        {**again.values, 0: padded.get(0, again.values.get(0))},
        {**again.values, **padded},
        "a command set is what was written",
    )
    reader = StoreRequestReader()
    for _ in range(2):
        require_same(reader.read(data).values, read.values, "a command set is read alike after others")
    _compare_responses(reader.read(data), read)


def _compare_responses(quick: CommandSet, plain: CommandSet) -> None:
    made = attempt(lambda: store_response(plain, 0), PeerProtocolError)
    again = attempt(lambda: store_response(quick, 0), PeerProtocolError)
    if made.value is not None:
        require_same(again.value, made.value, "a response is the same after others")


def build_command(random: Random) -> bytes:
    """A command set of some service."""
    uid = random.choice((PRIVATE_UID, PRIVATE_UID + b"\0", b"", b"1" * 70))
    return random.choice(
        (
            store_command(uid, random.randrange(65536)),
            echo_command(),
            find_command(),
            write_command_set({2: uid, 0x100: 0x8001, 0x120: 7, 0x800: 0x101, 0x900: 0xA700, 0x902: b"no room"}),
            write_command_set({3: uid, 0x100: 0x130, 0x110: 7, 0x800: 1, 0x1001: uid, 0x1008: 1}),
        )
    )


class Sink:
    """Takes an instance."""

    def write(self, fragments: Sequence[memoryview]) -> None:
        """Nothing."""

    def finish(self) -> StoreAnswer:
        return StoreAnswer(status=0)

    def settle(self) -> None:
        """Nothing."""

    def discard(self) -> None:
        """Nothing."""


class _Handler:
    def begin(self, request: IncomingStore) -> Sink:
        return Sink()


def _receive(data: bytes) -> bytes:
    """What an acceptor answers to the messages of an association."""
    answer = answer_request(read_associate_request(Proposal().encode()[6:]), accept_all_policy(), 16384, _FACTS)
    require(isinstance(answer, Acceptance), "a good request is accepted")
    answers = bytearray()
    if isinstance(answer, Acceptance):
        established = EstablishedAssociation(association=1, negotiation=answer.negotiation)
        reception = Reception(established, _Handler(), ListenerObserver(), answers.extend, has_services=True)
        reader = PduReader(_BUFFER_BYTES)
        for start in range(0, len(data), 1000):
            part = data[start : start + 1000]
            reader.space[: len(part)] = part
            for piece in reader.pieces(len(part)):
                if isinstance(piece, Fragment):
                    reception.take(piece)
            reception.flush()
    return bytes(answers)


def acceptor_side(data: bytes) -> None:
    """Whatever messages a peer sends, they are answered, or they are a violation of the protocol."""
    attempt(lambda: _receive(data), PeerProtocolError, StorageError)


def build_messages(random: Random) -> bytes:
    """Some messages in presentation contexts 1 and 3, cut into presentation data values."""
    parts = []
    for number in range(random.randint(1, 4)):
        kind = random.randrange(4)
        if kind == 0:
            parts.append(data_pdu(3, 3, echo_command(number)))
            continue
        command = find_command() if kind == 1 else store_command(PRIVATE_UID, number)
        cut = random.randint(0, len(command))
        parts.append(pdu(4, pdv(1, 1, command[:cut]) + pdv(1, 3, command[cut:])))
        parts += [data_pdu(1, 0, random.randbytes(20)) for _ in range(random.randint(0, 2))]
        parts.append(data_pdu(1, 2, b""))
    return b"".join(parts)


# -- identifiers


def read_document(data: bytes) -> None:
    """A response is a data set that can be written again, and shown in every form, each of them sound."""
    selector, content = data[0] if data else 0, data[1:]
    syntax = SYNTAX_OF[ENCODINGS[selector % 4]]
    read = attempt(lambda: read_data_set(content, syntax), DataError, ConversionError)
    if read.value is None:
        return
    written = attempt(lambda: write_data_set(read.value), ConversionError)  # type: ignore[arg-type] # it is none no more
    if written.value is not None:
        again = write_data_set(read_data_set(written.value, EXPLICIT))
        require_same(again, written.value, "what is written reads again")
    lines = data_set_lines(read.value)
    require(all(line.isprintable() for line in lines), "lines are harmless", lines)
    Xml.fromstring(xml_file(read.value))
    json.dumps(json_object(read.value), allow_nan=False)


def read_identifiers(data: bytes) -> None:
    """A query or a retrieval is understood, or refused with a status."""
    selector, content = data[0] if data else 0, data[1:]
    syntax = SYNTAX_OF[ENCODINGS[selector % 4]]
    model, rules = list(Model)[selector // 4 % 3], IdentifierRules(is_strict=selector // 16 % 2 == 1)
    for read in (read_find_query, read_retrieve_query):
        query = attempt(lambda: read(content, syntax, model, rules), IdentifierError)  # noqa: B023 - called at once
        texts = [key.value for key in query.value.keys] if query.value else []
        require(not any("\0" in text for text in texts), "no database gets NUL", texts)
        if isinstance(query.error, IdentifierError):
            require(len(query.error.comment) <= 64, "a comment fits into its element", query.error.comment)


_KEYS = (
    (0x00080005, b"CS", (b"ISO_IR 100", b"ISO 2022 IR 87", b"\\ISO 2022 IR 149")),
    (0x00080020, b"DA", (b"", b"20240101-", b"-")),
    (0x00080052, b"CS", (b"STUDY ", b"SERIES", b"PATIENT ", b"IMAGE ", b"X ")),
    (0x00080060, b"CS", (b"CT", b"CT\\MR ")),
    (0x00100010, b"PN", (b"", b"Doe*", b"\x1b$B;3ED\x1b(B^", b"=\xc4=")),
    (0x00100020, b"LO", (b"", b"P? ", b"\x1b" * 40)),
    (0x0020000D, b"UI", (b"", b"1.2\0", b"1.2\\1.3 ")),
    (0x0020000E, b"UI", (b"", b"1.3\0")),
    (0x00201208, b"IS", (b"",)),
    (0x00281050, b"DS", (b"", b"1 ")),
)


def build_identifier(random: Random) -> bytes:
    """A byte for the encoding, the model and the rules, and the identifier of a query."""
    selector = random.randrange(32)
    builder = DataSetBuilder(random, ENCODINGS[selector % 4], oddity=random.choice((0, 0.03)))
    parts = []
    for tag, vr, values in _KEYS:
        if random.random() < 0.7:
            parts.append(builder.element(tag, vr, random.choice(values)))
        if random.random() < 0.05:
            parts.append(builder.sequence())
    return bytes((selector,)) + b"".join(parts)


def read_commitment(data: bytes) -> None:
    """A request for storage commitment, or a report, names instances, or is refused."""
    syntax, content = SYNTAX_OF[ENCODINGS[data[0] % 4 if data else 0]], data[1:]
    attempt(lambda: read_commitment_request(content, syntax), DataError)
    attempt(lambda: read_commitment_report(content, syntax), DataError)


def build_commitment(random: Random) -> bytes:
    """A byte for the encoding and a request for storage commitment."""
    selector = random.choice((0, 1, 2))
    builder = DataSetBuilder(random, ENCODINGS[selector], oddity=random.choice((0, 0.03)))
    items = []
    for number in range(random.randint(0, 4)):
        uid = b"1.2.%d" % number
        reference = builder.element(0x00081150, b"UI", CT_IMAGE_STORAGE.encode() + b"\0") + builder.element(
            0x00081155, b"UI", uid + b"\0" * (len(uid) % 2)
        )
        items.append(builder.header(0xFFFEE000, b"", len(reference)) + reference)
    content = b"".join(items)
    sequence = builder.header(0x00081199, b"SQ", len(content)) + content
    return bytes((selector,)) + builder.element(0x00081195, b"UI", b"1.2.34") + sequence

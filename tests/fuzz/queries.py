"""Harnesses of what reads answers to queries and retrievals, and other programs' lists of peers."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from random import Random
from struct import pack

from dicomdesk.archive.setup.host_table import read_host_table, write_host_table
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.results import read_result
from dicomdesk.engine.peers.address_book import AddressBook
from dicomdesk.engine.peers.book_file import read_document, write_document
from dicomdesk.engine.peers.exchange import plan_import
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.orthanc import read_modalities, write_modalities
from dicomdesk.engine.peers.peer_table import read_table, write_table
from dicomdesk.engine.peers.weasis import read_nodes, write_nodes
from dicomdesk.engine.query.cuts import find_cut
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.query.split_query import SplitQuery
from dicomdesk.engine.retrieve.retrieval_requestor import failed_instances
from dicomdesk.errors import DataError, PeerError, StorageError
from dicomdesk.network.dimse.command_sets import write_command_set
from dicomdesk.network.dimse.requests import Request, Response, find_request, get_request, move_request
from dicomdesk.network.dimse.store_reception import IncomingStore
from dicomdesk.network.negotiation import NegotiatedContext, ProposedContext, Role
from dicomdesk.network.requestor.association import RequestedAssociation, open_association
from dicomdesk.settings import AssociationSettings, Peer, Timeouts
from tests.fuzz.generating import SYNTAX_OF
from tests.fuzz.mutations import ENCODINGS
from tests.fuzz.properties import attempt, require, require_same
from tests.fuzz.wire import Sink, build_identifier
from tests.helpers.peers.requestors import CT_IMAGE_STORAGE, EXPLICIT, data_pdu, item, pdu, store_command

# -- matches


def read_match(data: bytes) -> None:
    """A match is read, or is none; it is new once only, and what it says of failures can be shown."""
    selector, content = data[0] if data else 0, data[1:]
    syntax = SYNTAX_OF[ENCODINGS[selector % 4]]
    attempt(lambda: read_result(content, syntax), DataError)
    split = SplitQuery(_STUDIES, is_worklist=selector % 8 > 3, today=date(2026, 1, 1))
    is_new = attempt(lambda: split.is_new(content, syntax)).value
    require_same((is_new, split.is_new(content, syntax)), (True, False), "a match is new once")
    uids = attempt(lambda: failed_instances(content, syntax)).value or ()
    require(all(uid.isprintable() and uid for uid in uids), "what is shown of a peer is printable", uids)
    require_same(len(uids), len(set(uids)), "an instance fails once")


_STUDIES = Identifier(keys=(QueryKey(tag=0x00080052, value="STUDY"), QueryKey(tag=0x00080020)))


# -- exchanges

FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
_CONTEXTS = (FIND, MOVE, GET, CT_IMAGE_STORAGE)
_IDS = {uid: 2 * position + 1 for position, uid in enumerate(_CONTEXTS)}
_MOST_RESPONSES = 1 << 12
_STATUSES = (0xFF00, 0xFF00, 0xFF01, 0, 0, 0xB000, 0xA701, 0xA801, 0xA900, 0xC123, 0xFE00, 0x0110, 0xFF02)


def _accept() -> bytes:
    contexts = b"".join(
        item(0x21, bytes((number, 0, 0, 0)) + item(0x40, EXPLICIT.encode())) for number in _IDS.values()
    )
    role = item(0x54, pack(">H", len(CT_IMAGE_STORAGE)) + CT_IMAGE_STORAGE.encode() + b"\0\1")
    user = item(0x51, pack(">L", 16384)) + item(0x52, b"1.2.3") + role
    body = pack(">HH", 1, 0) + b"PEER".ljust(16) + b"US".ljust(16) + bytes(32)
    return pdu(2, body + item(0x10, b"1.2.840.10008.3.1.1.1") + contexts + item(0x50, user))


_ACCEPT = _accept()


@contextmanager
def _associated(answers: bytes) -> Iterator[RequestedAssociation]:
    """An association with a peer that has said all that it will ever say."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.setblocking(False)
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 19)
        theirs.sendall(_ACCEPT + answers)
        theirs.shutdown(socket.SHUT_WR)
        association = open_association(
            peer=Peer(ae_title="PEER", host="peer", port=104),
            settings=AssociationSettings(timeouts=Timeouts(acse_s=5, dimse_s=5, socket_s=5)),
            contexts=tuple(
                ProposedContext(
                    context_id=number,
                    abstract_syntax=uid,
                    transfer_syntaxes=(EXPLICIT,),
                    role=Role(scu=False, scp=True) if uid == CT_IMAGE_STORAGE else None,
                )
                for uid, number in _IDS.items()
            ),
            sock=ours,
        )
        try:
            yield association
        finally:
            association.abort()


class _Stored:
    """Takes all instances."""

    def __init__(self) -> None:
        self.count = 0

    def begin(self, request: IncomingStore) -> Sink:
        self.count += 1
        return Sink()


def _exchange(answers: bytes, uid: str, *, passes_over: bool = False) -> tuple[int, int, Response]:
    """How many responses were pending, how many instances came, and the final response."""
    stored, pending = _Stored(), 0
    with _associated(answers) as association:
        context = next(one for one in association.negotiation.contexts if one.abstract_syntax == uid)
        exchange = association.exchange(_REQUESTS[uid](context), stored if uid == GET else None)
        exchange.passes_over_matches = passes_over
        for response in exchange:
            if not response.is_pending:
                return pending, stored.count, response
            pending += 1 + response.repeated
            require(pending < _MOST_RESPONSES, "there are no more responses than were sent")
            _look(response)
    raise AssertionError("an exchange without a final response")


_REQUESTS: Mapping[str, Callable[[NegotiatedContext], Request]] = {
    FIND: lambda context: find_request(context, b"\x08\0\x52\0CS\6\0STUDY "),
    MOVE: lambda context: move_request(context, b"\x08\0\x52\0CS\6\0STUDY ", "DEST"),
    GET: lambda context: get_request(context, b"\x08\0\x52\0CS\6\0STUDY "),
}


def _look(response: Response) -> None:
    counts = response.sub_operations
    if counts is not None:
        told = (counts.completed, counts.failed, counts.warning, counts.remaining or 0)
        require(all(0 <= count <= 0xFFFF for count in told), "counters are numbers", told)
    require(len(response.comment) <= 1024, "a comment can be shown")


def requestor_of_queries(data: bytes) -> None:
    """Whatever a peer answers to a C-FIND, C-MOVE or C-GET, there is a final response, or an error of the peer's.

    Matches that nobody looks at are as many as those that are looked at.
    """
    uid, answers = (FIND, MOVE, GET)[data[0] % 3 if data else 0], data[1:]
    read = attempt(lambda: _exchange(answers, uid), PeerError, StorageError)
    if read.value is not None:
        _look(read.value[2])
        find_cut(read.value[0], read.value[2].status, read.value[2].comment)
    if uid == FIND:
        passed = attempt(lambda: _exchange(answers, uid, passes_over=True), PeerError, StorageError)
        one, other = ((each.value and each.value[:2], type(each.error)) for each in (read, passed))
        require_same(one, other, "matches that are passed over are as many")


def build_exchange(random: Random) -> bytes:
    """A byte for the service, and its responses: matches, counters, instances, a final one."""
    selector = random.randrange(3)
    uid, field = (FIND, MOVE, GET)[selector], (0x8020, 0x8021, 0x8010)[selector]
    same = build_identifier(random)[1:]
    parts = []
    for number in range(random.randint(0, 6)):
        if uid == GET and random.random() < 0.6:
            parts.append(data_pdu(_IDS[CT_IMAGE_STORAGE], 3, store_command(f"1.2.{number}", number)))
            parts += [data_pdu(_IDS[CT_IMAGE_STORAGE], flag, random.randbytes(40)) for flag in (0, 2)]
        match = random.choice((same, same, build_identifier(random)[1:])) if uid == FIND else None
        parts.append(_response(random, uid, field, random.choice((0xFF00, 0xFF00, 0xFF01)), match))
    failed = b"\x08\0\x58\0UI\x08\0" + b"1.2\\1.3\0"
    data_set = random.choice((None, None, failed)) if uid != FIND else None
    parts.append(_response(random, uid, field, random.choice(_STATUSES), data_set))
    return bytes((selector,)) + b"".join(parts) + pdu(6, bytes(4))


def _response(random: Random, uid: str, field: int, status: int, data_set: bytes | None) -> bytes:
    values: dict[int, bytes | int] = {2: uid.encode(), 0x100: field, 0x120: 1, 0x900: status}
    values[0x800] = 0x101 if data_set is None else 1
    if uid != FIND:
        counts = (random.choice((0, 1, 5, 65535, b"", b"\1\2\3")) for _ in range(4))
        values |= {0x1020 + number: count for number, count in enumerate(counts) if random.random() < 0.8}
    if random.random() < 0.1:
        values[0x902] = random.choice((b"why\x1b", b"x" * 3000, b"\xff\0"))
    told = data_pdu(_IDS[uid], 3, write_command_set(dict(sorted(values.items()))))
    return told if data_set is None else told + data_pdu(_IDS[uid], 2, data_set)


# -- lists of peers

_FORMATS = (
    (read_host_table, write_host_table),
    (read_modalities, write_modalities),
    (read_nodes, write_nodes),
    (read_table, write_table),
    (read_document, write_document),
)


def import_peers(data: bytes) -> None:
    """A list of peers is read in any format, and mistakes are told; what was read can be written, and is read again."""
    selector, content = data[0] if data else 0, data[1:]
    read, write = _FORMATS[selector % len(_FORMATS)]
    found = attempt(lambda: read(content)).value
    if found is None:
        return
    shown = [str(mistake) for mistake in found.mistakes] + [*found.remarks]
    require(all(text.isprintable() for text in shown), "what is shown of a file is printable", shown)
    book = AddressBook()
    attempt(lambda: plan_import(book, found).apply(book))
    for name in book.peers:
        require(name.name.isprintable() and not name.problems(), "only what is sound comes into the book", name)
    attempt(lambda: write(book.peers))
    whole = write_document(book.peers)
    again = AddressBook()
    plan_import(again, read_document(whole.text.encode())).apply(again)
    require_same(again.peers, book.peers, "what was written is read again")


_PEERS = (
    KnownPeer(name="Archive", ae_title="ARCHIVE", host="pacs.example", port=104, group="Main"),
    KnownPeer(name="Müller", ae_title="A B", host="10.0.0.1", port=11112, notes="=1+1\nx", associations=3),
    KnownPeer(name="x", ae_title="X", host="::1", port=65535, move_destination="HERE", character_set="ISO_IR 192"),
)
PEER_WORDS = (
    *(b"HostTable BEGIN", b"HostTable END", b"AETable BEGIN", b"a = b, c", b"x = (A, b, 104)", b"#", b"="),
    *(b'"AET"', b'"Port" : 104', b"// ", b"/*", b"*/", b"{", b"[", b"null", b"1e400", b"-1", b"true"),
    *(b"<arrayList>", b"<dicomNode ", b'port="104"', b"<!DOCTYPE a [", b"&amp;", b"&#0;", b"<![CDATA["),
    *(b"Name;AE title;Host;Port", b'"', b"'", b"\t", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b"),
)


def build_peers(random: Random) -> bytes:
    """A byte for the format, and peers in it."""
    selector = random.randrange(len(_FORMATS))
    peers = random.sample(_PEERS, random.randint(0, len(_PEERS)))
    return bytes((selector,)) + _FORMATS[selector][1](peers).text.encode("utf-8", "surrogatepass")

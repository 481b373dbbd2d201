"""What a hostile provider answers: to the connection, to the association request, to a request and to the release."""

import struct
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from tests.helpers.peers.fake_peer import Accept
from tests.helpers.peers.requestors import ABORT, P_DATA, RELEASE_RP, RELEASE_RQ, data_pdu, item, pdu, pdv
from tests.hostile.association_kinds import FIXED, HELLO, REQUEST
from tests.hostile.kinds import Kind, command, kind, rubbish
from tests.hostile.steps import Admit, Drip, HalfClose, Hear, HearMessage, Outlast, Reset, Respond, Send, Step

ACCEPTED = Admit()
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"


def _accepting(name: str, *items: bytes, fixed: bytes = FIXED) -> Kind:
    """An A-ASSOCIATE-AC of these items, then what a good provider would do."""
    return kind(name, Hear(), Send(pdu(2, fixed + b"".join(items))), HearMessage(), Respond(), Hear())


def _cut(count: int) -> Admit:
    return Admit(spoil=lambda acceptance: acceptance[:count])


def _asked(name: str, *steps: Step) -> Kind:
    """The association is accepted, a request is heard; then these steps."""
    return kind(name, ACCEPTED, HearMessage(), *steps)


def _answered(name: str, *steps: Step) -> Kind:
    """The request is answered with Success; then these steps."""
    return _asked(name, Respond(), *steps)


CONTEXT = item(0x21, b"\1\0\0\0" + item(0x40, b"1.2.840.10008.1.2.1"))
APPLICATION = item(0x10, b"1.2.840.10008.3.1.1.1")
USER = item(0x50, item(0x51, struct.pack(">L", 16384)) + item(0x52, b"1.2.3.4"))

UNASSOCIATED = [
    kind("hangs up at once"),
    kind("resets at once", Reset()),
    kind("says nothing", Outlast()),
    kind("speaks first, rubbish", Send(rubbish(2000))),
    kind("speaks first, a page", Send(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    kind("speaks first, an acceptance", Send(pdu(2, FIXED + APPLICATION + CONTEXT + USER))),
    kind("hangs up at the request", Hear()),
    kind("resets at the request", Hear(), Reset()),
    kind("half closes at the request", Hear(), HalfClose(), Outlast()),
    kind("never answers the request", Hear(), Outlast()),
    kind("answers with rubbish", Hear(), Send(rubbish(2000))),
    kind("answers with TLS", Hear(), Send(HELLO)),
    kind("answers with a request", Hear(), Send(REQUEST)),
    kind("answers with data", Hear(), Send(data_pdu(1, 3, command(0x8001)))),
    kind("answers with a release", Hear(), Send(pdu(RELEASE_RQ, bytes(4)))),
    kind("answers with an abort", Hear(), Send(pdu(ABORT, bytes(4)))),
    kind("answers with an abort of unknown reason", Hear(), Send(pdu(ABORT, b"\0\0\xff\xff"))),
    kind("answers with an unknown PDU", Hear(), Send(pdu(0x55, bytes(10)))),
    kind("rejects for unknown reasons", Hear(), Send(pdu(3, b"\0\xff\xff\xff"))),
    kind("rejects in no bytes", Hear(), Send(pdu(3, b""))),
    kind("accepts in no bytes", Hear(), Send(pdu(2, b""))),
    kind("accepts in fewer bytes than there must be", Hear(), Send(pdu(2, FIXED[:60]))),
    kind("accepts in 4 GB", Hear(), Send(b"\2\0\xff\xff\xff\xff" + FIXED), Outlast()),
    kind("accepts in 4 GB that begin to come", Hear(), Send(b"\2\0\xff\xff\xff\xff"), Send(bytes(65536), times=64)),
    kind("accepts in half", _cut(60)),
    kind("accepts in half and resets", _cut(60), Reset()),
    kind("accepts in half and waits", _cut(60), Outlast()),
    kind("accepts in drips", Hear(), Drip(pdu(2, FIXED + APPLICATION + CONTEXT + USER)[:100])),
    _accepting("accepts with an item longer than the PDU", APPLICATION, CONTEXT, USER[:-1]),
    _accepting("accepts with an item of 65,535 bytes", APPLICATION, b"\x21\0\xff\xff\1\0\0\0"),
]
"""No request can be made."""

WITHOUT_CONTEXTS = [
    _accepting("accepts without items"),
    _accepting("accepts without contexts", APPLICATION, USER),
    _accepting("accepts with ten thousand items", APPLICATION, item(0x77, b"") * 10_000),
    _accepting("accepts what was not proposed only", APPLICATION, CONTEXT.replace(b"\1\0\0\0", b"\x77\0\0\0"), USER),
    _accepting("refuses for unknown reasons", APPLICATION, CONTEXT.replace(b"\1\0\0\0", b"\1\0\xff\0"), USER),
    kind("refuses all contexts", Admit(Accept(refuse_all=True)), Hear(), Send(pdu(RELEASE_RP, bytes(4)))),
]
"""The association is accepted, and is of no use."""

UNPROPOSED = [
    kind(
        "accepts in a syntax that was not proposed",
        Admit(spoil=lambda answer: answer.replace(b".10008.1.2", b".10008.7.2")),
    ),
]
"""The association is accepted, with what nobody has proposed."""

STRANGE = [
    kind(
        f"accepts {name}", Admit(accept, spoil=spoil), HearMessage(), Respond(), Hear(), Send(pdu(RELEASE_RP, bytes(4)))
    )
    for name, accept, spoil in (
        ("without a largest PDU", Accept(), lambda answer: answer.replace(b"\x51\0\0\4", b"\x7e\0\0\4")),
        ("PDUs of 0 bytes", Accept(max_pdu_bytes=0), bytes),
        ("PDUs of 4 GB", Accept(max_pdu_bytes=0xFFFFFFFF), bytes),
        ("with a wrong application context", Accept(), lambda answer: answer.replace(b".3.1.1.1", b".3.1.1.9")),
        ("with a context that was not proposed too", Accept(extra_contexts={251: "1.2.840.10008.1.2"}), bytes),
        ("with items of rubbish", Accept(extra_user_items=item(0x59, rubbish(50)) + item(0xEE, b"")), bytes),
        (
            "with a version name of escape sequences",
            Accept(),
            lambda answer: answer.replace(b"FAKE_PEER", b"\x1b[31mX\r\nY"),
        ),
        ("with other titles", Accept(), lambda answer: answer[:10] + b"\x1b[31m/../.." * 4 + answer[54:]),
    )
]
"""Odd, but it goes."""

ASKED = [
    _asked("hangs up at a request"),
    kind("hangs up once associated", ACCEPTED),
    kind("resets once associated", ACCEPTED, Reset()),
    kind("resets at the command", ACCEPTED, Hear(), Reset()),
    _asked("resets at a request", Reset()),
    _asked("half closes at a request", HalfClose(), Outlast()),
    _asked("never answers a request", Outlast()),
    _asked("aborts at a request", Send(pdu(ABORT, bytes(4)))),
    _asked("aborts in no bytes", Send(pdu(ABORT, b""))),
    _asked("releases at a request", Send(pdu(RELEASE_RQ, bytes(4))), Outlast()),
    _asked("agrees to a release that nobody asked for", Send(pdu(RELEASE_RP, bytes(4))), Outlast()),
    _asked("accepts again", Send(pdu(2, FIXED + APPLICATION + CONTEXT + USER)), Outlast()),
    _asked("requests an association itself", Send(REQUEST), Outlast()),
    _asked("answers a request with rubbish", Send(rubbish(3000)), Outlast()),
    _asked("answers a request with an unknown PDU", Send(pdu(0x99, bytes(6))), Outlast()),
    _asked("answers in a PDU of no length", Send(pdu(P_DATA, b"")), Outlast()),
    _asked("answers in a PDU of 4 GB", Send(struct.pack(">BxL", P_DATA, 0xFFFFFFFF) + bytes(100)), Outlast()),
    _asked("answers in a value of no length", Send(pdu(P_DATA, bytes(4))), Outlast()),
    _asked("answers in a value of 4 GB", Send(pdu(P_DATA, b"\xff\xff\xff\xff\1\3" + bytes(50))), Outlast()),
    _asked("answers in a value longer than its PDU", Send(pdu(P_DATA, b"\0\0\1\0\1\3" + bytes(50))), Outlast()),
    _asked("answers with a command set of rubbish", Send(data_pdu(1, 3, rubbish(100))), Outlast()),
    _asked("answers with an empty command set", Send(data_pdu(1, 3, b"")), Outlast()),
    _asked("answers with a command set without end", Send(data_pdu(1, 1, bytes(16000)), times=500)),
    _asked("answers in empty values without end", Send(pdu(P_DATA, pdv(1, 1, b"") * 1000), times=100)),
    _asked("answers in half", Respond(spoil=lambda answer: answer[:30])),
    _asked("answers in half and waits", Send(data_pdu(1, 1, bytes(20))), Outlast()),
    _asked("answers with data", Send(data_pdu(1, 2, rubbish(100))), Outlast()),
    _asked("answers in a context that was not proposed", Respond(context_id=253), Outlast()),
    _asked("answers without a status", Respond({0x0900: None}), Outlast()),
    _asked("answers with a status of three bytes", Respond({0x0900: b"\0\0\0"}), Outlast()),
    _asked("answers another operation", Respond({0x0100: 0x8020}), Outlast()),
    _asked("answers with a request", Respond({0x0100: 0x0001}), Outlast()),
    _asked("announces data and sends none", Respond({0x0800: 1}), Outlast()),
]
"""The request is not answered."""

RELEASED = [
    _answered("hangs up at the release", Hear()),
    _answered("resets at the release", Hear(), Reset()),
    _answered("never answers the release", Hear(), Outlast()),
    _answered("aborts at the release", Hear(), Send(pdu(ABORT, bytes(4)))),
    _answered("answers the release with rubbish", Hear(), Send(rubbish(2000))),
    _answered("answers the release with data", Hear(), Send(data_pdu(1, 3, command(0x8001))), Outlast()),
    _answered("answers the release in drips", Hear(), Drip(pdu(RELEASE_RP, bytes(4)))),
    _answered("asks for the release too", Hear(), Send(pdu(RELEASE_RQ, bytes(4))), Outlast()),
    _answered("answers the release in 4 GB", Hear(), Send(b"\6\0\xff\xff\xff\xff"), Send(bytes(65536), times=16)),
]
"""The request was answered with Success; what comes then can take nothing back."""


@dataclass(frozen=True)
class Expectation:
    """How tools end that meet these kinds; the exit codes are DCMTK's."""

    kinds: Sequence[Kind]
    codes: Mapping[str, AbstractSet[int]]
    """By tool."""
    is_told: bool = True
    """Whether there is an error line."""


PROVIDERS = (
    Expectation(UNASSOCIATED, {"dcmsend": {61, 62}, "echoscu": {1}}),
    Expectation(WITHOUT_CONTEXTS, {"dcmsend": {0}, "storescu": {1}, "echoscu": {1}}),
    Expectation(UNPROPOSED, {"dcmsend": {62}, "storescu": {1}, "echoscu": {1}}),
    Expectation(STRANGE, {"dcmsend": {0}, "storescu": {0}, "echoscu": {0}}, is_told=False),
    Expectation(ASKED, {"dcmsend": {62}, "echoscu": {0, 1, 70}}),
    Expectation(RELEASED, {"dcmsend": {0}, "storescu": {0, 1}, "echoscu": {0, 1}}, is_told=False),
)

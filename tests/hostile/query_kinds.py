"""What a hostile provider answers to those who query and retrieve: matches, counters, instances, final responses."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from tests.helpers.data.datasets import Builder
from tests.helpers.peers.fake_peer import Accept
from tests.helpers.peers.requestors import ABORT, CT_IMAGE_STORAGE, RELEASE_RP, data_pdu, item, pdu
from tests.hostile.kinds import Kind, ct_image, kind, rubbish
from tests.hostile.steps import Admit, Hear, HearMessage, Outlast, Respond, Send, Step, Store

_ROLE = item(0x54, len(CT_IMAGE_STORAGE).to_bytes(2, "big") + CT_IMAGE_STORAGE.encode() + b"\0\1")
_RELEASE = (Hear(), Send(pdu(RELEASE_RP, bytes(4))))


def _asked(name: str, *steps: Step, ends: tuple[Step, ...] = _RELEASE) -> Kind:
    """The association is accepted, storing to us too, and a request is heard; then these steps, and the release."""
    return kind(name, Admit(Accept(extra_user_items=_ROLE)), HearMessage(), *steps, *ends)


def _cut_off(name: str, *steps: Step) -> Kind:
    """These steps, and nothing more."""
    return _asked(name, *steps, ends=())


def _final(status: int, *, data: bytes | None = None, **elements: bytes | int) -> Respond:
    """``elements`` of the command set, by number, written ``x1020=5``."""
    changes: dict[int, bytes | int | None] = {0x0900: status}
    changes.update((int(name[1:], 16), value) for name, value in elements.items())
    return Respond(changes, data=data)


def _pending(data: bytes | None = None, times: int = 1, **elements: bytes | int) -> Respond:
    return replace(_final(0xFF00, data=data, **elements), times=times)


def _match(tag: int, vr: str, value: bytes) -> bytes:
    return Builder().element(0x00080052, "CS", b"STUDY ") + Builder().element(tag, vr, value)


def _deep(levels: int) -> bytes:
    start, end = (
        b"\x40\0\0\1SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff",
        b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0",
    )
    return start * levels + end * levels


def _failed(value: bytes) -> bytes:
    return Builder().element(0x00080058, "UI", value + b"\0" * (len(value) % 2))


ESCAPES = b"\x1b[31mred\r\nF: forged\x9b\xff "

MATCHES = [
    _asked("matches of rubbish", _pending(rubbish(300), times=20), _final(0)),
    _asked("matches of nothing", _pending(b"", times=20), _final(0)),
    _asked("matches of escape sequences", _pending(_match(0x00100010, "PN", ESCAPES)), _final(0)),
    _asked("matches of a level that there is not", _pending(_match(0x00080052, "CS", ESCAPES)), _final(0)),
    _asked("matches in 3,000 levels of sequences", _pending(_deep(3000)), _final(0)),
    _asked("a match of 1 MB", _pending(_match(0x00104000, "UT", b"x" * (1 << 20))), _final(0)),
    _asked("5,000 matches that are the same", _pending(_match(0x0020000D, "UI", b"1.2\0"), times=5000), _final(0)),
    _cut_off("5,000 matches and no end", _pending(_match(0x0020000D, "UI", b"1.2\0"), times=5000)),
    _cut_off("5,000 matches and silence", _pending(_match(0x0020000D, "UI", b"1.2\0"), times=5000), Outlast()),
    _cut_off("matches without data sets", _pending(), _final(0), Outlast()),
    _cut_off("half a match", replace(_pending(rubbish(100)), spoil=lambda message: message[:-40])),
]
"""For who queries."""

COUNTERS = [
    _asked("counters at their end", _pending(x1020=0xFFFF, x1021=0xFFFF, x1022=0xFFFF, x1023=0xFFFF), _final(0)),
    _asked("no counters", _pending(times=3), _final(0)),
    _asked("counters of other lengths", _pending(x1020=b"\1\2\3", x1021=b"", x1022=b"\xff" * 200), _final(0)),
    _asked("counters that run backwards", *(_pending(x1020=n, x1021=9 - n) for n in range(9)), _final(0)),
    _asked("3,000 pending responses", _pending(times=3000, x1020=5), _final(0xB000, x1022=3000)),
    _asked("failed instances of rubbish", _final(0xB000, data=rubbish(500), x1022=4)),
    _asked("failed instances of escape sequences", _final(0xB000, data=_failed(b"1.2\\" + ESCAPES), x1022=2)),
    _asked("9,000 failed instances", _final(0xB000, data=_failed(b"1.2.3\\" * 9000), x1022=9000)),
    _cut_off("data sets in pending responses", _pending(b"", times=2), Outlast()),
]
"""For who retrieves."""

GOOD = Store("1.2.3.4", ct_image("1.2.3.4"))
_DONE = _final(0, x1021=2, x1022=0, x1023=0)
INSTANCES = [
    *(
        _asked(f"an instance with {name} for its UID", Store(uid, ct_image()), GOOD, _DONE)
        for name, uid in {
            "a path": b"../../dicomdesk-hostile-escaped ",
            "an absolute path": b"/tmp/dicomdesk-hostile-escaped",
            "escape sequences": ESCAPES,
            "a NUL inside": b"1.2\0.3 ",
            "200 digits": b"1" * 200,
            "dots": b"..",
            "two UIDs": b"1.2\\1.3 ",
        }.items()
    ),
    _asked("an instance twice", GOOD, GOOD, _DONE),
    _asked("an instance in the context of the request", Store("1.2.3.5", ct_image("1.2.3.5"), context_id=1), _DONE),
    _asked("an instance of rubbish and a good one", Store("1.2.3.5", rubbish(3000)), GOOD, _DONE),
    _cut_off("an instance after the end", GOOD, _DONE, Store("1.2.3.5", ct_image(), is_heard=False), Outlast()),
    _cut_off("an instance without a UID", Store("", ct_image(), is_heard=False), Outlast()),
    _cut_off("a good instance and the end of the connection", GOOD),
    _cut_off("a good instance and an abort", GOOD, Send(pdu(ABORT, bytes(4)))),
    _cut_off(
        "a good instance, and a data set that nobody announced", GOOD, Send(data_pdu(1, 2, bytes(100))), Outlast()
    ),
]
"""For who retrieves by C-GET: what is good of them is kept."""

ENDS = [
    *(_asked(f"an end with {status:04X}", _final(status)) for status in (0x0001, 0xA900, 0xAAAA, 0xFE00, 0xFFFF)),
    _asked("an end with a comment of escape sequences", _final(0xC000, x0902=ESCAPES)),
    _asked("an end with a comment of 64 KB", _final(0xC000, x0902=b"A" * 65536)),
    _cut_off("an end in answer to another message", _final(0, x0120=77), Outlast()),
    _cut_off("two ends", _final(0), _final(0), Outlast()),
]
"""For both."""


@dataclass(frozen=True)
class QueryExpectation:
    """How tools end that meet these kinds; the exit codes are DCMTK's."""

    kinds: list[Kind]
    codes: Mapping[str, AbstractSet[int]]
    """By tool."""
    kept: Callable[[Kind], AbstractSet[str]] = lambda _: frozenset()
    """Names of files that must be there at the end."""


def _good_of(hostile: Kind) -> AbstractSet[str]:
    return {"CT.1.2.3.4"} if GOOD in hostile.steps else frozenset()


QUERIED = (
    QueryExpectation(MATCHES, {"findscu": {0}}),
    QueryExpectation(COUNTERS, {"getscu": {0, 1}, "movescu": {0, 68}}),
    QueryExpectation(INSTANCES, {"getscu": {0, 1}}, _good_of),
    QueryExpectation(ENDS, {"findscu": {0, 2}, "getscu": {0, 1}, "movescu": {0, 67, 69}}),
)

"""Harnesses of what processes of this program say to one another, and of texts that a journal keeps for them."""

import io
import json
import os
import pickletools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cache
from pickle import UnpicklingError
from random import Random

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.commit.kept_transactions import JournalTransactions, KeptTransaction
from dicomdesk.engine.host.wire import Answer, Ask, pack, read_message
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import ErrandRecord, ErrandState, InstanceNote, InstanceState
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.resume.kept_work import keep_work, kept_works
from dicomdesk.engine.retrieve.request import RetrieveRequest
from dicomdesk.engine.routing.route_book import Handling, RouteBook
from dicomdesk.engine.rules.candidates import Candidate
from dicomdesk.engine.rules.conditions import Sender
from dicomdesk.engine.rules.deciding import Place
from dicomdesk.engine.rules.rule import Rule
from dicomdesk.errors import SettingsError, StorageError
from dicomdesk.settings import Peer
from tests.fuzz.properties import attempt, require, silent_log

FOUND = FoundInstance(
    path="/data/a.dcm",
    header=InstanceHeader(
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        sop_instance_uid="1.2.3",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        data_set_offset=300,
        data_set_length=1000,
    ),
)
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ERRAND = ErrandRecord(id=1, title="t", peer="PEER", settings={"a": 1}, added_at=NOW, state=ErrandState.WAITING)

# -- between the window and its engine

_WATCHED = ("subprocess.", "os.", "socket.", "shutil.", "ctypes.", "sqlite3.", "tempfile.", "pty.", "signal.")
_OF_IMPORTS = frozenset(("os.listdir", "os.scandir", "os.putenv", "os.unsetenv"))
_seen: list[str] = []
_watches = [False]


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _watches[0] and event.startswith(_WATCHED) and event not in _OF_IMPORTS:
        _seen.append(event)
    if _watches[0] and event == "open":
        path, _, flags = arguments
        is_written = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        if is_written and "__pycache__" not in str(path):
            _seen.append(f"open {path!r}")


@cache
def _begin_watching() -> None:
    sys.addaudithook(_watch)  # which stays, and does nothing outside of the block below


@contextmanager
def _effects() -> Iterator[list[str]]:
    """What is done to the world within the block."""
    _begin_watching()
    _seen.clear()
    _watches[0] = True
    try:
        yield _seen
    finally:
        _watches[0] = False


_LARGEST_CLAIM = 1 << 16
_CLAIMS = frozenset(("LONG_BINPUT", "BYTEARRAY8", "LONG4"))
"""By which a pickle has the interpreter take memory before it looks for the bytes: nothing that we could bound."""


def _claims_much(content: bytes) -> bool:
    try:
        return any(
            opcode.name in _CLAIMS and (not isinstance(value, int) or value > _LARGEST_CLAIM)
            for opcode, value, _ in pickletools.genops(content)
        )
    except Exception:  # noqa: BLE001 - what it makes of rubbish
        return b"r" in content or b"\x96" in content or b"\x8b" in content


def read_host_message(data: bytes) -> None:
    """A message is read or refused, and nothing but values comes of it: nothing is called, written or begun."""
    if _claims_much(data[8:]):
        return
    with _effects() as effects:
        for stream in (data, len(data[8:]).to_bytes(8, "big") + data[8:]):
            read = attempt(lambda: read_message(io.BytesIO(stream)), ValueError, UnpicklingError)  # noqa: B023 - called at once
    require(not effects, "nothing is done by what is read", effects)
    if isinstance(read.value, Ask | Answer):
        require(isinstance(read.value.number, int), "a message has a number", read.value)


@cache
def _messages() -> tuple[bytes, ...]:
    note = InstanceNote(InstanceState.STORED, 1, 0, "")
    asks = (Ask(1, "listen", (ERRAND, [FOUND])), Ask(0, "end", ()), Ask(3, "note", (note, {"x": (1.5, None)})))
    return tuple(
        pack(message)
        for message in (
            *asks,
            Answer(1, FOUND, None),
            Answer(2, None, StorageError("full")),
            Answer(2, None, OSError(2, "x")),
        )
    )


def build_host_message(random: Random) -> bytes:
    """A message."""
    return random.choice(_messages())


PICKLE_WORDS = (
    *(b"cdicomdesk.engine.host.host_process\nos\n", b"cbuiltins\neval\n", b"cbuiltins\nbytearray\n", b"cos\nsystem\n"),
    *(b"cdicomdesk.engine.reach.firewalls\nsubprocess.Popen\n", b"cdicomdesk.atomic_file\nAtomicFile\n"),
    *(b"cdicomdesk.engine.journal.file.journal_file\nJournalFile\n", b"cpathlib\nPath\n", b"cdatetime\ndatetime\n"),
    *(
        b"\x8c\x07builtins\x8c\x04eval\x93",
        b"(V/tmp/x\ntR",
        b"(lp0\n",
        b")R",
        b")\x81",
        b"}b",
        b"\x95",
        b"\x94",
        b"h\0",
    ),
    *(
        b"Nq\0",
        b".",
        b"0",
        b"P1\n",
        b"Q",
        b"\x82\1",
        b"(",
        b"t",
        b"d",
        b"I99\n",
        b"S'x'\n",
        b"\x8c\1x",
        b"K\1",
        b"\x85",
    ),
)


# -- texts of a journal

_RULE = Rule(name="r")
_CANDIDATE = Candidate(instance=FOUND, digest="d")
_PLACE = Place(folder="/in")
_KEY = "1.2.3"


def read_kept_texts(data: bytes) -> None:
    """Whatever stands in the journal, what keeps texts there takes it for something sound, or for nothing."""
    journal = MemoryJournal()
    for kind, key in _keys():
        journal.keep(kind, key, data.decode("utf-8", "replace"))
    book = RouteBook(journal)
    require(
        all(isinstance(each, int) for each in attempt(lambda: book.errand_of("T", _CANDIDATE)).value or ()),
        "errands are numbers",
    )
    handling = attempt(lambda: book.handling("/in/a.dcm")).value
    if handling is not None:
        told = {each.name: getattr(handling, each.name) for each in fields(Handling)}
        are_right = [isinstance(told[name], str) for name in ("uid", "root", "afterwards")]
        are_right += [type(told[name]) is int for name in ("size_bytes", "mtime_ns")]
        require(all(are_right) and all(type(one) is int for one in handling.errands), "a handling is sound", told)
    unmatched = attempt(lambda: book.unmatched(_PLACE, "1.2")).value or []
    require(all(isinstance(path, str) for path, _ in unmatched), "files have paths", unmatched)
    senders = [attempt(lambda: book.find_sender("AET")).value, *(sender for _, sender in unmatched)]
    require(all(isinstance(part, str) for sender in senders for part in sender or ()), "senders are texts", senders)
    attempt(lambda: book.last_errand)
    require(type(attempt(lambda: book.tries(1)).value) is int, "tries are counted")
    attempt(lambda: book.judge("U", _CANDIDATE))
    attempt(lambda: book.note_sent("U", [_CANDIDATE], "r", 7))
    attempt(lambda: book.note_done(_RULE, "done", studies=1, instances=2))
    begun = attempt(lambda: book.begin("/in", NOW)).value
    require(begun is not None and begun <= NOW, "what was begun was begun before", begun)
    attempt(lambda: book.move_on("/in", NOW))
    attempt(book.held)
    attempt(lambda: list(book.doings("r")))
    with silent_log():
        transactions = attempt(lambda: JournalTransactions(journal).load()).value or ()
    for transaction in transactions:
        attempt(lambda: datetime.fromtimestamp(transaction.asked, UTC))  # noqa: B023 - called at once
    for work in attempt(lambda: kept_works(journal), SettingsError).value or ():
        require(work.added_at.tzinfo is not None, "times have a zone", work)


@cache
def _keys() -> tuple[tuple[str, str], ...]:
    """Where each text stands that is read below."""
    noted = _Noting()
    _write_all(noted)
    return tuple(dict.fromkeys(noted.places))


class _Noting(MemoryJournal):
    """Notes where texts are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[tuple[str, str]] = []
        self.texts: list[str] = []

    def keep(self, kind: str, key: str, value: str) -> None:
        self.places.append((kind, key))
        self.texts.append(value)
        super().keep(kind, key, value)


def _write_all(journal: _Noting) -> None:
    """Have everything written once that is kept."""
    book = RouteBook(journal)
    book.note_sent("T", [_CANDIDATE], "r", 7)
    book.note_sent("U", [replace(_CANDIDATE, digest="e")], "r", 8)
    book.note_handling(
        "/in/a.dcm", Handling(uid="1.2", root="/in", afterwards="move", size_bytes=1, mtime_ns=2, errands=(3,))
    )
    book.note_unmatched(_PLACE, "1.2", [("/in/a.dcm", Sender(calling_ae_title="AET"))])
    book.note_sender(Sender(calling_ae_title="AET", address="10.0.0.1"))
    book.begin("/in", NOW)
    book.note_held(4, "r")
    book.note_tries(1, 2)
    book.note_done(_RULE, "done", studies=1, instances=2)
    transaction = KeptTransaction(
        transaction_uid=_KEY, peer_ae_title="P", our_ae_title="O", asked=1.5, outcomes={Reference("1.2", "1.3"): None}
    )
    JournalTransactions(journal).keep(transaction)
    retrieve = RetrieveRequest(peer=Peer(host="h", port=104), identifiers=(Identifier(),))
    keep_work(journal, retrieve, "title", "retrieve-1")
    keep_work(journal, retrieve, "title", "retrieve-2")


@cache
def _texts() -> tuple[bytes, ...]:
    noted = _Noting()
    _write_all(noted)
    return tuple(text.encode() for text in noted.texts)


def build_kept_text(random: Random) -> bytes:
    """One of the texts as it is kept."""
    return random.choice((*_texts(), json.dumps([0, None]).encode(), b"x"))

"""Retrieve jobs that are carried out, with all that they report, and peers that store to them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import JobFinished, JobStarted
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, Storage
from dicomdesk.engine.retrieve.facts import RetrieveFact
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
from dicomdesk.engine.retrieve.request import RetrieveMethod, RetrieveRequest
from dicomdesk.engine.retrieve.retrieve import RetrieveJob
from dicomdesk.settings import Peer
from tests.helpers.jobs.querying import SETTINGS
from tests.helpers.jobs.recorder import DEADLINE_S
from tests.helpers.peers.answering_peer import Asked, Message, response
from tests.helpers.peers.requestors import data_pdu, store_command

CT = "1.2.840.10008.5.1.4.1.1.2"
LEVEL, STUDY, SERIES, IMAGE = 0x00080052, 0x0020000D, 0x0020000E, 0x00080018


def study(uid: str) -> Identifier:
    """Asks for a study."""
    return Identifier(keys=(QueryKey(tag=LEVEL, value="STUDY"), QueryKey(tag=STUDY, value=uid)))


def request_to(port: int, *identifiers: Identifier, called: str = "PACS", **changes: object) -> RetrieveRequest:
    """A request to a port of this machine."""
    changes.setdefault("association", SETTINGS)
    return RetrieveRequest(
        peer=Peer(host="127.0.0.1", port=port, ae_title=called),
        identifiers=identifiers,
        **changes,  # type: ignore[arg-type]  # any field of the request
    )


def getting(
    port: int, folder: Path, *identifiers: Identifier, called: str = "PACS", **changes: object
) -> RetrieveRequest:
    """A C-GET into a folder."""
    folder.mkdir(exist_ok=True)
    storage = Storage(folder=folder)
    return request_to(port, *identifiers, called=called, storage=storage, method=RetrieveMethod.GET, **changes)


def moving(
    port: int,
    to_port: int,
    folder: Path,
    *identifiers: Identifier,
    called: str = "PACS",
    acceptance: Acceptance | None = None,
    min_free_bytes: int = 0,
    **changes: object,
) -> RetrieveRequest:
    """A C-MOVE to a listener of the job."""
    folder.mkdir(exist_ok=True)
    listener = ReceiveRequest(
        port=to_port,
        address="127.0.0.1",
        acceptance=acceptance or Acceptance(accept_all=True),
        storage=Storage(folder=folder, min_free_bytes=min_free_bytes),
    )
    return request_to(port, *identifiers, called=called, listener=listener, method=RetrieveMethod.MOVE, **changes)


def retrieve(
    request: RetrieveRequest, react: Callable[[RetrieveJob, RetrieveFact], None] | None = None
) -> tuple[RetrieveOutcome, list[RetrieveFact]]:
    """The result of the job and its facts; ``react`` is told of each once the job is known, on the job's threads."""
    facts: list[RetrieveFact] = []
    jobs: list[RetrieveJob] = []

    def take(fact: RetrieveFact) -> None:
        facts.append(fact)
        if react is not None and jobs:
            react(jobs[0], fact)

    with Engine() as engine:
        jobs.append(engine.submit(request, take))
        outcome = jobs[0].done.result(DEADLINE_S)
    own = [fact for fact in facts if fact.job_id == jobs[0].id]
    assert isinstance(own[0], JobStarted)
    assert isinstance(facts[-1], JobFinished)
    assert sum(isinstance(fact, JobFinished | JobStarted) for fact in facts) == 2
    return outcome, facts


def storing(
    uids: Sequence[str], *, status: int = 0, data: bytes = b"", failed: Sequence[str] = (), completed: int | None = None
) -> Callable[[Asked, Message], None]:
    """Answers a C-GET: stores instances, in the first context for CT, and ends with the counters."""

    def answer(asked: Asked, message: Message) -> None:
        contexts = {uid: number for number, (uid, _) in asked.contexts.items()}
        for number, uid in enumerate(uids, 1):
            asked.send(
                data_pdu(contexts[CT], 3, store_command(uid, number)), data_pdu(contexts[CT], 2, data or ct(uid))
            )
            asked.read_message()
            asked.send(response(message, 0xFF00, x1020=len(uids) - number, x1021=number, x1022=0, x1023=0))
        listed = element(0x0058, "\\".join(failed)) if failed else None
        done = len(uids) if completed is None else completed
        asked.send(response(message, status, listed, x1021=done, x1022=len(failed), x1023=0))

    return answer


def ct(uid: str) -> bytes:
    """A small data set in explicit VR."""
    return element(0x0016, CT) + element(0x0018, uid)


def element(number: int, value: str) -> bytes:
    """An element of group 8 with UIDs."""
    encoded = value.encode() + b"\0" * (len(value) % 2)
    return b"\x08\0" + number.to_bytes(2, "little") + b"UI" + len(encoded).to_bytes(2, "little") + encoded

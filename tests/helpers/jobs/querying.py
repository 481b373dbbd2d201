"""Query jobs that are carried out, with all that they report."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import JobFinished, JobStarted
from dicomdesk.engine.query.facts import QueryFact
from dicomdesk.engine.query.query import QueryJob, QueryOutcome
from dicomdesk.engine.query.request import Identifier, QueryRequest
from dicomdesk.settings import AssociationSettings, Peer, Timeouts
from tests.helpers.jobs.recorder import DEADLINE_S

FactT = TypeVar("FactT")

SETTINGS = AssociationSettings(
    calling_ae_title="ASKER", timeouts=Timeouts(connect_s=DEADLINE_S, acse_s=DEADLINE_S, dimse_s=DEADLINE_S)
)
STUDIES = Identifier(keys=(QueryKey(tag=0x00080052, value="STUDY"), QueryKey(tag=0x00100010), QueryKey(tag=0x0020000D)))


def request_to(port: int, *identifiers: Identifier, called: str = "PACS", **changes: object) -> QueryRequest:
    """A request to a port of this machine, of all studies if nothing else is asked for."""
    return QueryRequest(
        peer=Peer(host="127.0.0.1", port=port, ae_title=called),
        identifiers=identifiers or (STUDIES,),
        association=changes.pop("association", SETTINGS),  # type: ignore[arg-type]  # any field of the request
        **changes,  # type: ignore[arg-type]  # any field of the request
    )


def query(
    request: QueryRequest, react: Callable[[QueryJob, QueryFact], None] | None = None
) -> tuple[QueryOutcome, list[QueryFact]]:
    """The result of the job and its facts; ``react`` is told of each but the first, on the job's thread."""
    facts: list[QueryFact] = []
    jobs: list[QueryJob] = []

    def take(fact: QueryFact) -> None:
        facts.append(fact)
        if react is not None and not isinstance(fact, JobStarted):
            while not jobs:
                pass  # the job is about to be known
            react(jobs[0], fact)

    with Engine() as engine:
        jobs.append(engine.submit(request, take))
        outcome = jobs[0].done.result(DEADLINE_S)
    assert isinstance(facts[0], JobStarted)
    assert [type(fact) for fact in facts].count(JobFinished) == 1
    assert isinstance(facts[-1], JobFinished)
    return outcome, facts


def of(facts: Sequence[object], kind: type[FactT]) -> list[FactT]:
    """The facts of a kind."""
    return [fact for fact in facts if isinstance(fact, kind)]

"""The books of a retrieve job: what exists, what the peer counts, what came; and what is to be asked for still."""

import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.events import ItemFinished
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.retrieve.asked import AskedFor
from dicomdesk.engine.retrieve.facts import RetrieveAnswered, RetrieveEnded, SubOperations
from dicomdesk.engine.retrieve.outcome import Standing, sum_counts
from dicomdesk.engine.retrieve.remaining import Series, plan_remaining, plan_series, series_of
from dicomdesk.engine.retrieve.request import ExpectedInstance, RetrieveRequest
from dicomdesk.engine.retrieve.tally import Arrivals, Tally
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError
from dicomdesk.network.negotiation import Negotiation

__all__ = ["Books"]


class Books:
    """For all threads of a job."""

    def __init__(self, request: RetrieveRequest, present: frozenset[str] = frozenset()) -> None:
        """``present`` are SOP Instance UIDs of what is here beside what the request names."""
        self._request = request
        self._present = request.present | present
        self._lock = threading.Lock()
        self._expected: dict[int, list[ExpectedInstance]] = {}
        for instance in request.expected:
            self._expected.setdefault(instance.identifier, []).append(instance)
        self._expected_uids = {one.sop_instance_uid for one in request.expected}
        self._latest: dict[int, SubOperations] = {}
        """Counters of the requests that are under way, by association."""
        self._finished = SubOperations()
        self._superseded: set[int] = set()
        """Requests whose failures were tried again, by identity."""
        self._way_start = 0
        """Position of the first request by the method that the job is at."""
        self._reads_files = request.tells_unasked and (request.asks_first or bool(request.expected))
        """Whether what is not known to exist is looked into when it is stored, since it was not when it came."""
        self._asked = AskedFor(request.identifiers)
        self.tally = Tally(is_asked=self._is_asked, counts_unasked=request.running_listener is None)
        self.ended: list[RetrieveEnded] = []

    # -- what exists

    @property
    def expected(self) -> list[ExpectedInstance]:
        """What is known to exist, each instance once."""
        by_uid = {one.sop_instance_uid: one for instances in self._expected.values() for one in instances}
        return list(by_uid.values())

    def knows(self, position: int) -> bool:
        """Whether it is known what exists of an identifier."""
        return bool(self._expected.get(position))

    def learn(self, position: int, instances: list[ExpectedInstance]) -> None:
        """The peer has told what exists of an identifier."""
        self._expected[position] = instances
        self._expected_uids |= {one.sop_instance_uid for one in instances}

    def series(self, position: int) -> list[Series]:
        """The series of an identifier that are known to exist; [] where that is not known of all its instances."""
        found = dict.fromkeys(map(series_of, self._expected.get(position, ())))
        return list(found) if all(study and series for study, series in found) else []

    def remaining(self, position: int, series: Series | None = None) -> list[Identifier]:
        """What is still to be asked for of an identifier, or of one of its series."""
        identifier, expected = self._request.identifiers[position], self._expected.get(position, ())
        if series is None:
            return plan_remaining(identifier, expected, self._is_here)
        return plan_series(identifier, expected, self._is_here, series)

    def missing(self) -> tuple[str, ...]:
        """SOP Instance UIDs of what exists and is not here."""
        return tuple(one.sop_instance_uid for one in self.expected if not self._is_here(one.sop_instance_uid))

    def _is_asked(self, uid: str, event: ItemFinished) -> bool:
        """Whether an instance belongs to an identifier; by its UID where that is known, else by its header."""
        if uid in self._expected_uids:
            return True
        header = event.header
        if header is None and event.path and self._reads_files:
            with suppress(DicomdeskError, OSError):
                header = read_header(event.path, InputFormat.FILE_ONLY)
        return header is None or self._asked.covers(header)

    def _is_here(self, uid: str) -> bool:
        return uid in self._present or self.tally.has(uid)

    # -- what the peer counts

    def take(self, fact: object) -> str:
        """Count what a fact tells, if anything; return what is odd about it, "" for nothing."""
        match fact:
            case RetrieveAnswered(counts=counts) if counts is not None:
                self._latest[fact.association] = counts
            case RetrieveEnded():
                with self._lock:
                    self._latest.pop(fact.association, None)
                    self._finished = sum_counts([self._finished, fact.counts])
                    self.ended.append(fact)
            case _:
                return self.tally.take(fact)
        return ""

    def forget_association(self, number: int) -> None:
        """An association has ended: nothing of it is under way."""
        self._latest.pop(number, None)

    def supersede(self, ended: Iterable[RetrieveEnded]) -> None:
        """What failed in these requests is asked for again."""
        self._superseded |= {id(end) for end in ended}

    def begin_way(self) -> None:
        """Another method begins: what failed by the one before is asked for again."""
        self.supersede(self.ended)
        self._way_start = len(self.ended)
        self.tally.begin_way()

    @property
    def final(self) -> tuple[RetrieveEnded, ...]:
        """The requests that have ended, without those whose failures were tried again, or are here all the same."""
        ended = (end for end in self.ended if id(end) not in self._superseded)
        return tuple(end for end in ended if not _failed(end) or self._failures(end))

    def _failures(self, end: RetrieveEnded) -> int:
        """How many failures a request has left: what is listed as failed, and here by another request, is none."""
        return max(0, _failed(end) - sum(map(self._is_here, end.failed_uids)))

    def reported(self) -> SubOperations:
        """What the peer has counted; failures count that were not tried again."""
        return replace(sum_counts([end.counts for end in self.ended]), failed=sum(map(self._failures, self.final)))

    def reported_by_way(self) -> SubOperations:
        """The same, of the method that the job is at."""
        counts = sum_counts([end.counts for end in self.ended[self._way_start :]])
        return replace(counts, failed=sum(map(self._failures, self.final)))

    def progress(self, *, sees_arrivals: bool, listening: Progress | None) -> Progress:
        """How far it is; ``listening`` is what the job's own listener tells."""
        with self._lock:
            counts = [self._finished, *self._latest.values()]
        done = sum(count.completed + count.failed + count.warning for count in counts)
        announced = sum(map(len, list(self._expected.values())))
        progress = listening or Progress()
        return replace(
            progress,
            items_total=announced or done + sum(count.remaining or 0 for count in counts),
            items_done=self.tally.arrived if sees_arrivals else done,
            bytes_done=max(progress.bytes_done, self.tally.bytes_stored),
        )

    def standing(self, *, sees_arrivals: bool) -> Standing:
        """Where it stands, by the counters of the requests that are over and of those under way."""
        with self._lock:
            counts = [self._finished, *self._latest.values()]
        return Standing(
            announced=sum(map(len, list(self._expected.values()))) or None,
            reported=sum_counts(counts),
            arrived=self.tally.arrived if sees_arrivals else None,
            stored=self.tally.stored if sees_arrivals else None,
            bytes_stored=self.tally.bytes_stored,
        )

    def arrivals(self, negotiations: Sequence[Negotiation]) -> Arrivals:
        """What came; over associations of ours, SOP classes that exist and that the peer does not send count too."""
        arrivals = self.tally.arrivals()
        if not negotiations:
            return arrivals
        contexts = [context for negotiation in negotiations for context in negotiation.contexts]
        taken = {context.abstract_syntax for context in contexts if context.is_accepted}
        wanted = dict.fromkeys(one.sop_class_uid for one in self.expected if one.sop_class_uid)
        return replace(arrivals, refused_sop_classes=tuple(uid for uid in wanted if uid not in taken))


def _failed(end: RetrieveEnded) -> int:
    return end.counts.failed if end.counts is not None else 0

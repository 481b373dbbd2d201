"""Send queue: instances that were listed, grouped by study and series, with the state of each."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from dicomdesk.dicom.files.scan import CHANGED_INSTANCE, ScanResult
from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.events import (
    Event,
    ItemFinished,
    ItemStarted,
    JobFinished,
    NotSentCause,
    RetryScheduled,
)
from dicomdesk.gui.models.send_nodes import TITLE, GroupNode, InstanceNode, SeriesNode, SkippedGroupNode, StudyNode
from dicomdesk.gui.outline.model import Node, Outline, joined
from dicomdesk.gui.outline.states import PROBLEMS, STATE_OF_OUTCOME, ItemState, state_word
from dicomdesk.gui.problems.book import ProblemShelf, loose_shelf

STEADY_TICKS = 10
"""For how long a series counts as under way after its last instance began."""


class SendQueue:
    """Keeps the instances and their states; an ``Outline`` is told of rows that come, go or change. For the Qt thread.

    Costs of an event do not depend on the length of the queue.
    """

    def __init__(self, outline: Outline, problems: ProblemShelf | None = None) -> None:
        """Instances that were refused, failed or not sent are reported to ``problems`` until they wait again."""
        self._outline = outline
        self._problems = problems or loose_shelf()
        self._studies: dict[str, StudyNode] = {}
        self._by_place: dict[tuple[str, str], InstanceNode] = {}
        """So that nothing is listed twice."""
        self._by_id: dict[int, InstanceNode] = {}
        """By id of the instance, which events have."""
        self._sending: dict[InstanceNode, SeriesNode] = {}
        self._active_since: dict[SeriesNode, int] = {}
        self._tick = 0
        self._skipped: SkippedGroupNode | None = None
        self.counts: Counter[ItemState] = Counter()
        self.retry_at: datetime | None = None
        """When a transient failure is tried again, None where none is."""
        self.retry_reason = ""

    @property
    def total(self) -> int:
        """All instances."""
        return sum(self.counts.values())

    @property
    def skipped(self) -> int:
        """Inputs that are not taken."""
        return self._skipped.count if self._skipped else 0

    def add(self, batch: Iterable[ScanResult]) -> None:
        """Add what scanning found; what is in the queue already is not added twice, and waits again if it has ended."""
        for result in batch:
            if not isinstance(result, FoundInstance):
                self._add_skipped(result.name, result.reason)
            elif result.problem:
                self._add_skipped(result.name, result.problem)
            else:
                self._add_instance(result)

    def apply(self, event: Event) -> None:
        """Take note of what a send job reports."""
        match event:
            case ItemStarted():
                self._on_started(event)
            case ItemFinished():
                self._on_finished(event)
            case RetryScheduled(at=at, reason=reason):
                self.retry_at, self.retry_reason = at, reason
            case JobFinished():
                self._on_job_finished()
            case _:
                pass

    def waiting(self) -> list[InstanceNode]:
        """Return all instances that wait, in the order of the list."""
        return self._instances_in(ItemState.WAITING)

    def wait_again(self, node: Node) -> int:
        """Let all problems at or below a row wait for another try; return how many."""
        again = [instance for instance in instances_below(node) if instance.state in PROBLEMS]
        for instance in again:
            instance.reason = ""
            instance.status = None
            self._move(instance, ItemState.WAITING)
        return len(again)

    def all_wait_again(self) -> int:
        """Let all problems wait for another try; return how many."""
        return sum(self.wait_again(study) for study in self._studies.values())

    def clear_finished(self) -> None:
        """Take away all studies whose instances have all been stored, and the list of skipped inputs."""
        done = [
            s for s in self._studies.values() if s.counts[ItemState.STORED] + s.counts[ItemState.WARNING] == s.total
        ]
        for study in done:
            self.remove(study)
        if self._skipped is not None:
            self._outline.remove(self._skipped)
            self._skipped = None

    def remove(self, study: StudyNode) -> None:
        """Take a study away; nothing of it may be under way."""
        for series in study.series.values():
            for instance in series.instances:
                self._problems.mend(instance)
                del self._by_id[instance.found.id]
                if self._by_place.get(instance.found.place) is instance:
                    del self._by_place[instance.found.place]
        self.counts.subtract(study.counts)
        del self._studies[study.words.uid]
        self._outline.remove(study)

    def take_gauges(self, bytes_on_wire: int, bytes_per_s: float) -> None:
        """Spread a job's gauges over the series under way; called once per tick while the job runs.

        ``bytes_on_wire`` counts only what belongs to instances that have not ended.
        """
        self._tick += 1
        for series, tick in list(self._active_since.items()):
            is_late = tick < self._tick - STEADY_TICKS and not series.counts[ItemState.SENDING]
            if is_late or series.ended >= series.total:
                self._set_flow(series, 0, 0.0, is_active=False)
                del self._active_since[series]
        for series in self._active_since:
            share = 1 / len(self._active_since)
            self._set_flow(series, int(bytes_on_wire * share), bytes_per_s * share, is_active=True)

    def _add_instance(self, found: FoundInstance) -> None:
        known = self._by_place.get(found.place)
        if known is not None and known.header.sop_instance_uid == found.header.sop_instance_uid:
            if known.state is not ItemState.SENDING:
                self._renew(known, found)
            return
        if known is not None and known.state is ItemState.WAITING:
            known.reason = CHANGED_INSTANCE
            self._move(known, ItemState.NOT_SENT)
        series = self._series_of(found.header)
        instance = InstanceNode(found.brief())
        instance.parent = series
        instance.row = len(series.instances)
        series.instances.append(instance)
        self._by_place[found.place] = self._by_id[found.id] = instance
        self.counts[ItemState.WAITING] += 1
        for group in _groups_above(instance):
            group.total += 1
            group.size_bytes += instance.size_bytes
            group.counts[ItemState.WAITING] += 1
        self._outline.touch(series)

    def _renew(self, instance: InstanceNode, found: FoundInstance) -> None:
        """The same instance was found again: it waits as it is now, and keeps its id."""
        self._move(instance, ItemState.WAITING)
        grown = found.header.data_set_length - instance.size_bytes
        instance.found = replace(found.brief(), id=instance.found.id)
        for group in _groups_above(instance):
            group.size_bytes += grown

    def _series_of(self, header: InstanceHeader) -> SeriesNode:
        study = self._studies.get(header.study_instance_uid)
        if study is None:
            study = self._studies[header.study_instance_uid] = StudyNode(header)
            self._outline.insert(None, [study])
        series = study.series.get(header.series_instance_uid)
        if series is None:
            series = study.series[header.series_instance_uid] = SeriesNode(header)
            self._outline.insert(study, [series])
            study.words.add_modality(series.words.modality)
        return series

    def _add_skipped(self, path: str, reason: str) -> None:
        if self._skipped is None:
            self._skipped = SkippedGroupNode()
            self._outline.insert(None, [self._skipped])
        self._skipped.add(path, reason)
        self._outline.touch(self._skipped)

    def _on_started(self, event: ItemStarted) -> None:
        self.retry_at = None
        instance = self._by_id.get(event.instance_id)
        if instance is not None and instance.state is ItemState.WAITING:
            self._move(instance, ItemState.SENDING)

    def _on_finished(self, event: ItemFinished) -> None:
        instance = self._by_id.get(event.instance_id)
        if instance is None:
            return
        instance.status = event.status
        instance.reason = event.reason
        instance.attempts = event.attempts
        instance.job_id, instance.association = event.job_id, event.association
        state = STATE_OF_OUTCOME[event.outcome]
        if event.not_sent_cause is NotSentCause.NOT_REACHED:
            state = ItemState.WAITING
        self._move(instance, state)

    def _on_job_finished(self) -> None:
        self.retry_at = None
        for instance in list(self._sending):
            self._move(instance, ItemState.WAITING)
        for series in self._active_since:
            self._set_flow(series, 0, 0.0, is_active=False)
        self._active_since.clear()

    def _move(self, instance: InstanceNode, state: ItemState) -> None:
        before = instance.state
        if before is state:
            return
        if state in PROBLEMS:
            words = f"{state_word(state)}: {instance.reason}" if instance.reason else state_word(state)
            self._problems.report(instance, _title_of(instance), words)
        elif before in PROBLEMS:
            self._problems.mend(instance)
        instance.state = state
        self.counts[before] -= 1
        self.counts[state] += 1
        done = (state in _MOVED) - (before in _MOVED)
        for group in _groups_above(instance):
            group.counts[before] -= 1
            group.counts[state] += 1
            group.bytes_done += done * instance.size_bytes
        series = _series_above(instance)
        if state is ItemState.SENDING:
            self._sending[instance] = series
            self._active_since[series] = self._tick
        else:
            self._sending.pop(instance, None)
        self._outline.touch(instance if instance.is_shown else series)

    def _set_flow(self, series: SeriesNode, bytes_on_wire: int, rate: float, *, is_active: bool) -> None:
        series.bytes_on_wire, series.rate, series.is_active = bytes_on_wire, rate, is_active
        study = series.parent
        if isinstance(study, StudyNode):
            study.bytes_on_wire = sum(other.bytes_on_wire for other in study.series.values())
            study.rate = sum(other.rate for other in study.series.values())
            study.is_active = any(other.is_active for other in study.series.values())
        self._outline.touch(series)

    def _instances_in(self, state: ItemState) -> list[InstanceNode]:
        return [
            instance
            for study in self._studies.values()
            if study.counts[state]
            for series in study.series.values()
            for instance in series.instances
            if instance.state is state
        ]


_MOVED = frozenset({ItemState.STORED, ItemState.WARNING, *PROBLEMS})
"""States whose bytes need not be sent any more."""


def instances_below(node: Node) -> list[InstanceNode]:
    """Return the instances at or below a row."""
    match node:
        case InstanceNode():
            return [node]
        case SeriesNode():
            return node.instances
        case StudyNode():
            return [instance for series in node.series.values() for instance in series.instances]
        case _:
            return []


def _title_of(instance: InstanceNode) -> str:
    """Patient and study, and the file."""
    study = _series_above(instance).parent
    return f"{joined(study.parts(TITLE) or ())}, {instance.name}" if isinstance(study, StudyNode) else instance.name


def _series_above(instance: InstanceNode) -> SeriesNode:
    series = instance.parent
    if not isinstance(series, SeriesNode):
        raise TypeError("an instance belongs to a series")
    return series


def _groups_above(instance: InstanceNode) -> list[GroupNode]:
    series = _series_above(instance)
    return [series, series.parent] if isinstance(series.parent, GroupNode) else [series]

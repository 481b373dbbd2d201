"""Rates and bytes under way, spread over the rows that are being sent."""

from collections.abc import Mapping

from dicomdesk.engine.outbox.facts import RunStarted
from dicomdesk.engine.stats import Progress
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.sending.group_node import GroupNode
from dicomdesk.gui.sending.nodes import SeriesNode, StudyNode
from dicomdesk.gui.sending.queue import SendQueue

__all__ = ["Gauges"]

_STEADY_TICKS = 10
"""For how long a row counts as under way after its last instance began."""


class Gauges:
    """Shows each tick how far the runs are. For the Qt thread."""

    def __init__(self, queue: SendQueue) -> None:
        self._queue = queue
        self._errands: dict[str, tuple[int, ...]] = {}
        """Of the runs that go on."""
        self._ended_bytes: dict[str, int] = {}
        """Of what has ended in a run."""
        self._active: dict[GroupNode, int] = {}
        """Rows under way, and when they were last seen so."""
        self._tick = 0

    def begin(self, run: RunStarted) -> None:
        """A run goes on."""
        self._errands[run.job_id] = run.errand_ids
        self._ended_bytes[run.job_id] = 0

    def end(self, job_id: str) -> None:
        """A run is over."""
        self._errands.pop(job_id, None)
        self._ended_bytes.pop(job_id, None)

    def note_ended(self, job_id: str, size_bytes: int) -> None:
        """What ended is not under way any more."""
        if job_id in self._ended_bytes:
            self._ended_bytes[job_id] += size_bytes

    def show(self, progress: Mapping[str, Progress]) -> None:
        """Spread the gauges of the runs over the rows under way; once per tick."""
        self._tick += 1
        shares: dict[GroupNode, tuple[int, float]] = {}
        for job_id, errand_ids in self._errands.items():
            gauge = progress.get(job_id)
            rows = [row for errand_id in errand_ids for row in self._under_way(errand_id)]
            if gauge is None or not rows:
                continue
            on_wire = max(gauge.bytes_done - self._ended_bytes.get(job_id, 0), 0)
            for row in rows:
                shares[row] = (on_wire // len(rows), gauge.bytes_per_s / len(rows))
        for row in shares:
            self._active[row] = self._tick
        for row, seen in list(self._active.items()):
            if row in shares:
                self._set(row, *shares[row], is_active=True)
            elif seen < self._tick - _STEADY_TICKS or row.ended >= row.total:
                self._set(row, 0, 0.0, is_active=False)
                del self._active[row]

    def _under_way(self, errand_id: int) -> list[GroupNode]:
        """The series of an errand of which something is under way; the row itself where nobody knows them."""
        study = self._queue.study_of(errand_id)
        if study is None or not study.counts[ItemState.SENDING]:
            return []
        if not study.is_known:
            return [study]
        return list({study.series_of[number]: None for number in study.under_way if number < len(study.series_of)})

    def _set(self, row: GroupNode, bytes_on_wire: int, rate: float, *, is_active: bool) -> None:
        row.bytes_on_wire, row.rate, row.is_active = bytes_on_wire, rate, is_active
        if isinstance(row, SeriesNode):
            study: StudyNode = row.study
            others = study.series.values()
            study.bytes_on_wire = sum(other.bytes_on_wire for other in others)
            study.rate = sum(other.rate for other in others)
            study.is_active = any(other.is_active for other in others)
        self._queue.touch(row)

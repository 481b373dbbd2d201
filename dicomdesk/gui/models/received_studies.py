"""Received studies and series, filled live from a receive job's events."""

from collections.abc import Iterable
from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    AssociationReleased,
    Event,
    ItemFinished,
    ItemOutcome,
)
from dicomdesk.gui import wording
from dicomdesk.gui.models.study_words import SeriesWords, StudyWords
from dicomdesk.gui.outline.model import Column, Mark, Node, Outline, Part, Weight, joined, mark_of
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.problems.book import ProblemShelf, loose_shelf

TITLE, MODALITY, SERIES, INSTANCES, SIZE, FROM, STATE, RATE = range(8)

QUIET_AFTER_S = 3.0
"""An open association that brings nothing for so long is called quiet."""
RATE_SPAN_S = 2.0
MOST_PROBLEMS = 200
"""Reasons kept per study; all are counted."""


def _say(text: str) -> str:
    return QCoreApplication.translate("received_studies", text)


def receive_columns() -> tuple[Column, ...]:
    """Return the columns of the received studies, in the order of their numbers."""
    return (
        Column(title=_say("Patient / study / series"), width=300),
        Column(title=_say("Modality"), width=80),
        Column(title=_say("Series"), width=60, is_number=True, yields=1),
        Column(title=_say("Instances"), width=84, is_number=True),
        Column(title=_say("Size"), width=74, is_number=True),
        Column(title=_say("From"), width=160),
        Column(title=_say("State"), width=132),
        Column(title=_say("Rate"), width=84, is_number=True, yields=2),
    )


class ReceivedGroup(Node):
    """Group of received instances: a study or a series."""

    __slots__ = ("bytes_mark", "first_at", "instances", "is_open", "last_at", "marked_at", "now", "problems",
        "rate", "size_bytes")  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.instances = 0
        self.size_bytes = 0
        self.problems = 0
        self.first_at = 0.0
        self.last_at = 0.0
        self.now = 0.0
        self.is_open = False
        """Whether the association that brings it is still open."""
        self.rate = 0.0
        self.bytes_mark = 0
        self.marked_at = 0.0

    @property
    def state(self) -> ItemState:
        """The state that people must know of first."""
        if self.is_open:
            return ItemState.QUIET if self.now - self.last_at >= QUIET_AFTER_S else ItemState.RECEIVING
        return ItemState.REFUSED if self.problems else ItemState.STORED

    def state_text(self) -> str:
        """The word for the state, with how long or how many."""
        state = self.state
        if state is ItemState.QUIET:
            return _say("Quiet for {time}").format(
                time=wording.elapsed_text(int(self.now - self.last_at)).replace(".0", "")
            )
        if state is ItemState.REFUSED:
            return _say("{count} not stored").format(count=wording.count_text(self.problems))
        return mark_of(state).word

    def take(self, event: ItemFinished, at: float) -> None:
        """Count an instance."""
        self.first_at = self.first_at or at
        self.last_at = self.now = at
        if not self.marked_at:
            self.marked_at = at
        if event.outcome in {ItemOutcome.STORED, ItemOutcome.WARNING}:
            self.instances += 1
            self.size_bytes += event.size_bytes
        else:
            self.problems += 1

    def measure(self, now: float) -> None:
        """Bring rate and silence up to date."""
        self.now = now
        if now - self.marked_at >= RATE_SPAN_S:
            self.rate = (self.size_bytes - self.bytes_mark) / (now - self.marked_at)
            self.bytes_mark, self.marked_at = self.size_bytes, now

    def text(self, column: int) -> str:
        if column == INSTANCES:
            return wording.count_text(self.instances)
        if column == SIZE:
            return human.size_text(self.size_bytes)
        if column == STATE:
            return self.state_text()
        if column == RATE:
            return human.rate_text(self.rate) if self.state is ItemState.RECEIVING and self.rate > 0 else ""
        return ""

    def sort_value(self, column: int) -> str | float:
        values: dict[int, float] = {INSTANCES: self.instances, SIZE: self.size_bytes, RATE: self.rate}
        return float(values[column]) if column in values else self.text(column).casefold()

    def mark(self, column: int) -> Mark | None:
        return mark_of(self.state, self.state_text()) if column == STATE else None


class ReceivedStudy(ReceivedGroup):
    """A study that arrives or has arrived."""

    __slots__ = ("associations", "calling_ae_title", "folder", "peer_host", "reasons", "series", "words")

    opens: ClassVar[bool] = True

    def __init__(self, header: InstanceHeader | None) -> None:
        super().__init__()
        self.words = StudyWords(header)
        self.calling_ae_title = ""
        self.peer_host = ""
        self.folder = ""
        """Where its latest file was written."""
        self.associations: set[tuple[str, int]] = set()
        self.series: dict[str, ReceivedSeries] = {}
        self.reasons: list[str] = []

    def text(self, column: int) -> str:
        if column in {TITLE, FROM}:
            return joined(self.parts(column) or ())
        if column == MODALITY:
            return self.words.modality_text()
        return wording.count_text(len(self.series)) if column == SERIES else super().text(column)

    def sort_value(self, column: int) -> str | float:
        return float(len(self.series)) if column == SERIES else super().sort_value(column)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column == FROM:
            return (Part(self.calling_ae_title), Part(self.peer_host, Weight.QUIET))
        return self.words.parts() if column == TITLE else None

    def tip(self, column: int) -> str:
        return self.text(column) if column in {TITLE, FROM} else ""


class ReceivedSeries(ReceivedGroup):
    """A series that arrives or has arrived."""

    __slots__ = ("words",)

    def __init__(self, header: InstanceHeader) -> None:
        super().__init__()
        self.words = SeriesWords(header)

    def text(self, column: int) -> str:
        if column == TITLE:
            return joined(self.words.parts())
        return self.words.modality if column == MODALITY else super().text(column)

    def sort_value(self, column: int) -> str | float:
        return 0.0 if column == SERIES else super().sort_value(column)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return self.words.parts() if column == TITLE else None


class ReceivedStudies:
    """Groups received instances from events; an ``Outline`` is told of rows that come or change. For the Qt thread."""

    def __init__(self, outline: Outline, problems: ProblemShelf | None = None) -> None:
        """Studies of which something was not stored are reported to ``problems``."""
        self._outline = outline
        self._problems = problems or loose_shelf()
        self._studies: dict[str, ReceivedStudy] = {}
        self._peers: dict[tuple[str, int], tuple[str, str]] = {}
        self.instances = 0
        self.problems = 0

    @property
    def studies(self) -> Iterable[ReceivedStudy]:
        """All studies, in the order of arrival."""
        return self._studies.values()

    def apply(self, event: Event, at: float) -> None:
        """Take note of what a receive job reports."""
        match event:
            case AssociationAccepted(job_id=job_id, association=association, negotiation=negotiation):
                self._peers[job_id, association] = (negotiation.calling_ae_title, negotiation.peer_host)
            case AssociationReleased(job_id=job_id, association=association):
                self._close((job_id, association))
            case AssociationAborted(job_id=job_id, association=association):
                self._close((job_id, association))
            case ItemFinished():
                self._on_item(event, at)
            case _:
                pass

    def measure(self, now: float) -> None:
        """Bring rates and silences up to date; called about once a second."""
        for study in self._studies.values():
            if study.is_open:
                for group in (study, *study.series.values()):
                    group.measure(now)
                    self._outline.touch(group)

    def clear_finished(self) -> None:
        """Take away all studies that nobody is sending any more; files stay where they are."""
        for uid, study in list(self._studies.items()):
            if not study.is_open:
                del self._studies[uid]
                self._problems.mend(study)
                self._outline.remove(study)

    def _on_item(self, event: ItemFinished, at: float) -> None:
        study = self._study_of(event.header)
        key = (event.job_id, event.association)
        if key in self._peers:
            study.calling_ae_title, study.peer_host = (human.printable(text) for text in self._peers[key])
            study.associations.add(key)
            study.is_open = True
        study.take(event, at)
        if event.path:
            study.folder = event.path.replace("\\", "/").rpartition("/")[0]
        if event.header is not None:
            series = self._series_of(study, event.header)
            series.is_open = study.is_open
            series.take(event, at)
            self._outline.touch(series)
        if event.outcome in {ItemOutcome.STORED, ItemOutcome.WARNING}:
            self.instances += 1
        else:
            self.problems += 1
            if len(study.reasons) < MOST_PROBLEMS:
                study.reasons.append(event.reason)
            words = wording.plural(
                study.problems, _say("{count} instance not stored"), _say("{count} instances not stored")
            )
            self._problems.report(study, study.text(TITLE), f"{words}: {human.printable(event.reason)}", at)
        self._outline.touch(study)

    def _study_of(self, header: InstanceHeader | None) -> ReceivedStudy:
        uid = header.study_instance_uid if header else ""
        study = self._studies.get(uid)
        if study is None:
            study = self._studies[uid] = ReceivedStudy(header)
            self._outline.insert(None, [study])
        return study

    def _series_of(self, study: ReceivedStudy, header: InstanceHeader) -> ReceivedSeries:
        series = study.series.get(header.series_instance_uid)
        if series is None:
            series = study.series[header.series_instance_uid] = ReceivedSeries(header)
            self._outline.insert(study, [series])
            study.words.add_modality(series.words.modality)
        return series

    def _close(self, key: tuple[str, int]) -> None:
        self._peers.pop(key, None)
        for study in self._studies.values():
            if key in study.associations:
                study.associations.discard(key)
                if not study.associations:
                    for group in (study, *study.series.values()):
                        group.is_open = False
                        group.rate = 0.0
                        self._outline.touch(group)

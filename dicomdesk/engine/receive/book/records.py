"""Entries of the arrival book: studies, series, files and senders, with their counts.

A record is written under the lock of its book. Its numbers may be read on any thread at any time; what has more parts
is asked of the book.
"""

import os
from collections.abc import Iterator
from dataclasses import replace

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.facts.reception import ArrivalKind, StudySender, StudySettled
from dicomdesk.engine.receive.book.completeness import Completeness, CountSource, completeness
from dicomdesk.records import dataclass

__all__ = ["AGAIN", "MOST_SENDERS", "NOT_STORED", "BookedFile", "BookedSeries", "BookedStudy", "Place", "Tally"]

AGAIN = frozenset({ArrivalKind.REPEATED, ArrivalKind.OVERWRITTEN, ArrivalKind.KEPT_BOTH, ArrivalKind.REFUSED_AGAIN})
"""Of an instance that was here."""
NOT_STORED = frozenset({ArrivalKind.REFUSED, ArrivalKind.LOST})
"""Trouble: it may be missing now."""
MOST_SENDERS = 64
"""Kept by name for each study; of others only their number is known."""
_MOST_REASONS = 200

Place = str | tuple[str, str]
"""Path of a file; or what stands before and after the SOP Instance UID in it, shared by those that have it alike."""


class Tally:
    """How often what kind of arrival happened."""

    __slots__ = ("counts", "missing")

    def __init__(self) -> None:
        self.missing = 0
        """Instances that were not stored and have not come since."""
        self.counts: dict[ArrivalKind, int] = dict.fromkeys(ArrivalKind, 0)

    @property
    def arrivals(self) -> int:
        """All that came, whatever became of it."""
        return sum(self.counts.values())

    @property
    def new(self) -> int:
        """Instances that were not here before."""
        return self.counts[ArrivalKind.NEW]

    @property
    def again(self) -> int:
        """Arrivals of instances that were here."""
        return sum(self.counts[kind] for kind in AGAIN)

    @property
    def not_stored(self) -> int:
        """Arrivals that were refused or broke off, those apart that were refused because they are here."""
        return sum(self.counts[kind] for kind in NOT_STORED)


@dataclass(frozen=True, slots=True)
class BookedFile:
    """One file that holds an instance."""

    path: str
    sop_instance_uid: str
    series_instance_uid: str
    times: int = 1
    """How often the instance came."""


class BookedSeries(Tally):
    """A series: its files by SOP Instance UID, in the order of arrival."""

    __slots__ = (
        "again_by_uid", "expected", "files", "first_at", "frame", "header", "here", "last_at", "size_bytes", "study",
        "uid",
    )  # fmt: skip

    def __init__(self, study: "BookedStudy", header: InstanceHeader | None) -> None:
        super().__init__()
        self.study = study
        self.header = header
        """Of its first instance."""
        self.uid = header.series_instance_uid if header is not None else ""
        """Series Instance UID, "" where none could be read."""
        self.files: dict[str, Place | list[Place]] = {}
        """Where an instance has several files, the latest is the last."""
        self.again_by_uid: dict[str, int] = {}
        """How often those came again that did."""
        self.frame: tuple[str, str] = ("", "")
        self.here = 0
        """Distinct instances."""
        self.expected: int | None = None
        """How many it has by (0020,1209) of an instance, None where none says."""
        self.size_bytes = 0
        """Bytes of data sets, of each instance once."""
        self.first_at = 0.0
        self.last_at = 0.0

    @property
    def completeness(self) -> Completeness:
        """Whether all came that are known to be."""
        return completeness(self.here, self.expected)

    def place_of(self, path: str, sop_instance_uid: str) -> Place:
        """Return the path as it is kept."""
        before, found, after = path.partition(sop_instance_uid)
        if not found:
            return path
        if self.frame[0] != before or self.frame[1] != after:
            self.frame = (before, after)
        return self.frame

    def paths_of(self, sop_instance_uid: str) -> list[str]:
        """Return the files of an instance, the latest last; "" stands for one that was not written."""
        kept = self.files.get(sop_instance_uid, [])
        places = kept if isinstance(kept, list) else [kept]
        return [each if isinstance(each, str) else sop_instance_uid.join(each) for each in places]

    def booked_files(self) -> Iterator[BookedFile]:
        """All files, in the order of arrival of their instances; for the book, which holds its lock."""
        for uid in self.files:
            for path in self.paths_of(uid):
                yield BookedFile(path, uid, self.uid, 1 + self.again_by_uid.get(uid, 0))


class BookedStudy(Tally):
    """A study: its series, its senders, and when it came."""

    __slots__ = (
        "earlier",
        "expected",
        "expected_from",
        "first_at",
        "header",
        "here",
        "is_dropped",
        "is_summed_up",
        "last_at",
        "latest_path",
        "more_senders",
        "open_associations",
        "reasons",
        "replaced_by_others",
        "senders",
        "series",
        "size_bytes",
        "uid",
    )  # fmt: skip

    def __init__(self, header: InstanceHeader | None) -> None:
        super().__init__()
        self.header = header
        """Of its first instance, None where it could not be read."""
        self.uid = header.study_instance_uid if header is not None else ""
        """Study Instance UID, "" where none could be read."""
        self.series: dict[str, BookedSeries] = {}
        """By Series Instance UID, in the order of arrival."""
        self.here = 0
        """Distinct instances."""
        self.earlier = 0
        """Those of them that were in the folder before anybody listened."""
        self.replaced_by_others = 0
        """Instances that are not here any more: another study brought one of the same UID, whose file took theirs."""
        self.size_bytes = 0
        """Bytes of data sets, of each instance once."""
        self.senders: dict[StudySender, int] = {}
        """Who brought something of it, in the order of their first, and how many arrivals each."""
        self.more_senders = 0
        """Arrivals from senders beyond those that are kept."""
        self.first_at = 0.0
        """Seconds since the epoch; of the first file for what was in the folder."""
        self.last_at = 0.0
        self.latest_path = ""
        """Of the latest file, "" where none was written."""
        self.reasons: list[str] = []
        """Why instances were not stored; as many as are kept."""
        self.open_associations = 0
        """Associations that brought something of it and are open."""
        self.expected: int | None = None
        """How many distinct instances it has elsewhere, None where nobody said."""
        self.expected_from = CountSource.UNKNOWN
        self.is_summed_up = False
        """Whether only its counts are kept: nobody knows its files, and repeats are known by their files alone."""
        self.is_dropped = False
        """Whether the book holds it no longer."""

    @property
    def folder(self) -> str:
        """Folder of the latest file, "" where none was written."""
        return os.path.dirname(self.latest_path)

    @property
    def is_open(self) -> bool:
        """Whether an association that brought something of it is open."""
        return self.open_associations > 0

    @property
    def completeness(self) -> Completeness:
        """Whether all came that are known to be."""
        return completeness(self.here, self.expected)

    @property
    def modalities(self) -> tuple[str, ...]:
        """Of its series, each once."""
        series = list(self.series.values())
        return tuple(dict.fromkeys(each.header.modality for each in series if each.header and each.header.modality))

    def settled(self, fact: StudySettled) -> StudySettled:
        """Return the fact with the counts of the study and who sent it."""
        return replace(
            fact,
            here=self.here,
            again=self.again,
            refused=self.not_stored,
            expected=self.expected,
            senders=tuple(self.senders),
            modalities=self.modalities,
            header=self.header,
        )

    def quiet_s(self, now: float) -> float:
        """For how long nothing came."""
        return max(0.0, now - self.last_at)

    def add_reason(self, reason: str) -> None:
        """Keep why something was not stored."""
        if len(self.reasons) < _MOST_REASONS:
            self.reasons.append(reason)

    def add_earlier_sender(self, calling_ae_title: str) -> None:
        """Count a file of an earlier run for who brought it; no more than the title is known."""
        same = (each for each in self.senders if each.calling_ae_title == calling_ae_title)
        self.add_sender(next(same, None) or _of_earlier(calling_ae_title))

    def add_sender(self, sender: StudySender) -> None:
        """Count an arrival for who brought it."""
        known = self.senders.get(sender)
        if known is None and sender.host:
            known = self.senders.pop(_of_earlier(sender.calling_ae_title), None)
        if known is not None or len(self.senders) < MOST_SENDERS:
            self.senders[sender] = (known or 0) + 1
        else:
            self.more_senders += 1


def _of_earlier(calling_ae_title: str) -> StudySender:
    return StudySender(calling_ae_title=calling_ae_title, called_ae_title="", host="")

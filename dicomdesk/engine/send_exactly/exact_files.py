"""What an exact send job and its association share: the files, how often each is still to go, how it all ended."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from dicomdesk.dicom.files.scan import FoundInstance, name_of
from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.events import EventSink, NotSentCause
from dicomdesk.engine.job import JobControl
from dicomdesk.engine.send.transfer_list import TransferItem, TransferList
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.engine.stats import TransferStats
from dicomdesk.errors import DicomdeskError

__all__ = ["ExactEnd", "ExactSendFailure", "ExactTransfer", "FileToSend"]

_MOST_LISTED = 10_000
"""Repetitions that are not tried are listed one by one up to here; of more, one stands for all."""


class ExactSendFailure(Enum):
    """Why an exact send job ended early."""

    PROFILE_FILE = "profile-file"
    """The association negotiation profile file cannot be read or is wrong."""
    NO_INPUT_FILES = "no-input-files"
    INVALID_INPUT_FILE = "invalid-input-file"
    """Found before the association; the error's text is DCMTK's."""
    PROPOSAL = "proposal"
    """No proposal can be made as asked for: an unknown profile, or more than 128 presentation contexts."""
    ASSOCIATION = "association"
    """Not established; a ProposalError where there was no presentation context to propose."""
    NO_PRESENTATION_CONTEXT = "no-presentation-context"
    """Established, but the peer accepted no presentation context at all."""
    STATUS = "status"
    """The peer answered with a failure status and the job was to halt at that; released or aborted as asked for."""
    INSTANCE = "instance"
    """A file could not be sent and the job was to halt at that; aborted."""
    ASSOCIATION_LOST = "association-lost"
    """Aborted by the peer, by time-out, by loss of the connection."""
    RELEASE = "release"
    """The peer did not agree to the release."""


class FileToSend(NamedTuple):
    """One file of the job."""

    path: str
    size_bytes: int
    """As it was when it was looked for."""
    archive_member: str = ""
    """Name of the member where the path is that of a ZIP archive."""

    @property
    def name(self) -> str:
        """What users know it by."""
        return name_of(self.path, self.archive_member)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactEnd:
    """How the association ended."""

    failure: ExactSendFailure | None = None
    error: DicomdeskError | None = None
    status: int | None = None
    """The failure status that halted the job."""


@dataclass(slots=True, kw_only=True)
class ExactTransfer:
    """What the job and its association share."""

    job_id: str
    request: ExactSendRequest
    control: JobControl
    report: EventSink
    transfer: TransferList
    stats: TransferStats
    files: list[FileToSend] = field(default_factory=list)
    """In order; each is sent as often as the request says."""
    not_begun: dict[int, int] = field(default_factory=dict)
    """How many times each file, by its position, is still to be tried."""

    @property
    def has_rest(self) -> bool:
        """Whether anything was not even tried."""
        return bool(self.not_begun)

    def begin(self) -> int:
        """All files are known; return the bytes of all that is to be sent, as far as the sizes of files tell."""
        repeats = self.request.repeats
        self.not_begun = dict.fromkeys(range(len(self.files)), repeats)
        size_bytes = sum(file.size_bytes for file in self.files) * repeats
        self.stats.set_totals(len(self.files) * repeats, size_bytes)
        return size_bytes

    def note_begun(self, position: int) -> int:
        """A file is tried; return how many times it is to go after that."""
        further = self.not_begun[position] - 1
        if further:
            self.not_begun[position] = further
        else:
            del self.not_begun[position]
        return further

    def leave_rest_out(self, reason: str, cause: NotSentCause = NotSentCause.NOT_REACHED) -> None:
        """End all that was never begun."""
        for position, count in self.not_begun.items():
            for item, words in self.add_unsent(self.files[position], count, reason):
                self.transfer.leave_out(item, cause, words)
        self.not_begun = {}

    def add_unsent(self, file: FileToSend, count: int, reason: str) -> Iterator[tuple[TransferItem, str]]:
        """List a file as often as it is not sent, within reason; yields what to leave out, and why."""
        listed = count if count <= _MOST_LISTED else 1
        if listed < count:
            reason = f"{reason} ({count} times)"
            self.stats.leave_out(file.size_bytes, count - listed)
        for _ in range(listed):
            yield self.add(file), reason

    def add(self, file: FileToSend) -> TransferItem:
        """List a file whose turn has come."""
        header = InstanceHeader(
            sop_class_uid="",
            sop_instance_uid="",
            transfer_syntax_uid="",
            data_set_offset=0,
            data_set_length=file.size_bytes,
        )
        return self.transfer.append(FoundInstance(path=file.path, header=header, archive_member=file.archive_member))

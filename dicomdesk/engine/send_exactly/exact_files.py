"""Files of an exact send job: counts repetitions, lists what is not sent."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader, name_of
from dicomdesk.engine.delivery.transfer_list import TransferItem, TransferList, not_sent
from dicomdesk.engine.events import NotSentCause
from dicomdesk.engine.stats import TransferStats

__all__ = ["ExactFiles", "FileToSend"]

_MOST_LISTED = 10_000
"""Repetitions that are not tried are listed one by one up to here; of more, one stands for all."""


class FileToSend(NamedTuple):
    """File of the job."""

    path: str
    archive_member: str
    """Name of the member where the path is that of a ZIP archive, else ""."""
    size_bytes: int
    """As it was when it was looked for."""
    header: InstanceHeader | None = None
    """Of the member of an archive."""

    @property
    def name(self) -> str:
        """Path, with the member of an archive."""
        return name_of(self.path, self.archive_member)


class ExactFiles:
    """Files of one job, in order; each is sent as often as the request says."""

    def __init__(self, transfer: TransferList, stats: TransferStats, repeats: int) -> None:
        self._transfer = transfer
        self._stats = stats
        self._repeats = repeats
        self.files: Sequence[FileToSend] = ()
        self.not_begun: dict[int, int] = {}
        """How many times each file, by its position, is still to be tried."""

    @property
    def has_rest(self) -> bool:
        """Whether anything was not even tried."""
        return bool(self.not_begun)

    def begin(self, files: Sequence[FileToSend]) -> tuple[int, int]:
        """Take all files; return how many instances and bytes are to be sent, as far as sizes of files tell."""
        self.files = files
        self.not_begun = dict.fromkeys(range(len(files)), self._repeats)
        items, size_bytes = len(files) * self._repeats, sum(file.size_bytes for file in files) * self._repeats
        self._stats.set_totals(items, size_bytes)
        return items, size_bytes

    def take(self, position: int) -> TransferItem:
        """List a file that is tried."""
        further = self.not_begun[position] - 1
        if further:
            self.not_begun[position] = further
        else:
            del self.not_begun[position]
        item = self._add(self.files[position])
        item.is_last = not further
        return item

    def give_up(self, position: int) -> list[TransferItem]:
        """Give up a file that was not sent: list it as often as it was still to go."""
        return [item for item, _ in self._add_unsent(self.files[position], self.not_begun.pop(position, 0), "")]

    def leave_rest_out(self, reason: str, cause: NotSentCause = NotSentCause.NOT_REACHED) -> None:
        """End all that was never begun."""
        for position, count in self.not_begun.items():
            for item, words in self._add_unsent(self.files[position], count, reason):
                self._transfer.leave_out(item, not_sent(cause, words))
        self.not_begun = {}

    def _add_unsent(self, file: FileToSend, count: int, reason: str) -> Iterator[tuple[TransferItem, str]]:
        """List a file as often as it is not sent, within reason; yields what to leave out, and why."""
        listed = count if count <= _MOST_LISTED else 1
        if listed < count:
            reason = f"{reason} ({count} times)"
            self._stats.leave_out(file.size_bytes, count - listed)
        for _ in range(listed):
            yield self._add(file), reason

    def _add(self, file: FileToSend) -> TransferItem:
        """List a file whose turn has come."""
        header = InstanceHeader(
            sop_class_uid="",
            sop_instance_uid="",
            transfer_syntax_uid="",
            data_set_offset=0,
            data_set_length=file.size_bytes,
        )
        return self._transfer.append(FoundInstance(path=file.path, header=header, archive_member=file.archive_member))

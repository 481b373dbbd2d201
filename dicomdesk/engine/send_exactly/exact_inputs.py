"""What an exact send job finds out about its files before it asks for an association: little, as DCMTK's storescu."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass

from dicomdesk.dicom.files.scan import FoundInstance, SkippedInput
from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.dicom.sop_classes import find_sop_class
from dicomdesk.engine.preparation import Preparing, Shape
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.errors import DataError

__all__ = ["CheckedInput", "InputChecker", "Listed", "as_skipped", "place_of"]

Listed = str | FoundInstance | SkippedInput
"""A file by its path, or what was found in an archive."""


def place_of(listed: Listed) -> tuple[str, str]:
    """Return the path, and the name of the member where it is that of an archive, else ""."""
    return (listed, "") if isinstance(listed, str) else (listed.path, listed.archive_member)


def as_skipped(listed: Listed, problem: str) -> SkippedInput:
    """Return what is told of an input that cannot be taken."""
    if isinstance(listed, SkippedInput):
        return listed
    path, member = place_of(listed)
    return SkippedInput(path=path, archive_member=member, reason=problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedInput:
    """One file."""

    size_bytes: int = 0
    sop_class_uid: str = ""
    """"" where nobody asked for it."""
    problem: str = ""
    """Why it cannot be taken; "" where it can."""
    words: str = ""
    """The same as DCMTK says it, with the file's name."""


class InputChecker:
    """Checks one file after the other, by what the request needs to know."""

    def __init__(self, request: ExactSendRequest, moving: Callable[[], None] | None = None) -> None:
        """``moving`` is called before each further part of a long file is read; what it raises passes."""
        proposal = request.proposal
        self._needs_sop_class = proposal.only_required and proposal.profile is None
        self._preparing = Preparing(request.inputs.format, request.compression_level, moving)

    def check(self, listed: Listed) -> CheckedInput:
        """Look at a file, or at what was found in an archive; never raises for what is wrong with it."""
        if isinstance(listed, SkippedInput):
            return _refused(listed.reason, listed.name)
        if isinstance(listed, FoundInstance):
            return self._judge(listed.name, listed.header.data_set_length, listed.header.sop_class_uid)
        return self._check_file(listed)

    def _check_file(self, path: str) -> CheckedInput:
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return _refused("cannot access file", path)
        if stat.S_ISDIR(status.st_mode):
            return _refused("cannot access file", path)
        if not self._needs_sop_class:
            return CheckedInput(size_bytes=status.st_size)
        sop_class_uid = self._find_sop_class_uid(path)
        if not sop_class_uid:
            return _refused("missing SOP class (or instance) in file", path)
        return self._judge(path, status.st_size, sop_class_uid)

    def _judge(self, name: str, size_bytes: int, sop_class_uid: str) -> CheckedInput:
        if not self._needs_sop_class:
            return CheckedInput(size_bytes=size_bytes)
        if find_sop_class(sop_class_uid) is None:
            return _refused("unknown storage SOP class in file", name, f": {sop_class_uid}")
        return CheckedInput(size_bytes=size_bytes, sop_class_uid=sop_class_uid)

    def _find_sop_class_uid(self, path: str) -> str:
        """Return the SOP class of a file that is sound as a whole, "" for another."""
        found = []

        def keep(header: InstanceHeader) -> Shape:
            found.append(header.sop_class_uid)
            return Shape(transfer_syntax_uid=header.transfer_syntax_uid)

        try:
            self._preparing.prepare_file(path, keep).close()
        except (DataError, OSError):
            return ""
        return found[0]


def _refused(problem: str, path: str, detail: str = "") -> CheckedInput:
    return CheckedInput(problem=problem + detail, words=f"{problem}: {path}{detail}")

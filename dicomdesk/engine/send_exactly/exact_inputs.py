"""Inputs of an exact send job: lists and checks them as DCMTK's storescu does, and makes the proposal for them."""

import os
import stat
from collections.abc import Callable, Sequence
from typing import NamedTuple

from dicomdesk.dicom.files.scan import SkippedInput, list_files
from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.dicom.sop_classes import find_sop_class
from dicomdesk.engine.delivery.delivery import EndedError, SendFailure
from dicomdesk.engine.delivery.intake import Intake
from dicomdesk.engine.events import InputCheckStarted, InputIgnored, InputListingStarted
from dicomdesk.engine.preparation import InstancePreparer, Shape
from dicomdesk.engine.send_exactly.exact_files import FileToSend
from dicomdesk.engine.send_exactly.exact_proposal import load_profile_file, make_proposal
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.errors import CancelledError, DataError, ProfileError, ProposalError
from dicomdesk.network.negotiation import ExtendedNegotiation, ProposedContext
from dicomdesk.records import dataclass

__all__ = ["CheckedInput", "CheckedInputs", "InputChecker", "check_inputs", "list_inputs", "propose_for_inputs"]

Listed = str | FoundInstance | SkippedInput
"""A file by its path, or what was found in an archive."""


class CheckedInputs(NamedTuple):
    """Inputs that were checked."""

    files: list[FileToSend]
    """Those that are to be sent."""
    sop_classes: list[str]
    """Theirs, where the proposal is made of them."""
    fatal: str
    """What sending is to halt at, with the name of the file; "" where all is well."""


def propose_for_inputs(
    request: ExactSendRequest, intake: Intake, begin: Callable[[Sequence[FileToSend]], tuple[int, int]]
) -> tuple[tuple[ProposedContext, ...], tuple[ExtendedNegotiation, ...]] | None:
    """Look for the files and return what is to be proposed for them; None where there is nothing to ask a peer for.

    ``begin`` is called with the files and returns how many instances and bytes are to be sent. Raises EndedError.
    """
    try:
        profiles = load_profile_file(request.proposal)
    except ProfileError as error:
        raise EndedError(SendFailure.PROFILE_FILE, error) from error
    checked = check_inputs(request, intake, list_inputs(request, intake))
    intake.finish(*begin(checked.files))
    if checked.fatal:
        intake.end(SendFailure.INVALID_INPUT_FILE, DataError(checked.fatal))
    if intake.control.is_stopping or (intake.goes_on and not checked.files):
        return None
    try:
        return make_proposal(request.proposal, checked.sop_classes, profiles)
    except (ProfileError, ProposalError) as error:
        raise EndedError(SendFailure.PROPOSAL, error) from error


def list_inputs(request: ExactSendRequest, intake: Intake) -> list[Listed]:
    """Return what is to be looked into; what ``intake.end`` raises passes."""
    if request.inputs.scan_directories:
        intake.report(InputListingStarted(job_id=intake.job_id))
    listed: list[Listed] = []
    for found in list_files(request.inputs):
        if intake.control.is_stopping:
            break
        if isinstance(found, SkippedInput) and not found.is_failure:
            intake.skip(found)
        else:
            listed.append(found)
    if not (listed or intake.control.is_stopping):
        intake.end(SendFailure.NO_INPUT_FILES, DataError("no input files to be sent"))
    return listed


def check_inputs(request: ExactSendRequest, intake: Intake, listed: Sequence[Listed]) -> CheckedInputs:
    """Check one after the other; after what sending halts at the rest is taken unchecked."""
    intake.report(InputCheckStarted(job_id=intake.job_id))
    checker = InputChecker(request, intake.control.require_going_on)
    files: list[FileToSend] = []
    sop_classes, fatal = [], ""
    for found in listed:
        if intake.control.is_stopping:
            break
        try:
            checked = CheckedInput() if fatal and not intake.goes_on else checker.check(found)
        except CancelledError:
            break
        if not checked.problem:
            files.append(_file_to_send(found, checked.size_bytes))
            sop_classes += [checked.sop_class_uid] if checked.sop_class_uid else []
            continue
        intake.skip(_as_skipped(found, checked.problem))
        if request.halt_on_error:
            fatal = fatal or checked.words
        else:
            intake.report(InputIgnored(job_id=intake.job_id, problem=checked.words))
    return CheckedInputs(files, sop_classes, fatal)


def _file_to_send(listed: Listed, size_bytes: int) -> FileToSend:
    return FileToSend(*_place_of(listed), size_bytes, listed.header if isinstance(listed, FoundInstance) else None)


def _place_of(listed: Listed) -> tuple[str, str]:
    """Return the path, and the name of the member where it is that of an archive, else ""."""
    return (listed, "") if isinstance(listed, str) else (listed.path, listed.archive_member)


def _as_skipped(listed: Listed, problem: str) -> SkippedInput:
    """Return what is told of an input that cannot be taken."""
    if isinstance(listed, SkippedInput):
        return listed
    path, member = _place_of(listed)
    return SkippedInput(path=path, archive_member=member, reason=problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedInput:
    """Result of checking one input."""

    size_bytes: int = 0
    sop_class_uid: str = ""
    """"" where nobody asked for it."""
    problem: str = ""
    """Why it cannot be taken; "" where it can."""
    words: str = ""
    """The same with the file's name."""


class InputChecker:
    """Checker of inputs, by what the request needs to know."""

    def __init__(self, request: ExactSendRequest, moving: Callable[[], None] | None = None) -> None:
        """``moving`` is called before each further part of a long file is read; what it raises passes."""
        proposal = request.proposal
        self._needs_sop_class = proposal.only_required and proposal.profile is None
        self._preparer = InstancePreparer(request.inputs.format, request.compression_level, moving)

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
            self._preparer.prepare_file(path, keep).close()
        except (DataError, OSError):
            return ""
        return found[0]


def _refused(problem: str, path: str, detail: str = "") -> CheckedInput:
    return CheckedInput(problem=problem + detail, words=f"{problem}: {path}{detail}")

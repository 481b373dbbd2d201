"""Finds instances in files, folders, DICOMDIRs and ZIP archives, with a reason for all that is skipped."""

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import field

from dicomdesk.dicom.data_sets.file_windows import read_at
from dicomdesk.dicom.files.part10 import read_header, read_open_header
from dicomdesk.dicom.instance import FoundInstance, InputSelection, InstanceHeader, name_of
from dicomdesk.dicom.sop_classes import MEDIA_STORAGE_DIRECTORY, is_storable, is_unknown_standard_class
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.dicom.uids import is_valid_uid
from dicomdesk.errors import DataError, NotDicomError
from dicomdesk.records import dataclass

INVALID_SOP_CLASS_UID = "Invalid SOP Class UID"
UNKNOWN_SOP_CLASS = "Unknown Storage SOP Class"
INVALID_SOP_INSTANCE_UID = "Invalid SOP Instance UID"
INVALID_TRANSFER_SYNTAX_UID = "Invalid Transfer Syntax UID"
UNKNOWN_TRANSFER_SYNTAX = "Unknown Transfer Syntax"
DIRECTORIES_NOT_SCANNED = "ignoring directory because option --scan-directories is not set"
NOT_A_REGULAR_FILE = "Not a regular file"
DICOMDIR_IN_ARCHIVE = "DICOMDIR in a ZIP archive: the files that it names are found without it"
EMPTY_ARCHIVE = "ZIP archive without any file in it"
CHANGED_INSTANCE = "changed since it was listed: it holds another instance now"
CHANGED_CLASS = "changed since it was listed: it is of another SOP class now"

_LONGEST_UID = 64

_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""Without blocking, so that a FIFO that takes a file's place cannot stop the scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedInput:
    """One input that was not taken."""

    path: str
    reason: str
    archive_member: str = ""
    is_failure: bool = True
    """Whether a job that is to halt ends at it. False for what is passed over by rule: a folder when none are scanned,
    a device, a DICOMDIR in an archive; and for a damaged DICOMDIR of which some is taken."""
    is_missed: bool = field(default=True, compare=False)
    """Whether something may be missing in what is sent. False for files that are not DICOM among those that are found
    by scanning, and for what need not be sent."""

    @property
    def name(self) -> str:
        """Name that users know it by: the path, of members of archives "path:name"."""
        return name_of(self.path, self.archive_member)


ScanResult = FoundInstance | SkippedInput


def scan(selection: InputSelection, moving: Callable[[], None] | None = None) -> Iterator[ScanResult]:
    """Yield what is found, in the order of the selection; the content of folders is sorted by name.

    Never raises for what is wrong with an input; what ``moving`` raises passes, which is called before each further
    part of a long file is read.
    """
    scanner = _Scanner(selection, moving)
    for path in selection.paths:
        yield from scanner.scan_input(path)


def list_files(selection: InputSelection) -> Iterator[str | FoundInstance | SkippedInput]:
    """Yield the paths that ``scan`` would look into, without opening or even finding them, and what is passed over.

    Only archives are looked into: what is found in them is yielded as ``scan`` does.
    """
    scanner = _Scanner(selection)
    for path in selection.paths:
        if not os.path.isdir(path):
            yield from scanner.list_file(path, is_scanned=False)
        elif selection.scan_directories:
            for found in scanner.walk_folder(path):
                if isinstance(found, SkippedInput):
                    yield found
                else:
                    yield from scanner.list_file(found, is_scanned=True)
        else:
            yield SkippedInput(path=path, reason=DIRECTORIES_NOT_SCANNED, is_failure=False)


def describe_change(header: InstanceHeader, listed: tuple[str, str]) -> str:
    """Return how a file is not any more what it was when its SOP Class and Instance UID were listed, "" if it is."""
    if header.sop_instance_uid != listed[1]:
        return CHANGED_INSTANCE
    return CHANGED_CLASS if header.sop_class_uid != listed[0] else ""


def check_uids(header: InstanceHeader) -> str:
    """Return why the instance cannot be listed for sending, by its UIDs; "" when it can.

    What the data set says and what group 0002 says are both good enough.
    """
    classes = (header.sop_class_uid, header.media_sop_class_uid)
    if not _can_be_proposed(classes[0]):
        return INVALID_SOP_CLASS_UID
    if not (is_storable(classes[0]) or (classes[1] != classes[0] and is_storable(classes[1]))):
        is_unknown = is_unknown_standard_class(classes[1] or classes[0])
        return UNKNOWN_SOP_CLASS if is_unknown else INVALID_SOP_CLASS_UID
    if not (is_valid_uid(header.sop_instance_uid) or is_valid_uid(header.media_sop_instance_uid)):
        return INVALID_SOP_INSTANCE_UID
    if not is_valid_uid(header.transfer_syntax_uid):
        return INVALID_TRANSFER_SYNTAX_UID
    return "" if find_transfer_syntax(header.transfer_syntax_uid) is not None else UNKNOWN_TRANSFER_SYNTAX


def _check_uids_present(header: InstanceHeader) -> str:
    if not (header.sop_class_uid and _can_be_proposed(header.sop_class_uid)):
        return INVALID_SOP_CLASS_UID
    if not header.sop_instance_uid:
        return INVALID_SOP_INSTANCE_UID
    is_usable = header.transfer_syntax_uid and _can_be_proposed(header.transfer_syntax_uid)
    return "" if is_usable else INVALID_TRANSFER_SYNTAX_UID


def _can_be_proposed(uid: str) -> bool:
    """Whether a presentation context can name it (PS3.8 annex F); else nothing could go over its association."""
    return uid.isascii() and uid.isprintable() and len(uid) <= _LONGEST_UID


def _takes_all(_name: str) -> bool:
    return True


def _name_filter(pattern: str | None) -> Callable[[str], bool]:
    """Return what tells whether a file name matches the shell pattern, in which a backslash quotes."""
    if not pattern:
        return _takes_all
    import fnmatch  # noqa: PLC0415  # only where a pattern is given

    quoted = re.sub(r"\\(.)", lambda match: f"[{match[1]}]", pattern)
    matches = re.compile(fnmatch.translate(quoted)).match
    return lambda name: matches(name) is not None


class _Scanner:
    """Scans one input after another by the same selection."""

    def __init__(self, selection: InputSelection, moving: Callable[[], None] | None = None) -> None:
        self._selection = selection
        self._moving = moving
        self._takes_name = _name_filter(selection.pattern)
        self._origin = ""
        self._check = check_uids if selection.check_uids else _check_uids_present

    def scan_input(self, path: str) -> Iterator[ScanResult]:
        self._origin = path
        if not path:
            yield SkippedInput(path="<empty string>", reason="Illegal parameter")
            return
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            yield SkippedInput(path=path, reason=_reason(error))
            return
        if not stat.S_ISDIR(mode):
            yield from self._scan_file(path)
        elif self._selection.scan_directories:
            yield from self._scan_folder(path)
        else:
            yield SkippedInput(path=path, reason=DIRECTORIES_NOT_SCANNED, is_failure=False)

    def _scan_folder(self, top: str) -> Iterator[ScanResult]:
        for found in self.walk_folder(top):
            if isinstance(found, SkippedInput):
                yield found
            else:
                yield from self._scan_file(found, is_scanned=True)

    def walk_folder(self, top: str) -> Iterator[str | SkippedInput]:
        """Yield the files in a folder; each real folder once, those that only links lead to last."""
        seen: set[tuple[int, int]] = set()
        linked: list[str] = []
        waiting = [(top.rstrip("/") or "/", False)]
        while waiting or linked:
            path, is_file = waiting.pop() if waiting else (linked.pop(0), False)
            if is_file:
                yield path
                continue
            try:
                status = os.stat(path)
                if (status.st_dev, status.st_ino) in seen:
                    continue
                seen.add((status.st_dev, status.st_ino))
                waiting.extend(self._list_folder(path, linked))
            except OSError as error:
                yield SkippedInput(path=path, reason=_reason(error), is_failure=False)

    def _list_folder(self, folder: str, linked: list[str]) -> list[tuple[str, bool]]:
        """Return path and whether it is a file of what to scan, last name first; links to folders go to ``linked``."""
        prefix = "" if folder == "." else folder if folder.endswith("/") else folder + "/"
        with os.scandir(folder) as listing:
            found = sorted(listing, key=lambda entry: entry.name)
        entries: list[tuple[str, bool]] = []
        for entry in found:
            if not _is_folder(entry):
                if self._takes_name(entry.name):
                    entries.append((prefix + entry.name, True))
            elif self._selection.recurse:
                if entry.is_symlink():
                    linked.append(prefix + entry.name)
                else:
                    entries.append((prefix + entry.name, False))
        entries.reverse()
        return entries

    def _scan_file(self, path: str, *, is_scanned: bool = False) -> Iterator[ScanResult]:
        try:
            if is_scanned and not stat.S_ISREG(os.stat(path).st_mode):
                yield SkippedInput(path=path, reason=NOT_A_REGULAR_FILE, is_failure=False, is_missed=False)
                return
            descriptor = os.open(path, _OPEN_FLAGS)
        except (OSError, ValueError) as error:
            yield SkippedInput(path=path, reason=_reason(error))
            return
        try:
            result = self._read_file(path, descriptor, is_scanned=is_scanned)
        finally:
            os.close(descriptor)
        if callable(result):
            yield from result(path)
        else:
            yield result

    def _read_file(
        self, path: str, descriptor: int, *, is_scanned: bool
    ) -> ScanResult | Callable[[str], Iterator[ScanResult]]:
        """Return what the open file is, or what scans it when it is a list of others."""
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return SkippedInput(
                    path=path, reason=NOT_A_REGULAR_FILE, is_failure=not is_scanned, is_missed=not is_scanned
                )
            selection = self._selection
            header = read_open_header(
                descriptor, status.st_size, selection.format, is_brief=not selection.identify, moving=self._moving
            )
        except DataError as error:
            if self._opens_archives(is_scanned=is_scanned) and _starts_as_archive(descriptor):
                return self._scan_archive
            is_missed = not (is_scanned and isinstance(error, NotDicomError))
            return SkippedInput(path=path, reason=str(error), is_missed=is_missed)
        except OSError as error:
            return SkippedInput(path=path, reason=_reason(error))
        if self._selection.read_dicomdir and _is_dicomdir(header):
            return self._scan_dicomdir
        reason = self._check(header)
        if reason:
            return SkippedInput(path=path, reason=reason, is_missed=not (is_scanned and _is_dicomdir(header)))
        return FoundInstance(path=path, header=header, origin=self._origin)

    def _opens_archives(self, *, is_scanned: bool) -> bool:
        selection = self._selection
        return selection.open_archives and not (is_scanned and selection.only_named_archives)

    def list_file(self, path: str, *, is_scanned: bool) -> Iterator[str | FoundInstance | SkippedInput]:
        """Yield the path, or what is in the archive that it is."""
        if self._opens_archives(is_scanned=is_scanned) and self._is_archive(path):
            yield from self._scan_archive(path)
        else:
            yield path

    def _is_archive(self, path: str) -> bool:
        """Return whether the file is a ZIP archive, and not DICOM besides."""
        try:
            descriptor = os.open(path, _OPEN_FLAGS)
        except (OSError, ValueError):
            return False
        try:
            status = os.fstat(descriptor)
            if not (stat.S_ISREG(status.st_mode) and _starts_as_archive(descriptor)):
                return False
            read_open_header(descriptor, status.st_size, self._selection.format, is_brief=True)
        except DataError:
            return True
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return False

    def _scan_dicomdir(self, path: str) -> Iterator[ScanResult]:
        from dicomdesk.dicom.files.dicomdir import read_dicomdir  # noqa: PLC0415  # only where a DICOMDIR is found

        damages: list[str] = []
        try:
            files = read_dicomdir(path, damages.append)
        except DataError as error:
            yield SkippedInput(path=path, reason=str(error))
            return
        except OSError as error:
            yield SkippedInput(path=path, reason=_reason(error))
            return
        for file in files:
            header = InstanceHeader(
                sop_class_uid=file.sop_class_uid,
                sop_instance_uid=file.sop_instance_uid,
                transfer_syntax_uid=file.transfer_syntax_uid,
                data_set_offset=0,
                data_set_length=0,
            )
            yield self._read_referenced(file.path or file.file_id, header, file.problem)
        for damage in damages:
            yield SkippedInput(path=path, reason=damage, is_failure=False)

    def _read_referenced(self, path: str, record: InstanceHeader, problem: str) -> ScanResult:
        """Return what the file is; what the record says of it where it cannot be read, or there is a ``problem``."""
        if not problem:
            try:
                header = read_header(path, self._selection.format)
            except DataError as error:
                problem = str(error)
            except (OSError, ValueError) as error:
                problem = _reason(error)
            else:
                reason = self._check(header)
                return (
                    SkippedInput(path=path, reason=reason)
                    if reason
                    else FoundInstance(path=path, header=header, origin=self._origin)
                )
        reason = self._check(record)
        if reason:
            return SkippedInput(path=path, reason=reason)
        return FoundInstance(path=path, header=record, problem=problem, origin=self._origin)

    def _scan_archive(self, path: str) -> Iterator[ScanResult]:
        from dicomdesk.dicom.files.zip_files import SHADOWED_MEMBER, scan_archive  # noqa: PLC0415  # zipfile costs start-up time

        shadowed: list[str] = []
        is_empty = not self._selection.pattern
        try:
            for name, result in scan_archive(path, self._selection.format, self._takes_name, shadowed.append):
                is_empty = False
                yield self._judge_member(path, name, result)
        except DataError as error:
            yield SkippedInput(path=path, reason=str(error))
        else:
            if is_empty:
                yield SkippedInput(path=path, reason=EMPTY_ARCHIVE, is_failure=False, is_missed=False)
        for name in shadowed:
            yield SkippedInput(
                path=path, archive_member=name, reason=SHADOWED_MEMBER, is_failure=False, is_missed=False
            )

    def _judge_member(self, path: str, name: str, result: InstanceHeader | DataError) -> ScanResult:
        if isinstance(result, DataError):
            return _judge_unreadable_member(path, name, result)
        if self._selection.read_dicomdir and _is_dicomdir(result):
            return SkippedInput(
                path=path, archive_member=name, reason=DICOMDIR_IN_ARCHIVE, is_failure=False, is_missed=False
            )
        reason = self._check(result)
        if reason:
            return SkippedInput(path=path, archive_member=name, reason=reason)
        return FoundInstance(path=path, archive_member=name, header=result, origin=self._origin or path)


def _judge_unreadable_member(path: str, name: str, error: DataError) -> SkippedInput:
    from dicomdesk.dicom.files.zip_files import LINKED_MEMBER, MEMBER_WITHOUT_NAME, NESTED_ARCHIVE  # noqa: PLC0415  # as above

    reason = str(error)
    return SkippedInput(
        path=path,
        archive_member=name,
        reason=reason,
        is_failure=reason != LINKED_MEMBER,
        is_missed=not isinstance(error, NotDicomError) or reason in (NESTED_ARCHIVE, MEMBER_WITHOUT_NAME),
    )


def _is_dicomdir(header: InstanceHeader) -> bool:
    return MEDIA_STORAGE_DIRECTORY in (header.media_sop_class_uid, header.sop_class_uid)


def _starts_as_archive(descriptor: int) -> bool:
    from dicomdesk.dicom.files.zip_files import is_archive  # noqa: PLC0415  # zipfile costs start-up time

    try:
        return is_archive(read_at(descriptor, 4, 0))
    except OSError:
        return False


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)

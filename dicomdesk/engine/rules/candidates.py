"""Reads the instances that rules decide about: what they say, who sent them, whether they are whole, what they hold.

Symbolic links are not followed, and what is no regular file is not opened for long: a name in a watched folder may be
anything.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import field

from dicomdesk.dicom.data_set_source import FileRange
from dicomdesk.dicom.data_sets.character_sets import decode_text
from dicomdesk.dicom.data_sets.element_walk import StepKind, walk_view
from dicomdesk.dicom.data_sets.file_windows import Window, read_at
from dicomdesk.dicom.data_sets.inflating_window import InflatingWindow
from dicomdesk.dicom.data_sets.structure_check import check_data_set
from dicomdesk.dicom.data_sets.walk_rule import View
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.documents.data_set import CHARACTER_SET, Element
from dicomdesk.dicom.documents.value_text import words_text
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE, Encoding
from dicomdesk.dicom.files.part10 import read_open_header
from dicomdesk.dicom.files.scan import check_uids
from dicomdesk.dicom.instance import FoundInstance, InputFormat, InstanceHeader
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.dicom.value_representations import WORD_BYTES, swap_words
from dicomdesk.engine.rules.conditions import NOBODY, SOP_CLASS, Sender
from dicomdesk.errors import DataError
from dicomdesk.records import dataclass

__all__ = ["Candidate", "read_candidate", "read_origin"]

_SOURCE_TITLE = 0x00020016
_META_OFFSET = 132
_LONGEST_VALUE = 4096
_PIECE_BYTES = 1 << 20
_INFLATED_PIECE = 1 << 16
_DIGEST_BYTES = 16
_TO_READ = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An instance that rules may send on."""

    instance: FoundInstance
    attributes: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """The values of what was asked for; what is absent is not there."""
    sender: Sender = NOBODY
    digest: str = ""
    """Of the data set: the same where the same was received again."""
    size_bytes: int = 0
    """Of the file."""
    mtime_ns: int = 0

    @property
    def path(self) -> str:
        """Of its file."""
        return self.instance.path

    @property
    def uid(self) -> str:
        """SOP Instance UID."""
        return self.instance.header.sop_instance_uid

    @property
    def study_uid(self) -> str:
        """Study Instance UID, which may be "" or anything."""
        return self.instance.header.study_instance_uid


def read_candidate(path: str, wanted: frozenset[int], sender: Sender = NOBODY, *, checks: bool = True) -> Candidate:
    """Read a file; ``checks`` also whether its data set is whole, which a file of somebody else's may not be.

    Raises DataError with the reason for what is no whole instance; OSError passes.
    """
    descriptor = os.open(path, _TO_READ)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise DataError("it is no regular file")
        header = read_open_header(descriptor, status.st_size, InputFormat.FILE_ONLY)
        if problem := check_uids(header):
            raise DataError(problem)
        if checks:
            _check_whole(descriptor, header)
        attributes = _read_attributes(descriptor, header, wanted)
        digest = _digest(descriptor, header.data_set_offset)
    finally:
        os.close(descriptor)
    return Candidate(
        instance=FoundInstance(path=path, header=header),
        attributes=attributes,
        sender=sender,
        digest=digest,
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
    )


def read_origin(path: str) -> tuple[str, str]:
    """Study Instance UID, and the AE title that a file was received from (0002,0016); raises as ``read_candidate``."""
    descriptor = os.open(path, _TO_READ)
    try:
        header = read_open_header(descriptor, os.fstat(descriptor).st_size, InputFormat.FILE_ONLY)
        meta = Window.of_bytes(read_at(descriptor, header.data_set_offset, 0), header.data_set_offset)
    finally:
        os.close(descriptor)
    title = ""
    with contextlib.suppress(DataError):
        title = _walk(meta, _META_OFFSET, EXPLICIT_LITTLE, frozenset((_SOURCE_TITLE,))).get(_SOURCE_TITLE, ("",))[0]
    return header.study_instance_uid, title


def _check_whole(descriptor: int, header: InstanceHeader) -> None:
    syntax = find_transfer_syntax(header.transfer_syntax_uid)
    if syntax is None:
        return  # nobody here knows how it is encoded
    check_data_set(
        FileRange(descriptor, header.data_set_offset, header.data_set_length),
        is_explicit_vr=syntax.is_explicit_vr,
        is_little_endian=syntax.is_little_endian,
        is_deflated=syntax.is_deflated,
    )


def _digest(descriptor: int, offset: int) -> str:
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    while piece := read_at(descriptor, _PIECE_BYTES, offset):
        digest.update(piece)
        offset += len(piece)
    return digest.hexdigest()


def _read_attributes(descriptor: int, header: InstanceHeader, wanted: frozenset[int]) -> dict[int, tuple[str, ...]]:
    """The values of the attributes, as far as the data set can be followed; the header knows some of them."""
    known: dict[int, tuple[str, ...]] = {
        tag: (text,) for tag, text in _of_header(header).items() if text and tag in wanted
    }
    left = wanted - set(_of_header(header))
    syntax = find_transfer_syntax(header.transfer_syntax_uid)
    if not left or syntax is None:
        return known
    view: View
    encoding = Encoding.of(is_explicit_vr=syntax.is_explicit_vr, is_little_endian=syntax.is_little_endian)
    if syntax.is_deflated:
        view, offset = _inflating(descriptor, header), 0
    else:
        view, offset = (
            Window.of_file(descriptor, header.data_set_offset + header.data_set_length),
            header.data_set_offset,
        )
    with contextlib.suppress(DataError):  # what cannot be followed has no such values
        known |= _walk(view, offset, encoding, left)
    return known


def _walk(view: View, offset: int, encoding: Encoding, wanted: frozenset[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, Element] = {}
    depth, last = 0, max(wanted)
    character_set = b""
    for step in walk_view(view, offset, encoding, find_vr, takes_rest=True):
        if step.kind in (StepKind.SEQUENCE, StepKind.FRAGMENTS):
            depth += 1
        elif step.kind in (StepKind.SEQUENCE_END, StepKind.FRAGMENTS_END):
            depth -= 1
        if depth or step.kind is not StepKind.ELEMENT:
            continue
        if step.tag > last:
            break
        if step.tag in wanted or step.tag == CHARACTER_SET:
            size = min(step.length, _LONGEST_VALUE)
            view.show(step.start, size)
            value = bytes(view.buffer[step.start - view.base : step.start - view.base + size])
            if step.tag == CHARACTER_SET:
                character_set = value
            else:
                if not encoding.is_little_endian and step.vr in WORD_BYTES:
                    value = swap_words(value, WORD_BYTES[step.vr])
                found.setdefault(step.tag, Element(step.tag, step.vr, value))
    return {tag: _texts(element, character_set) for tag, element in found.items()}


def _texts(element: Element, character_set: bytes) -> tuple[str, ...]:
    numbers = words_text(element)
    text = numbers if numbers is not None else decode_text(element.value, character_set)
    return tuple(part.strip(" \0") for part in text.split("\\"))


def _inflating(descriptor: int, header: InstanceHeader) -> InflatingWindow:
    offset, end = header.data_set_offset, header.data_set_offset + header.data_set_length

    def read_piece() -> bytes:
        nonlocal offset
        piece = read_at(descriptor, min(_INFLATED_PIECE, end - offset), offset)
        offset += len(piece)
        return piece

    return InflatingWindow(read_piece)


def _of_header(header: InstanceHeader) -> dict[int, str]:
    return {
        SOP_CLASS: header.sop_class_uid,
        0x00080050: header.accession_number,
        0x00080060: header.modality,
        0x00081030: header.study_description,
        0x0008103E: header.series_description,
        0x00100020: header.patient_id,
        0x0020000D: header.study_instance_uid,
    }

"""Corrects the values of one stored instance: reads its file, and says what the new one consists of.

The file keeps its form: Part 10 or bare, transfer syntax, byte order, lengths, and group 0002 with all its bytes, but
for the SOP Instance UID where that is given anew. A deflated data set is inflated and deflated again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final

from dicomdesk.dicom.corrections.original_attributes import (
    ORIGINAL_ATTRIBUTES,
    Modification,
    original_attributes_item,
)
from dicomdesk.dicom.corrections.patches import Patch, Readable, ValueEdit, plan_patches
from dicomdesk.dicom.data_sets.character_encoding import encode_text
from dicomdesk.dicom.data_sets.deflate import deflate, inflate_spooled
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes, StepKind, walk_view
from dicomdesk.dicom.data_sets.file_windows import Window, read_at
from dicomdesk.dicom.data_sets.spool_file import joined
from dicomdesk.dicom.data_sets.structure_check import check_data_set
from dicomdesk.dicom.data_sets.walk_rule import WholeView
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE, VRS, Encoding
from dicomdesk.dicom.files.part10 import read_open_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.dicom.query.identifier_reader import decode_values
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import ConversionError, DataError
from dicomdesk.records import dataclass

__all__ = ["CorrectedFile", "ValueCorrection", "correct_open_file"]

_CHARACTER_SET: Final = 0x00080005
_SOP_INSTANCE_UID: Final = 0x00080018
_MEDIA_INSTANCE_UID: Final = 0x00020003
_SOURCE_AE_TITLE: Final = 0x00020016
_UTF_8: Final = "ISO_IR 192"
_UNLIMITED_MOVES: Final = 1 << 62
_LONGEST_VALUE: Final = 1 << 20
_PIECE_BYTES: Final = 1 << 20
_COMPRESSION_LEVEL: Final = 6
_PREFIX_END: Final = 132
_OPENING: Final = frozenset((StepKind.SEQUENCE, StepKind.ITEM, StepKind.FRAGMENTS))
_CLOSING: Final = frozenset((StepKind.SEQUENCE_END, StepKind.ITEM_END, StepKind.FRAGMENTS_END))

_Raw = dict[int, tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCorrection:
    """What an instance is to say, and who says so."""

    values: Mapping[int, str | None]
    """By tag, of elements outside of sequences; None for those that are to be gone."""
    modification: Modification
    uids: Mapping[str, str] = field(default_factory=dict)
    """UIDs of other instances, series and studies that this one may refer to, and what they are called now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedFile:
    """A file with other values; its parts are read from the old one, which stays open until they are written."""

    previous: Mapping[int, str | None]
    """What was said before, by tag, of what is said otherwise now; None for what was not there."""
    parts: Callable[[], Iterator[DataSetBytes]]
    """The content, part by part."""


def correct_open_file(descriptor: int, size_bytes: int, correction: ValueCorrection) -> CorrectedFile | None:
    """Return the file with its values corrected; None where it says already what it is to say.

    Raises DataError where the file cannot be followed, ConversionError where a value cannot be written into it. OSError
    passes.
    """
    header = read_open_header(descriptor, size_bytes, InputFormat.FILE_OR_DATA_SET, is_brief=True, takes_rest=True)
    syntax = find_transfer_syntax(header.transfer_syntax_uid)
    encoding = Encoding.of_transfer_syntax(header.transfer_syntax_uid)
    offset = header.data_set_offset
    meta = read_at(descriptor, offset, 0)
    inflated: DataSetBytes | None = None
    view: Readable = Window.of_file(descriptor, size_bytes, _UNLIMITED_MOVES)
    start = offset
    if syntax is not None and syntax.is_deflated:
        inflated = inflate_spooled(read_at(descriptor, size_bytes - offset, offset))
        view, start = WholeView(inflated), 0
    raw, is_ascending = _read_values(view, start, encoding, frozenset((*correction.values, _CHARACTER_SET)))
    made = _plan(raw, correction, meta)
    if made is None:
        return None
    edit, previous = made
    if inflated is None:  # the walk has moved the window on
        view = Window.of_file(descriptor, size_bytes, _UNLIMITED_MOVES)
    patches = plan_patches(view, start, encoding, edit)
    new_meta = _meta(meta, correction.values.get(_SOP_INSTANCE_UID) if _SOP_INSTANCE_UID in previous else None)

    def pieces() -> Iterator[DataSetBytes]:
        if inflated is None:
            yield from _patched(lambda at, length: read_at(descriptor, length, at), offset, size_bytes, patches)
        else:
            whole = memoryview(inflated)
            yield from _patched(lambda at, length: whole[at : at + length], 0, len(whole), patches)

    def parts() -> Iterator[DataSetBytes]:
        yield new_meta
        if inflated is None:
            yield from pieces()
        else:
            yield deflate(b"".join(pieces()), _COMPRESSION_LEVEL)

    if not is_ascending:
        _check_order(joined(pieces()), encoding)
    return CorrectedFile(previous=previous, parts=parts)


def _check_order(content: DataSetBytes, encoding: Encoding) -> None:
    """Raise ConversionError where a data set that is out of order could not be followed any more.

    Which element is meant by bytes that can be read in two ways depends on what comes before them.
    """
    try:
        check_data_set(
            memoryview(content),
            is_explicit_vr=encoding.is_explicit_vr,
            is_little_endian=encoding.is_little_endian,
            takes_rest=True,
        )
    except DataError as error:
        raise ConversionError(
            f"its elements are out of order, and other values would make it unreadable: {error}"
        ) from error


def _read_values(view: Readable, offset: int, encoding: Encoding, tags: frozenset[int]) -> tuple[_Raw, bool]:
    """Read VR and value of elements outside of sequences; of those that come twice the first.

    Also returns whether the elements of the data set and of each item are in ascending order.
    """
    found: _Raw = {}
    is_ascending = True
    last = [-1]
    """Tag of the element before, at each depth."""
    for step in walk_view(view, offset, encoding, find_vr, takes_rest=True):
        if step.kind in _CLOSING:
            last.pop()
            continue
        is_outermost = len(last) == 1
        if step.kind is not StepKind.ITEM:
            is_ascending = is_ascending and step.tag > last[-1]
            last[-1] = step.tag
        if step.kind in _OPENING:
            if is_outermost and step.tag in tags:
                found.setdefault(step.tag, (b"SQ", b""))
            last.append(-1)
        elif is_outermost and step.tag in tags:
            found.setdefault(step.tag, (step.vr, bytes(view.read(step.start, min(step.length, _LONGEST_VALUE)))))
    return found, is_ascending


def _plan(raw: _Raw, correction: ValueCorrection, meta: bytes) -> tuple[ValueEdit, dict[int, str | None]] | None:
    """Return how the data set is edited, and what it said before; None where nothing changes."""
    character_set = raw.get(_CHARACTER_SET, (b"CS", b""))[1]
    previous: dict[int, str | None] = {}
    for tag, wanted in correction.values.items():
        old = decode_values(raw[tag][1], _vr(tag, raw), character_set) if tag in raw else None
        if old != wanted and (old is not None or wanted):  # what is not there need not be put in to be empty
            previous[tag] = old
    if not previous:
        return None
    name = character_set.decode("ascii", "replace").strip(" \0")
    wanted_values = {tag: correction.values[tag] for tag in previous}
    texts = {tag: value for tag, value in wanted_values.items() if value is not None}
    encoded = {tag: encode_text(value, name) for tag, value in texts.items()}
    recoded_from: bytes | None = None
    if None in encoded.values():
        encoded = {tag: value.encode() for tag, value in texts.items()}
        encoded[_CHARACTER_SET] = _UTF_8.encode("ascii")
        recoded_from = character_set
        previous[_CHARACTER_SET] = name if _CHARACTER_SET in raw else None
    before = {tag: raw[tag] for tag in previous if tag in raw}
    source = _source(meta)
    edit = ValueEdit(
        replaced={tag: (_vr(tag, raw), value) for tag, value in encoded.items() if value is not None},
        removed=frozenset(tag for tag, value in wanted_values.items() if value is None and tag in raw),
        uids={old.encode("ascii"): new.encode("ascii") for old, new in correction.uids.items()},
        recoded_from=recoded_from,
        appended=(
            ORIGINAL_ATTRIBUTES,
            lambda encoding: original_attributes_item(correction.modification, source, before, encoding),
        ),
    )
    return edit, previous


def _vr(tag: int, raw: _Raw) -> bytes:
    """Return the VR of an element: that which it has, unless that is unknown or none."""
    vr = raw[tag][0] if tag in raw else b""
    return vr if vr in VRS and vr != b"UN" else find_vr(tag, "")


def _source(meta: bytes) -> str:
    """Return the AE title that had sent the instance, "" where the file does not say it."""
    if meta[_PREFIX_END - 4 : _PREFIX_END] != b"DICM":
        return ""
    content = meta[_PREFIX_END:]
    found, _ = _read_values(WholeView(content), 0, EXPLICIT_LITTLE, frozenset((_SOURCE_AE_TITLE,)))
    return found.get(_SOURCE_AE_TITLE, (b"AE", b""))[1].decode("ascii", "replace").strip(" \0")


def _meta(meta: bytes, sop_instance_uid: str | None) -> bytes:
    """Return what comes before the data set, with another SOP Instance UID where one is given."""
    if sop_instance_uid is None or not meta:
        return meta
    start = _PREFIX_END if meta[_PREFIX_END - 4 : _PREFIX_END] == b"DICM" else 0
    content = meta[start:]
    edit = ValueEdit(replaced={_MEDIA_INSTANCE_UID: (b"UI", sop_instance_uid.encode("ascii"))})
    patches = plan_patches(WholeView(content), 0, EXPLICIT_LITTLE, edit)
    pieces = _patched(lambda at, length: content[at : at + length], 0, len(content), patches)
    return meta[:start] + b"".join(pieces)


def _patched(
    read: Callable[[int, int], DataSetBytes], start: int, end: int, patches: Sequence[Patch]
) -> Iterator[DataSetBytes]:
    """Yield what lies between two places, patched."""
    for patch in (*patches, Patch(end, end, b"")):
        while start < patch.start:
            piece = read(start, min(_PIECE_BYTES, patch.start - start))
            if not piece:
                raise ConversionError("the file has become shorter meanwhile")
            yield piece
            start += len(piece)
        if patch.content:
            yield patch.content
        start = patch.end

"""Edits single values, or the VRs that are written, of a data set in its own transfer syntax."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import field

from dicomdesk.dicom.data_sets.deflate import deflate, inflate_spooled
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes, StepKind, walk
from dicomdesk.dicom.data_sets.rewriting import DataSetEdit, Rewriting, conversion_limit, rewrite
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import ConversionError
from dicomdesk.records import dataclass

__all__ = ["DataSetChanges", "EditedDataSet", "edit_data_set"]

_NUMBERS = {b"US": "H", b"SS": "h", b"UL": "I", b"SL": "i", b"xs": "H", b"FL": "f", b"FD": "d"}
_OPENING = frozenset((StepKind.SEQUENCE, StepKind.ITEM, StepKind.FRAGMENTS))
_CLOSING = frozenset((StepKind.SEQUENCE_END, StepKind.ITEM_END, StepKind.FRAGMENTS_END))


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSetChanges:
    """Changes to be made in a data set."""

    values: Mapping[int, str] = field(default_factory=dict)
    """New values by tag; only of elements that it has, outside of sequences. Plain ASCII."""
    has_only_old_vrs: bool = False
    """Write OB for VRs that are younger than the standard of 1993, where VRs are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedDataSet:
    """A data set after its changes."""

    data: DataSetBytes
    replaced: frozenset[int]
    """Tags of the values that were there to be replaced."""


def edit_data_set(
    data: DataSetBytes,
    transfer_syntax_uid: str,
    changes: DataSetChanges,
    *,
    compression_level: int,
    moving: Callable[[], None] | None = None,
) -> EditedDataSet:
    """Return the data set with the changes, in the same transfer syntax; lengths become explicit.

    ``compression_level`` (0 to 9) is for deflating, ``moving`` as in ``Rewriting``. Raises ConversionError for an
    unknown transfer syntax and for what cannot be written, TruncatedError or DataError where the bytes cannot be
    followed.
    """
    syntax = find_transfer_syntax(transfer_syntax_uid)
    if syntax is None:
        raise ConversionError(f"the transfer syntax {transfer_syntax_uid} is not known")
    most_steps = conversion_limit(len(data))
    if syntax.is_deflated:
        data = inflate_spooled(data, moving=moving)
    encoding = Encoding.of(is_explicit_vr=syntax.is_explicit_vr, is_little_endian=syntax.is_little_endian)
    found = _find_vrs(data, encoding, changes.values)
    replaced = {tag: (vr, _encoded(changes.values[tag], vr, encoding)) for tag, vr in found.items()}
    written = rewrite(
        data,
        Rewriting(
            source=encoding,
            target=encoding,
            has_only_old_vrs=changes.has_only_old_vrs,
            may_hold_fragments=True,
            most_steps=most_steps,
            moving=moving,
            edits={0: DataSetEdit(replaced=replaced)} if replaced else {},
        ),
    )
    if syntax.is_deflated:
        written = deflate(written, compression_level, moving)
    return EditedDataSet(data=written, replaced=frozenset(replaced))


def _find_vrs(data: DataSetBytes, encoding: Encoding, wanted: Mapping[int, str]) -> dict[int, bytes]:
    """Return the VRs of those elements that there are, outside of sequences."""
    found: dict[int, bytes] = {}
    if not wanted:
        return found
    depth = 0
    for step in walk(data, encoding, find_vr, takes_rest=True):
        if step.kind in _OPENING:
            depth += 1
        elif step.kind in _CLOSING:
            depth -= 1
        elif not depth and step.kind is StepKind.ELEMENT and step.tag in wanted:
            found[step.tag] = step.vr
    return found


def _encoded(value: str, vr: bytes, encoding: Encoding) -> bytes:
    code = _NUMBERS.get(vr)
    if code is None:
        return value.encode("ascii", "replace")
    order = "<" if encoding.is_little_endian else ">"
    try:
        return struct.pack(order + code, float(value) if code in "fd" else int(value))
    except (ValueError, struct.error) as error:
        raise ConversionError(f"{value} is no value of VR {vr.decode('latin-1')}") from error

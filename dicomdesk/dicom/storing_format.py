"""Format of stored files: as received, or in another encoding."""

from collections.abc import Callable
from dataclasses import replace

from dicomdesk.dicom.data_sets.deflate import deflate, inflate_spooled
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes
from dicomdesk.dicom.data_sets.rewriting import (
    GroupLengths,
    Padding,
    Rewriting,
    conversion_limit,
    rewrite,
    tidying_limit,
)
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.transcode import convert_data_set
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import ConversionError
from dicomdesk.records import dataclass

__all__ = ["StoringFormat", "shaped"]

_DEFAULT_COMPRESSION_LEVEL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class StoringFormat:
    """Format of stored files."""

    is_bit_preserving: bool = False
    """Data sets stay byte for byte as they came; nothing below but the file format counts then."""
    is_file_format: bool = True
    """With preamble and file meta information (PS3.10 7.1); else the data set alone."""
    transfer_syntax_uid: str = ""
    """What data sets are converted to; "" leaves them in the transfer syntax that they came in."""
    group_lengths: GroupLengths = GroupLengths.RECALCULATED
    has_undefined_lengths: bool = False
    """Sequences and items have delimiters instead of lengths."""
    allows_new_vrs: bool = True
    """Whether VRs that are younger than the standard of 1993 are written."""
    padded_file_bytes: int = 0
    """Files become a multiple of this long; with 0 they have no padding."""
    padded_item_bytes: int = 0
    """The same for the items of sequences."""
    compression_level: int = _DEFAULT_COMPRESSION_LEVEL
    """zlib level 0 to 9 where data sets are deflated."""

    @property
    def keeps_plain_data_sets(self) -> bool:
        """Whether data sets with explicit lengths and without group lengths stay as they are, unless converted."""
        is_padded = self.padded_file_bytes or self.padded_item_bytes
        is_common = self.allows_new_vrs and not self.has_undefined_lengths and not is_padded
        return is_common and self.group_lengths is not GroupLengths.CREATED

    @property
    def is_usual(self) -> bool:
        """Whether files are as a receiver stores them: Part 10, and explicit lengths or data sets as they came."""
        is_common = replace(self, compression_level=_DEFAULT_COMPRESSION_LEVEL) == StoringFormat()
        return is_common or (self.is_bit_preserving and self.is_file_format)

    def converts(self, transfer_syntax_uid: str) -> bool:
        """Whether data sets in this transfer syntax are stored in another one."""
        wanted = self.transfer_syntax_uid
        return bool(wanted) and wanted != transfer_syntax_uid and not self.is_bit_preserving


def shaped(
    data: DataSetBytes,
    transfer_syntax_uid: str,
    storing_format: StoringFormat,
    *,
    before_bytes: int = 0,
    most_inflated_bytes: int | None = None,
    moving: Callable[[], None] | None = None,
) -> tuple[DataSetBytes, str]:
    """Return the data set as it is stored, and its transfer syntax.

    ``before_bytes`` is how much comes before it in the file; what is deflated and would be longer than
    ``most_inflated_bytes``, or too much work, stays as it is, unless it is converted. ``moving`` as in ``Rewriting``.
    Raises DataError where the data set cannot be followed, ConversionError where it cannot be converted, or is not
    deflated and too much work.
    """
    if storing_format.is_bit_preserving:
        return data, transfer_syntax_uid
    most_steps = tidying_limit(len(data))
    if storing_format.converts(transfer_syntax_uid):
        most_steps = conversion_limit(len(data))
        target = storing_format.transfer_syntax_uid
        level = storing_format.compression_level
        data = convert_data_set(data, source=transfer_syntax_uid, target=target, compression_level=level, moving=moving)
        transfer_syntax_uid = target
    syntax = find_transfer_syntax(transfer_syntax_uid)
    if syntax is None:
        return data, transfer_syntax_uid
    encoding = Encoding.of_transfer_syntax(transfer_syntax_uid)
    whole, item = storing_format.padded_file_bytes, storing_format.padded_item_bytes
    rewriting = Rewriting(
        source=encoding,
        target=encoding,
        has_undefined_lengths=storing_format.has_undefined_lengths,
        has_only_old_vrs=not storing_format.allows_new_vrs,
        may_hold_fragments=True,
        most_steps=most_steps,
        moving=moving,
        group_lengths=storing_format.group_lengths,
        padding=Padding(whole_bytes=whole, item_bytes=item, before_bytes=before_bytes),
    )
    if not syntax.is_deflated:
        return rewrite(data, rewriting), transfer_syntax_uid
    try:
        inflated = inflate_spooled(data, most_inflated_bytes, moving)
        return deflate(rewrite(inflated, rewriting), storing_format.compression_level, moving), transfer_syntax_uid
    except ConversionError:
        return data, transfer_syntax_uid

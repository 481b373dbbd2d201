"""Brings data sets into the format that files are stored in."""

from collections.abc import Callable

from dicomdesk.dicom.data_sets.deflate import deflate, inflate_spooled
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes
from dicomdesk.dicom.data_sets.rewriting import Padding, Rewriting, conversion_limit, rewrite, tidying_limit
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.files.storing_format import StoringFormat
from dicomdesk.dicom.transcode import convert_data_set
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import ConversionError

__all__ = ["shaped"]


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

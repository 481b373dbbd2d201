"""Converts a data set from one transfer syntax to another; what becomes long is in a temporary file (``spool_file``).

Values are never interpreted more than the conversion needs, and the SOP Instance UID never changes. When source and
target are the same, the bytes come back as they are.
"""

from collections.abc import Callable

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.ascending_order import ascending
from dicomdesk.dicom.data_sets.deflate import deflate, inflate_spooled
from dicomdesk.dicom.data_sets.element_walk import PIXEL_DATA, DataSetBytes, walk
from dicomdesk.dicom.data_sets.rewriting import Rewriting, conversion_limit, rewrite, tidying_limit
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE, Encoding
from dicomdesk.dicom.pixels.codecs import CODECS_EXTRA, can_decode, can_encode, missing_packages
from dicomdesk.dicom.pixels.frame_encoding import EncodingOptions
from dicomdesk.dicom.pixels.pixel_decoding import decode_pixel_data
from dicomdesk.dicom.pixels.pixel_encoding import encode_pixel_data
from dicomdesk.errors import ConversionError

DEFAULT_COMPRESSION_LEVEL = 6
"""zlib's own default, and DCMTK's."""


def can_convert(source: str, target: str) -> bool:
    """Whether data sets in one transfer syntax can be had in another, with what is installed. Both are UIDs."""
    if source == target:
        return True
    if ts.find_transfer_syntax(source) is None or ts.find_transfer_syntax(target) is None:
        return False
    if target == ts.PRIVATE_GE_IMPLICIT:
        return False
    return (source == ts.PRIVATE_GE_IMPLICIT or can_decode(source)) and can_encode(target)


def convert_data_set(
    data: DataSetBytes,
    *,
    source: str,
    target: str,
    compression_level: int = DEFAULT_COMPRESSION_LEVEL,
    options: EncodingOptions | None = None,
    moving: Callable[[], None] | None = None,
) -> DataSetBytes:
    """The data set in the target transfer syntax; both are UIDs.

    Sequences and items get explicit lengths, group lengths are made right, values odd in length are padded.
    ``compression_level`` (0 to 9) is for deflating, ``options`` for lossy encodings, ``moving`` as in
    ``Rewriting``. Raises ConversionError when it cannot be done, TruncatedError or DataError when the data set's bytes
    cannot be followed.
    """
    if source == target:
        return data
    source_syntax, target_syntax = _known(source), _known(target)
    _require_convertible(source_syntax, target_syntax)
    most_steps = conversion_limit(len(data))
    if source_syntax.is_deflated:
        data = inflate_spooled(data, moving=moving)
    converted = rewrite(
        data,
        Rewriting(
            source=_encoding(source_syntax),
            target=_encoding(target_syntax),
            swaps_pixel_data=source == ts.PRIVATE_GE_IMPLICIT,
            most_steps=most_steps,
            moving=moving,
            edits=decode_pixel_data(data, source, moving) if source_syntax.is_encapsulated else {},
        ),
    )
    if target_syntax.is_encapsulated:
        return _encapsulate(converted, target, options or EncodingOptions(), moving)
    return deflate(converted, compression_level, moving) if target_syntax.is_deflated else converted


def convert_without_pixel_data(
    data: DataSetBytes,
    *,
    source: str,
    target: str,
    compression_level: int = DEFAULT_COMPRESSION_LEVEL,
    moving: Callable[[], None] | None = None,
) -> DataSetBytes:
    """The data set, which has no pixel data, in the target transfer syntax, also where that is a compressed one.

    Compressed transfer syntaxes are explicit VR little endian but for the pixel data (PS3.5 A.4). Raises as
    ``convert_data_set`` does, and ConversionError where there is pixel data, in an item too.
    """
    syntax = _known(source)
    content = inflate_spooled(data, moving=moving) if syntax.is_deflated else data
    if any(step.tag == PIXEL_DATA for step in walk(content, _encoding(syntax), find_vr, takes_rest=True)):
        raise ConversionError(f"pixel data is not converted from {syntax.name} to {_known(target).name}")
    return convert_data_set(
        data,
        source=_without_compression(source),
        target=_without_compression(target),
        compression_level=compression_level,
        moving=moving,
    )


def _without_compression(uid: str) -> str:
    """The transfer syntax that a data set without pixel data is the same in."""
    if uid in ts.UNCOMPRESSED or uid == ts.PRIVATE_GE_IMPLICIT:
        return uid
    return ts.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN if _known(uid).is_deflated else ts.EXPLICIT_VR_LITTLE_ENDIAN


def _encapsulate(
    data: DataSetBytes, target: str, options: EncodingOptions, moving: Callable[[], None] | None
) -> DataSetBytes:
    """A data set in explicit VR little endian with its pixel data compressed."""
    return rewrite(
        data,
        Rewriting(
            source=EXPLICIT_LITTLE,
            target=EXPLICIT_LITTLE,
            may_hold_fragments=True,
            moving=moving,
            edits=encode_pixel_data(data, target, options, moving),
        ),
    )


def make_lengths_explicit(
    data: DataSetBytes,
    transfer_syntax_uid: str,
    *,
    most_inflated_bytes: int | None = None,
    moving: Callable[[], None] | None = None,
) -> bytes | memoryview:
    """The data set in its own transfer syntax with explicit lengths of sequences and items, and right group lengths.

    Raises as ``convert_data_set`` does, also for a deflated data set that is longer than ``most_inflated_bytes``, and
    for one that takes more steps than ``tidying_limit`` where that is given; an unknown transfer syntax is taken for
    explicit VR little endian.
    """
    syntax = ts.find_transfer_syntax(transfer_syntax_uid) or _known(ts.EXPLICIT_VR_LITTLE_ENDIAN)
    most_steps = conversion_limit(len(data)) if most_inflated_bytes is None else tidying_limit(len(data))
    if syntax.is_deflated:
        data = inflate_spooled(data, most_inflated_bytes, moving)
    encoding = _encoding(syntax)
    written = rewrite(
        data,
        Rewriting(source=encoding, target=encoding, may_hold_fragments=True, most_steps=most_steps, moving=moving),
    )
    return deflate(written, DEFAULT_COMPRESSION_LEVEL, moving) if syntax.is_deflated else written


def put_in_order(
    data: DataSetBytes,
    transfer_syntax_uid: str,
    *,
    compression_level: int = DEFAULT_COMPRESSION_LEVEL,
    moving: Callable[[], None] | None = None,
) -> bytes | memoryview:
    """The data set in its own transfer syntax, which is known, with its elements in ascending order, each tag once.

    Lengths become explicit. Raises as ``convert_data_set`` does.
    """
    syntax = _known(transfer_syntax_uid)
    most_steps = conversion_limit(len(data))
    if syntax.is_deflated:
        data = inflate_spooled(data, moving=moving)
    written = ascending(data, _encoding(syntax), most_steps=most_steps, moving=moving)
    return deflate(written, compression_level, moving) if syntax.is_deflated else written


def _known(uid: str) -> ts.TransferSyntax:
    syntax = ts.find_transfer_syntax(uid)
    if syntax is None:
        raise ConversionError(f"the transfer syntax {uid} is not known")
    return syntax


def _encoding(syntax: ts.TransferSyntax) -> Encoding:
    return Encoding.of(is_explicit_vr=syntax.is_explicit_vr, is_little_endian=syntax.is_little_endian)


def _require_convertible(source: ts.TransferSyntax, target: ts.TransferSyntax) -> None:
    if can_convert(source.uid, target.uid):
        return
    if source.uid != ts.PRIVATE_GE_IMPLICIT and not can_decode(source.uid):
        missing = missing_packages(source.uid)
        advice = f"; install {CODECS_EXTRA} ({', '.join(missing)})" if missing else ""
        raise ConversionError(f"no decoder for {source.name}{advice}")
    raise ConversionError(f"no encoder for {target.name}")

"""Decoders for ``--list-decoders``: transfer syntaxes from which data sets can be decompressed here."""

from collections.abc import Iterator

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.pixels.codecs import can_decode

_DCMTK_ORDER = (
    ts.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    ts.JPEG_BASELINE,
    ts.JPEG_EXTENDED,
    ts.JPEG_SPECTRAL_SELECTION,
    ts.JPEG_FULL_PROGRESSION,
    ts.JPEG_LOSSLESS,
    ts.JPEG_LOSSLESS_FIRST_ORDER,
    ts.JPEG_LS_LOSSLESS,
    ts.JPEG_LS_NEAR_LOSSLESS,
    ts.RLE_LOSSLESS,
)
"""What DCMTK's dcmsend can decompress, as it lists it."""


def decoder_lines() -> Iterator[str]:
    """The lists, line by line: DCMTK's two, and what goes beyond them."""
    yield "Transfer syntaxes supported natively:"
    for syntax in ts.TRANSFER_SYNTAXES:
        if syntax.uid in ts.UNCOMPRESSED:
            yield f"- {syntax.name}"
    yield ""
    yield "Transfer syntaxes supported by decoders:"
    for uid in _DCMTK_ORDER:
        if can_decode(uid):
            yield f"- {ts.transfer_syntax_name(uid)}"
    known = ts.UNCOMPRESSED | set(_DCMTK_ORDER)
    further = [syntax for syntax in ts.TRANSFER_SYNTAXES if syntax.uid not in known and can_decode(syntax.uid)]
    if further:
        yield ""
        yield "Transfer syntaxes supported by decoders with --fallback-contexts:"
        yield from (f"- {syntax.name}" for syntax in further)

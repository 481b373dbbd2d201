"""Table of codecs: which transfer syntaxes can be decoded and encoded here, and what of it is installed.

Installed packages are looked for, never imported: asking costs no start-up time.
"""

from functools import cache

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.records import dataclass

CODECS_EXTRA = "dicomdesk[codecs]"
"""What to install for everything in the table."""

_JPEG_LOSSY = (ts.JPEG_BASELINE, ts.JPEG_EXTENDED, ts.JPEG_SPECTRAL_SELECTION, ts.JPEG_FULL_PROGRESSION)
_JPEG_LOSSLESS = (ts.JPEG_LOSSLESS, ts.JPEG_LOSSLESS_FIRST_ORDER)
_JPEG_LS = (ts.JPEG_LS_LOSSLESS, ts.JPEG_LS_NEAR_LOSSLESS)
_JPEG_2000 = (ts.JPEG_2000_LOSSLESS, ts.JPEG_2000)
_HTJ2K = (ts.HTJ2K_LOSSLESS, ts.HTJ2K_LOSSLESS_RPCL, ts.HTJ2K)
_JPEG_XL = (ts.JPEG_XL_LOSSLESS, ts.JPEG_XL_RECOMPRESSION, ts.JPEG_XL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """One library, or our own code, for some transfer syntaxes."""

    name: str
    """The package's name, as one installs it; "dicomdesk" for our own code."""
    modules: tuple[str, ...]
    """What must be importable."""
    decodes: tuple[str, ...]
    """Transfer syntax UIDs."""
    encodes: tuple[str, ...] = ()
    """Transfer syntax UIDs."""


CODECS: tuple[Codec, ...] = (
    Codec(
        name="dicomdesk",
        modules=(),
        decodes=(
            ts.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
            ts.ENCAPSULATED_UNCOMPRESSED,
            ts.DEFLATED_IMAGE_FRAME,
            ts.RLE_LOSSLESS,
        ),
        encodes=(ts.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, ts.ENCAPSULATED_UNCOMPRESSED, ts.DEFLATED_IMAGE_FRAME),
    ),
    Codec(name="imagecodecs", modules=("numpy", "imagecodecs"), decodes=_JPEG_LOSSY + _JPEG_LOSSLESS + _JPEG_XL),
    Codec(name="pyjpegls", modules=("numpy", "jpeg_ls"), decodes=_JPEG_LS, encodes=_JPEG_LS),
    Codec(
        name="pylibjpeg-openjpeg",
        modules=("numpy", "openjpeg"),
        decodes=_JPEG_2000 + _HTJ2K,
        encodes=_JPEG_2000,
    ),
    Codec(name="pylibjpeg-rle", modules=("numpy", "rle"), decodes=(), encodes=(ts.RLE_LOSSLESS,)),
)
"""All that is supported, installed or not. What is earlier is the fall-back of what is later."""


def can_decode(transfer_syntax_uid: str) -> bool:
    """Whether data sets in this transfer syntax can be had uncompressed here."""
    return transfer_syntax_uid in ts.UNCOMPRESSED or find_decoder(transfer_syntax_uid) is not None


def can_encode(transfer_syntax_uid: str) -> bool:
    """Whether data sets can be written in this transfer syntax here."""
    return transfer_syntax_uid in ts.UNCOMPRESSED or find_encoder(transfer_syntax_uid) is not None


def decodable_transfer_syntaxes() -> tuple[str, ...]:
    """UIDs of all compressed or deflated transfer syntaxes that can be decoded here, in the order of DCMTK."""
    return tuple(
        syntax.uid for syntax in ts.TRANSFER_SYNTAXES if syntax.uid not in ts.UNCOMPRESSED and can_decode(syntax.uid)
    )


def find_decoder(transfer_syntax_uid: str) -> Codec | None:
    """The installed codec that decodes it."""
    fitting = [codec for codec in CODECS if transfer_syntax_uid in codec.decodes and is_installed(codec)]
    return fitting[-1] if fitting else None


def find_encoder(transfer_syntax_uid: str) -> Codec | None:
    """The installed codec that encodes it."""
    fitting = [codec for codec in CODECS if transfer_syntax_uid in codec.encodes and is_installed(codec)]
    return fitting[-1] if fitting else None


def missing_packages(transfer_syntax_uid: str) -> tuple[str, ...]:
    """Names of packages of the table that would decode it and are not installed."""
    return tuple(codec.name for codec in CODECS if transfer_syntax_uid in codec.decodes and not is_installed(codec))


def is_installed(codec: Codec) -> bool:
    """Whether all its modules can be found."""
    return all(_is_importable(module) for module in codec.modules)


@cache
def _is_importable(module: str) -> bool:
    from importlib.util import find_spec  # noqa: PLC0415  # only when asked for

    return find_spec(module) is not None

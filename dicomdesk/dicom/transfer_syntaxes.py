"""Transfer syntaxes: names, symbols and how their data sets are encoded (PS3.5 section 10, PS3.6 annex A)."""

from enum import Enum
from typing import NamedTuple

IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2"
EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
ENCAPSULATED_UNCOMPRESSED = "1.2.840.10008.1.2.1.98"
DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1.99"
EXPLICIT_VR_BIG_ENDIAN = "1.2.840.10008.1.2.2"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"
JPEG_SPECTRAL_SELECTION = "1.2.840.10008.1.2.4.53"
JPEG_FULL_PROGRESSION = "1.2.840.10008.1.2.4.55"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.57"
JPEG_LOSSLESS_FIRST_ORDER = "1.2.840.10008.1.2.4.70"
JPEG_LS_LOSSLESS = "1.2.840.10008.1.2.4.80"
JPEG_LS_NEAR_LOSSLESS = "1.2.840.10008.1.2.4.81"
JPEG_2000_LOSSLESS = "1.2.840.10008.1.2.4.90"
JPEG_2000 = "1.2.840.10008.1.2.4.91"
JPEG_2000_MULTICOMPONENT_LOSSLESS = "1.2.840.10008.1.2.4.92"
JPEG_2000_MULTICOMPONENT = "1.2.840.10008.1.2.4.93"
JPIP_REFERENCED = "1.2.840.10008.1.2.4.94"
JPIP_REFERENCED_DEFLATE = "1.2.840.10008.1.2.4.95"
MPEG2_MAIN_LEVEL = "1.2.840.10008.1.2.4.100"
MPEG2_HIGH_LEVEL = "1.2.840.10008.1.2.4.101"
JPEG_XL_LOSSLESS = "1.2.840.10008.1.2.4.110"
JPEG_XL_RECOMPRESSION = "1.2.840.10008.1.2.4.111"
JPEG_XL = "1.2.840.10008.1.2.4.112"
HTJ2K_LOSSLESS = "1.2.840.10008.1.2.4.201"
HTJ2K_LOSSLESS_RPCL = "1.2.840.10008.1.2.4.202"
HTJ2K = "1.2.840.10008.1.2.4.203"
RLE_LOSSLESS = "1.2.840.10008.1.2.5"
DEFLATED_IMAGE_FRAME = "1.2.840.10008.1.2.8.1"
PRIVATE_GE_IMPLICIT = "1.2.840.113619.5.2"
"""Implicit VR little endian whose pixel data is big endian."""


class Compression(Enum):
    """What the encoding does to the pixels; deflating a whole data set counts as lossless."""

    NONE = "none"
    LOSSLESS = "lossless"
    LOSSY = "lossy"


class TransferSyntax(NamedTuple):
    """One transfer syntax."""

    uid: str
    name: str
    """As printed in reports and messages."""
    symbol: str
    """As written in configuration files."""
    is_explicit_vr: bool
    is_little_endian: bool
    is_encapsulated: bool
    """Pixel data is a sequence of fragments."""
    is_deflated: bool
    """The whole data set after group 0002 is a deflate stream (PS3.5 A.5)."""
    compression: Compression
    known_to_dcmtk: bool = True
    """False for those that are newer than DCMTK 3.6.7, which refuses their files."""


_KNOWN = """
1.2.840.10008.1.2|-|LittleEndianImplicit|Little Endian Implicit
1.2.840.10008.1.2.1|E|LittleEndianExplicit|Little Endian Explicit
1.2.840.10008.1.2.2|EB|BigEndianExplicit|Big Endian Explicit
1.2.840.10008.1.2.4.50|ECY|JPEGBaseline|JPEG Baseline
1.2.840.10008.1.2.4.51|ECY|JPEGExtended:Process2+4|JPEG Extended, Process 2+4
1.2.840.10008.1.2.4.52|ECY|JPEGExtended:Process3+5|JPEG Extended, Process 3+5
1.2.840.10008.1.2.4.53|ECY|JPEGSpectralSelection:Non-hierarchical:Process6+8|JPEG Spectral Selection, Non-hierarchical, Process 6+8
1.2.840.10008.1.2.4.54|ECY|JPEGSpectralSelection:Non-hierarchical:Process7+9|JPEG Spectral Selection, Non-hierarchical, Process 7+9
1.2.840.10008.1.2.4.55|ECY|JPEGFullProgression:Non-hierarchical:Process10+12|JPEG Full Progression, Non-hierarchical, Process 10+12
1.2.840.10008.1.2.4.56|ECY|JPEGFullProgression:Non-hierarchical:Process11+13|JPEG Full Progression, Non-hierarchical, Process 11+13
1.2.840.10008.1.2.4.57|ECL|JPEGLossless:Non-hierarchical:Process14|JPEG Lossless, Non-hierarchical, Process 14
1.2.840.10008.1.2.4.58|ECL|JPEGLossless:Non-hierarchical:Process15|JPEG Lossless, Non-hierarchical, Process 15
1.2.840.10008.1.2.4.59|ECY|JPEGExtended:Hierarchical:Process16+18|JPEG Extended, Hierarchical, Process 16+18
1.2.840.10008.1.2.4.60|ECY|JPEGExtended:Hierarchical:Process17+19|JPEG Extended, Hierarchical, Process 17+19
1.2.840.10008.1.2.4.61|ECY|JPEGSpectralSelection:Hierarchical:Process20+22|JPEG Spectral Selection, Hierarchical, Process 20+22
1.2.840.10008.1.2.4.62|ECY|JPEGSpectralSelection:Hierarchical:Process21+23|JPEG Spectral Selection, Hierarchical, Process 21+23
1.2.840.10008.1.2.4.63|ECY|JPEGFullProgression:Hierarchical:Process24+26|JPEG Full Progression, Hierarchical, Process 24+26
1.2.840.10008.1.2.4.64|ECY|JPEGFullProgression:Hierarchical:Process25+27|JPEG Full Progression, Hierarchical, Process 25+27
1.2.840.10008.1.2.4.65|ECL|JPEGLossless:Hierarchical:Process28|JPEG Lossless, Hierarchical, Process 28
1.2.840.10008.1.2.4.66|ECL|JPEGLossless:Hierarchical:Process29|JPEG Lossless, Hierarchical, Process 29
1.2.840.10008.1.2.4.70|ECL|JPEGLossless:Non-hierarchical-1stOrderPrediction|JPEG Lossless, Non-hierarchical, 1st Order Prediction
1.2.840.10008.1.2.5|ECL|RLELossless|RLE Lossless
1.2.840.10008.1.2.1.99|EDL|DeflatedLittleEndianExplicit|Deflated Explicit VR Little Endian
1.2.840.10008.1.2.4.80|ECL|JPEGLSLossless|JPEG-LS Lossless
1.2.840.10008.1.2.4.81|ECY|JPEGLSLossy|JPEG-LS Lossy (Near-lossless)
1.2.840.10008.1.2.4.90|ECL|JPEG2000LosslessOnly|JPEG 2000 (Lossless only)
1.2.840.10008.1.2.4.91|ECY|JPEG2000|JPEG 2000 (Lossless or Lossy)
1.2.840.10008.1.2.4.92|ECL|JPEG2000MulticomponentLosslessOnly|JPEG 2000 Part 2 Multicomponent Image Compression (Lossless only)
1.2.840.10008.1.2.4.93|ECY|JPEG2000Multicomponent|JPEG 2000 Part 2 Multicomponent Image Compression (Lossless or Lossy)
1.2.840.10008.1.2.4.94|EY|JPIPReferenced|JPIP Referenced
1.2.840.10008.1.2.4.95|EDY|JPIPReferencedDeflate|JPIP Referenced Deflate
1.2.840.10008.1.2.4.100|ECY|MPEG2MainProfile@MainLevel|MPEG2 Main Profile @ Main Level
1.2.840.10008.1.2.4.101|ECY|MPEG2MainProfile@HighLevel|MPEG2 Main Profile @ High Level
1.2.840.10008.1.2.4.102|ECY|MPEG4HighProfile/Level4.1|MPEG-4 AVC/H.264 High Profile / Level 4.1
1.2.840.10008.1.2.4.103|ECY|MPEG4BDcompatibleHighProfile/Level4.1|MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1
1.2.840.10008.1.2.4.104|ECY|MPEG4HighProfile/Level4.2For2DVideo|MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video
1.2.840.10008.1.2.4.105|ECY|MPEG4HighProfile/Level4.2For3DVideo|MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video
1.2.840.10008.1.2.4.106|ECY|MPEG4StereoHighProfile/Level4.2|MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2
1.2.840.10008.1.2.4.107|ECY|HEVCMainProfile/Level5.1|HEVC/H.265 Main Profile / Level 5.1
1.2.840.10008.1.2.4.108|ECY|HEVCMain10Profile/Level5.1|HEVC/H.265 Main 10 Profile / Level 5.1
1.2.840.113619.5.2|-|PrivateGELittleEndianImplicitWithBigEndianPixelData|Private GE Little Endian Implicit with big endian pixel data
"""  # noqa: E501  # a table

_NEWER = """
1.2.840.10008.1.2.1.98|EC|EncapsulatedUncompressedExplicitVRLittleEndian|Encapsulated Uncompressed Explicit VR Little Endian
1.2.840.10008.1.2.4.100.1|ECY|FragmentableMPEG2MainProfile@MainLevel|Fragmentable MPEG2 Main Profile @ Main Level
1.2.840.10008.1.2.4.101.1|ECY|FragmentableMPEG2MainProfile@HighLevel|Fragmentable MPEG2 Main Profile @ High Level
1.2.840.10008.1.2.4.102.1|ECY|FragmentableMPEG4HighProfile/Level4.1|Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1
1.2.840.10008.1.2.4.103.1|ECY|FragmentableMPEG4BDcompatibleHighProfile/Level4.1|Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1
1.2.840.10008.1.2.4.104.1|ECY|FragmentableMPEG4HighProfile/Level4.2For2DVideo|Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video
1.2.840.10008.1.2.4.105.1|ECY|FragmentableMPEG4HighProfile/Level4.2For3DVideo|Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video
1.2.840.10008.1.2.4.106.1|ECY|FragmentableMPEG4StereoHighProfile/Level4.2|Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2
1.2.840.10008.1.2.4.110|ECL|JPEGXLLossless|JPEG XL Lossless
1.2.840.10008.1.2.4.111|ECY|JPEGXLJPEGRecompression|JPEG XL JPEG Recompression
1.2.840.10008.1.2.4.112|ECY|JPEGXL|JPEG XL
1.2.840.10008.1.2.4.201|ECL|HTJ2KLossless|High-Throughput JPEG 2000 (Lossless only)
1.2.840.10008.1.2.4.202|ECL|HTJ2KLosslessRPCL|High-Throughput JPEG 2000 with RPCL Options (Lossless only)
1.2.840.10008.1.2.4.203|ECY|HTJ2K|High-Throughput JPEG 2000 (Lossless or Lossy)
1.2.840.10008.1.2.4.204|EY|JPIPHTJ2KReferenced|JPIP HTJ2K Referenced
1.2.840.10008.1.2.4.205|EDY|JPIPHTJ2KReferencedDeflate|JPIP HTJ2K Referenced Deflate
1.2.840.10008.1.2.8.1|ECL|DeflatedImageFrameCompression|Deflated Image Frame Compression
"""  # noqa: E501  # a table


def _read_table(table: str, *, known_to_dcmtk: bool) -> list[TransferSyntax]:
    # Flags: E explicit VR, B big endian, C encapsulated, D deflated, L lossless, Y lossy.
    found = []
    for line in table.split("\n")[1:-1]:
        uid, flags, symbol, name = line.split("|")
        compression = Compression.LOSSLESS if "L" in flags else Compression.LOSSY if "Y" in flags else Compression.NONE
        found.append(
            TransferSyntax(
                uid,
                name,
                symbol,
                is_explicit_vr="E" in flags,
                is_little_endian="B" not in flags,
                is_encapsulated="C" in flags,
                is_deflated="D" in flags,
                compression=compression,
                known_to_dcmtk=known_to_dcmtk,
            )
        )
    return found


TRANSFER_SYNTAXES: tuple[TransferSyntax, ...] = (
    *_read_table(_KNOWN, known_to_dcmtk=True),
    *_read_table(_NEWER, known_to_dcmtk=False),
)
"""All that we know; those that DCMTK knows come first, in its order."""

UNCOMPRESSED: frozenset[str] = frozenset((IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN))
"""UIDs of the transfer syntaxes that every implementation can read and write (PS3.5 10)."""

_BY_UID = {syntax.uid: syntax for syntax in TRANSFER_SYNTAXES}
_BY_SYMBOL = {syntax.symbol: syntax for syntax in TRANSFER_SYNTAXES}


def find_transfer_syntax(uid: str) -> TransferSyntax | None:
    """Return the transfer syntax with this UID, None when unknown."""
    return _BY_UID.get(uid)


def find_transfer_syntax_by_symbol(symbol: str) -> TransferSyntax | None:
    """Return the transfer syntax with this symbolic name (case sensitive), None when unknown."""
    return _BY_SYMBOL.get(symbol)


def transfer_syntax_name(uid: str) -> str:
    """Return the name for messages and reports; the UID itself when unknown."""
    syntax = _BY_UID.get(uid)
    return syntax.name if syntax is not None else uid

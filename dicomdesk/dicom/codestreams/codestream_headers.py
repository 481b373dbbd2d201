"""Headers of JPEG and JPEG-LS codestreams: what image they claim to hold, before any decoder believes it."""

from collections.abc import Iterator
from struct import unpack_from

from dicomdesk.errors import ConversionError
from dicomdesk.records import dataclass

MOST_SCANS = 256
"""Of a JPEG frame: each coefficient of each component bit by bit takes no more in practice."""

_START_OF_IMAGE, _START_OF_SCAN, _END_OF_IMAGE = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
_ENDS = frozenset((0x00, 0xD9, 0xDA))
_NUMBER_OF_LINES, _PRESETS, _OVERSIZE = 0xDC, 0xF8, b"\x04"
_STANDALONE = frozenset((0x01, 0xD8, *range(0xD0, 0xD8)))
_FRAME_MARKERS = frozenset((*range(0xC0, 0xD0), 0xF7)) - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15, and SOF55 of JPEG-LS."""
_LOSSLESS_FRAME_MARKERS = frozenset((0xC3, 0xC7, 0xCB, 0xCF))


@dataclass(frozen=True, slots=True, kw_only=True)
class CodestreamHeader:
    """What a codestream says about itself."""

    rows: int
    columns: int
    components: int
    precision: int
    """Bits per sample."""
    is_lossless_process: bool = False
    """A lossless process of JPEG (PS3.5 8.2.1)."""


def read_jpeg_header(frame: bytes) -> CodestreamHeader:
    """The frame header of a JPEG or JPEG-LS codestream (ITU-T T.81 B.2.2, T.87 C.2.2).

    Raises ConversionError where there is none, and where another size may be said later or in another way.
    """
    header = None
    for marker, position in _walk_segments(frame):
        if marker in _FRAME_MARKERS and header is None:
            header = _read_frame_header(frame, position, marker)
        elif marker == _NUMBER_OF_LINES or (marker == _PRESETS and frame[position + 4 : position + 5] == _OVERSIZE):
            raise ConversionError("a frame's JPEG codestream says its size more than once")
    if header is None:
        raise ConversionError("a frame's JPEG codestream has no frame header")
    return header


def _walk_segments(frame: bytes) -> Iterator[tuple[int, int]]:
    """The marker and the position, before it, of each segment up to the first scan."""
    if not frame.startswith(_START_OF_IMAGE):
        raise ConversionError("a frame holds no JPEG codestream")
    position = 2
    while position + 4 <= len(frame):
        marker = frame[position + 1]
        if frame[position] != 0xFF or marker in _ENDS:
            return
        if marker == 0xFF:
            position += 1
        elif marker in _STANDALONE:
            position += 2
        else:
            yield marker, position
            position += 2 + max(2, int(unpack_from(">H", frame, position + 2)[0]))


def _read_frame_header(frame: bytes, position: int, marker: int) -> CodestreamHeader:
    if position + 10 > len(frame):
        raise ConversionError("a frame's JPEG codestream is cut off")
    precision, rows, columns, components = unpack_from(">BHHB", frame, position + 4)
    return CodestreamHeader(
        rows=rows,
        columns=columns,
        components=components,
        precision=precision,
        is_lossless_process=marker in _LOSSLESS_FRAME_MARKERS,
    )


def require_jpeg_end(frame: bytes) -> None:
    """Raise ConversionError when the end of image is missing: decoders invent what was cut off."""
    if frame.rfind(_END_OF_IMAGE) < 0:
        raise ConversionError("a frame's JPEG codestream is cut off")


def require_few_scans(frame: bytes) -> None:
    """Raise ConversionError when there are more than ``MOST_SCANS``: each may cost a walk over the whole image."""
    scans = frame.count(_START_OF_SCAN)
    if scans > MOST_SCANS:
        raise ConversionError(f"a JPEG frame of {scans} scans")

"""Sizes in JPEG 2000 and HTJ2K codestreams that a decoder would allocate by, read before (ITU-T T.800 annex A)."""

from collections.abc import Iterator
from struct import error, unpack_from

from dicomdesk.dicom.codestreams.boxes import walk_boxes
from dicomdesk.dicom.codestreams.codestream_headers import CodestreamHeader
from dicomdesk.errors import ConversionError
from dicomdesk.records import dataclass

MOST_TILES = 16_384
"""Of one frame."""
MOST_TILE_COMPONENTS = 65_536
"""Tiles times components of one frame."""
ALWAYS_PRECINCTS = 16_384
"""As many precincts, of each layer as many packets, are believed whatever the codestream's length."""
BYTES_OF_PRECINCT = 8
"""For each of these that the codestream has, one precinct more is believed, and for each byte one packet more."""

_CODESTREAM = b"\xff\x4f\xff\x51"
_FILE = b"\0\0\0\x0cjP"
_SIZE_BYTES = 45
_SMALLEST_TILE_PART_BYTES = 14
_FIRST_MARKER, _SOT, _SOD, _EOC, _COD, _COC = 0xFF00, 0xFF90, 0xFF93, 0xFFD9, 0xFF52, 0xFF53
_KNOWN = frozenset(
    (0xFF50, 0xFF51, _COD, _COC, 0xFF55, *range(0xFF57, 0xFF5A), *range(0xFF5C, 0xFF62), 0xFF63, 0xFF64)
).union((0xFF74, 0xFF75, 0xFF77, 0xFF78))
"""Markers whose segments OpenJPEG passes over by their length; within others it looks for the next of these."""
_WHOLE = 15
"""Exponent of a precinct that is as large as can be."""


def find_jpeg_2000_codestream(frame: bytes) -> bytes:
    """The codestream of a frame, out of the JP2 file if it is in one: the first there is, which is what is decoded.

    Raises ConversionError when there is none.
    """
    if frame.startswith(_FILE):
        for box in walk_boxes(frame):
            if box.kind == b"jp2c":
                frame = frame[box.start : box.end]
                break
    if not frame.startswith(_CODESTREAM):
        raise ConversionError("a frame holds no JPEG 2000 codestream")
    return frame


def read_jpeg_2000_header(codestream: bytes) -> CodestreamHeader:
    """The image size (A.5.1). Raises ConversionError where there is none."""
    if not codestream.startswith(_CODESTREAM) or len(codestream) < _SIZE_BYTES:
        raise ConversionError("a frame holds no JPEG 2000 codestream")
    right, bottom, left, top = unpack_from(">4I", codestream, 8)
    components, depth = unpack_from(">HB", codestream, 40)
    return CodestreamHeader(
        rows=bottom - top, columns=right - left, components=components, precision=(depth & 0x7F) + 1
    )


def require_few_packets(codestream: bytes) -> None:
    """Raise ConversionError where a codestream with a header is cut into absurdly many parts.

    That is into more than ``MOST_TILES`` tiles, ``MOST_TILE_COMPONENTS`` or than there is room for, or into more
    precincts or packets than fit into the codestream, ``ALWAYS_PRECINCTS`` allowed: decoders allocate memory for each
    before they look at the data.
    """
    right, bottom, left, top, tile_columns, tile_rows, tile_left, tile_top = unpack_from(">8I", codestream, 8)
    (components,) = unpack_from(">H", codestream, 40)
    columns, rows = right - left, bottom - top
    if min(rows, columns, tile_columns, tile_rows, components) < 1 or left < tile_left or top < tile_top:
        raise ConversionError("a frame's JPEG 2000 codestream has an impossible size")
    across, down = -(-(right - tile_left) // tile_columns), -(-(bottom - tile_top) // tile_rows)
    tiles = across * down
    believed = min(MOST_TILES, MOST_TILE_COMPONENTS // components, len(codestream) // _SMALLEST_TILE_PART_BYTES)
    if tiles > max(1, believed):
        raise ConversionError(f"a JPEG 2000 frame of {len(codestream)} bytes claims {tiles} tiles")
    tile = min(tile_columns, columns), min(tile_rows, rows)
    for style in _walk_coding_styles(codestream, components):
        precincts = style.count_precincts(*tile) * tiles * components
        packets = precincts * style.layers
        if precincts > ALWAYS_PRECINCTS + len(codestream) // BYTES_OF_PRECINCT:
            raise ConversionError(f"a JPEG 2000 frame of {len(codestream)} bytes claims {precincts} precincts")
        if packets > ALWAYS_PRECINCTS + len(codestream):
            raise ConversionError(f"a JPEG 2000 frame of {len(codestream)} bytes claims {packets} packets")


@dataclass(frozen=True, slots=True)
class _CodingStyle:
    """How one tile and component is cut into packets (A.6.1)."""

    layers: int
    levels: int
    exponents: bytes
    """Of the width, in the lower four bits, and height of precincts, by resolution; empty where they are not cut."""

    def count_precincts(self, columns: int, rows: int) -> int:
        """Precincts of one tile of this size, in one layer."""
        precincts = 0
        for resolution in range(self.levels + 1):
            shift = self.levels - resolution
            both = self.exponents[resolution] if self.exponents else _WHOLE << 4 | _WHOLE
            across, down = ((1 << shift + exponent) for exponent in (both & _WHOLE, both >> 4))
            precincts += -(-columns // across) * -(-rows // down)
        return precincts


def _walk_coding_styles(codestream: bytes, components: int) -> Iterator[_CodingStyle]:
    """Every coding style in the main header and those of tile-parts."""
    layers = 1
    component_bytes = 1 if components < 257 else 2
    try:
        for marker, position in _walk_segments(codestream):
            if marker == _COD:
                style, found, levels = unpack_from(">BxHxB", codestream, position + 2)
                layers = max(layers, found)
                yield _read_style(codestream, position + 7, style, layers, levels)
            elif marker == _COC:
                start = position + 2 + component_bytes
                style, levels = unpack_from(">BB", codestream, start)
                yield _read_style(codestream, start + 1, style, layers, levels)
    except error:
        raise ConversionError("a frame's JPEG 2000 codestream is cut off in its header") from None


def _read_style(codestream: bytes, position: int, style: int, layers: int, levels: int) -> _CodingStyle:
    """``position`` is where the number of decomposition levels stands."""
    if levels > 32:
        raise ConversionError(f"a JPEG 2000 frame claims {levels} decomposition levels")
    exponents = codestream[position + 5 : position + 6 + levels] if style & 1 else b""
    if style & 1 and len(exponents) != levels + 1:
        raise ConversionError("a frame's JPEG 2000 codestream is cut off in its header")
    return _CodingStyle(layers, levels, exponents)


def _walk_segments(codestream: bytes) -> Iterator[tuple[int, int]]:
    """Marker and position, behind it, of each segment in the main header and those of tile-parts.

    Ends where the codestream does, or where it cannot be followed further, which decoders cannot either.
    """
    position, tile_part, tile_part_bytes = 2, 0, 0
    while position + 4 <= len(codestream):
        marker, length = unpack_from(">HH", codestream, position)
        if marker == _EOC or marker < _FIRST_MARKER:
            return
        if marker == _SOD:
            after = tile_part + tile_part_bytes
            if after <= position:
                return
            position = after
            continue
        content = position + 2
        if marker == _SOT:
            tile_part = position
            (tile_part_bytes,) = unpack_from(">I", codestream, position + 6)
        elif marker not in _KNOWN and (length < 2 or b"\xff" in codestream[content : content + length]):
            raise ConversionError(f"a JPEG 2000 frame has the unknown marker {marker:04X}")
        yield marker, content
        position = content + max(2, length)

"""Options that say which transfer syntaxes are proposed or preferred, as the tools of DCMTK have them."""

from collections.abc import Mapping

from dicomdesk.cli.options.grammar import Option

_UNCOMPRESSED = "and all uncompressed transfer syntaxes"

PREFERRED_TRANSFER_SYNTAXES: Mapping[str, str] = {
    "--propose-uncompr": "1.2.840.10008.1.2.1",
    "--propose-little": "1.2.840.10008.1.2.1",
    "--propose-big": "1.2.840.10008.1.2.2",
    "--propose-implicit": "1.2.840.10008.1.2",
    "--propose-lossless": "1.2.840.10008.1.2.4.70",
    "--propose-jpeg8": "1.2.840.10008.1.2.4.50",
    "--propose-jpeg12": "1.2.840.10008.1.2.4.51",
    "--propose-j2k-lossless": "1.2.840.10008.1.2.4.90",
    "--propose-j2k-lossy": "1.2.840.10008.1.2.4.91",
    "--propose-jls-lossless": "1.2.840.10008.1.2.4.80",
    "--propose-jls-lossy": "1.2.840.10008.1.2.4.81",
    "--propose-mpeg2": "1.2.840.10008.1.2.4.100",
    "--propose-mpeg2-high": "1.2.840.10008.1.2.4.101",
    "--propose-mpeg4": "1.2.840.10008.1.2.4.102",
    "--propose-mpeg4-bd": "1.2.840.10008.1.2.4.103",
    "--propose-mpeg4-2-2d": "1.2.840.10008.1.2.4.104",
    "--propose-mpeg4-2-3d": "1.2.840.10008.1.2.4.105",
    "--propose-mpeg4-2-st": "1.2.840.10008.1.2.4.106",
    "--propose-hevc": "1.2.840.10008.1.2.4.107",
    "--propose-hevc10": "1.2.840.10008.1.2.4.108",
    "--propose-rle": "1.2.840.10008.1.2.5",
    "--propose-deflated": "1.2.840.10008.1.2.1.99",
}
"""Each option with the UID of the transfer syntax that it puts first; the rightmost on a command line counts."""

PROPOSE_OPTIONS = (
    Option(
        short="-x=",
        long="--propose-uncompr",
        text=("propose the uncompressed ones, explicit VR with", "the byte order of this machine first (default)"),
    ),
    Option(
        short="-xe",
        long="--propose-little",
        text=("propose the uncompressed ones, explicit VR", "little endian first"),
    ),
    Option(
        short="-xb",
        long="--propose-big",
        text=("propose the uncompressed ones, explicit VR", "big endian first"),
    ),
    Option(short="-xi", long="--propose-implicit", text=("propose implicit VR little endian only",)),
    Option(short="-xs", long="--propose-lossless", text=("propose JPEG lossless (default kind)", _UNCOMPRESSED)),
    Option(short="-xy", long="--propose-jpeg8", text=("propose JPEG lossy for 8 bit data", _UNCOMPRESSED)),
    Option(short="-xx", long="--propose-jpeg12", text=("propose JPEG lossy for 12 bit data", _UNCOMPRESSED)),
    Option(short="-xv", long="--propose-j2k-lossless", text=("propose JPEG 2000 lossless", _UNCOMPRESSED)),
    Option(short="-xw", long="--propose-j2k-lossy", text=("propose JPEG 2000 lossy", _UNCOMPRESSED)),
    Option(short="-xt", long="--propose-jls-lossless", text=("propose JPEG-LS lossless", _UNCOMPRESSED)),
    Option(short="-xu", long="--propose-jls-lossy", text=("propose JPEG-LS lossy", _UNCOMPRESSED)),
    Option(short="-xm", long="--propose-mpeg2", text=("propose MPEG2 Main Profile / Main Level only",)),
    Option(short="-xh", long="--propose-mpeg2-high", text=("propose MPEG2 Main Profile / High Level only",)),
    Option(short="-xn", long="--propose-mpeg4", text=("propose MPEG4 High Profile / Level 4.1 only",)),
    Option(
        short="-xl",
        long="--propose-mpeg4-bd",
        text=("propose MPEG4 BD-compatible High Profile /", "Level 4.1 only"),
    ),
    Option(
        short="-x2",
        long="--propose-mpeg4-2-2d",
        text=("propose MPEG4 High Profile / Level 4.2 for", "2D videos only"),
    ),
    Option(
        short="-x3",
        long="--propose-mpeg4-2-3d",
        text=("propose MPEG4 High Profile / Level 4.2 for", "3D videos only"),
    ),
    Option(
        short="-xo",
        long="--propose-mpeg4-2-st",
        text=("propose MPEG4 Stereo High Profile /", "Level 4.2 only"),
    ),
    Option(short="-x4", long="--propose-hevc", text=("propose HEVC Main Profile / Level 5.1 only",)),
    Option(short="-x5", long="--propose-hevc10", text=("propose HEVC Main 10 Profile / Level 5.1 only",)),
    Option(short="-xr", long="--propose-rle", text=("propose RLE lossless", _UNCOMPRESSED)),
    Option(
        short="-xd",
        long="--propose-deflated",
        text=("propose deflated explicit VR little endian", _UNCOMPRESSED),
    ),
)
"""Exclusive alternatives."""

PREFERRED_BY_ACCEPTOR: Mapping[str, str] = {
    **{
        long.replace("--propose-", "--prefer-"): uid
        for long, uid in PREFERRED_TRANSFER_SYNTAXES.items()
        if long != "--propose-implicit"
    },
    "--implicit": PREFERRED_TRANSFER_SYNTAXES["--propose-implicit"],
}
"""Each option with the UID of the transfer syntax that an acceptor likes best; the rightmost counts."""

_PREFERENCES = {
    "--prefer-uncompr": ("+x=", "explicit VR, byte order of this machine", "(default)"),
    "--prefer-little": ("+xe", "explicit VR little endian"),
    "--prefer-big": ("+xb", "explicit VR big endian"),
    "--prefer-lossless": ("+xs", "JPEG lossless (default kind)"),
    "--prefer-jpeg8": ("+xy", "JPEG lossy for 8 bit data"),
    "--prefer-jpeg12": ("+xx", "JPEG lossy for 12 bit data"),
    "--prefer-j2k-lossless": ("+xv", "JPEG 2000 lossless"),
    "--prefer-j2k-lossy": ("+xw", "JPEG 2000 lossy"),
    "--prefer-jls-lossless": ("+xt", "JPEG-LS lossless"),
    "--prefer-jls-lossy": ("+xu", "JPEG-LS lossy"),
    "--prefer-mpeg2": ("+xm", "MPEG2 Main Profile / Main Level"),
    "--prefer-mpeg2-high": ("+xh", "MPEG2 Main Profile / High Level"),
    "--prefer-mpeg4": ("+xn", "MPEG4 High Profile / Level 4.1"),
    "--prefer-mpeg4-bd": ("+xl", "MPEG4 BD-compatible High Profile /", "Level 4.1"),
    "--prefer-mpeg4-2-2d": ("+x2", "MPEG4 High Profile / Level 4.2 for", "2D videos"),
    "--prefer-mpeg4-2-3d": ("+x3", "MPEG4 High Profile / Level 4.2 for", "3D videos"),
    "--prefer-mpeg4-2-st": ("+xo", "MPEG4 Stereo High Profile / Level 4.2"),
    "--prefer-hevc": ("+x4", "HEVC Main Profile / Level 5.1"),
    "--prefer-hevc10": ("+x5", "HEVC Main 10 Profile / Level 5.1"),
    "--prefer-rle": ("+xr", "RLE lossless"),
    "--prefer-deflated": ("+xd", "deflated explicit VR little endian"),
}
PREFER_OPTIONS = (
    *(
        Option(short=short, long=long, text=(f"prefer {first}", *rest))
        for long, (short, first, *rest) in _PREFERENCES.items()
    ),
    Option(short="+xi", long="--implicit", text=("accept implicit VR little endian only",)),
)
"""Exclusive alternatives, of acceptors."""

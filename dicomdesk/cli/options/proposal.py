"""Transfer syntaxes that are proposed or preferred: the options of DCMTK's tools, with their UIDs."""

from collections.abc import Mapping

from dicomdesk.cli.options.grammar import Option, option

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
    option(
        "-x= --propose-uncompr",
        "propose the uncompressed ones, explicit VR with",
        "the byte order of this machine first (default)",
    ),
    option("-xe --propose-little", "propose the uncompressed ones, explicit VR", "little endian first"),
    option("-xb --propose-big", "propose the uncompressed ones, explicit VR", "big endian first"),
    option("-xi --propose-implicit", "propose implicit VR little endian only"),
    option("-xs --propose-lossless", "propose JPEG lossless (default kind)", _UNCOMPRESSED),
    option("-xy --propose-jpeg8", "propose JPEG lossy for 8 bit data", _UNCOMPRESSED),
    option("-xx --propose-jpeg12", "propose JPEG lossy for 12 bit data", _UNCOMPRESSED),
    option("-xv --propose-j2k-lossless", "propose JPEG 2000 lossless", _UNCOMPRESSED),
    option("-xw --propose-j2k-lossy", "propose JPEG 2000 lossy", _UNCOMPRESSED),
    option("-xt --propose-jls-lossless", "propose JPEG-LS lossless", _UNCOMPRESSED),
    option("-xu --propose-jls-lossy", "propose JPEG-LS lossy", _UNCOMPRESSED),
    option("-xm --propose-mpeg2", "propose MPEG2 Main Profile / Main Level only"),
    option("-xh --propose-mpeg2-high", "propose MPEG2 Main Profile / High Level only"),
    option("-xn --propose-mpeg4", "propose MPEG4 High Profile / Level 4.1 only"),
    option("-xl --propose-mpeg4-bd", "propose MPEG4 BD-compatible High Profile /", "Level 4.1 only"),
    option("-x2 --propose-mpeg4-2-2d", "propose MPEG4 High Profile / Level 4.2 for", "2D videos only"),
    option("-x3 --propose-mpeg4-2-3d", "propose MPEG4 High Profile / Level 4.2 for", "3D videos only"),
    option("-xo --propose-mpeg4-2-st", "propose MPEG4 Stereo High Profile /", "Level 4.2 only"),
    option("-x4 --propose-hevc", "propose HEVC Main Profile / Level 5.1 only"),
    option("-x5 --propose-hevc10", "propose HEVC Main 10 Profile / Level 5.1 only"),
    option("-xr --propose-rle", "propose RLE lossless", _UNCOMPRESSED),
    option("-xd --propose-deflated", "propose deflated explicit VR little endian", _UNCOMPRESSED),
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
    option("+xi --implicit", "accept implicit VR little endian only"),
)
"""Exclusive alternatives, of acceptors."""

"""Limits for the associations of acceptors: places for an address, least progress; DCMTK's tools have none of these."""

from dicomdesk.cli.options.grammar import CommandLine, option
from dicomdesk.settings import PlaceRules

_MOST = 10_000
_LONGEST_S = 86_400
_FASTEST = 1_000_000_000
_DEFAULT = PlaceRules()

LIMIT_OPTIONS = (
    option(
        "--address-share",
        "associations that one address keeps when all",
        "places are taken and another address wants one",
        argument="[n]umber: integer (default: half of all)",
    ),
    option(
        "--make-room-after",
        "when all places are taken, end an association",
        "that has made no progress for s seconds",
        "(0: never)",
        argument="[s]econds: integer (default: 10)",
    ),
    option(
        "--least-rate",
        "abort where a message comes more slowly for a",
        "minute (0: never)",
        argument="[b]ytes per second: integer (default: 256)",
    ),
)
"""For the extensions of a tool."""


def read_place_rules(line: CommandLine) -> PlaceRules:
    """Read how places are shared out, and how slow a peer may be; raises CommandLineError."""
    room_after_s = line.integer("--make-room-after", 0, _LONGEST_S)
    least = line.integer("--least-rate", 0, _FASTEST)
    return PlaceRules(
        address_share=line.integer("--address-share", 1, _MOST),
        room_after_s=_DEFAULT.room_after_s if room_after_s is None else float(room_after_s) or None,
        least_bytes_per_s=_DEFAULT.least_bytes_per_s if least is None else least,
    )

"""Whether the answers to a query were cut: by what the peer says, and by how many there are.

There is no way in DICOM to say "and so on" (PS3.4 C.4.1.1.4): some peers refuse with A700 or say something in Error
Comment, Orthanc ends with Cancel though nobody has cancelled, most say Success after 100, 500 or 1000 matches.
"""

import re
from collections.abc import Sequence
from enum import Enum
from typing import Final

from dicomdesk.human import count_text
from dicomdesk.network.status import Status, is_out_of_resources
from dicomdesk.records import dataclass

__all__ = ["Cut", "CutSign", "find_cut", "refused_part"]

_SMALLEST_ROUND: Final = 50
"""Ten studies are ten studies."""
_ROUND = re.compile(r"(?:[125]|25)0+", re.ASCII)
_POWERS: Final = frozenset(1 << exponent for exponent in range(6, 21))
_SMALLEST_EQUAL: Final = 10
"""Two queries with three matches each are nothing odd."""
_WORDS_OF_LIMITS = re.compile(r"limit|maxim|too many|truncat|exceed|\bmax\b|more (?:matches|results)", re.IGNORECASE)


class CutSign(Enum):
    """What tells that answers were cut."""

    REFUSED = "refused"
    """The peer ended with a status that means too many, or that it has not told all."""
    SAID = "said"
    """The peer's comment speaks of a limit."""
    ROUND = "round"
    """As many as people set limits to."""
    EQUAL = "equal"
    """As many as for another query over the same association."""
    UNDATED = "undated"
    """Where it was asked for by dates what was cut, and some matches have none: others like them may be missing."""
    IN_VAIN = "in-vain"
    """It was asked for by dates what was cut, and that brought no more: the peer does not heed them, or has no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Why there may be more than what came."""

    sign: CutSign
    matches: int
    text: str
    """One sentence to be shown."""


def find_cut(matches: int, status: int, comment: str = "", earlier: Sequence[int] = ()) -> Cut | None:
    """What tells that the answers to a C-FIND were cut; None where nothing does.

    ``status`` and ``comment`` are those of the final response to what nobody has cancelled, ``earlier`` the numbers of
    matches of other queries to the same peer. Where nothing came nothing was cut.
    """
    answers = count_text(matches, "answer")
    if not matches:
        return None
    if is_out_of_resources(status) or status == Status.CANCEL:
        return Cut(sign=CutSign.REFUSED, matches=matches, text=f"The peer ended after {answers}: there are more")
    if status == Status.SUCCESS and comment and _WORDS_OF_LIMITS.search(comment):
        return Cut(
            sign=CutSign.SAID, matches=matches, text=f"{answers}, and the peer speaks of a limit: there may be more"
        )
    if status != Status.SUCCESS:
        return None
    if matches >= _SMALLEST_EQUAL and matches in earlier:
        text = f"Again exactly {answers}: there may be more"
        return Cut(sign=CutSign.EQUAL, matches=matches, text=text)
    if matches >= _SMALLEST_ROUND and (_ROUND.fullmatch(str(matches)) or matches in _POWERS):
        return Cut(sign=CutSign.ROUND, matches=matches, text=f"Exactly {answers}: there may be more")
    return None


def refused_part(status: int, comment: str) -> Cut:
    """The cut where the peer sends nothing, for it would be too much, and the dates cannot be divided further."""
    said = f", and says: {comment}" if comment else ""
    text = f"The peer answers nothing to a part that cannot be divided, for it would be too much ({status:04X}H){said}"
    return Cut(sign=CutSign.REFUSED, matches=0, text=text)

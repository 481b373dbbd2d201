"""PS3.4 C.2.2.2 once more, in plain Python over plain values: what the index is compared with."""

import fnmatch
import re
import unicodedata
from collections.abc import Mapping, Sequence

LOWEST_TIME, HIGHEST_TIME = "000000.000000", "235959.999999"


def plain(text: str) -> str:
    """Without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if unicodedata.category(sign) != "Mn" or sign > "\u3000").upper()


def wildcard(value: str, pattern: str) -> bool:
    """* and ? are the only special characters."""
    harmless = re.sub(r"[\[\]]", lambda found: f"[{found[0]}]", pattern)
    return re.fullmatch(fnmatch.translate(harmless), value) is not None


def name(value: str, pattern: str) -> bool:
    """Component groups; components at the end of a group that are empty may be left out."""
    groups = [plain_name(group) for group in (value + "==").split("=")[:3]]
    if "=" in pattern:
        asked = pattern.split("=")[:3]
        return all(
            group_matches(group, plain_name(one)) for group, one in zip(groups, asked, strict=False) if plain_name(one)
        )
    wanted = plain_name(pattern)
    return any(group_matches(group, wanted) for group in (groups[:1] if wanted.isascii() else groups))


def group_matches(group: str, pattern: str) -> bool:
    """With as many empty components at the end of the group as the pattern has there."""
    tail = pattern[len(pattern.rstrip("*^")) :]
    empty = tail.count("^") if tail.endswith("*") else 0
    return any(wildcard(group + "^" * number, pattern) for number in range(empty + 1))


def plain_name(group: str) -> str:
    return "^".join(part.strip() for part in plain(group).split("^")).rstrip("^ ")


def span(vr: str, value: str) -> tuple[str, str] | None:
    """First and last moment of a single value."""
    if vr == "DA":
        return (value, value) if re.fullmatch(r"\d{8}", value) else None
    if not re.fullmatch(r"\d\d(\d\d(\d\d(\.\d{1,6})?)?)?", value):
        return None
    return value + LOWEST_TIME[len(value) :], value + HIGHEST_TIME[len(value) :]


def moment(vr: str, value: str, wanted: str) -> bool:
    """Single value or range; an entity without a value matches neither."""
    own = span(vr, value)
    if wanted == "*":
        return True
    if own is None:
        return False
    first, sign, last = wanted.partition("-")
    if not sign:
        whole = span(vr, first)
        return whole is not None and whole[0] <= own[0] <= whole[1]
    if not first and not last:
        return False
    start, end = (span(vr, first) if first else ("0", "")), (span(vr, last) if last else ("", "9"))
    return start is not None and end is not None and start[0] <= own[0] <= end[1]


def items(stored: Sequence[Mapping[int, str]], key: Mapping[int, tuple[str, str]]) -> list[dict[int, str]] | None:
    """What a response has of the items of a sequence (PS3.4 C.2.2.2.6); None where the entity does not match.

    ``key`` has VR and value of what stands in the item of the key. An item without any value is none.
    """
    items = [item for item in stored if any(item.values())]
    if not key:
        return [{tag: value for tag, value in item.items() if value} for item in items]
    matching = [
        item for item in items if all(attribute(vr, item.get(tag, ""), wanted) for tag, (vr, wanted) in key.items())
    ]
    if not matching and any(not attribute(vr, "", wanted) for vr, wanted in key.values()):
        return None
    return [{tag: item.get(tag, "") for tag in key} for item in matching]


def attribute(vr: str, value: str, wanted: str) -> bool:
    """Whether an attribute of one or more values matches a key that is not empty."""
    if not [one for one in wanted.split("\\") if one]:
        return True
    return any(_single(vr, one, other) for one in value.split("\\") for other in wanted.split("\\") if other)


def _single(vr: str, value: str, wanted: str) -> bool:
    if vr == "PN":
        return name(value, wanted)
    if vr in {"DA", "TM"}:
        return moment(vr, value, wanted)
    if vr == "UI":
        return value == wanted
    if vr == "IS":
        return value != "" and re.fullmatch(r"[+-]?\d+", wanted) is not None and int(value) == int(wanted)
    return wildcard(value, wanted)

"""Compares values with key values in memory, where SQL can only say what may match.

That is so for attributes of several values and for person names other than the patient's: of these the database selects
candidates.
"""

from dicomdesk.archive.contents.folded_names import fold_name, name_groups
from dicomdesk.archive.matching.wildcards import matches, matches_name
from dicomdesk.dicom.query.attributes import Attribute


def has_match(attribute: Attribute, value: str, wanted: str) -> bool:
    """Whether one of the values of the attribute matches one of those wanted."""
    if attribute.vr == b"PN":
        return any(_matches_name(one, other) for one in value.split("\\") for other in wanted.split("\\") if other)
    if attribute.vr == b"IS":
        numbers = {_number(one) for one in value.split("\\") if one}
        return any(_number(one) in numbers for one in wanted.split("\\") if one)
    return any(matches(one, other) for one in value.split("\\") for other in wanted.split("\\") if other)


def _matches_name(name: str, wanted: str) -> bool:
    """Component groups that are asked for match; a value without = that is not ASCII matches any group."""
    groups = name_groups(name)
    if "=" in wanted:
        asked = [fold_name(group) for group in wanted.split("=")[:3]]
        return all(matches_name(group, one) for group, one in zip(groups, asked, strict=False) if one)
    pattern = fold_name(wanted)
    return any(matches_name(group, pattern) for group in (groups[:1] if pattern.isascii() else groups))


def _number(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text

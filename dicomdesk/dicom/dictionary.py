"""The data dictionary: names of elements, the VR where a data set does not say it, and DCMTK's dictionary files.

There is one dictionary per process. The standard's part is read from pydicom's table on first use, without importing
pydicom, which would cost a quarter of a second; ``load_dictionaries`` adds to it at start-up.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import ClassVar, Final

from dicomdesk.dicom.encodings import VRS
from dicomdesk.dicom.value_representations import US_OR_SS
from dicomdesk.errors import DictionaryError
from dicomdesk.named_files import read_named_file

_LARGEST_FILE_BYTES: Final = 16 << 20
"""DCMTK's own has half a megabyte."""

_TABLE_VRS: Final = {
    "US or SS": US_OR_SS,
    "OB or OW": b"OW",
    "US or OW": b"OW",
    "US or SS or OW": b"OW",
    "NONE": b"UN",
}
"""In implicit VR the choice is fixed: words (PS3.5 A.1)."""

_FILE_VRS: Final = {
    "xs": US_OR_SS,
    "ox": b"OW",
    "px": b"OW",
    "lt": b"OW",
    "up": b"UL",
    "na": b"UN",
    "??": b"UN",
}
"""What DCMTK's dictionary files call the same."""

_MOST_SEARCHED: Final = 8192

_STANDARD_LINE = r"""
    \( \s* ([0-9a-f]{1,4}) (?: - (?:([oue])-)? ([0-9a-f]{1,4}) )? \s* , \s*
    (?: "([^"]+)" \s* , \s* )?
    ([0-9a-f]{1,4}) (?: - (?:([oue])-)? ([0-9a-f]{1,4}) )? \s* \)"""
"""Tag, or ranges of groups and elements; compiled where a file is read, which few processes do."""


class _Range:
    """Tags from a range of groups and elements, all of one VR."""

    __slots__ = ("creator", "elements", "groups", "name", "parities", "vr")

    def __init__(
        self,
        groups: tuple[int, int],
        elements: tuple[int, int],
        parities: tuple[str, str],
        creator: str,
        vr: bytes,
        name: str,
    ) -> None:
        self.groups = groups
        self.elements = elements
        self.parities = parities
        self.creator = creator
        self.vr = vr
        self.name = name

    def covers(self, group: int, element: int, creator: str) -> bool:
        return (
            self.creator == creator
            and self.groups[0] <= group <= self.groups[1]
            and self.elements[0] <= element <= self.elements[1]
            and _has_parity(group, self.parities[0])
            and _has_parity(element, self.parities[1])
        )


class Dictionary:
    """VRs and names of tags."""

    has_private_elements: ClassVar[bool] = False
    """Whether any of this process has elements that need their private creator to be known."""

    def __init__(self) -> None:
        self._vrs: dict[int, bytes] = {}
        self._searched: dict[int, bytes] = {}
        """Results for tags that have no entry of their own, of the last so many: there are as many as peers make up."""
        self._private_vrs: dict[tuple[str, int], bytes] = {}
        self._ranges: list[_Range] = []
        self._masks: list[tuple[int, int, bytes, str]] = []
        self._names: dict[int, str] = {}
        self._private_names: dict[tuple[str, int], str] = {}
        self._tags: dict[str, int] = {}
        """By name, made when first asked for."""

    def find_vr(self, tag: int, creator: str = "") -> bytes:
        """The VR of a tag: UN when it is not known, "xs" when it is US or SS."""
        if tag & 0x10000:
            return self._find_private_vr(tag, creator)
        vr = self._vrs.get(tag) or self._searched.get(tag)
        if vr is None:
            if len(self._searched) >= _MOST_SEARCHED:
                self._searched.clear()
            vr = self._searched[tag] = self._search(tag)
        return vr

    def _find_private_vr(self, tag: int, creator: str) -> bytes:
        element = tag & 0xFFFF
        if element == 0:
            return b"UL"
        if 0x10 <= element <= 0xFF:
            return b"LO"
        if not creator:
            return b"UN"
        known = self._private_vrs.get((creator, tag & 0xFFFF00FF))
        if known is None:
            found = self._search_ranges(tag >> 16, element & 0xFF, creator)
            known = found.vr if found is not None else None
        return known or b"UN"

    def _search(self, tag: int) -> bytes:
        found = self._search_ranges(tag >> 16, tag & 0xFFFF, "")
        if found is not None:
            return found.vr
        for mask, value, vr, _ in self._masks:
            if tag & mask == value:
                return vr
        return b"UN" if tag & 0xFFFF else b"UL"

    def _search_ranges(self, group: int, element: int, creator: str) -> _Range | None:
        for candidate in reversed(self._ranges):
            if candidate.covers(group, element, creator):
                return candidate
        return None

    def find_name(self, tag: int, creator: str = "") -> str:
        """The name of a tag as DCMTK has it, "" where it is not known."""
        element = tag & 0xFFFF
        if element == 0:
            return "GenericGroupLength"
        if tag & 0x10000:
            if 0x10 <= element <= 0xFF:
                return "PrivateCreator" if tag >> 16 > 7 else "IllegalPrivateCreator"
            known = self._private_names.get((creator, tag & 0xFFFF00FF), "")
            found = None if known or not creator else self._search_ranges(tag >> 16, element & 0xFF, creator)
            return found.name if found is not None else known
        known = self._names.get(tag, "")
        if known:
            return known
        found = self._search_ranges(tag >> 16, element, "")
        if found is not None:
            return found.name
        return next((name for mask, value, _, name in self._masks if tag & mask == value), "")

    def find_tag(self, name: str) -> int | None:
        """The tag of this name, None where there is none; of many alike that of the first group."""
        if not self._tags:
            self._tags = {name: value for _, value, _, name in self._masks}
            self._tags |= {found.name: found.groups[0] << 16 | found.elements[0] for found in self._ranges}
            self._tags |= {known: tag for tag, known in self._names.items()}
            self._tags.pop("", None)
        return self._tags.get(name)

    def add_standard(self) -> None:
        """Add the standard's dictionary as pydicom has it."""
        exact, masked = _read_pydicom_tables()
        for tag, entry in exact.items():
            self._vrs[tag] = _TABLE_VRS.get(entry[0]) or entry[0].encode("ascii")
            self._names[tag] = _name_of_table(entry)
        for pattern, entry in masked.items():
            mask = int("".join("0" if digit == "x" else "F" for digit in pattern), 16)
            value = int(pattern.replace("x", "0"), 16)
            vr = _TABLE_VRS.get(entry[0]) or entry[0].encode("ascii")
            self._masks.append((mask, value, vr, _name_of_table(entry)))

    def add_line(self, line: str) -> str:
        """Add an entry of a dictionary file. Returns what is wrong with it, or ""."""
        fields = line.split("\t")
        if len(fields) < 3:
            return "too few fields: tag, VR and name must be there, with one tab between them"
        match = re.fullmatch(_STANDARD_LINE, fields[0].strip(), re.IGNORECASE | re.VERBOSE)
        if match is None:
            return f"{fields[0].strip()!r} is not a tag"
        vr = _vr_of_file(fields[1].strip())
        if vr is None:
            return f"{fields[1].strip()!r} is not a VR"
        self._add(match, vr, fields[2].strip())
        self._tags = {}
        return ""

    def _add(self, match: re.Match[str], vr: bytes, name: str) -> None:
        group, group_parity, last_group, creator, element, element_parity, last_element = match.groups()
        groups = (int(group, 16), int(last_group or group, 16))
        elements = (int(element, 16), int(last_element or element, 16))
        Dictionary.has_private_elements |= creator is not None
        if last_group or last_element:
            parities = (
                (group_parity or "e").lower() if last_group else "u",
                (element_parity or "e").lower() if last_element else "u",
            )
            self._ranges.append(_Range(groups, elements, parities, creator or "", vr, name))
        elif creator:
            self._private_vrs[creator, groups[0] << 16 | elements[0]] = vr
            self._private_names[creator, groups[0] << 16 | elements[0]] = name
        else:
            self._vrs[groups[0] << 16 | elements[0]] = vr
            self._names[groups[0] << 16 | elements[0]] = name


def _name_of_table(entry: tuple[str, ...]) -> str:
    """The keyword of an entry of pydicom's, which has no name for some; that of a retired one as DCMTK writes it."""
    return f"RETIRED_{entry[4]}" if entry[3] and entry[4] else entry[4]


def _has_parity(number: int, parity: str) -> bool:
    return parity == "u" or (number & 1 == 1) == (parity == "o")


def _vr_of_file(name: str) -> bytes | None:
    vr = _FILE_VRS.get(name) or name.encode("ascii", "replace")
    return vr if vr in VRS or vr == US_OR_SS else None


@cache
def dictionary() -> Dictionary:
    """The dictionary of this process."""
    made = Dictionary()
    made.add_standard()
    return made


def find_vr(tag: int, creator: str = "") -> bytes:
    """Look up a VR in the dictionary of this process, which is read only when a data set does not say its VRs."""
    return dictionary().find_vr(tag, creator)


def find_name(tag: int, creator: str = "") -> str:
    """Look up the name of an element, such as PatientName; "" where it has none."""
    return dictionary().find_name(tag, creator)


def find_tag(name: str) -> int | None:
    """Look up the tag of a name, case sensitive; None where there is none."""
    return dictionary().find_tag(name)


def needs_private_creators() -> bool:
    """Whether private creators make a difference, because a dictionary with private elements was added."""
    return Dictionary.has_private_elements


def load_dictionaries(paths: Sequence[Path]) -> None:
    """Add DCMTK dictionary files to the dictionary of this process; what comes later overrides.

    To be called before anything is converted. Raises DictionaryError, naming file and line, when a file cannot be read
    or understood; entries before the faulty line stay.
    """
    target = dictionary()
    for path in paths:
        _load(target, path)


def _load(target: Dictionary, path: Path) -> None:
    try:
        text = read_named_file(path, _LARGEST_FILE_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise DictionaryError(f"cannot read data dictionary {path}: {error.strerror or error}") from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fault = target.add_line(line)
        if fault:
            raise DictionaryError(f"data dictionary {path}, line {number}: {fault}")


def _read_pydicom_tables() -> tuple[dict[int, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """pydicom's generated tables, loaded from their file alone."""
    from importlib.util import find_spec, module_from_spec, spec_from_file_location  # noqa: PLC0415  # only on first use

    package = find_spec("pydicom")
    if package is None or not package.submodule_search_locations:
        raise DictionaryError("the data dictionary of pydicom is not installed")
    path = Path(package.submodule_search_locations[0], "_dicom_dict.py")
    spec = spec_from_file_location("dicomdesk_pydicom_dictionary", path)
    if spec is None or spec.loader is None:
        raise DictionaryError(f"the data dictionary of pydicom cannot be read from {path}")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.DicomDictionary, module.RepeatersDictionary

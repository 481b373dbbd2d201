"""Harnesses of what looks into stored files, and corrects them; and of what remembers which files there are."""

import json
import tempfile
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

from dicomdesk.dicom.corrections.corrected_file import ValueCorrection, correct_open_file
from dicomdesk.dicom.corrections.original_attributes import Modification
from dicomdesk.dicom.data_sets.structure_check import check_data_set
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.files.element_tree import MOST_LEVELS, MOST_ROWS, ElementRow, ElementTree, read_element_tree
from dicomdesk.dicom.files.part10 import read_open_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.engine.receive.book.day_totals import TotalsFile
from dicomdesk.engine.rules.candidates import read_candidate, read_origin
from dicomdesk.errors import DataError
from dicomdesk.gui.retrieve.here.index import HereIndex
from dicomdesk.human import printable
from tests.fuzz.data_sets import in_file
from tests.fuzz.properties import attempt, require, require_same
from tests.helpers.data.datasets import Builder, part10


@cache
def _folder() -> tuple["tempfile.TemporaryDirectory[str]", Path]:
    """A folder for this process; it goes when the process ends."""
    made = tempfile.TemporaryDirectory(prefix="fuzz-looking-")
    return made, Path(made.name)


# -- corrections

_ID, _NAME, _SEX, _STUDY = 0x00100020, 0x00100010, 0x00100040, 0x0020000D
_CORRECTION = ValueCorrection(
    values={_ID: "NEW", _NAME: "M\u00fcller^\u5c71", _SEX: None, _STUDY: "1.2.3.4.5.6.7"},
    modification=Modification(when=datetime(2026, 1, 2, tzinfo=UTC), system="fuzz"),
    uids={"1.2.3": "1.2.3.4.5.6.7"},
)


def correct(data: bytes) -> None:
    """A stored file is corrected or refused; what was sound is sound after it, says what it is to say, and stays so."""
    made = attempt(lambda: correct_open_file(in_file(data), len(data), _CORRECTION), DataError)
    if made.value is None:
        return
    corrected = attempt(lambda: b"".join(bytes(part) for part in made.value.parts()), DataError).value  # type: ignore[union-attr]  # there is one
    if corrected is None:
        return
    if data[128:132] != b"DICM" or not _is_sound(data):  # without a header the first element tells the encoding
        return
    require(_is_sound(corrected), "what was sound is sound after a correction")
    again = attempt(lambda: correct_open_file(in_file(corrected), len(corrected), _CORRECTION), DataError)
    require(again.error is None, "what was corrected can be corrected", again.error)
    require(again.value is None, "what was corrected says it already", again.value and again.value.previous)


def _is_sound(data: bytes) -> bool:
    """Whether the structure of a file's data set is without fault."""
    try:
        header = read_open_header(in_file(data), len(data), InputFormat.FILE_OR_DATA_SET)
    except DataError:
        return False
    syntax, encoding = (
        find_transfer_syntax(header.transfer_syntax_uid),
        Encoding.of_transfer_syntax(header.transfer_syntax_uid),
    )
    try:
        findings = check_data_set(
            data[header.data_set_offset :],
            is_explicit_vr=encoding.is_explicit_vr,
            is_little_endian=encoding.is_little_endian,
            is_deflated=syntax is not None and syntax.is_deflated,
        )
    except DataError:
        return False
    return not findings.is_irregular


# -- elements for people


def show_elements(data: bytes) -> None:
    """The tree of a file's elements is bounded, its texts are harmless, and what ends it is said."""
    path = _folder()[1] / "shown.dcm"
    path.write_bytes(data)
    tree = attempt(lambda: read_element_tree(str(path)), DataError).value
    if tree is None:
        return
    rows = _rows(tree)
    require(len(rows) <= tree.count, "elements are counted", tree.count)
    require(tree.count <= MOST_ROWS + 1, "a tree is bounded", tree.count)
    for depth, row in rows:
        require(depth <= MOST_LEVELS + 1, "a tree is bounded in depth", depth)
        for text in (row.name, row.value, row.vr, row.shown_tag):
            require_same(text, printable(text), "what is shown of an element is harmless")
        require(len(row.value) <= 1 << 14, "what is shown of a value is bounded", len(row.value))
    require_same(tree.problem, printable(tree.problem), "what is said of a file is harmless")


def _rows(tree: ElementTree) -> list[tuple[int, ElementRow]]:
    found: list[tuple[int, ElementRow]] = []
    waiting = [(1, row) for row in tree.rows]
    while waiting:
        depth, row = waiting.pop()
        found.append((depth, row))
        waiting += [(depth + 1, child) for child in row.children]
    return found


# -- what is remembered of files


def read_caches(data: bytes) -> None:
    """The totals of a day and what lies in a folder are taken up from a file, or begun anew."""
    kept, folder = _folder()[1] / "kept", _folder()[1] / "received"
    kept.write_bytes(data)
    book = ArrivalBook()
    attempt(lambda: TotalsFile(kept).load(book))
    day, counts, studies = book.kept_today()
    require(all(type(count) is int and count >= 0 for count in counts.values()), "counts are counts", counts)
    require(isinstance(day, str) and all(isinstance(each, bytes) for each in studies), "totals are of a day", day)
    attempt(lambda: TotalsFile(kept).save(book))
    kept.write_bytes(data.replace(b"FOLDER", str(folder).encode()))
    if not folder.exists():
        folder.mkdir()
        (folder / "a.dcm").write_bytes(part10(Builder().instance()))
    here = HereIndex(folder, cache=kept)
    attempt(here.refresh)
    require_same(here.present(), frozenset({_here()}), "what is here is what lies in the folder")


@cache
def _here() -> str:
    plain = HereIndex(_folder()[1] / "received")
    plain.refresh()
    return next(iter(plain.present()))


def build_cache(random: Random) -> bytes:
    """One of the files."""
    counts = dict.fromkeys(("instances", "size_bytes", "again", "refused"), 3)
    totals = {"dicomdesk_received_today": 1, "day": time.strftime("%Y-%m-%d"), **counts, "studies": ["00ff"]}
    files = [["a.dcm", 1, 2, ["1", "2", "3"]], ["b.dcm", 1, 2, None]]
    lines = [{"version": 1, "folder": "FOLDER"}, {"folder": "", "files": files}, {"folder": "x", "files": files}]
    return random.choice((json.dumps(totals).encode(), b"\n".join(json.dumps(line).encode() for line in lines)))


# -- what rules look at

_WANTED = frozenset((_ID, _NAME, 0x00080060, 0x00080061, 0x00280010, 0x00181030, 0x00080008, 0x00291010))


def read_found_file(data: bytes) -> None:
    """A file is an instance with texts for what was asked for, the same at each look, or there is a reason."""
    path = str(_folder()[1] / "found")
    with open(path, "wb") as file:
        file.write(data)
    loose = attempt(lambda: read_candidate(path, _WANTED, checks=False), DataError)
    whole = attempt(lambda: read_candidate(path, _WANTED), DataError)
    origin = attempt(lambda: read_origin(path), DataError)
    if loose.value is None:
        require_same(whole.told, loose.told, "what cannot be read is not whole")
        return
    found = loose.value
    require(set(found.attributes) <= _WANTED, "what was asked for is told", found.attributes)
    for values in found.attributes.values():
        require(all(isinstance(value, str) for value in values), "values are texts", values)
    require_same(found.size_bytes, len(data), "the size is that of the file")
    require(whole.error is not None or whole.value == found, "whole or not, it says the same")
    if origin.value is not None:
        require_same(origin.value[0], found.study_uid, "its study is the same")

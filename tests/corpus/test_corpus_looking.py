"""Any file of the corpus can be looked at: its elements are those that pydicom reads; it is drawn, or says why not."""

import warnings
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pydicom.errors import InvalidDicomError

from dicomdesk.dicom.files.element_tree import ElementTree, read_element_tree, walk_rows
from dicomdesk.engine.pictures.drawer import Drawer
from dicomdesk.errors import ConversionError, DataError

pytestmark = [pytest.mark.corpus, pytest.mark.long, pytest.mark.filterwarnings("ignore")]

_LARGEST_BYTES = 400_000
"""Of what is read here: others differ by their pixels only."""
_LEAST_DRAWN = 150


@pytest.fixture(autouse=True)
def odd_values_are_expected(announce_log: Callable[[str], None]) -> None:
    announce_log("^pydicom: WARNING: ")


def files(corpus: Path) -> list[Path]:
    return [path for path in sorted(corpus.rglob("*")) if path.is_file() and path.stat().st_size < _LARGEST_BYTES]


def tags_by_pydicom(path: Path) -> set[int] | None:
    """Tags at the top level of the data set, None where pydicom does not read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return {int(tag) for tag in pydicom.dcmread(path).keys()}  # noqa: SIM118 - a data set is no mapping
    except (InvalidDicomError, ValueError, KeyError, OSError, AttributeError, NotImplementedError):
        return None


def read(path: Path) -> ElementTree | None:
    try:
        return read_element_tree(str(path))
    except DataError:
        return None


def test_elements_are_those_of_the_file(corpus: Path) -> None:
    compared, differing = 0, []
    for path in [*files(corpus / "objects"), *files(corpus / "images")]:
        tree = read(path)
        if tree is None or tree.problem:
            continue
        assert all(row.value.isprintable() for row in walk_rows(tree.rows))
        theirs = tags_by_pydicom(path)
        if theirs is not None:
            compared += 1
            ours = {row.tag for row in tree.rows if row.tag >> 16 != 2}
            differing += [path.name] if ours != theirs else []
    assert compared > 100
    assert differing == ["syn_jpip-deflate.dcm"]  # pydicom takes it for data that is not deflated


def test_every_file_is_drawn_or_says_why_not(corpus: Path) -> None:
    drawer, drawn = Drawer(), 0
    silent: list[str] = []
    try:
        for path in files(corpus):
            try:
                image = drawer.draw(str(path), 64)
            except ConversionError as error:
                silent += [path.name] if not str(error) else []
            else:
                drawn += 1
                assert len(image.pixels) == image.width * image.height * (3 if image.is_colour else 1)
    finally:
        drawer.close()
    assert drawn >= _LEAST_DRAWN
    assert not silent

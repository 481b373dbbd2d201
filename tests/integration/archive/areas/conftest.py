from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index, sqlite_url


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    (tmp_path / "area").mkdir()
    storage = StorageArea(tmp_path / "area")
    opened = Index(sqlite_url(storage.index_path))
    yield opened
    opened.close()

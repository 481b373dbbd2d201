"""One suite for all object stores: what is put is whole, found, handed out and removed; what is not there is said."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.archive.areas.objects.object_store import FolderObjects, ObjectStore, open_object_store
from dicomdesk.errors import StorageError
from tests.helpers.archives.object_stores import object_url


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    with object_url(request.param, tmp_path / "objects", monkeypatch) as url:
        yield open_object_store(url)


def put(store: ObjectStore, key: str, content: bytes) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        store.put(key, file.fileno())


def get(store: ObjectStore, key: str) -> bytes:
    pieces: list[bytes] = []
    store.get(key, pieces.append)
    return b"".join(pieces)


@pytest.mark.parametrize("size", [0, 1, 3_000_000, 12_000_000])
def test_what_is_put_is_handed_out_whole(store: ObjectStore, size: int) -> None:
    content = os.urandom(size)
    put(store, "ab/1.2/1.3/1.4.dcm", content)
    assert store.size_of("ab/1.2/1.3/1.4.dcm") == size
    assert get(store, "ab/1.2/1.3/1.4.dcm") == content
    (found,) = store.objects()
    assert (found.key, found.size_bytes) == ("ab/1.2/1.3/1.4.dcm", size)


def test_what_is_not_there_is_said(store: ObjectStore) -> None:
    assert store.size_of("a") is None
    store.remove("a")
    with pytest.raises(FileNotFoundError):
        get(store, "a")
    put(store, "a", b"1")
    put(store, "a", b"22")
    assert get(store, "a") == b"22"
    store.remove("a")
    assert list(store.objects()) == []


def test_a_folder_that_is_gone_has_not_lost_its_objects(tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    store = FolderObjects(tmp_path / "objects")
    (tmp_path / "objects").rmdir()
    for ask in (lambda: store.size_of("a"), lambda: store.remove("a"), lambda: list(store.objects())):
        with pytest.raises(OSError, match="not there"):
            ask()
    with pytest.raises(StorageError, match="does not exist"):
        open_object_store(f"file://{tmp_path}/objects")

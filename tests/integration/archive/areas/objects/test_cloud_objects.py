"""What a cloud's object store cannot do is said in a sentence; its suite is that of all stores."""

import sys
from pathlib import Path

import pytest

from dicomdesk.archive.areas.objects.cloud_objects import CloudObjects
from dicomdesk.errors import StorageError
from tests.helpers.archives.object_stores import s3_server


def test_without_the_library_it_is_said_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(StorageError, match=r"pip install dicomdesk\[objects\]"):
        CloudObjects("s3://bucket")


def test_a_url_that_cannot_be_used_is_named() -> None:
    pytest.importorskip("obstore")
    with pytest.raises(StorageError, match="s3:// cannot be used"):
        CloudObjects("s3://")


@pytest.mark.long
def test_a_store_that_is_not_reached_is_an_error_and_not_an_empty_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_server(monkeypatch) as url:
        pass
    store = CloudObjects(url)
    file = tmp_path / "file"
    file.write_bytes(b"1")
    with file.open("rb") as content:
        for ask in (
            lambda: store.size_of("a"),
            lambda: store.remove("a"),
            lambda: list(store.objects()),
            lambda: store.get("a", lambda _piece: None),
            lambda: store.put("a", content.fileno()),
        ):
            with pytest.raises(OSError, match="the object store cannot be used") as caught:
                ask()
            assert not isinstance(caught.value, FileNotFoundError)

"""Object stores of S3, Google and Azure, through the library obstore; where and who we are says its environment.

``AWS_ENDPOINT``, ``AWS_REGION``, ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY`` and their like are the library's: no
secret stands in a configuration of ours.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from dicomdesk.archive.areas.objects.object_store import StoredObject
from dicomdesk.errors import StorageError

__all__ = ["CloudObjects"]

_PIECE_BYTES = 1 << 20
_RETRIES = 3
_RETRY_S = 15.0
"""A store that does not answer must not keep the peer longer than it waits."""


class CloudObjects:
    """Objects of a bucket, or of a prefix in it."""

    def __init__(self, url: str) -> None:
        """Connects to nothing yet; raises StorageError for a URL that cannot be used, or without the library."""
        try:
            import obstore  # noqa: PLC0415 - an extra, and slow to load
            from obstore.exceptions import BaseError  # noqa: PLC0415 - as above
            from obstore.store import from_url  # noqa: PLC0415 - as above
        except ImportError as error:
            raise StorageError(f"{url} needs the library obstore: pip install dicomdesk[objects]") from error
        self._library: Any = obstore
        self._error: type[Exception] = BaseError
        retries: Any = {"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=_RETRY_S)}
        try:
            self._store: Any = from_url(url, retry_config=retries)
        except (BaseError, ValueError) as error:
            raise StorageError(f"The object store {url} cannot be used: {_sentence(error)}") from error

    def put(self, key: str, descriptor: int) -> None:
        """See ``ObjectStore``."""
        with self._translated(key), os.fdopen(os.dup(descriptor), "rb") as file:
            file.seek(0)
            self._library.put(self._store, key, file)

    def get(self, key: str, take: Callable[[bytes], None]) -> None:
        """See ``ObjectStore``."""
        with self._translated(key):
            pieces = self._library.get(self._store, key).stream(min_chunk_size=_PIECE_BYTES)
        while True:
            with self._translated(key):
                piece = next(pieces, None)
            if piece is None:
                return
            take(bytes(piece))

    def size_of(self, key: str) -> int | None:
        """See ``ObjectStore``."""
        try:
            with self._translated(key):
                return int(self._library.head(self._store, key)["size"])
        except FileNotFoundError:
            return None

    def remove(self, key: str) -> None:
        """See ``ObjectStore``."""
        try:
            with self._translated(key):
                self._library.delete(self._store, key)
        except FileNotFoundError:
            return

    def objects(self) -> Iterator[StoredObject]:
        """See ``ObjectStore``."""
        with self._translated(""):
            pages = iter(self._library.list(self._store))
        while True:
            with self._translated(""):
                page = next(pages, None)
            if page is None:
                return
            for one in page:
                yield StoredObject(key=one["path"], size_bytes=one["size"], changed=one["last_modified"].timestamp())

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise FileNotFoundError(errno.ENOENT, "no such object", key) from error
        except self._error as error:
            raise OSError(errno.EIO, f"the object store cannot be used: {_sentence(error)}", key) from error


def _sentence(error: Exception) -> str:
    """The first line of the library's, without what it prints for its developers."""
    return str(error).partition("\n")[0][:200]

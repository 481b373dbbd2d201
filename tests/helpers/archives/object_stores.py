"""Object stores to test with: a folder, and S3 by a server that speaks it, where that and the library are installed."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BUCKET = "archive"


@contextmanager
def s3_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run an S3 server with an empty bucket; yields a URL in it. Skips without moto's server and obstore."""
    pytest.importorskip("obstore")
    server_module = pytest.importorskip("moto.server")
    boto3 = pytest.importorskip("boto3")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    with contextlib.ExitStack() as ends:
        ends.callback(server.stop)
        endpoint = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
        for name, value in {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT": endpoint,
            "AWS_ALLOW_HTTP": "true",
        }.items():
            monkeypatch.setenv(name, value)
        boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=BUCKET)
        yield f"s3://{BUCKET}/{os.urandom(4).hex()}/prefix"  # the servers of a process share what they hold


@contextmanager
def object_url(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """URL of an empty store of a kind: folder or s3."""
    if kind == "folder":
        folder.mkdir()
        yield f"file://{folder}"
        return
    with s3_server(monkeypatch) as url:
        yield url

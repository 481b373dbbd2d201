"""Metrics and health of a real archive, over HTTP on loopback."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from struct import pack

import pytest

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.metrics import Metrics, health, metrics_text
from dicomdesk.archive.serve import ServeJob, ServeRequest
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.engine.engine import Engine
from dicomdesk.errors import PortInUseError
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder
from tests.helpers.peers.requestors import Proposal, connected

AREA = 'AR"CHIVE'
DEADLINE_S = 10


@pytest.fixture
def request_to_serve(tmp_path: Path) -> ServeRequest:
    folder = tmp_path / "area"
    folder.mkdir()
    area = Area(ae_title=AREA, folder=folder, is_writable=True)
    settings = ArchiveSettings(configuration=ArchiveConfiguration(areas=(area,)), port=0, address="127.0.0.1")
    return ServeRequest(settings=settings, metrics_port=0)


@pytest.fixture
def serving(request_to_serve: ServeRequest) -> Iterator[ServeJob]:
    with Engine() as engine:
        yield engine.submit(request_to_serve, lambda event: None)


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=DEADLINE_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_what_happens_is_counted(request_to_serve: ServeRequest) -> None:
    metrics = Metrics()
    body = Builder(EXPLICIT).instance(sop_instance_uid="1.2.3.4")
    with Engine() as engine:
        port = engine.submit(replace(request_to_serve, metrics_port=None), metrics.take).port
        with connected(port) as requestor:
            requestor.associate(Proposal(contexts=((1, CT_IMAGE, (EXPLICIT,)),), called=AREA.encode()))
            assert requestor.store("1.2.3.4", [body]) == 0
            assert requestor.store("1.2.3.5", [body], 2) == 0xA900
            requestor.release()
        with connected(port) as requestor:
            requestor.send(Proposal(called=b"NOBODY").encode())
            assert requestor.read_pdu()[0] == 3
    counters = metrics.counters()
    assert counters["associations_total", (("result", "accepted"),)] == 1
    assert counters["associations_total", (("result", "refused"),)] == 1
    assert counters["instances_received_total", (("outcome", "stored"), ("status", "0000"))] == 1
    assert counters["instances_received_total", (("outcome", "refused"), ("status", "A900"))] == 1
    assert counters["instance_bytes_stored_total", ()] > len(body)
    assert metrics.histograms()["store"][1] == 2


def test_pages_are_served_on_loopback_until_the_archive_ends(serving: ServeJob) -> None:
    port = serving.metrics_port
    with connected(serving.port) as requestor:
        requestor.send(Proposal(called=b"NOBODY").encode())
        assert requestor.read_pdu()[0] == 3
    code, text = get(port, "/metrics")
    assert code == 200
    assert 'dicomdesk_associations_total{result="refused"} 1\n' in text
    assert 'dicomdesk_area_instances{area="AR\\"CHIVE"} 0\n' in text
    assert "# TYPE dicomdesk_operation_seconds histogram\n" in text
    code, text = get(port, "/health")
    assert (code, json.loads(text)) == (200, {"status": "ok", "areas": {AREA: "ok"}})
    assert get(port, "/")[0] == 404
    serving.cancel()
    serving.done.result(DEADLINE_S)
    with pytest.raises(urllib.error.URLError):
        get(port, "/health")


def test_nobody_hears_of_those_who_hang_up_before_the_answer(
    request_to_serve: ServeRequest, capfd: pytest.CaptureFixture[str]
) -> None:
    with Engine() as engine:
        port = engine.submit(request_to_serve, lambda event: None).metrics_port
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as scraper:
                scraper.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, pack("ii", 1, 0))  # hangs up with a reset
                scraper.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        assert get(port, "/health")[0] == 200
    assert capfd.readouterr().err == ""


def test_those_who_ask_nothing_take_no_more_than_their_places(serving: ServeJob) -> None:
    address = ("127.0.0.1", serving.metrics_port)
    with ExitStack() as stack:
        for _ in range(64):
            stack.enter_context(socket.create_connection(address, timeout=DEADLINE_S))
        with socket.create_connection(address, timeout=60) as one_too_many:
            assert one_too_many.recv(1) == b""


def test_a_port_of_the_metrics_that_is_taken_ends_the_start(request_to_serve: ServeRequest) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, Engine() as engine, pytest.raises(PortInUseError):
        engine.submit(replace(request_to_serve, metrics_port=taken.getsockname()[1]), lambda event: None)


def test_an_area_that_is_gone_is_not_well(request_to_serve: ServeRequest, tmp_path: Path) -> None:
    with Archive(request_to_serve.settings) as archive:
        (tmp_path / "area").rename(tmp_path / "elsewhere")
        assert health(archive)[AREA] != "ok"
        assert "dicomdesk_area_free_bytes{" not in metrics_text(Metrics(), archive)
        (tmp_path / "elsewhere").rename(tmp_path / "area")

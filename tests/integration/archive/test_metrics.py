"""Metrics and health of a real archive, over HTTP on loopback."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.archive.metrics import Metrics, MetricsServer, health, metrics_text
from dicomdesk.archive.serving import Serving
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import PortInUseError
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder
from tests.helpers.peers.requestors import Proposal, connected

AREA = 'AR"CHIVE'
DEADLINE_S = 10


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    folder = tmp_path / "area"
    folder.mkdir()
    area = Area(ae_title=AREA, folder=folder, is_writable=True)
    settings = ArchiveSettings(configuration=ArchiveConfiguration(areas=(area,)), port=0, address="127.0.0.1")
    made = Serving(settings, lambda event: None)
    yield made
    made.close()


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=DEADLINE_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_what_happens_is_counted(serving: Serving) -> None:
    metrics = Metrics()
    serving.count_with(metrics.take)
    port = serving.open()
    body = Builder(EXPLICIT).instance(sop_instance_uid="1.2.3.4")
    with connected(port) as requestor:
        requestor.associate(Proposal(contexts=((1, CT_IMAGE, (EXPLICIT,)),), called=AREA.encode()))
        assert requestor.store("1.2.3.4", [body]) == 0
        assert requestor.store("1.2.3.5", [body], 2) == 0xA900
        requestor.release()
    with connected(port) as requestor:
        requestor.send(Proposal(called=b"NOBODY").encode())
        assert requestor.read_pdu()[0] == 3
    serving.cancel()
    serving.close()
    counters = metrics.counters()
    assert counters["associations_total", (("result", "accepted"),)] == 1
    assert counters["associations_total", (("result", "refused"),)] == 1
    assert counters["instances_received_total", (("outcome", "stored"), ("status", "0000"))] == 1
    assert counters["instances_received_total", (("outcome", "refused"), ("status", "A900"))] == 1
    assert counters["instance_bytes_stored_total", ()] > len(body)
    assert metrics.histograms()["store"][1] == 2


def test_pages_are_served_on_loopback(serving: Serving) -> None:
    serving.open()
    server = MetricsServer(Metrics(), serving.archive, 0)
    server.start()
    try:
        code, text = get(server.port, "/metrics")
        assert code == 200
        assert 'dicomdesk_area_instances{area="AR\\"CHIVE"} 0\n' in text
        assert "# TYPE dicomdesk_operation_seconds histogram\n" in text
        code, text = get(server.port, "/health")
        assert (code, json.loads(text)) == (200, {"status": "ok", "areas": {AREA: "ok"}})
        assert get(server.port, "/")[0] == 404
        with pytest.raises(PortInUseError):
            MetricsServer(Metrics(), serving.archive, server.port)
    finally:
        server.close()


def test_an_area_that_is_gone_is_not_well(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "area").rename(tmp_path / "elsewhere")
    assert health(serving.archive)[AREA] != "ok"
    assert "dicomdesk_area_free_bytes{" not in metrics_text(Metrics(), serving.archive)
    (tmp_path / "elsewhere").rename(tmp_path / "area")

"""Figures of a running archive in the text format of Prometheus, and a health address, on loopback only.

``/metrics`` has counters and gauges; ``/health`` answers 200 while every index answers and every folder can be written,
else 503, with a JSON object that says which does not. No patient identifiers, no UIDs and no peers appear.
"""

import contextlib
import json
import logging
import os
import socket
import sys
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from dicomdesk.archive import facts
from dicomdesk.archive.archive import Archive
from dicomdesk.archive.facts import ServingEvent
from dicomdesk.engine import events
from dicomdesk.engine.job import ThreadStarter
from dicomdesk.errors import DicomdeskError, PortInUseError

__all__ = ["Metrics", "MetricsServer", "health", "metrics_text"]

logger = logging.getLogger(__name__)

_BUCKETS_S: Final = (0.005, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 120.0)
_LOOPBACK: Final = "127.0.0.1"
_REQUEST_TIMEOUT_S: Final = 10.0
_MOST_REQUESTS: Final = 64
"""Answered at once; who asks beyond that is not."""
_TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
Labels = tuple[tuple[str, str], ...]
_Request = socket.socket | tuple[bytes, socket.socket]


class Metrics:
    """Counters of an archive's facts. ``take`` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, Labels]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._sums: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}
        self._started_s: dict[int, float] = {}
        """When the instance came that an association is at."""

    def take(self, event: ServingEvent) -> None:
        """Count one event."""
        counted = list(_counted(event))
        with self._lock:
            for name, labels, amount in counted:
                self._counts[name, labels] += amount
            self._time(event)

    def counters(self) -> dict[tuple[str, Labels], int]:
        """Return the counts, by name and labels."""
        with self._lock:
            return dict(self._counts)

    def histograms(self) -> dict[str, tuple[Sequence[int], int, float]]:
        """By service: how many operations took up to each limit, how many there were, seconds altogether."""
        with self._lock:
            return {
                service: (tuple(buckets), self._sums[service], self._seconds[service])
                for service, buckets in self._buckets.items()
            }

    def _time(self, event: ServingEvent) -> None:
        match event:
            case facts.OperationEnded():
                self._observe(event.service.value, event.elapsed_s)
            case events.ItemStarted():
                self._started_s[event.association] = time.monotonic()
            case events.ItemFinished():
                start_s = self._started_s.pop(event.association, None)
                if start_s is not None:
                    self._observe("store", time.monotonic() - start_s)
            case _:
                return

    def _observe(self, service: str, seconds: float) -> None:
        buckets = self._buckets.setdefault(service, [0] * len(_BUCKETS_S))
        for place in range(bisect_left(_BUCKETS_S, seconds), len(_BUCKETS_S)):
            buckets[place] += 1
        self._sums[service] += 1
        self._seconds[service] = self._seconds.get(service, 0.0) + seconds


def _counted(event: ServingEvent) -> Iterator[tuple[str, Labels, int]]:
    match event:
        case events.AssociationAccepted():
            yield "associations_total", (("result", "accepted"),), 1
        case events.AssociationFailed():
            yield "associations_total", (("result", "refused"),), 1
        case events.AssociationAborted():
            yield "associations_aborted_total", (("by", "peer" if event.by_peer else "archive"),), 1
        case events.ItemFinished():
            status = "none" if event.status is None else f"{event.status:04X}"
            yield "instances_received_total", (("outcome", event.outcome.value), ("status", status)), 1
            yield "instance_bytes_stored_total", (), event.size_bytes
        case facts.OperationEnded():
            labels = (("service", event.service.value), ("status", f"{event.status:04X}"))
            yield "operations_total", labels, 1
            yield "matches_total", (), event.matches
        case facts.SubOperationEnded():
            status = "none" if event.status is None else f"{event.status:04X}"
            yield "sub_operations_total", (("service", event.service.value), ("status", status)), 1
        case facts.KeptMoveEnded():
            yield "kept_moves_total", (("outcome", "stored"),), event.stored
            yield "kept_moves_total", (("outcome", "given-up"),), event.failed
        case facts.RetentionApplied():
            yield "retention_studies_total", (("area", event.area),), event.studies
            yield "retention_bytes_total", (("area", event.area),), event.size_bytes
        case facts.CommitmentAnswered():
            yield "commitments_total", (("result", "committed"),), event.committed
            yield "commitments_total", (("result", "failed"),), event.failed
        case _:
            return


_HELP: Final[Mapping[str, str]] = {
    "associations_total": "Associations that were asked for.",
    "associations_aborted_total": "Associations that were aborted, or whose connection was lost.",
    "instances_received_total": "Instances that were received by C-STORE, with the status answered.",
    "instance_bytes_stored_total": "Bytes of files that were stored.",
    "operations_total": "Queries and retrievals, with their final status.",
    "matches_total": "Responses to queries.",
    "kept_moves_total": "Instances of failed moves that were kept, and have been sent or given up.",
    "retention_studies_total": "Studies that went for their age or to make room.",
    "retention_bytes_total": "Bytes of these studies.",
    "sub_operations_total": "Instances that retrievals tried to send, with the status answered.",
    "commitments_total": "Instances that storage commitment was asked for.",
}


def metrics_text(metrics: Metrics, archive: Archive) -> str:
    """Return everything in the text format of Prometheus."""
    lines: list[str] = []
    counters = metrics.counters()
    for name, text in _HELP.items():
        lines += _head(name, text, "counter")
        found = sorted((labels, value) for (which, labels), value in counters.items() if which == name)
        lines += [_line(name, labels, value) for labels, value in found or [((), 0)]]
    lines += _head("operation_seconds", "How long stores, queries and retrievals took.", "histogram")
    for service, (buckets, count, seconds) in sorted(metrics.histograms().items()):
        label = ("service", service)
        limits = [*map(str, _BUCKETS_S), "+Inf"]
        for limit, value in zip(limits, [*buckets, count], strict=True):
            lines.append(_line("operation_seconds_bucket", (label, ("le", limit)), value))
        lines.append(_line("operation_seconds_sum", (label,), round(seconds, 6)))
        lines.append(_line("operation_seconds_count", (label,), count))
    lines += _gauge("associations", "Associations that are established now.", [((), archive.associations)])
    kept = archive.kept_moves
    if kept is not None:
        lines += _gauge("kept_moves", "Instances of failed moves that wait to be sent.", [((), kept)])
    lines += _gauge("bytes_received", "Bytes received since the start.", [((), archive.bytes_received)])
    return "\n".join([*lines, *_area_lines(archive)]) + "\n"


def _area_lines(archive: Archive) -> list[str]:
    figures: dict[str, list[tuple[Labels, float]]] = {
        name: [] for name in ("area_patients", "area_studies", "area_series", "area_instances", "area_bytes")
    }
    free: list[tuple[Labels, float]] = []
    index_sizes: list[tuple[Labels, float]] = []
    conflicts: list[tuple[Labels, float]] = []
    for ae_title in archive.ae_titles:
        labels = (("area", ae_title),)
        keeper = archive.keeper(ae_title)
        with contextlib.suppress(DicomdeskError):
            found = keeper.index.statistics(keeper.name)
            values = (found.patients, found.studies, found.series, found.instances, found.size_bytes)
            for name, value in zip(figures, values, strict=True):
                figures[name].append((labels, value))
        with contextlib.suppress(DicomdeskError):
            for kind, value in keeper.index.conflict_counts(keeper.name).by_kind.items():
                conflicts.append(((*labels, ("kind", kind)), value))
        with contextlib.suppress(OSError):
            free.append((labels, keeper.storage.free_bytes()))
        with contextlib.suppress(OSError):
            index_sizes.append((labels, os.stat(keeper.storage.index_path).st_size))
    lines: list[str] = []
    for name, rows in figures.items():
        lines += _gauge(name, f"{name.removeprefix('area_').capitalize()} of a storage area.", rows)
    lines += _gauge("area_conflicts", "Studies and instances of a storage area that contradict others.", conflicts)
    lines += _gauge("area_free_bytes", "Bytes free on the disk of a storage area.", free)
    return lines + _gauge("index_bytes", "Size of the index in a storage area's folder.", index_sizes)


def health(archive: Archive) -> dict[str, str]:
    """By AE title "ok", or what is wrong with the area."""
    found = {}
    for ae_title in archive.ae_titles:
        keeper = archive.keeper(ae_title)
        try:
            keeper.index.count_studies(keeper.name)
            is_read_only = keeper.storage.is_read_only
            if not os.access(keeper.storage.folder, (os.R_OK if is_read_only else os.W_OK) | os.X_OK):
                raise PermissionError(f"the folder cannot be {'read' if is_read_only else 'written'}")
        except (DicomdeskError, OSError) as error:
            found[ae_title] = str(error)
        else:
            found[ae_title] = "ok"
    return found


def _gauge(name: str, text: str, rows: Sequence[tuple[Labels, float]]) -> list[str]:
    return [*_head(name, text, "gauge"), *(_line(name, labels, value) for labels, value in rows)]


def _head(name: str, text: str, kind: str) -> list[str]:
    return [f"# HELP dicomdesk_{name} {text}", f"# TYPE dicomdesk_{name} {kind}"]


def _line(name: str, labels: Labels, value: float) -> str:
    shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return f"dicomdesk_{name}{'{' + shown + '}' if shown else ''} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class MetricsServer:
    """HTTP server on a port of loopback, each request on a thread of its own, from ``start`` to ``close``."""

    def __init__(self, metrics: Metrics, archive: Archive, port: int) -> None:
        """``port`` 0 takes a free one. Raises PortInUseError."""
        try:
            self._server = _Server((_LOOPBACK, port), metrics, archive)
        except OSError as error:
            raise PortInUseError(f"Cannot listen on {_LOOPBACK}, port {port}: {error.strerror}") from error
        self.port: int = self._server.server_address[1]
        self._thread: threading.Thread | None = None

    def start(self, start_thread: ThreadStarter) -> None:
        """Begin to answer."""
        self._thread = start_thread("archive-metrics", self._server.serve_forever)

    def close(self) -> None:
        """Answer no more."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = _MOST_REQUESTS

    def __init__(self, address: tuple[str, int], metrics: Metrics, archive: Archive) -> None:
        self.metrics = metrics
        self.archive = archive
        self._places = threading.BoundedSemaphore(_MOST_REQUESTS)
        super().__init__(address, _Handler)

    def process_request(self, request: _Request, client_address: Any) -> None:
        """Answer on a thread of its own, unless too many are answered already."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started
            self._places.release()
            raise

    def process_request_thread(self, request: _Request, client_address: Any) -> None:
        """See the library."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: _Request, client_address: Any) -> None:  # noqa: ARG002 - as the library has it
        """Say nothing of who hangs up before the answer, and log what is our fault."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            logger.error("A request for metrics failed by a defect: %r", error)


class _Handler(BaseHTTPRequestHandler):
    timeout = _REQUEST_TIMEOUT_S
    server_version = "dicomdesk"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        """Answer one request."""
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._answer(200, _TEXT, metrics_text(self.server.metrics, self.server.archive))
        elif path == "/health":
            areas = health(self.server.archive)
            is_well = all(state == "ok" for state in areas.values())
            body = json.dumps({"status": "ok" if is_well else "failed", "areas": areas})
            self._answer(200 if is_well else 503, "application/json", body + "\n")
        else:
            self._answer(404, _TEXT, "There are /metrics and /health.\n")

    def _answer(self, code: int, content_type: str, body: str) -> None:
        data = body.encode()
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Write nothing: scrapers come every few seconds."""

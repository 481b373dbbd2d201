import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, ItemStarted, JobOutcome, ListenerStarted
from tests.helpers.jobs.receiving import receive_request
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import send_request, write_instances
from tests.helpers.peers.fake_peer import FakePeer, Silence, Status


def test_closing_cancels_all_jobs_and_joins_their_threads(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    write_instances(tmp_path, 3)
    go_on, waited = threading.Event(), list[bool]()
    engine = Engine()
    with FakePeer(stores=[Status()]) as peer:
        receive_job = engine.submit(receive_request(tmp_path), EventRecorder())
        slow = EventRecorder(lambda _event: waited.append(go_on.wait(DEADLINE_S)))
        send_job = engine.submit(send_request(peer.port, [tmp_path]), slow)
        closer = threading.Thread(target=engine.close)
        closer.start()
        go_on.set()
        closer.join(DEADLINE_S)
        assert not closer.is_alive()
        assert receive_job.done.done()
        assert send_job.done.done()
    assert not set(threading.enumerate()) - before


def test_closing_with_abort_does_not_wait_for_a_peer(tmp_path: Path) -> None:
    write_instances(tmp_path, 2)
    recorder = EventRecorder()
    with FakePeer(stores=[Silence()]) as peer:
        engine = Engine()
        job = engine.submit(send_request(peer.port, [tmp_path]), recorder)
        recorder.wait_for(ItemStarted)
        engine.close(abort=True)
        assert job.done.result(0).outcome is JobOutcome.CANCELLED


def test_a_closed_engine_takes_no_jobs(tmp_path: Path) -> None:
    recorder = EventRecorder()
    with Engine() as engine:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        engine.submit(send_request(1, [tmp_path]), recorder)
    with pytest.raises(RuntimeError, match="closed"):
        engine.submit(receive_request(tmp_path), recorder)
    assert recorder.events == []


def test_a_receiver_that_comes_too_late_listens_no_more(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    engine = Engine()
    ports: list[int] = []

    def close_at_once(event: Event) -> None:
        if isinstance(event, ListenerStarted):
            ports.append(event.port)
            engine.close()

    with pytest.raises(RuntimeError, match="closed"):
        engine.submit(receive_request(tmp_path), close_at_once)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ports[0]), DEADLINE_S)
    assert not set(threading.enumerate()) - before


def test_threads_have_the_name_of_their_job(tmp_path: Path) -> None:
    with Engine() as engine:
        job = engine.submit(receive_request(tmp_path), EventRecorder())
        assert f"dicomdesk-{job.id}" in {thread.name for thread in threading.enumerate()}
        job.cancel()


def test_jobs_run_beside_each_other(tmp_path: Path) -> None:
    write_instances(tmp_path, 5)
    with FakePeer() as peer, Engine() as engine:
        jobs = [engine.submit(send_request(peer.port, [tmp_path]), EventRecorder()) for _ in range(4)]
        results = [job.done.result(DEADLINE_S) for job in jobs]
    assert [result.outcome for result in results] == [JobOutcome.COMPLETED] * 4
    assert len({job.id for job in jobs}) == 4


def test_only_the_module_of_the_job_that_is_asked_for_is_imported() -> None:
    program = """
import sys
from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.settings import Peer

request = SendRequest(peer=Peer(host="localhost", port=1), inputs=InputSelection(paths=()))
assert not [name for name in sys.modules if name.startswith(("dicomdesk.network", "dicomdesk.engine.events"))]
with Engine() as engine:
    engine.submit(request, lambda event: None)
print(*(name for name in sys.modules if name.startswith("dicomdesk.engine.")))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    imported = set(done.stdout.split())
    assert "dicomdesk.engine.send.planned_send" in imported
    rooms = ("receive", "check", "preflight", "send_exactly")
    assert not [name for name in imported if name.split(".")[2] in rooms]

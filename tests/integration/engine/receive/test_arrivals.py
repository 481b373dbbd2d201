"""What is acknowledged is there, whole, wherever the process is killed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

_RECEIVER = """
import os, signal, sys
from pathlib import Path
from dicomdesk.atomic_file import AtomicFile
from dicomdesk.engine.receive.arrivals import ArrivalHandler
from dicomdesk.engine.receive.placement import Placement
from dicomdesk.engine.receive.request import Storage, StorageMode
from dicomdesk.network.dimse.command_sets import read_command_set
from dicomdesk.network.dimse.store_reception import IncomingStoreObserver, StoreReception
from tests.helpers.peers.requestors import store_command
from tests.helpers.peers.scripted_exchange import established
from tests.unit.network.dimse.test_store_reception import CONTEXT

folder, size, moment = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

placement = Placement(Storage(folder=folder))
handler = ArrivalHandler(placement, StorageMode.BIT_PRESERVING, begun=lambda _: None, discarded=lambda _: None)
stores = StoreReception(established(CONTEXT), handler, IncomingStoreObserver(), lambda _: os.write(1, b"answered\\n"))
for number in range(5):
    sink = stores.begin(CONTEXT, read_command_set(store_command(f"1.2.{number}")))
    if number == 3:
        setattr(AtomicFile, moment, kill)
    sink.write([memoryview(bytes(size))])
    stores.finish(sink)
"""


@pytest.mark.long
@pytest.mark.parametrize(("moment", "acknowledged"), [("publish", 3), ("close", 4), ("__init__", 4)])
def test_killed_before_or_after_the_answer_all_that_was_acknowledged_is_there(
    tmp_path: Path, moment: str, acknowledged: int
) -> None:
    size = 9000
    command = [sys.executable, "-c", _RECEIVER, str(tmp_path), str(size), moment]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert done.stdout == b"answered\n" * acknowledged
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [f"CT.1.2.{number}" for number in range(acknowledged)]
    assert len({file.stat().st_size for file in files}) == 1
    assert files[0].stat().st_size > size

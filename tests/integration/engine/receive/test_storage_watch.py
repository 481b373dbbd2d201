import shutil
from pathlib import Path

from dicomdesk.engine.events import ItemFinished, StorageChanged, StorageState
from dicomdesk.network.status import Status
from tests.helpers.data.datasets import Builder
from tests.helpers.jobs.receiving import receiving
from tests.helpers.peers.requestors import connected


def test_a_folder_that_vanishes_is_said_at_once_and_receiving_goes_on_when_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with receiving(folder) as running, connected(running.port) as requestor:
        requestor.associate()
        assert requestor.store("1.2.3", [Builder().instance(sop_instance_uid="1.2.3")]) == 0
        shutil.rmtree(folder)
        assert requestor.store("1.2.4", [Builder().instance(sop_instance_uid="1.2.4")]) == Status.OUT_OF_RESOURCES
        gone = running.events.wait_for(StorageChanged)
        assert (gone.state, gone.folder, gone.free_bytes) == (StorageState.GONE, str(folder), None)
        assert "bring back the folder" in gone.advice
        folder.mkdir()
        running.events.wait_for(StorageChanged, 2)
        assert requestor.store("1.2.4", [Builder().instance(sop_instance_uid="1.2.4")]) == 0
        running.events.wait_for(ItemFinished, 3)
        requestor.release()
    assert [event.state for event in running.events.of(StorageChanged)] == [StorageState.GONE, StorageState.OK]


def test_little_room_is_a_warning_and_no_failure(tmp_path: Path) -> None:
    with receiving(tmp_path, low_free_bytes=1 << 62) as running, connected(running.port) as requestor:
        low = running.events.wait_for(StorageChanged)
        requestor.associate()
        assert requestor.store("1.2.3", [Builder().instance(sop_instance_uid="1.2.3")]) == 0
        requestor.release()
    assert low.state is StorageState.LOW
    assert low.free_bytes
    assert len(running.events.of(StorageChanged)) == 1

"""The small modules of the room."""

import shlex
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.journal.records import (
    ErrandRecord,
    InstanceRecord,
    InstanceState,
)
from dicomdesk.engine.outbox.facts import RunStarted
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.stats import Progress
from dicomdesk.gui.sending.command import MOST_FILES, command_line, folders_of
from dicomdesk.gui.sending.gauges import Gauges
from dicomdesk.gui.sending.listing import key_of
from dicomdesk.gui.sending.natural import natural_key
from dicomdesk.gui.sending.queue import SendQueue
from dicomdesk.gui.sending.skipped import SkippedGroupNode
from tests.helpers.window import scenes
from tests.helpers.window.errands import begin, hand_over
from tests.helpers.window.outlines import PlainOutline

PEER = KnownPeer(name="Main", ae_title="PACS", host="pacs.example", port=104)
AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
ERRAND = ErrandRecord(id=3, title="DOE, JANE", peer="Main", added_at=AT, settings={"calling_ae_title": "WS1"})


def found(*paths: str) -> list[FoundInstance]:
    header = scenes.header(scenes.JANE, ("1", "Axial", "CT"), 1)
    return [FoundInstance(path=path, header=header) for path in paths]


def record(number: int, state: InstanceState, **more: object) -> InstanceRecord:
    (instance,) = found(f"/data/{number}")
    return InstanceRecord(errand_id=3, number=number, found=instance, state=state, **more)  # type: ignore[arg-type] # fields of a test


def test_names_are_sorted_as_people_do() -> None:
    names = ["IMG10", "img2", "IMG1", "a", "IMG02b", ""]
    assert sorted(names, key=natural_key) == ["", "a", "IMG1", "img2", "IMG02b", "IMG10"]


@given(st.lists(st.text()))
def test_any_names_have_an_order(names: list[str]) -> None:
    backwards = names[::-1]
    assert sorted(backwards, key=natural_key) == sorted(names, key=natural_key)


def test_a_command_names_peer_titles_and_files() -> None:
    words = shlex.split(command_line(PEER, "WS1", found("/data/a b", "/data/c", "/data/c"), is_lossy=True))
    assert words[:6] == ["dicomdesk", "dcmsend", "--aetitle", "WS1", "--call", "PACS"]
    assert words[6:] == ["--decompress-lossy", "pacs.example", "104", "/data/a b", "/data/c"]


def test_a_command_names_folders_where_there_are_many_files_and_never_a_secret() -> None:
    paths = [f"/data/{folder}/{number}" for folder in "ab" for number in range(MOST_FILES)]
    secure = KnownPeer(name="S", ae_title="S", host="h", port=1, security=PeerSecurity(uses_tls=True))
    words = shlex.split(command_line(secure, "WS1", found(*paths), is_lossy=False))
    assert words[-4:] == ["h", "1", "/data/a", "/data/b"]
    assert "--anonymous-tls" in words
    assert folders_of(["/a/b/1", "/a/2", "/a/c/d/3", "/ab/4"]) == ["/a", "/ab"]


def test_an_instance_is_known_again_by_its_place_and_uid() -> None:
    one, other = (scenes.header(scenes.JANE, ("1", "Axial", "CT"), number) for number in (1, 2))
    keys = [
        key_of(FoundInstance(path=path, archive_member=member, header=header))
        for path, member, header in (
            ("/data/a.zip", "x", one),
            ("/data/a.zip", "x", replace(one, data_set_length=9)),
            ("/data/a.zip", "y", one),
            ("/data/b.zip", "x", one),
            ("/data/a.zip", "x", other),
        )
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


def test_gauges_of_a_row_that_is_not_loaded_are_its_own() -> None:
    queue, gauges = SendQueue(PlainOutline()), None
    queue.add(found("/data/1", "/data/2"))
    (study,) = hand_over(queue)
    study.is_loaded = False
    gauges = Gauges(queue)
    gauges.begin(RunStarted(job_id="j", peer="PACS", errand_ids=(1,)))
    begin(queue, study, 0)
    gauges.show({"j": Progress(bytes_done=10, bytes_per_s=5.0)})
    assert (study.rate, study.bytes_on_wire, study.is_active) == (5.0, 10, True)


def test_skipped_inputs_have_a_word_for_each_column() -> None:
    group = SkippedGroupNode()
    group.add("/data/notes.txt", "Not DICOM")
    (row,) = group.fetch(5)
    assert row.text(0) == "notes.txt"
    assert all(isinstance(row.sort_value(column), str | float) for column in range(9))

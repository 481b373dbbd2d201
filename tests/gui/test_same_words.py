"""A failure has the same cause and the same advice in the log of a tool, in its JSON lines, and in the window."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from dicomdesk.gui import wording
from dicomdesk.gui.panes.receive_details import describe_trouble
from tests.helpers.dcmtk.commands import EXPLANATION, ours, run
from tests.helpers.jobs.sending import write_instance
from tests.helpers.peers.fake_peer import Abort, Close, FakePeer, Status

Peer = Callable[[], AbstractContextManager[FakePeer | None]]

FAILURES: dict[str, tuple[str, Peer, str]] = {
    "refused": ("dcmsend localhost PORT ct.dcm", lambda: FakePeer(stores=[Status(0xA700)]), "item-finished"),
    "not understood": ("storescu localhost PORT ct.dcm", lambda: FakePeer(stores=[Status(0xC000)]), "item-finished"),
    "aborted": ("dcmsend localhost PORT ct.dcm", lambda: FakePeer(stores=[Abort()]), "association-aborted"),
    "lost": ("storescu localhost PORT ct.dcm", lambda: FakePeer(stores=[Close()]), "association-aborted"),
    "not DICOM": ("dcmsend localhost 1 text.txt", nullcontext, "input-skipped"),
    "missing": ("dcmsend localhost 1 none.dcm", nullcontext, "input-skipped"),
    "no folder": ("dcmrecv 0 -od none", nullcontext, "exit"),
    "no key": ("echoscu localhost 1 +tls key.pem cert.pem", nullcontext, "exit"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", FAILURES)
def test_log_json_and_window_say_the_same_of_a_failure(name: str, tmp_path: Path) -> None:
    words, peer, event = FAILURES[name]
    write_instance(tmp_path, "ct.dcm")
    (tmp_path / "text.txt").write_text("This is no DICOM file, whatever one may think of it.\n" * 10)
    with peer() as listening:
        tool, *rest = words.replace("PORT", str(listening.port if listening is not None else 1)).split()
        done = run(ours(tool), *rest, "--json", folder=tmp_path)
    told = [json.loads(line) for line in done.out.splitlines()]
    found = [one for one in told if one["event"] == event][-1]
    reason = found.get("reason") or found["error"]
    assert found["cause"]
    assert found["advice"]
    log = [line for line in done.err.splitlines() if line.startswith(EXPLANATION)]
    window = describe_trouble(reason).text + wording.explained(reason)
    for said in (found["cause"], found["advice"]):
        assert any(said in line for line in log), (said, log)
        assert said in window

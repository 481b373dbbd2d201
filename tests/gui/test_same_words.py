"""A failure has the same cause and the same advice in the log of a tool, in its JSON lines, and in the window."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from dicomdesk.gui import wording
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.panes.receive_details import describe_trouble
from tests.helpers.dcmtk.commands import EXPLANATION, ours, run
from tests.helpers.jobs.sending import write_instance
from tests.helpers.peers.fake_peer import Abort, Accept, Close, FakePeer, Reject, Status
from tests.helpers.window.sending import WaitUntil, add, to, write_studies

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


SENT: dict[str, tuple[Callable[[], FakePeer], str]] = {
    "refused": (lambda: FakePeer(stores=[Status(0xA700)]), "item-finished"),
    "aborted": (lambda: FakePeer(stores=[Abort()]), "association-aborted"),
    "rejected": (lambda: FakePeer(associate=[Reject(1, 1, 3)] * 3), "association-failed"),
    "not taken": (lambda: FakePeer(associate=[Accept(refuse_all=True)] * 3), "item-finished"),
}


@pytest.mark.parametrize("name", SENT)
def test_window_shows_what_log_and_json_of_a_tool_say(
    name: str, window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    make_peer, event = SENT[name]
    write_studies(tmp_path / "out", 1)
    with make_peer() as peer:
        words = ["-aet", "WS1", "-aec", "PACS", "127.0.0.1", str(peer.port), str(tmp_path / "out" / "0-0")]
        done = run(ours("dcmsend"), "--json", *words)
        told = next(one for one in map(json.loads, done.out.splitlines()) if one["event"] == event)
        (study,) = add(window, tmp_path / "out", wait_until)
        to(window, peer)
        window.send.header.primary.click()

        def is_shown() -> bool:
            window.send.list.view.clearSelection()
            window.send.list.view.select_node(study)
            return bool(told["cause"] and told["advice"]) and all(
                said in shown(window) for said in (told["cause"], told["advice"])
            )

        wait_until(is_shown)
    log = "".join(line for line in done.err.splitlines() if line.startswith(EXPLANATION))
    of_log = log.replace(f" PACS (127.0.0.1:{peer.port})", "")  # the peer is named there, in the window above
    assert told["cause"] in of_log
    assert told["advice"] in of_log


def shown(window: MainWindow) -> str:
    """What stands in the strip below the list, where it can be seen."""
    labels = window.send.details.findChildren(QLabel)
    return " ".join(label.text() for label in labels if label.isVisibleTo(window))

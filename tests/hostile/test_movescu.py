"""Whoever calls at the listener of a C-MOVE, what the peer sends there is stored, and the tool ends."""

import re
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from tests.helpers.dcmtk.commands import ours
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response
from tests.helpers.peers.requestors import connected
from tests.helpers.processes import tool_process
from tests.hostile.acceptor_kinds import ANY_ACCEPTOR
from tests.hostile.kinds import PATIENT, SENDER, Kind, ct_image
from tests.hostile.steps import call
from tests.hostile.victims import BRIEF, ELSEWHERE

DEADLINE_S = 60.0
CALLERS = 40
PAUSE_S = 0.3
"""Between pending responses, without which the tool would not wait so long."""
KEYS = ("-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3")
GOOD_UID = "1.2.826.0.1.3680043.9.9999.77"
_LINE = re.compile(r"[FEWI]: [^\x00-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]*")
_NAME = re.compile(r"[A-Za-z0-9]+\.[A-Za-z0-9._-]{1,120}")


@pytest.mark.long
def test_strangers_at_the_listener_take_nothing_from_a_retrieval(tmp_path: Path) -> None:
    port, unended = free_port(), set[str]()

    def visit(kind: Kind) -> None:
        call(port, kind.steps)

    def move(asked: Asked, message: Message) -> None:
        with ThreadPoolExecutor(CALLERS) as callers:
            visits = {callers.submit(visit, kind): kind.name for kind in ANY_ACCEPTOR}
            with connected(port) as requestor:
                requestor.associate(SENDER)
                assert requestor.store(GOOD_UID, [ct_image(GOOD_UID)]) == 0
                requestor.release()
            waiting = set(visits)
            while waiting:
                asked.send(response(message, 0xFF00, x1020=1, x1021=0, x1022=0, x1023=0))
                waiting = wait(waiting, PAUSE_S).not_done
            unended.update(name for visited, name in visits.items() if visited.exception() is not None)
        asked.send(response(message, 0, x1021=1, x1022=0, x1023=0))

    with AnsweringPeer(move) as peer:
        command = [*ours("movescu"), *BRIEF, *KEYS, "+P", str(port), "127.0.0.1", str(peer.port)]
        done = tool_process.run(command, env=tool_process.environment(), cwd=tmp_path, timeout=DEADLINE_S)
    assert unended == set()
    assert peer.events == ["released"]
    told = done.stderr.decode(errors="replace")
    assert done.returncode == 0, told[-2000:]
    assert done.stdout == b""
    assert not [line for line in told.split("\n") if line and not _LINE.fullmatch(line)]
    assert not any(part in told for part in ("Traceback", "fault of this program", *PATIENT.split("^")))
    names = {path.name for path in tmp_path.iterdir()}
    assert f"CT.{GOOD_UID}" in names
    assert [name for name in names if not _NAME.fullmatch(name)] == []
    assert not ELSEWHERE.exists()

"""A window that is killed in mid-send again and again: what is lost, and what is sent twice."""

import json
import random
import tempfile
import time
from datetime import datetime
from pathlib import Path

from benchmark.gui.profiles import begin, profile
from benchmark.processes import OURS, free_port, running
from benchmark.rows import PDU

_SOONEST_S, _LATEST_S = 0.05, 0.4
"""How long it sends before it is killed."""
_LAST_S = 0.2
"""Of what was sent in so long before it was killed the journal may not know yet."""
_DEADLINE_S = 120
_BEGUN_BYTES = 8000
"""More than a receiver tells before instances arrive."""
_PROBE = "benchmark.gui.probe"


def killed(load: Path, times: int, folder: Path) -> dict[str, float]:
    """Send with the window, killed at most so many times; counts of what was lost, and sent twice, and that too early.

    Each window after the first takes up by itself what the one before has not finished.
    """
    wanted = len(list(load.iterdir()))
    chance = random.Random(1)
    port = free_port()
    with profile(folder, port) as found, tempfile.TemporaryDirectory(dir=folder) as name:
        told = Path(name) / "told.jsonl"
        command = [OURS, "dcmrecv", *PDU, "--accept-all", "--ignore", "--json", "-od", name, str(port)]
        with open(told, "wb") as output, running(command, port, output):
            ends: list[float] = []
            given = str(load)
            while len(ends) < times and (end := _kill_in_mid_send(found, given, told, chance)):
                ends.append(end)
                given = ""
            with begin(found, _PROBE, "send_until_killed", given) as last:
                _, trouble = last.communicate(timeout=_DEADLINE_S)
        if last.returncode:
            raise RuntimeError(f"the last window ended with {last.returncode}: {trouble[-2000:]}")
        arrived = _arrivals(told)
    again = [sent for sent in arrived.values() if len(sent) > 1]
    late = sum(not any(end - _LAST_S <= sent[0] <= end + _LAST_S for end in ends) for sent in again)
    return {"kills": len(ends), "lost": wanted - len(arrived), "twice": len(again), "late": late}


def _kill_in_mid_send(found: Path, given: str, told: Path, chance: random.Random) -> float:
    """Begin, wait until something arrives and a moment more, kill; when, 0 where it was over before."""
    size = told.stat().st_size
    with begin(found, _PROBE, "send_until_killed", given) as process:
        until = time.monotonic() + _DEADLINE_S
        while told.stat().st_size < size + _BEGUN_BYTES and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.uniform(_SOONEST_S, _LATEST_S))
        is_running = process.poll() is None
        killed_at = time.time()
        process.kill()
    return killed_at if is_running else 0.0


def _arrivals(told: Path) -> dict[str, list[float]]:
    """When each instance arrived, by its UID."""
    found: dict[str, list[float]] = {}
    for line in told.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if event["event"] == "item-finished":
            found.setdefault(event["sop_instance_uid"], []).append(datetime.fromisoformat(event["at"]).timestamp())
    return found

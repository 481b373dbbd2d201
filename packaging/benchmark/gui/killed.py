"""A sender with a journal that is killed in mid-send again and again: what is lost, and what is sent twice."""

import json
import random
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmark.processes import FASTEST, OURS, free_port, running
from benchmark.rows import PDU

_SOONEST_S, _LATEST_S = 0.05, 0.4
"""How long it sends before it is killed."""
_LAST_S = 0.2
"""Of what was sent in so long before it was killed the journal may not know yet."""
_DEADLINE_S = 60
_BEGUN_BYTES = 8000
"""More than a receiver tells before instances arrive."""


def killed(load: Path, times: int, folder: Path) -> dict[str, float]:
    """Send with a journal, killed at most so many times; counts of what was lost and sent twice, and what may be."""
    port = free_port()
    wanted = len(list(load.iterdir()))
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = Path(name)
        (place / "received").mkdir()
        told = place / "told.jsonl"
        command = [OURS, "dcmrecv", *PDU, "--accept-all", "--json", "-od", str(place / "received"), str(port)]
        with open(told, "wb") as output, running(command, port, output):
            journal = str(place / "journal.sqlite")
            first = [OURS, "dcmsend", *PDU, "--journal", journal, "+sd", "+r", "127.0.0.1", str(port), str(load)]
            again = [OURS, "resume", "--journal", journal]
            kills = 0
            step = first
            while kills < times and _killed_in_mid_send(step, told):
                kills += 1
                step = again
            subprocess.run(again, env=FASTEST, capture_output=True, timeout=_DEADLINE_S, check=False)
        arrived = Counter(_uids(told))
    twice = sum(count - 1 for count in arrived.values())
    return {"kills": kills, "lost": wanted - len(arrived), "twice": twice, "may": kills * _LAST_S * _RATE}


_RATE = 5000
"""Objects a second, about."""


def _killed_in_mid_send(command: list[str], told: Path) -> bool:
    """Begin, wait until something arrives and a moment more, kill; False where it was over before."""
    size = told.stat().st_size
    with subprocess.Popen(command, env=FASTEST, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + _DEADLINE_S
        while told.stat().st_size < size + _BEGUN_BYTES and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(random.uniform(_SOONEST_S, _LATEST_S))
        is_running = process.poll() is None
        process.kill()
    return is_running


def _uids(told: Path) -> list[str]:
    lines = (json.loads(line) for line in told.read_text(encoding="utf-8").splitlines())
    return [line["sop_instance_uid"] for line in lines if line["event"] == "item-finished"]

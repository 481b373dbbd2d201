"""How much longer a good transfer takes among hostile peers: ``python -m tests.hostile.crowd PORT``.

Prints milliseconds: the median of transfers of a new instance of 9 KB, association and all, while nine peers do their
worst, less the median of transfers alone. The peers run in a process of their own,
``python -m tests.hostile.crowd PORT peers``, until its standard input ends.
"""

import contextlib
import itertools
import os
import statistics
import subprocess
import sys
import threading
from pathlib import Path
from time import perf_counter

from tests.helpers.peers.requestors import connected
from tests.hostile.acceptor_kinds import ANY_ACCEPTOR
from tests.hostile.kinds import SENDER, Kind, ct_image
from tests.hostile.steps import call

WORST = (
    "five thousand contexts",
    "ten thousand items without meaning",
    "thousands of PDUs with an empty value",
    "thousands of values of one byte",
    "echoes without end, answers unread",
    "sequences 20,000 deep",
    "command set that never ends",
    "an element ten thousand times",
    "a store again and again",
)
"""Those that cost an acceptor most."""
TRANSFERS = 40
_PROJECT = Path(__file__).resolve().parents[2]


_NUMBERS = itertools.count(1)


def _transfer_ms(port: int) -> float:
    uid = f"1.2.826.0.1.{os.getpid()}.{next(_NUMBERS)}"
    data = ct_image(uid)
    started = perf_counter()
    with connected(port) as requestor:
        requestor.associate(SENDER)
        assert requestor.store(uid, [data]) == 0
        requestor.release()
    return (perf_counter() - started) * 1000


def _median_ms(port: int) -> float:
    return statistics.median(_transfer_ms(port) for _ in range(TRANSFERS))


def _measure(port: int) -> None:
    _median_ms(port)
    alone = _median_ms(port)
    command = [sys.executable, "-m", "tests.hostile.crowd", str(port), "peers"]
    peers = subprocess.Popen(command, cwd=_PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert peers.stdout is not None
    peers.stdout.readline()
    crowded = _median_ms(port)
    peers.communicate()
    sys.stdout.write(f"{crowded - alone}\n")


def _be_nine(port: int) -> None:
    kinds = [kind for kind in ANY_ACCEPTOR if kind.name in WORST]
    assert len(kinds) == len(WORST)
    over = threading.Event()

    def again_and_again(kind: Kind) -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                call(port, kind.steps)

    threads = [threading.Thread(target=again_and_again, args=(kind,)) for kind in kinds]
    for thread in threads:
        thread.start()
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        _be_nine(int(sys.argv[1]))
    else:
        _measure(int(sys.argv[1]))

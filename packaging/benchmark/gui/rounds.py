"""The window begun, used and closed so many times in one process: python -m benchmark.gui.rounds COUNT.

It prints as JSON how many threads, files, sockets and widgets there are more than after the first time.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import qasync

from dicomdesk.gui.app import make_application
from tests.helpers.window.rounds import held, live_once, sending_to_itself


def main() -> None:
    """Run."""
    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory() as name:
        use = sending_to_itself(Path(name) / "study")
        live_once(application, loop, use)
        before, started = held(), time.perf_counter()
        for _ in range(int(sys.argv[1])):
            live_once(application, loop, use)
        after = held()
        more = after.files - before.files
    figures = {
        "threads": len(after.threads - before.threads),
        "files": sum(more.values()) - more["socket:"],
        "sockets": more["socket:"],
        "widgets": after.widgets - before.widgets,
        "seconds": time.perf_counter() - started,
    }
    print(json.dumps(figures), flush=True)
    os._exit(0)  # a process that was only for this needs no orderly end


if __name__ == "__main__":
    main()

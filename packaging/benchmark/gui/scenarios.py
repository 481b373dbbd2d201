"""What is done with the window while something is measured. Each takes the window and returns figures."""

import asyncio
import contextlib
import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Qt, QTimer

from benchmark.gui.stalls import Stalls
from benchmark.processes import cpu_seconds
from dicomdesk.engine.events import AssociationAccepted
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.outline.states import ItemState

Figures = dict[str, float]
_LOOK_S = 0.02
_SETTLED_S = 0.5
_ANOTHER_VIEW_S = 0.5
_LISTED_S = 20.0
"""In so long a journal is listed."""
_SETTLED_S = 5.0
"""After so long without anything a window is idle."""
_HERE = Path(__file__).parents[2]


class Painted(NamedTuple):
    """When the window was painted for the first time."""

    at: float
    """By the monotonic clock."""
    cpu_s: float
    """What the process had used until then."""


async def start(window: MainWindow, painted: Painted, spawned_at: str, studies: str = "0") -> Figures:
    """From the start of the process to the first paint, and until so many studies of the journal are listed."""
    await _until(lambda: len(window.send.flow.queue.studies) >= int(studies))
    listed_at = time.monotonic()
    return {
        "seconds": painted.at - float(spawned_at),
        "cpu": painted.cpu_s,
        "listed": listed_at - float(spawned_at),
    }


async def receive(window: MainWindow, _painted: Painted, senders: str, count: str, rate: str) -> Figures:
    """So many senders at so many objects a second in all, while its user goes from view to view."""
    port = await _listen(window)
    each, pace = int(count) // int(senders), float(rate) / int(senders)
    commands = [
        _python("benchmark.gui.paced_sender", port, each, pace, number) for number in range(1, int(senders) + 1)
    ]
    return await _while_sent_to(window, commands, int(count))


async def receive_from_dcmsend(window: MainWindow, _painted: Painted, count: str, *command: str) -> Figures:
    """From DCMTK's dcmsend; PORT in the command stands for the port."""
    port = await _listen(window)
    return await _while_sent_to(window, [[part.replace("PORT", str(port)) for part in command]], int(count))


async def send(window: MainWindow, _painted: Painted, port: str, folder: str, count: str) -> Figures:
    """A folder to a peer."""
    window.send.header.peer_entry.port.setText(port)
    await _add(window, folder, int(count))
    stalls, started = Stalls(), time.perf_counter()
    stalls.begin()
    window.send.header.primary.click()
    await _until(lambda: _sent(window) >= int(count))
    return {"seconds": time.perf_counter() - started, **stalls.end()}


async def throughput(window: MainWindow, _painted: Painted, port: str, folder: str, count: str) -> Figures:
    """The same: seconds from the first association's acceptance, and from the click, until every row says stored."""
    accepted: list[float] = []

    def take(arrivals: list[Arrival[object]]) -> None:
        accepted.extend(each.at for each in arrivals if isinstance(each.event, AssociationAccepted))

    window.send._session.sent.arrived.connect(take)
    window.send.header.peer_entry.port.setText(port)
    await _add(window, folder, int(count))
    await asyncio.sleep(_SETTLED_S)
    clicked = time.time()
    window.send.header.primary.click()
    await _until(lambda: _sent(window) >= int(count))
    return {"seconds": time.time() - accepted[0], "from the click": time.time() - clicked}


async def add(window: MainWindow, _painted: Painted, folder: str, count: str) -> Figures:
    """A folder dropped."""
    stalls, started = Stalls(), time.perf_counter()
    stalls.begin()
    await _add(window, folder, int(count))
    return {"seconds": time.perf_counter() - started, **stalls.end()}


async def queue(window: MainWindow, _painted: Painted, folder: str, count: str, depth: str) -> Figures:
    """What is done with a long queue, opened so many levels deep: each until all of it is drawn."""
    await _add(window, folder, int(count))
    view, filters = window.send.list.view, window.send.list.filters
    view.expandToDepth(int(depth))
    await asyncio.sleep(0.5)
    gc.collect()
    steps: dict[str, Callable[[], object]] = {
        "filter by state": lambda: filters.chips.choose(2),
        "all again": lambda: filters.chips.choose(0),
        "search": lambda: filters.search.setText("load"),
        "no search": lambda: filters.search.setText(""),
        "sort": lambda: view.sortByColumn(0, Qt.SortOrder.DescendingOrder),
        "sort by size": lambda: view.sortByColumn(3, Qt.SortOrder.AscendingOrder),
        "scroll": lambda: view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2),
        "scroll to the end": view.scrollToBottom,
        "select all": view.selectAll,
    }
    figures: Figures = {}
    stalls = Stalls()
    stalls.begin()
    for name, step in steps.items():
        figures[name] = await _until_drawn(step)
        await asyncio.sleep(0.2)
    return figures | stalls.end()


async def _until_drawn(step: Callable[[], object]) -> float:
    """Do something that is drawn then; milliseconds. Outside of any coroutine, so that others can go on meanwhile."""
    drawn: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def draw() -> None:
        started = time.perf_counter()
        step()
        for _ in range(3):
            QCoreApplication.processEvents()
        drawn.set_result((time.perf_counter() - started) * 1000)

    QTimer.singleShot(0, draw)
    return await drawn


async def archive(window: MainWindow, _painted: Painted, folder: str, typed: str) -> Figures:
    """An archive is searched key by key, each when the one before is drawn, and sorted."""
    stalls = Stalls()
    stalls.begin()
    window.open_view("archive")
    pane, started = window.archive, time.perf_counter()
    pane.choice.open(folder)
    await _until(lambda: pane.access.is_open and not pane.found.is_asking)
    opened, opening = time.perf_counter() - started, stalls.end()["worst_ms"]
    stalls.begin()
    keys = [await _answered(window, typed[:length]) for length in range(1, len(typed) + 1)]
    keys += [await _answered(window, typed[:length]) for length in range(len(typed) - 1, -1, -1)]
    pane.list.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    await _until(lambda: not pane.found.is_asking)
    figures = {
        "opened": opened,
        "opening_ms": opening,
        "median_key_ms": statistics.median(keys),
        "worst_key_ms": max(keys),
    }
    return figures | stalls.end()


async def _answered(window: MainWindow, text: str) -> float:
    """Type, and wait until the rows are drawn; milliseconds."""
    found, started = window.archive.found, time.perf_counter()
    window.archive.filters.search.setText(text)
    while found.is_asking:  # noqa: ASYNC110 - the window must not be told of being looked at
        await asyncio.sleep(0.001)
    await _until_drawn(window.archive.list.viewport().update)
    return (time.perf_counter() - started) * 1000


async def memory(window: MainWindow, _painted: Painted, folder: str, count: str) -> Figures:
    """So many received and as many queued, and then a fifth more received; each time once all is calm."""
    port = await _listen(window)
    fifth = int(count) // 5
    sender = _python("benchmark.gui.paced_sender", port, fifth, 1e9)
    empty = _resident_mb()
    await _add(window, folder, int(count))
    for number in range(5):
        await _while_sent_to(window, [[*sender, str(number), "128"]], fifth)
    await asyncio.sleep(_SETTLED_S)
    full = _resident_mb()
    await _while_sent_to(window, [[*sender, "5", "128"]], fifth)
    await asyncio.sleep(_SETTLED_S)
    return {"empty": empty, "full": full, "after": _resident_mb()}


async def idle(window: MainWindow, _painted: Painted, seconds: str) -> Figures:
    """Listening, and nobody comes; share of a core."""
    await _listen(window)
    await asyncio.sleep(_SETTLED_S)
    before = _cpu_seconds_of_all()
    await asyncio.sleep(float(seconds))
    return {"percent": (_cpu_seconds_of_all() - before) / float(seconds) * 100}


async def send_until_killed(window: MainWindow, _painted: Painted, folder: str) -> Figures:
    """Add a folder and send it; without a folder what was not finished goes on by itself. Over when nothing is left."""
    flow = window.send.flow
    if folder:
        await _add(window, folder, 1)
        await _until(lambda: not flow.is_scanning)
        window.send.header.primary.click()
    with contextlib.suppress(TimeoutError):  # where all was sent before
        async with asyncio.timeout(_LISTED_S):
            await _until(lambda: window.send.unfinished()[1] > 0)
    await _until(lambda: window.send.unfinished()[1] == 0)
    return {"left": float(window.send.unfinished()[1])}


async def use(_window: MainWindow, _painted: Painted) -> Figures:
    """What a process holds after it was used."""
    return {"threads": len(os.listdir("/proc/self/task")), "files": len(os.listdir("/proc/self/fd"))}


async def complete(window: MainWindow) -> None:
    """Wait until all views are built, and what follows that is over."""
    await _until(lambda: not window._all.lacking() and window.send._session.outbox.is_open)
    await asyncio.sleep(_SETTLED_S)


async def _listen(window: MainWindow) -> int:
    """Listen on a free port."""
    window.receive.flow.listen(replace(window.receive.request(), port=0))
    session = window.receive._session
    await _until(lambda: session.listening_port > 0)
    return session.listening_port


async def _add(window: MainWindow, folder: str, count: int) -> None:
    window.send.list.dropped.emit([folder])
    flow = window.send.flow
    await _until(lambda: flow.queue.total >= count and not flow.is_scanning and bool(flow.ready()))


async def _while_sent_to(window: MainWindow, commands: list[list[str]], count: int) -> Figures:
    """While others send, until all has come to the views."""
    wanted = window.receive.flow.studies.instances + count
    stalls, started = Stalls(), time.perf_counter()
    senders = [await _begin(command) for command in commands]
    stalls.begin()
    task = asyncio.ensure_future(_go_from_view_to_view(window))
    await _until(lambda: window.receive.flow.studies.instances >= wanted)
    elapsed = time.perf_counter() - started
    task.cancel()
    figures = {"seconds": elapsed, **stalls.end()}
    rates = []
    for sender in senders:
        told = (await asyncio.to_thread(sender.communicate))[0].split()
        if len(told) == 2:
            rates.append(int(told[0]) / float(told[1]))
    return figures | ({"rate": sum(rates)} if rates else {})


async def _go_from_view_to_view(window: MainWindow) -> None:
    while True:
        for key in ("receive", "associations", "send"):
            window.open_view(key)
            await asyncio.sleep(_ANOTHER_VIEW_S)


async def _begin(command: list[str]) -> "subprocess.Popen[bytes]":
    return await asyncio.to_thread(subprocess.Popen, command, stdout=subprocess.PIPE, cwd=_HERE)


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - the window must not be told of being looked at
        await asyncio.sleep(_LOOK_S)


def _sent(window: MainWindow) -> int:
    counts = window.send.flow.queue.counts
    return sum(counts[state] for state in (ItemState.STORED, ItemState.WARNING))


def _cpu_seconds_of_all() -> float:
    """Of the window and of the processes that it has begun."""
    return sum(cpu_seconds(pid) for pid in _all_of_us())


def _all_of_us() -> list[int]:
    """The window's process and those that it has begun, on whichever of its threads."""
    tasks = Path("/proc/self/task").iterdir()
    begun = [int(pid) for task in tasks for pid in (task / "children").read_text(encoding="ascii").split()]
    return [os.getpid(), *begun]


def _python(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", module, *map(str, arguments)]


def _resident_mb() -> float:
    """Of the window and of the processes that it has begun; what they share is counted once."""
    gc.collect()
    told = [Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii") for pid in _all_of_us()]
    return sum(int(status.split("Pss:")[1].split()[0]) for status in told) / 1024

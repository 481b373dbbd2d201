import asyncio
import threading

import pytest

from dicomdesk.engine.events import Event, Notice, NoticeLevel
from dicomdesk.gui import event_bridge
from dicomdesk.gui.event_bridge import Arrival, Bridge
from tests.gui.conftest import Finish


def notice(number: int) -> Event:
    return Notice(job_id="j", level=NoticeLevel.INFO, text=str(number))


def texts(arrivals: list[Arrival[Event]]) -> list[str]:
    return [arrival.event.text for arrival in arrivals if isinstance(arrival.event, Notice)]


def test_events_of_many_threads_arrive_in_order_per_channel(bridge: Bridge, finish: Finish) -> None:
    channels = [bridge.channel() for _ in range(3)]
    received: list[list[str]] = [[] for _ in channels]
    batches: list[int] = []
    complete = asyncio.Event()

    def take(number: int, arrivals: list[Arrival[Event]]) -> None:
        received[number] += texts(arrivals)
        batches.append(len(arrivals))
        if all(len(found) == 1000 for found in received):
            complete.set()

    for number, channel in enumerate(channels):
        channel.arrived.connect(lambda arrivals, number=number: take(number, arrivals))
    threads = [threading.Thread(target=lambda c=c: [c.sink(notice(n)) for n in range(1000)]) for c in channels]
    for thread in threads:
        thread.start()

    async def wait() -> None:
        await complete.wait()

    finish(wait())
    for thread in threads:
        thread.join()
    assert received == [[str(n) for n in range(1000)]] * 3
    assert len(batches) < 300, "events come in batches"


async def until_set(event: asyncio.Event) -> None:
    await event.wait()


def test_slow_listeners_leave_a_turn_to_others_after_each_slice(
    bridge: Bridge, loop: asyncio.AbstractEventLoop, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_bridge, "SLICE_S", 0.0)
    monkeypatch.setattr(event_bridge, "BATCH_DELAY_S", 3600.0)
    channel = bridge.channel()
    has_begun = asyncio.Event()
    channel.arrived.connect(lambda _arrivals: has_begun.set())
    channel.sink(notice(0))
    finish(until_set(has_begun))  # what comes now is collected
    order: list[object] = []
    channel.arrived.connect(lambda arrivals: order.append(len(arrivals)))
    channel.arrived.connect(lambda _arrivals: loop.call_soon(order.append, "turn"))
    for number in range(2 * event_bridge.EVENTS_PER_SLICE + 5):
        channel.sink(notice(number))
    finish(bridge.settle())
    full = event_bridge.EVENTS_PER_SLICE
    assert order[:5] == [full, "turn", full, "turn", 5]


def test_settling_gives_what_was_collected_before_and_does_not_wait_for_what_comes_later(
    bridge: Bridge, finish: Finish
) -> None:
    channel = bridge.channel()
    received: list[str] = []

    def take(arrivals: list[Arrival[Event]]) -> None:
        received.extend(texts(arrivals))
        channel.sink(notice(99))  # each brings another one

    channel.arrived.connect(take)
    for number in range(3):
        channel.sink(notice(number))
    finish(bridge.settle())
    assert received[:3] == ["0", "1", "2"]
    channel.arrived.disconnect(take)
    bridge.close()


def test_closed_bridge_drains_and_drops(bridge: Bridge) -> None:
    channel = bridge.channel()
    received: list[str] = []
    channel.arrived.connect(lambda arrivals: received.extend(texts(arrivals)))
    channel.sink(notice(1))
    bridge.close()
    channel.sink(notice(2))
    bridge.drain()
    assert received == ["1"]


def test_sink_never_raises_when_the_loop_is_closed() -> None:
    loop = asyncio.new_event_loop()
    closed = Bridge(loop)
    channel = closed.channel()
    loop.close()
    channel.sink(notice(1))
    channel.sink(notice(2))


def test_what_comes_after_a_pause_is_given_at_once_and_what_follows_is_collected_unless_hurried(
    bridge: Bridge, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_bridge, "BATCH_DELAY_S", 3600.0)
    channel = bridge.channel()
    arrivals: asyncio.Queue[int] = asyncio.Queue()
    channel.arrived.connect(lambda batch: arrivals.put_nowait(len(batch)))

    async def wait() -> None:
        channel.sink(notice(1))
        assert await arrivals.get() == 1
        channel.sink(notice(2))
        has_turned = asyncio.Event()
        asyncio.get_running_loop().call_soon(has_turned.set)
        await has_turned.wait()
        channel.sink(notice(3))
        assert arrivals.empty()
        threading.Thread(target=channel.hurry).start()
        assert await arrivals.get() == 2

    finish(wait())


def test_what_is_reported_while_listeners_are_missing_is_given_when_they_are_there(
    bridge: Bridge, loop: asyncio.AbstractEventLoop, finish: Finish
) -> None:
    channel = bridge.channel()
    bridge.hold()
    for number in range(100):
        channel.sink(notice(number))
    channel.hurry()
    settled = loop.create_task(bridge.settle())
    heard: list[str] = []

    async def listen_late() -> None:
        done, _ = await asyncio.wait({settled}, timeout=2 * event_bridge.BATCH_DELAY_S)
        assert not done
        channel.arrived.connect(lambda arrivals: heard.extend(texts(arrivals)))
        bridge.release()
        await settled

    finish(listen_late())
    assert heard == [str(number) for number in range(100)]

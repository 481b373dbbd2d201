import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from dicomdesk.engine.check.requests import CheckRequest, EchoRequest
from dicomdesk.engine.events import JobOutcome, Notice, NoticeLevel
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, Storage
from dicomdesk.errors import DicomdeskError, PortInUseError
from dicomdesk.gui.event_bridge import Bridge
from dicomdesk.gui.session import CALM_AFTER_TICKS, SECOND_MS, TICK_MS, Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.settings import Peer
from tests.gui.conftest import KEPT, Finish, SlowEngine
from tests.helpers.peers.fake_peer import Accept, FakePeer, Hold

WaitUntil = Callable[[Callable[[], bool]], None]


def test_echo_is_answered(session: Session, finish: Finish) -> None:
    with FakePeer() as peer:
        result = finish(session.echo(EchoRequest(peer=Peer(host="127.0.0.1", port=peer.port))))
    assert result.outcome is JobOutcome.COMPLETED


def test_taken_port_is_told(
    session: Session, tasks: Tasks, wait_until: WaitUntil, finish: Finish, tmp_path: Path
) -> None:
    with FakePeer() as peer, pytest.raises(PortInUseError):
        finish(session.listen(ReceiveRequest(port=peer.port, address="127.0.0.1", storage=Storage(folder=tmp_path))))
    assert not session.is_receiving


def test_listener_stops_in_order(session: Session, tasks: Tasks, wait_until: WaitUntil, tmp_path: Path) -> None:
    task = tasks.start(
        session.listen(ReceiveRequest(port=0, acceptance=Acceptance(accept_all=True), storage=Storage(folder=tmp_path)))
    )
    assert task is not None
    wait_until(lambda: session.listening_port > 0)
    assert not session.is_busy
    session.stop_listening()
    assert session.is_stopping_receive
    wait_until(task.done)
    assert not session.is_receiving
    assert not session.is_stopping_receive


def test_nothing_begins_while_closing(session: Session, finish: Finish, tmp_path: Path) -> None:
    finish(session.shut_down())
    with pytest.raises(DicomdeskError, match="closing"):
        finish(session.listen(ReceiveRequest(port=0, storage=Storage(folder=tmp_path))))


def test_listener_that_is_being_begun_ends_with_the_window(
    bridge: Bridge, tasks: Tasks, wait_until: WaitUntil, finish: Finish, tmp_path: Path
) -> None:
    engine = SlowEngine()
    session = Session(engine, bridge, tasks)
    KEPT.append(session)
    failures: list[str] = []
    tasks.failed.connect(failures.append)
    listening = tasks.start(session.listen(ReceiveRequest(port=0, storage=Storage(folder=tmp_path))))
    wait_until(lambda: engine.asked == 1)
    closing = tasks.start(session.shut_down())
    assert listening is not None
    assert closing is not None
    session.ticked.connect(engine.may_begin.set)
    wait_until(closing.done)
    wait_until(listening.done)
    assert failures == []
    assert not session.is_receiving


def test_closing_ends_a_check(session: Session, tasks: Tasks, wait_until: WaitUntil, finish: Finish) -> None:
    answer = Event()
    outcomes: list[JobOutcome] = []
    begun: list[object] = []

    async def check(peer: FakePeer) -> None:
        channel = session.watch()
        channel.arrived.connect(begun.extend)
        job = await session.begin(CheckRequest(peer=Peer(host="127.0.0.1", port=peer.port)), channel.sink)
        outcomes.append((await session.result_of(job)).outcome)

    with FakePeer(associate=[Hold(answer, Accept())]) as peer:
        task = tasks.start(check(peer))
        assert task is not None
        wait_until(lambda: bool(peer.associations or begun))
        finish(session.shut_down())
        finish(_over(task))
        answer.set()
    assert outcomes == [JobOutcome.CANCELLED]


async def _over(task: "asyncio.Task[None]") -> None:
    await task


def test_ticks_are_seldom_when_all_is_calm_and_come_back_with_the_next_thing(
    session: Session, bridge: Bridge, wait_until: WaitUntil
) -> None:
    timer = session._timers[0]
    for _ in range(CALM_AFTER_TICKS):
        timer.timeout.emit()
    assert timer.interval() == SECOND_MS
    bridge.channel().sink(Notice(job_id="j", level=NoticeLevel.INFO, text="x"))
    wait_until(lambda: timer.interval() == TICK_MS)


def test_a_look_that_is_taken_now_and_then_leaves_the_ticks_seldom(
    session: Session, tasks: Tasks, wait_until: WaitUntil
) -> None:
    timer, looks = session._timers[0], []
    for _ in range(CALM_AFTER_TICKS):
        timer.timeout.emit()

    async def look() -> None:
        looks.append(await tasks.run(lambda: True))

    tasks.start(look(), is_routine=True)
    wait_until(lambda: bool(looks))
    assert timer.interval() == SECOND_MS
    tasks.start(look())
    assert timer.interval() == TICK_MS


def test_ticks_do_not_grow_seldom_while_a_job_runs(session: Session, tasks: Tasks, wait_until: WaitUntil) -> None:
    answer = Event()

    async def echo(port: int) -> None:
        await session.echo(EchoRequest(peer=Peer(host="127.0.0.1", port=port)))

    with FakePeer(associate=[Hold(answer, Accept())]) as peer:
        tasks.start(echo(peer.port))
        wait_until(lambda: bool(session._jobs))
        for _ in range(2 * CALM_AFTER_TICKS):
            session._timers[0].timeout.emit()
        assert session._timers[0].interval() == TICK_MS
        answer.set()
        wait_until(lambda: not session._jobs)

"""Who of the associations of a job sends, and who makes room."""

import threading
from types import SimpleNamespace
from typing import cast

from dicomdesk.engine.delivery.delivery import Delivery, End, EndKind
from dicomdesk.engine.send.crew import Crew, PaceKeeper
from dicomdesk.engine.send.pace import Pace
from dicomdesk.errors import AssociationRejectedError

DEADLINE_S = 20.0


class Sender:
    """An association that is let in at some time, asks whether to go on as often as it is told, and ends then."""

    def __init__(self, crew: Crew) -> None:
        self.answers: list[bool] = []
        self._crew = crew
        self._turn, self._answered = threading.Semaphore(0), threading.Semaphore(0)
        self._is_over = False
        crew.enlist()
        self._thread = threading.Thread(target=crew.run, args=(self._send,))
        self._thread.start()

    def ask(self) -> bool:
        self._turn.release()
        assert self._answered.acquire(timeout=DEADLINE_S)
        if not self.answers[-1]:
            self._thread.join()
        return self.answers[-1]

    def end(self) -> None:
        self._is_over = True
        self._turn.release()
        self._thread.join()

    def _send(self) -> End:
        while not self.answers or self.answers[-1]:
            assert self._turn.acquire(timeout=DEADLINE_S)
            if self._is_over:
                break
            self.answers.append(self._crew.may_go_on())
            self._answered.release()
        return End(kind=EndKind.RELEASED)


def crew_of(count: int) -> tuple[Crew, PaceKeeper]:
    keeper = PaceKeeper()
    keeper.pace = Pace(count=count)
    return Crew(cast(Delivery, SimpleNamespace(is_halted=False)), keeper), keeper


def test_who_waits_to_be_let_in_makes_nobody_leave() -> None:
    crew, _ = crew_of(1)
    first, second = Sender(crew), Sender(crew)
    assert all(first.ask() for _ in range(3))
    assert not second.ask()  # it is let in, and there is no need of two
    assert first.ask()
    first.end()
    third = Sender(crew)
    assert third.ask()
    third.end()
    assert len(crew.ends()) == 3


def test_a_rejection_that_is_heard_of_when_the_others_have_ended_says_how_many_there_were() -> None:
    crew, keeper = crew_of(2)
    first = Sender(crew)
    assert first.ask()
    first.end()
    busy = AssociationRejectedError("busy", result=2, source=3, reason=2)
    crew.enlist()
    crew.run(lambda: End(kind=EndKind.NOT_OPENED, error=busy))
    assert (keeper.pace.count, keeper.pace.limit) == (1, 1)


def test_nobody_is_replaced_who_has_left_as_there_were_too_many() -> None:
    crew, keeper = crew_of(3)
    senders = [Sender(crew) for _ in range(3)]
    assert all(sender.ask() for sender in senders)
    keeper.pace = Pace(count=2)
    assert [sender.ask() for sender in senders] == [False, True, True]
    assert [sender.ask() for sender in senders[1:]] == [True, True]
    keeper.pace = Pace(count=3)
    late = Sender(crew)
    assert all(sender.ask() for sender in (*senders[1:], late))
    for sender in (*senders[1:], late):
        sender.end()
    assert len(crew.ends()) == 4

"""Fixtures of receiving: the window's listener, and what is sent to it by real senders."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.received_nodes import ReceivedStudy
from dicomdesk.gui.session import Session
from dicomdesk.settings import AssociationSettings
from tests.gui.conftest import DEADLINE_S
from tests.helpers.jobs.sending import send_request

WaitUntil = Callable[[Callable[[], bool]], None]


class SendTo(Protocol):
    """Sends files to the window's listener, as somebody, and waits until they are shown."""

    def __call__(self, *paths: Path, calling: str = "CT1") -> ReceivedStudy: ...


@pytest.fixture
def has_host() -> bool:
    """What is received here is received as in the program."""
    return True


@pytest.fixture
def send_here(window: MainWindow, session: Session, wait_until: WaitUntil) -> SendTo:
    """The window listens; call with files."""
    window.sidebar.choose(1)
    window.receive.flow.listen(replace(window.receive.request(), port=0, address="127.0.0.1"))
    wait_until(lambda: session.is_receiving)

    def send(*paths: Path, calling: str = "CT1") -> ReceivedStudy:
        request = send_request(session.listening_port, paths, association=AssociationSettings(calling_ae_title=calling))
        job = session._engine.submit(request, lambda _event: None)
        before, came = time.monotonic(), window.receive.flow.studies.book.arrivals
        wait_until(lambda: job.done.done() or time.monotonic() - before > DEADLINE_S)
        job.done.result(0)
        studies = window.receive.flow.studies
        wait_until(lambda: studies.book.arrivals == came + len(paths) and studies.arriving == 0)
        node = window.receive.view.node_of(window.receive.view.model().index(0, 0))
        assert isinstance(node, ReceivedStudy)
        return node

    return send

"""Peers are checked over real associations with the window's own listener."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dicomdesk.engine.check.check import CheckResult
from dicomdesk.engine.check_findings import CheckStage, CheckState, CheckStep
from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.peers.address_book import AddressBook
from dicomdesk.engine.peers.known_peer import CheckOutcome, LastCheck
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.peers.checks import AT_ONCE, keep_check, last_check
from dicomdesk.gui.session import Session
from dicomdesk.settings import TlsSettings
from tests.helpers.jobs.receiving import with_options
from tests.helpers.peers.known_peers import FULL, named

WaitUntil = Callable[[Callable[[], bool]], None]


def listen(window: MainWindow, session: Session, wait_until: WaitUntil) -> int:
    window.receive.flow.listen(with_options(window.receive.request(), {"port": 0}))
    wait_until(lambda: session.is_receiving)
    return session.listening_port


def outcomes(book: AddressBook) -> list[CheckOutcome | None]:
    return [peer.last_check.outcome if peer.last_check else None for peer in book.peers]


def test_all_are_checked_and_each_keeps_its_result(window: MainWindow, session: Session, wait_until: WaitUntil) -> None:
    port = listen(window, session, wait_until)
    book = window.peers._book
    good = [replace(named(f"Good {number}"), host="127.0.0.1", port=port) for number in range(AT_ONCE + 2)]
    book.add(*good, replace(named("Nobody"), host="127.0.0.1", port=1))
    ended: list[tuple[int, int, bool]] = []
    window.peers.checks.ended.connect(lambda *told: ended.append(told))
    window.peers.check_button.click()
    assert window.peers.badge().count == AT_ONCE + 3
    wait_until(lambda: bool(ended))
    assert ended == [(AT_ONCE + 2, 1, False)]
    assert outcomes(book) == [CheckOutcome.GOOD] * (AT_ONCE + 2) + [CheckOutcome.FAILED]
    assert window.peers.badge().count == 0
    assert window.peers.details.details().title == "All checked"
    nobody = book.peers[-1].last_check
    assert nobody is not None
    assert nobody.text
    window.peers.details.buttons()[0].click()
    assert window.peers.filters.chips._chips[2].isChecked()


def test_check_asks_for_an_echo_only_and_is_one_row(
    window: MainWindow, session: Session, wait_until: WaitUntil
) -> None:
    port = listen(window, session, wait_until)
    window.peers._book.add(replace(named("Here"), host="127.0.0.1", port=port))
    window.peers.checks.check(["Here"])
    wait_until(lambda: not window.peers.checks.remaining)
    assert outcomes(window.peers._book) == [CheckOutcome.GOOD]
    outgoing = [node for node in window.associations.model.root.children if getattr(node, "is_requestor", False)]
    assert len(outgoing) == 1


def test_checking_is_stopped(window: MainWindow, session: Session, wait_until: WaitUntil) -> None:
    port = listen(window, session, wait_until)
    book = window.peers._book
    book.add(*(replace(named(f"P{number}"), host="127.0.0.1", port=port) for number in range(20)))
    ended: list[tuple[int, int, bool]] = []
    window.peers.checks.ended.connect(lambda *told: ended.append(told))
    window.peers.checks.check([peer.name for peer in book.peers])
    window.peers.checks.stop()
    wait_until(lambda: bool(ended))
    assert ended[0][2]
    assert outcomes(book).count(None) >= 20 - AT_ONCE
    window.peers.checks.check(["P0"])
    wait_until(lambda: len(ended) == 2)
    assert ended[1] == (1, 0, False)


def step(stage: CheckStage, state: CheckState, text: str) -> CheckStep:
    return CheckStep(stage=stage, state=state, text=text, advice="Do it.")


def result(outcome: JobOutcome, *steps: CheckStep) -> CheckResult:
    return CheckResult(outcome=outcome, steps=steps, capabilities=None)


def test_result_is_what_went_wrong_first() -> None:
    good = step(CheckStage.ECHO, CheckState.OK, "Answered.")
    warning = step(CheckStage.TLS, CheckState.WARNING, "It ends soon.")
    failed = step(CheckStage.ECHO, CheckState.FAILED, "No answer.")
    for found, outcome, text in (
        (result(JobOutcome.COMPLETED, good), CheckOutcome.GOOD, "Answered. Do it."),
        (result(JobOutcome.COMPLETED, warning, good), CheckOutcome.WARNING, "It ends soon. Do it."),
        (result(JobOutcome.FAILED, warning, failed), CheckOutcome.FAILED, "No answer. Do it."),
        (result(JobOutcome.FAILED), CheckOutcome.FAILED, ""),
    ):
        kept = last_check(found)
        assert kept is not None
        assert (kept.outcome, kept.text) == (outcome, text)
    assert last_check(result(JobOutcome.CANCELLED, good)) is None


def test_result_of_an_address_that_was_changed_meanwhile_is_not_kept() -> None:
    book = AddressBook([replace(FULL, last_check=None)])
    assert FULL.last_check is not None
    keep_check(book, replace(FULL, port=104), FULL.last_check)
    assert outcomes(book) == [None]
    keep_check(book, FULL, FULL.last_check)
    assert outcomes(book) == [CheckOutcome.WARNING]
    assert isinstance(FULL.last_check, LastCheck)


def test_file_that_cannot_be_used_is_a_failed_check(window: MainWindow, wait_until: WaitUntil, tmp_path: Path) -> None:
    tls = TlsSettings(certificate_file=tmp_path / "gone.pem")
    window.peers._book.add(replace(named("Broken"), security=PeerSecurity(uses_tls=True, tls=tls)))
    window.peers.checks.check(["Broken"])
    wait_until(lambda: not window.peers.checks.remaining)
    (peer,) = window.peers._book.peers
    assert peer.last_check is not None
    assert peer.last_check.outcome is CheckOutcome.FAILED
    assert "gone.pem" in peer.last_check.text


def test_check_that_is_not_begun_while_the_window_closes_says_nothing_of_the_peer(
    window: MainWindow, session: Session, wait_until: WaitUntil
) -> None:
    window.peers._book.add(named("Late"))
    session._is_closing = True
    window.peers.checks.check(["Late"])
    wait_until(lambda: not window.peers.checks.remaining)
    session._is_closing = False
    assert outcomes(window.peers._book) == [None]

"""The window sends to itself over TLS, with user identity and access rules: both ends are real."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from shiboken6 import isValid

from dicomdesk.engine.peers.known_peer import CheckOutcome, KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.security.settings_check import hash_passcode
from dicomdesk.gui.dialogs.check import CheckDialog
from dicomdesk.gui.dialogs.listener import ListenerDialog
from dicomdesk.gui.dialogs.peer import PeerDialog
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.association_log import SECURITY, AssociationRecord
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.peers.choice import PeerChoice
from dicomdesk.gui.questions.secret import SecretDialog
from dicomdesk.gui.security.credentials import PreparedPeer
from dicomdesk.gui.security.security_store import ListenerSecurity
from dicomdesk.gui.session import Session
from dicomdesk.settings import AccessRules, TlsSettings
from tests.gui.answers import shown, wait_for
from tests.helpers.data.studies import write_study
from tests.helpers.jobs.receiving import with_options
from tests.helpers.peers.known_peers import FULL
from tests.helpers.tls.certificates import Authority

WaitUntil = Callable[[Callable[[], bool]], None]


@dataclass
class Hospital:
    """Both ends' settings, with certificates of one authority."""

    listener: TlsSettings
    node: TlsSettings


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    authority = Authority(tmp_path)
    theirs, ours = authority.issue("pacs"), authority.issue("ws1")
    trusted = (authority.certificate,)
    return Hospital(
        TlsSettings(certificate_file=theirs.certificate, private_key_file=theirs.key, authority_files=trusted),
        TlsSettings(
            certificate_file=ours.certificate,
            private_key_file=ours.key,
            authority_files=trusted,
            checks_host_name=True,
        ),
    )


def listen(window: MainWindow, session: Session, wait_until: WaitUntil, security: ListenerSecurity) -> None:
    """Listen on a free port with the security given, and send there."""
    window.receive._access.store.keep_listener(security)
    request = with_options(window.receive.request(), {"port": 0, "tls": security.used_tls})
    window.receive.flow.listen(request)
    wait_until(lambda: session.is_receiving)
    window.send.header.peer_entry.port.setText(str(session.listening_port))


def add(window: MainWindow, folder: Path, wait_until: WaitUntil) -> None:
    write_study(folder, 3)
    window.send.list.area.dropped.emit([str(folder)])
    wait_until(lambda: not window.send.flow.is_scanning)


def records(window: MainWindow) -> list[AssociationRecord]:
    return [node for node in window.associations.model.root.children if isinstance(node, AssociationRecord)]


def test_study_goes_over_tls_with_user_and_passcode(
    window: MainWindow, session: Session, wait_until: WaitUntil, hospital: Hospital, tmp_path: Path
) -> None:
    rules = AccessRules(calling_ae_titles=frozenset({"WS1"}), user_pass_codes={"ws1": hash_passcode("sesame")})
    listen(window, session, wait_until, ListenerSecurity(uses_tls=True, tls=hospital.listener, access=rules))
    window.send.header.peer_setup.security = PeerSecurity(
        uses_tls=True, tls=hospital.node, user_name="ws1", sends_passcode=True
    )
    add(window, tmp_path / "out", wait_until)
    window.send.header.primary.click()
    dialog = wait_for(SecretDialog, wait_until)
    dialog.type_secret("sesame")
    dialog.accept()
    wait_until(lambda: window.send.flow.queue.counts[ItemState.STORED] == 3 and not session.is_sending)
    wait_until(lambda: {record.is_requestor for record in records(window)} == {True, False})
    assert all(record.text(SECURITY).startswith("TLS 1.") for record in records(window))
    agreed = next(record.negotiation for record in records(window) if not record.is_requestor)
    assert agreed is not None
    assert agreed.user_identity is not None
    assert agreed.user_identity.user_name == "ws1"
    assert agreed.tls is not None
    assert "ws1" in agreed.tls.peer_subject
    kept = window.receive._access.peers.find_security(window.send.header.peer_entry.typed())
    assert kept == window.send.header.peer_setup.security


def test_wrong_passcode_is_refused_told_and_asked_again(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    rules = AccessRules(user_pass_codes={"ws1": hash_passcode("sesame")})
    listen(window, session, wait_until, ListenerSecurity(access=rules))
    window.send.header.peer_setup.security = PeerSecurity(user_name="ws1", sends_passcode=True)
    add(window, tmp_path / "out", wait_until)
    window.send.header.primary.click()
    dialog = wait_for(SecretDialog, wait_until)
    dialog.type_secret("open")
    dialog.accept()
    wait_until(lambda: window.receive.details.details().title.endswith("was refused"))
    told = window.receive.details.details()
    assert "open" not in told.text
    assert [action.word for action in told.actions] == ["Show associations"]
    wait_until(lambda: not session.is_sending and window.send.flow.has_report)
    window.send.commands.retry_all()
    window.send.header.primary.click()
    dialog = wait_for(SecretDialog, wait_until)
    dialog.type_secret("sesame")
    dialog.accept()
    wait_until(lambda: window.send.flow.queue.counts[ItemState.STORED] == 3 and not session.is_sending)


def test_bad_certificate_file_is_told_instead_of_sent(
    window: MainWindow, wait_until: WaitUntil, hospital: Hospital, tmp_path: Path
) -> None:
    tls = replace(hospital.node, certificate_file=tmp_path / "gone.pem")
    window.send.header.peer_setup.security = PeerSecurity(uses_tls=True, tls=tls)
    add(window, tmp_path / "out", wait_until)
    window.send.header.primary.click()
    wait_until(lambda: window.send.details.details().title == "The security settings cannot be used")
    assert "gone.pem" in window.send.details.details().text


def test_node_dialog_keeps_what_was_entered_with_the_peer(
    window: MainWindow, wait_until: WaitUntil, hospital: Hospital
) -> None:
    node = window.send.header.peer_setup
    assert node.button.accessibleDescription() == "Not encrypted."
    node.edit()
    dialog = wait_for(PeerDialog, wait_until)
    node.edit()  # brings it to the front
    dialog.tls.is_on.setChecked(True)
    dialog.tls.authorities.add_paths(hospital.node.authority_files)
    dialog.port.setText("2762")
    dialog._on_save()
    wait_until(lambda: node.security.uses_tls)
    assert window.send.header.peer_entry.port.text() == "2762"
    assert node.button.accessibleDescription().startswith("Encrypted: TLS")
    window.send.header.peer_entry.host.setText("elsewhere")
    assert node.security.uses_tls, "TLS is not dropped by typing"
    wait_until(lambda: not isValid(dialog))
    window.send.header._theme.changed.emit()  # nothing of the dialog listens any more
    window.receive._access.peers.keep_security(
        replace(window.send.header.peer_entry.typed(), port="104"), PeerSecurity()
    )
    window.send.header.peer_entry.port.setText("104")
    assert not node.security.uses_tls, "a peer that is known brings its own"


def test_connection_is_tested_over_tls(
    window: MainWindow, session: Session, wait_until: WaitUntil, hospital: Hospital
) -> None:
    listen(window, session, wait_until, ListenerSecurity(uses_tls=True, tls=hospital.listener))
    window.send.header.peer_setup.security = PeerSecurity(uses_tls=True, tls=hospital.node)
    window.send.header.test_button.click()
    dialog = wait_for(CheckDialog, wait_until)
    wait_until(lambda: not dialog.is_running() and bool(dialog._steps))
    assert "can be used" in dialog.title()
    assert len(dialog.steps.rows) == 5
    dialog.reject()


def test_connection_is_tested_from_the_node_dialog(
    window: MainWindow, session: Session, wait_until: WaitUntil, hospital: Hospital
) -> None:
    listen(window, session, wait_until, ListenerSecurity(uses_tls=True, tls=hospital.listener))
    window.send.header.peer_setup.edit()
    node = wait_for(PeerDialog, wait_until)
    node.test_button.click()
    check = wait_for(CheckDialog, wait_until)
    wait_until(lambda: not check.is_running() and bool(check._steps))
    assert check.title().endswith("cannot be used as it is"), "a plain connection to a TLS port"
    wait_until(lambda: window.receive.details.details().title.startswith("Trouble with a connection from "))
    check.reject()
    wait_until(lambda: shown(CheckDialog) is None)
    node.reject()


def test_peer_is_chosen_by_the_arrow_with_all_that_is_known_of_it(window: MainWindow) -> None:
    window.peers._book.add(FULL)
    setup = window.send.header.peer_setup
    popup = setup.choice.open_list()
    QTest.keyClicks(popup.search, "main")
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    entry = window.send.header.peer_entry
    assert str(entry.typed()) == "PACS@pacs.example:2762"
    assert entry.calling.text() == "WS1"
    assert setup.security == FULL.security
    association = setup.association(PreparedPeer(peer=FULL.peer()))
    assert (association.timeouts, association.max_pdu_bytes) == (FULL.timeouts, 65536)
    entry.calling.setText("OTHER")
    assert setup.association(PreparedPeer(peer=FULL.peer())).calling_ae_title == "OTHER"


def test_names_of_the_address_book_are_offered_while_one_types(window: MainWindow) -> None:
    window.peers._book.add(FULL)
    entry = window.send.header.peer_entry
    entry._on_recent("Main archive  PACS@pacs.example:2762")
    assert entry.port.text() == "2762"
    assert window.send.header.peer_setup.security == FULL.security
    window.peers._book.change("Main archive", replace(FULL, security=PeerSecurity()))
    assert window.send.header.peer_setup.security == PeerSecurity(), "what the book says counts at once"


def test_list_of_the_arrow_leads_to_the_address_book(window: MainWindow) -> None:
    popup = window.send.header.peer_setup.choice.open_list()
    popup.book_wanted.emit()
    popup.close()
    assert window.views.currentWidget() is window.peers


def test_test_of_a_known_peer_is_kept_with_it(
    window: MainWindow, session: Session, wait_until: WaitUntil, hospital: Hospital
) -> None:
    listen(window, session, wait_until, ListenerSecurity())
    port = session.listening_port
    window.peers._book.add(KnownPeer(name="Here", ae_title="PACS", host="127.0.0.1", port=port))
    window.send.header.test_button.click()
    dialog = wait_for(CheckDialog, wait_until)
    wait_until(lambda: not dialog.is_running() and bool(dialog._steps))
    known = window.peers._book.find("Here")
    assert known is not None
    assert known.last_check is not None
    assert known.last_check.outcome is CheckOutcome.GOOD
    dialog.reject()


def test_listener_takes_titles_from_the_address_book(window: MainWindow, wait_until: WaitUntil) -> None:
    window.peers._book.add(FULL)
    window.receive._on_security()
    dialog = wait_for(ListenerDialog, wait_until)
    choice = dialog.access.findChildren(PeerChoice)[0]
    choice._on_chosen(FULL)
    assert dialog.access.titles.text() == "PACS"
    dialog.reject()


def test_of_two_peers_with_one_address_the_one_that_was_chosen_counts(window: MainWindow) -> None:
    book = window.peers._book
    other = replace(
        FULL, name="Main archive at night", security=PeerSecurity(), calling_ae_title="NIGHT", associations=1
    )
    book.add(FULL, other)
    setup = window.send.header.peer_setup
    setup.choose(other)
    assert setup.security == PeerSecurity()
    assert window.send.header.peer_entry.calling.text() == "NIGHT"
    setup.remember()
    assert book.find("Main archive") == FULL
    setup.choose(FULL)
    assert setup.security == FULL.security
    setup.remember()
    assert book.find(other.name) == other

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from dicomdesk.engine.receive.book.records import BookedSeries, BookedStudy
from dicomdesk.engine.receive.request import Storage, SubFolders
from dicomdesk.gui.dialogs.listener import ListenerDialog
from dicomdesk.gui.entries.storing_entry import storage_of
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.received_nodes import ReceivedSeries, ReceivedStudy
from dicomdesk.gui.receive.received_list import accepts
from dicomdesk.gui.session import Session
from dicomdesk.gui.window_state import WindowState
from dicomdesk.settings import ProfileSelection
from tests.gui.answers import wait_for
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.fake_peer import FakePeer
from tests.helpers.window import scenes

WaitUntil = Callable[[Callable[[], bool]], None]


def test_port_that_is_taken_is_told(window: MainWindow, session: Session, wait_until: WaitUntil) -> None:
    with FakePeer() as peer:
        window.receive.port.setText(str(peer.port))
        request = replace(window.receive.request(), address="127.0.0.1")
        window.receive.flow.listen(request)
        wait_until(lambda: window.receive.details.details().title == "Cannot listen")
    assert not session.is_receiving
    assert window.receive.primary.accessibleName() == "Start"
    assert window.receive.port.isEnabled()


def test_listening_starts_and_stops(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    window.receive.flow.listen(replace(window.receive.request(), port=0))
    wait_until(lambda: session.is_receiving)
    assert (tmp_path / "received").is_dir()
    assert window.receive.primary.accessibleName() == "Stop"
    assert not window.receive.port.isEnabled()
    assert window.receive.listening_as == f"WS1:{session.listening_port}"
    window.receive.primary.click()
    wait_until(lambda: not session.is_receiving)
    assert window.receive.listening_as == ""


def test_wrong_entry_is_shown_instead_of_listening(window: MainWindow, session: Session) -> None:
    window.receive.port.setText("0")
    window.receive.primary.click()
    assert not window.receive.flow.is_starting
    assert window.receive.port.property("problem")
    assert window.receive.details.details().title == "A port is a number from 1 to 65535; 104 and 11112 are usual."
    window.receive.port.setText("11112")
    assert window.receive.details.details().title == "Not listening"


def test_profile_that_is_gone_and_a_folder_that_cannot_be_made_get_advice_of_their_own(
    window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    receive = window.receive
    profile = ProfileSelection(file=tmp_path / "gone.cfg", name="Default")
    request = replace(receive.request(), port=0)
    receive.flow.listen(replace(request, acceptance=replace(request.acceptance, profile=profile)))
    wait_until(lambda: receive.details.details().title == "Cannot listen")
    text = receive.details.details().text
    assert text == f"Unable to open configuration file: {profile.file}. Choose another profile, or take everything."
    (tmp_path / "file").write_text("x")
    receive.flow.listen(replace(request, storage=Storage(folder=tmp_path / "file" / "below")))
    wait_until(lambda: "Not a directory" in receive.details.details().text)
    text = receive.details.details().text
    assert text.startswith(f"{tmp_path}/file/below: Not a directory. Another folder may help")
    assert "port" not in text.removeprefix(str(tmp_path))


def test_nobody_is_let_in_by_lost_security_settings(
    window: MainWindow, session: Session, wait_until: WaitUntil
) -> None:
    store = window.receive._access.store
    store.problem = "security.json is damaged"
    window.receive.primary.click()
    details = window.receive.details.details()
    assert details.title == "The security settings could not be read"
    assert not session.is_receiving
    details.actions[0].run()
    dialog = wait_for(ListenerDialog, wait_until)
    dialog._on_save()
    wait_until(lambda: store.problem == "" and not isValid(dialog))
    window.send.header._theme.changed.emit()  # nothing of the dialog listens any more


def test_listener_takes_its_rules(window: MainWindow) -> None:
    pane = window.receive
    pane._access.store.keep_listener(scenes.LISTENER_SECURITY)
    assert pane.request().acceptance.access == scenes.LISTENER_SECURITY.access
    assert pane.security_button.accessibleDescription().startswith("Accepts only calls from CT1, CT2 or MR1")


def test_certificate_that_cannot_be_used_is_told_instead_of_listening(
    window: MainWindow, session: Session, wait_until: WaitUntil
) -> None:
    window.receive._access.store.keep_listener(scenes.LISTENER_SECURITY)
    window.receive.primary.click()
    wait_until(lambda: window.receive.details.details().title == "The security settings cannot be used")
    assert not session.is_receiving


def test_what_was_typed_is_remembered(window: MainWindow) -> None:
    window.receive.ae_title.setText("MYSELF")
    window.receive.accept.setCurrentIndex(1)
    remembered = window.receive.remember(WindowState())
    assert remembered.listen_ae_title == "MYSELF"
    assert remembered.accept == "echo"
    assert not window.receive.request().acceptance.accept_all


def test_free_disk_is_looked_at(window: MainWindow, wait_until: WaitUntil) -> None:
    wait_until(lambda: window.receive.flow.free_bytes is not None)
    assert window.receive.flow.free_bytes


def test_filters_take_studies_with_their_series() -> None:
    header = scenes.header(scenes.JANE, ("1", "", "CT"), 1)
    record = BookedStudy(header)
    study = ReceivedStudy(record)
    record.open_associations = 1
    assert [accepts(study, chip, []) for chip in range(4)] == [True, True, False, False]
    record.open_associations, record.missing = 0, 1
    assert [accepts(study, chip, ["doe"]) for chip in range(4)] == [True, False, True, True]
    assert accepts(ReceivedSeries(BookedSeries(record, header)), 3, ["x"])
    assert not accepts(study, 0, ["peter"])


def test_what_is_told_of_the_listener_is_as_it_was_begun(
    window: MainWindow, session: Session, wait_until: WaitUntil
) -> None:
    receive = window.receive
    receive.flow.listen(replace(receive.request(), port=0))
    wait_until(lambda: session.is_receiving)
    receive.ae_title.setText("TYPED_SINCE")
    receive._access.store.keep_listener(scenes.LISTENER_SECURITY)
    receive._show_all()
    assert receive.listening_as == f"WS1:{session.listening_port}"
    text = receive.details.details().text
    assert text.startswith("Reach this machine as WS1 at ")
    assert text.endswith(f" port {session.listening_port}.\nAccepts calls from anybody, not encrypted.")


def test_what_the_other_side_has_to_enter_is_copied(
    window: MainWindow, session: Session, wait_until: WaitUntil
) -> None:
    receive = window.receive
    receive.flow.listen(replace(receive.request(), port=0))
    wait_until(lambda: session.is_receiving and bool(receive.flow.addresses))
    receive.details.buttons()[0].click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "AE title: WS1"
    assert lines[2:] == [f"Port:     {session.listening_port}", "TLS:      no"]


def test_listening_starts_with_the_program_once_it_has_listened(
    window: MainWindow, session: Session, wait_until: WaitUntil
) -> None:
    receive = window.receive
    receive.start_with_program()
    assert not receive.flow.is_starting
    receive.port.setText(str(free_port()))
    receive.primary.click()
    wait_until(lambda: session.is_receiving)
    kept = receive.remember(WindowState())
    assert kept.has_listened
    assert kept.listens_at_start
    receive.primary.click()
    wait_until(lambda: not session.is_receiving)
    receive.start_with_program()
    wait_until(lambda: session.is_receiving)


def test_port_that_is_taken_at_start_is_said_without_a_dialog(window: MainWindow, wait_until: WaitUntil) -> None:
    receive = window.receive
    receive._has_listened = True
    with FakePeer() as peer:
        receive.port.setText(str(peer.port))
        receive.start_with_program()
        wait_until(lambda: receive.details.details().title == "Cannot listen")
    assert QApplication.activeModalWidget() is None
    assert receive.details.details().text.startswith("It was to listen with the program. ")


def test_folders_and_names_are_a_setting_that_is_remembered(
    window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    receive = window.receive
    receive.security_button.click()
    dialog = wait_for(ListenerDialog, wait_until)
    dialog.storing.folders.setCurrentIndex(1)
    dialog.storing.folders.activated.emit(1)
    assert dialog.storing.example.text().startswith(str(tmp_path / "received"))
    dialog.starts.setChecked(False)
    dialog._on_save()
    wait_until(lambda: not isValid(dialog))
    storage = receive.request().storage
    assert (storage.sub_folders, storage.extension) == (SubFolders.PATIENT_STUDY_SERIES, ".dcm")
    kept = receive.remember(WindowState())
    assert not kept.listens_at_start
    assert storage_of(kept).sub_folders is SubFolders.PATIENT_STUDY_SERIES
    assert storage_of(WindowState(listen_sub_folders="?", listen_extension="/../x")) == Storage()

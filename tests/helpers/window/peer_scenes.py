"""States of the Peers view and of the choice of peers, on a stage."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt

from dicomdesk.engine.peers.exchange import FoundPeer, Mistake, ReadPeers
from dicomdesk.engine.peers.known_peer import CheckOutcome, KnownPeer, LastCheck
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui.dialogs.peer import PeerDialog
from dicomdesk.gui.peers.choice import PeerPopup
from dicomdesk.gui.peers.import_dialog import ImportDialog
from dicomdesk.gui.questions.secret import SecretDialog
from dicomdesk.gui.security.credentials import Credentials
from tests.helpers.peers.known_peers import many
from tests.helpers.window import scenes
from tests.helpers.window.stage import Stage, show_dialog


def _checked(outcome: CheckOutcome, minutes: float, text: str) -> LastCheck:
    return LastCheck(at=datetime.now(UTC) - timedelta(minutes=minutes), outcome=outcome, text=text)


_GOOD = _checked(CheckOutcome.GOOD, 3, "The peer answered in 4 ms.")
_REFUSED = _checked(
    CheckOutcome.FAILED,
    2,
    'The peer rejected the association: calling AE title not recognized. The peer does not know "WS1". '
    'Have the peer set up to serve "WS1".',
)


def usual_peers() -> tuple[KnownPeer, ...]:
    """Peers of a hospital."""
    return (
        KnownPeer(name="This desk", ae_title="WS1", host="127.0.0.1", port=11112, last_check=_GOOD),
        KnownPeer(
            name="Main archive",
            ae_title="PACS",
            host="pacs.example",
            port=2762,
            group="Radiology",
            calling_ae_title="WS1",
            security=scenes.PEER_SECURITY,
            retrieve_method=RetrieveMethod.MOVE,
            character_set="ISO_IR 192",
            notes="Maintained by Jo, extension 4711. Not between 2 and 3 at night.",
            last_check=_GOOD,
        ),
        KnownPeer(
            name="Old archive", ae_title="ARCHIVE2", host="10.1.4.20", port=104, group="Radiology", last_check=_REFUSED
        ),
        KnownPeer(
            name="CT room 2",
            ae_title="CT2",
            host="ct2.radiology.hospital.example",
            port=104,
            group="Scanners",
            last_check=_checked(CheckOutcome.WARNING, 60 * 24 * 9, "The peer's certificate ends in 12 days."),
        ),
        KnownPeer(name="MR", ae_title="MR1", host="mr1.radiology.hospital.example", port=11112, group="Scanners"),
        KnownPeer(
            name="Research",
            ae_title="RESEARCH",
            host="fe80::2a0:98ff:fe4c:1",
            port=11112,
            group="Outside",
            calling_ae_title="WS1_RES",
            security=PeerSecurity(user_name="ws1"),
        ),
    )


def peers_empty(stage: Stage) -> None:
    """The address book is empty."""
    stage.window.open_view("peers")


def peers_usual(stage: Stage) -> None:
    """Peers in groups, one selected whose check failed."""
    stage.peers.book.add(*usual_peers())
    peers_empty(stage)
    stage.window.peers.select("Old archive")


def peers_selected(stage: Stage) -> None:
    """A peer with notes and security is selected."""
    peers_usual(stage)
    stage.window.peers.select("Main archive")


def peers_checking(stage: Stage) -> None:
    """Peers are being checked."""
    peers_usual(stage)
    pane = stage.window.peers
    pane.list.clearSelection()
    pane.checks._busy = {"Main archive": None, "CT room 2": None}
    pane.checks._waiting = {"MR": None, "Research": None}
    pane.checks.changed.emit()


def peers_removed(stage: Stage) -> None:
    """Peers were removed, and can be put back."""
    peers_usual(stage)
    stage.window.peers.commands.remove(["CT room 2", "Main archive"])


def peers_many(stage: Stage) -> None:
    """Five thousand peers, of which a few are searched for."""
    stage.peers.book.add(*many(5000))
    peers_empty(stage)
    stage.window.peers.filters.search.setText("49")


def peers_damaged(stage: Stage) -> None:
    """The file of the address book was damaged."""
    stage.peers.problem = (
        "1 of 7 peers of the address book cannot be read: peer 3: A port is a number from 1 to 65535; 104 and 11112 "
        "are usual. It is kept as /home/ws1/.config/dicomdesk/peers.json.kept-20261130-121500."
    )
    stage.peers.book.add(*usual_peers())
    stage.window.leave()
    stage.window = stage._make_window(stage.state)
    peers_empty(stage)


def peer_choice(stage: Stage) -> None:
    """A peer is chosen in Send."""
    stage.peers.book.add(*usual_peers())
    _show_list(stage, None)


def peer_choice_several(stage: Stage) -> None:
    """Several peers are chosen."""
    stage.peers.book.add(*usual_peers())
    _show_list(stage, frozenset({"main archive", "old archive", "mr"}))


def _show_list(stage: Stage, ticked: frozenset[str] | None) -> None:
    popup = PeerPopup(stage.theme, stage.peers, stage.window, ticked=ticked)
    popup.setWindowFlags(Qt.WindowType.Tool)  # a real popup goes as soon as the window is shown again
    show_dialog(stage, popup)


def peer_dialog(stage: Stage) -> None:
    """Everything that is known of a peer."""
    dialog = PeerDialog(stage.theme, stage.tasks, Credentials(stage.tasks), usual_peers()[1])
    dialog.retrieve_fold.open()
    show_dialog(stage, dialog)


def peer_dialog_limits(stage: Stage) -> None:
    """Limits of a peer, one of them not well."""
    dialog = PeerDialog(stage.theme, stage.tasks, Credentials(stage.tasks), usual_peers()[2])
    dialog.limits_fold.open()
    dialog.limits.times["acse_s"].setText("soon")
    show_dialog(stage, dialog)


def peers_import(stage: Stage) -> None:
    """What an import would do."""
    stage.peers.book.add(*usual_peers())
    known = usual_peers()
    given = frozenset({"name", "ae_title", "host", "port"})
    new = KnownPeer(name="US 1", ae_title="US1", host="us1.example", port=104)
    read = ReadPeers(
        peers=(
            FoundPeer(peer=new, given=given, line=4),
            FoundPeer(
                peer=replace(new, name="US 2", ae_title="US2"), given=given, line=5, remark="Not taken: AllowEcho."
            ),
            FoundPeer(peer=replace(known[2], port=11112), given=given, line=7),
            FoundPeer(peer=known[3], given=given, line=9),
            FoundPeer(peer=replace(known[4], name="Magnetom"), given=given, line=10),
        ),
        mistakes=(Mistake(6, "us3: Port is missing."), Mistake(12, "From here on this is not JSON: Expecting value.")),
    )
    dialog = ImportDialog(stage.theme, stage.peers.book, read, "orthanc.json, read as Orthanc (DicomModalities)")
    show_dialog(stage, dialog, (1000, 600))


def peer_secret(stage: Stage) -> None:
    """A passcode is asked for, which the keyring may keep."""
    text = "It is sent to PACS@pacs.example:2762."
    offer = Credentials(stage.tasks, theme=stage.theme)._make_offer("SecretService Keyring")
    show_dialog(stage, SecretDialog("Passcode of ws1 for PACS", text, "", keep=offer))

"""States of the dialogs for peers, the listener and the check, on a stage."""

from dataclasses import replace

from dicomdesk.engine.check_findings import CheckStage, CheckStep
from dicomdesk.engine.events import CheckStepFinished, CheckStepStarted
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.gui.dialogs.check import CheckDialog
from dicomdesk.gui.dialogs.listener import ListenerDialog
from dicomdesk.gui.dialogs.peer import PeerDialog
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.theme import Tone
from dicomdesk.settings import AssociationSettings, Peer, RevocationCheck, TlsSettings
from tests.helpers.window import scenes
from tests.helpers.window.stage import Stage, just_now, show_dialog


def node_plain(stage: Stage) -> None:
    """A node without security, everything folded."""
    show_node(stage, PeerSecurity())


def node_security(stage: Stage) -> None:
    """A node with TLS, own certificate and revocation lists."""
    dialog = show_node(stage, scenes.PEER_SECURITY)
    dialog.open_security()
    dialog.tls._show_pass_phrase(is_encrypted=True)
    dialog.tls.message.say("The private key is encrypted: its pass phrase is asked for when needed.", "key", Tone.QUIET)


def node_problem(stage: Stage) -> None:
    """A file of a node cannot be used."""
    dialog = show_node(stage, replace(scenes.PEER_SECURITY, user_name=""))
    dialog.open_security()
    dialog.tls.revocation.choose(RevocationCheck.NONE)
    said = "The private key /etc/dicom/ws1-key.pem does not belong to the certificate /etc/dicom/ws1.pem."
    dialog.tls.message.say(said, "failed", Tone.BAD)


def node_identity(stage: Stage) -> None:
    """Who we are to a node."""
    dialog = show_node(stage, replace(scenes.PEER_SECURITY, uses_tls=False))
    dialog.identity_fold.open()


def show_node(stage: Stage, security: PeerSecurity) -> PeerDialog:
    """Show the dialog of a node."""
    node = KnownPeer(name="Main archive", ae_title="PACS", host="pacs.example", port=2762, security=security)
    dialog = PeerDialog(stage.theme, stage.tasks, Credentials(stage.tasks), node)
    return show_dialog(stage, dialog)


def listener_tls(stage: Stage) -> None:
    """The listener's certificate, and what is demanded of peers."""
    dialog = show_listener(stage)
    dialog.tls.message.say("All files can be used.", "stored", Tone.GOOD)


def listener_access(stage: Stage) -> None:
    """Who may send."""
    show_listener(stage).access_fold.open()


def show_listener(stage: Stage) -> ListenerDialog:
    """Show the dialog of the listener."""
    return show_dialog(
        stage, ListenerDialog(stage.theme, stage.tasks, Credentials(stage.tasks), scenes.LISTENER_SECURITY)
    )


def check_running(stage: Stage) -> None:
    """A connection check in its middle."""
    show_check(stage, scenes.check_steps()[:4], running=CheckStage.ECHO)


def check_ok(stage: Stage) -> None:
    """A connection check that found everything well."""
    dialog = show_check(stage, scenes.check_steps())
    dialog.take(just_now(scenes.capabilities_found()))
    dialog._show_result(scenes.check_result(scenes.check_steps()))


def check_failed(stage: Stage) -> None:
    """A connection check that ended at TLS."""
    dialog = show_check(stage, scenes.failed_check_steps())
    dialog._show_result(scenes.check_result(scenes.failed_check_steps()))


def show_check(stage: Stage, steps: list[CheckStep], running: CheckStage | None = None) -> CheckDialog:
    """Show a connection check with steps that have ended, and one that goes on."""
    dialog = show_dialog(stage, CheckDialog(stage.theme, stage.session, stage.tasks))
    peer = Peer(host="pacs.example", port=2762, ae_title="PACS", tls=TlsSettings())
    dialog.show_asked(
        peer,
        AssociationSettings(calling_ae_title="WS1"),
        asks_capabilities=any(step.stage is CheckStage.CAPABILITIES for step in steps),
    )
    dialog.take(just_now([CheckStepFinished(job_id="check-1", step=step) for step in steps]))
    dialog._is_running = running is not None
    dialog._show_buttons()
    if running is not None:
        dialog.take(just_now([CheckStepStarted(job_id="check-1", stage=running)]))
    return dialog

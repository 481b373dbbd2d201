"""States of the Receive and the Associations view, on a stage."""

from dataclasses import replace

from tests.helpers.window import scenes
from tests.helpers.window.sending_scenes import busy
from tests.helpers.window.stage import Stage, just_now, progress, show_received


def receive_empty(stage: Stage) -> None:
    """The Receive view at first."""
    stage.window.sidebar.choose(1)


def receive_waiting(stage: Stage) -> None:
    """Listening, nothing has come."""
    stage.window.sidebar.choose(1)
    stage.session.port = 11112
    stage.session.receiving = replace(progress(0, 0, 0, 0, 1.0), associations=0, bytes_per_s=0.0)
    stage.session.changed.emit()


def receiving(stage: Stage) -> None:
    """Studies arrive."""
    show_received(stage)
    stage.window.sidebar.choose(1)
    children = stage.window.receive.flow.model.root.children
    stage.window.receive.view.expand_node(children[0])
    stage.window.receive.view.select_node(children[0])


def associations_empty(stage: Stage) -> None:
    """The Associations view at first."""
    stage.window.sidebar.choose(stage.window._views.index(stage.window.associations))


def associations(stage: Stage) -> None:
    """In and out, with refusals."""
    busy(stage)
    stage.session.echoed.arrived.emit(just_now(scenes.rejected(scenes.ECHO_JOB, 1)))
    stage.window.sidebar.choose(stage.window._views.index(stage.window.associations))
    stage.settle()
    view = stage.window.associations.view
    view.select_node(stage.window.associations.model.root.children[0])


def associations_messages(stage: Stage) -> None:
    """The messages of an association."""
    associations(stage)
    stage.window.associations.panel.chips.choose(1)


def association_rejected(stage: Stage) -> None:
    """A rejection, with advice."""
    associations(stage)
    stage.window.associations.view.select_node(stage.window.associations.model.root.children[-1])


def associations_secure(stage: Stage) -> None:
    """Over TLS, with roles, user identity and extended negotiation, in and out."""
    stage.session.sent.arrived.emit(just_now(scenes.secured(scenes.outgoing(1), days_left=12)))
    stage.session.sent.arrived.emit(just_now(scenes.outgoing(2)))
    incoming = scenes.secured(scenes.incoming(1))
    stage.session.received.arrived.emit(just_now([*incoming, scenes.released(scenes.RECEIVE_JOB, 1)]))
    stage.session.echoed.arrived.emit(just_now(scenes.rejected(scenes.ECHO_JOB, 1)))
    stage.window.sidebar.choose(stage.window._views.index(stage.window.associations))
    stage.settle()
    stage.window.associations.view.select_node(stage.window.associations.model.root.children[0])


def associations_agreement(stage: Stage) -> None:
    """What else was agreed for an association."""
    associations_secure(stage)
    stage.window.associations.panel.chips.choose(2)


def receive_secure(stage: Stage) -> None:
    """Listening with TLS for some only; somebody was refused."""
    stage.store.keep_listener(scenes.LISTENER_SECURITY)
    receive_waiting(stage)
    stage.session.received.arrived.emit(just_now(scenes.refused_by_us(7)))


def associations_check(stage: Stage) -> None:
    """A check of a peer is one row, opened here."""
    associations_empty(stage)
    job = "check-1"
    for number in range(1, 27):
        events = [*scenes.outgoing(number, job_id=job), scenes.released(job, number)]
        if number % 5 == 0:
            events = scenes.rejected(job, number, peer="PACS@pacs.example:104")
        stage.session.checked.arrived.emit(just_now(events))
    stage.settle()
    check = stage.window.associations.model.root.children[0]
    stage.window.associations.view.expand_node(check)
    stage.window.associations.view.select_node(check)

"""States of the views that only real transfers between real processes bring about, on a live stage."""

import os
import subprocess
from dataclasses import replace

from dicomdesk.gui.outline.states import ItemState
from dicomdesk.settings import AccessRules
from tests.helpers.archives.opened_archives import configuration_text
from tests.helpers.dcmtk.programs import EVERY_CLASS_PROFILE, free_port
from tests.helpers.window import patients
from tests.helpers.window.live_stage import LiveStage


def sending(stage: LiveStage) -> None:
    """Two studies on their way to a receiver that stands still in the middle of them."""
    process = _begin_to_send(stage, "--accept-all")
    stored = stage.folder / "stored"
    stage.hold(process, lambda: len(os.listdir(stored)) >= 160)
    stage.window.send.header.primary.click()
    stage.until(lambda: stage.is_held(process))
    _open_first(stage)


def sending_failed(stage: LiveStage) -> None:
    """A receiver took what it knows and refused the rest; another does not answer at all."""
    profile = stage.folder / "ct-and-mr.cfg"
    profile.write_text(EVERY_CLASS_PROFILE)
    _begin_to_send(stage, "--config-file", profile, "Default")
    window = stage.window
    window.send.header.primary.click()
    stage.until(lambda: window.send.flow.queue.counts[ItemState.STORED] >= 550 and not stage.session.is_sending)
    window.send.header.peer_entry.called.setText("OLDPACS")
    window.send.header.peer_entry.port.setText(str(free_port()))
    _drop(stage, patients.write(stage.folder / "more", *patients.YUKI))
    window.send.header.primary.click()
    studies = window.send.flow.queue.studies
    stage.until(lambda: not stage.session.is_sending and bool(studies[-1].reason))
    _open_first(stage)
    series = list(studies[0].series.values())
    window.send.list.view.select_node(series[-1])


def receiving(stage: LiveStage) -> None:
    """Two modalities send; one is done, the other is in the middle of it."""
    _listen(stage)
    done = _send_in(stage, "MR2", patients.PETR)
    book = stage.window.receive.flow.studies
    stage.until(lambda: done.poll() is not None and book.instances >= 148)
    busy = _send_in(stage, "CT1", patients.JANE)
    stage.hold(busy, lambda: len(os.listdir(stage.folder / "received")) >= 148 + 150)
    stage.until(lambda: stage.is_held(busy))
    _open_received(stage)


def receiving_failed(stage: LiveStage) -> None:
    """A stranger was turned away, and a modality broke off in the middle."""
    stage.store.keep_listener(
        replace(stage.store.settings.listener, access=AccessRules(calling_ae_titles=frozenset({"CT1", "MR2"})))
    )
    _listen(stage)
    broken = _send_in(stage, "CT1", patients.JANE)
    stage.hold(broken, lambda: len(os.listdir(stage.folder / "received")) >= 100)
    stage.until(lambda: stage.is_held(broken))
    broken.kill()
    problems = stage.session.problems
    stage.until(lambda: len(problems) >= 1)
    _send_in(stage, "GUEST", patients.YUKI)
    stage.until(lambda: len(problems) >= 2)
    _open_received(stage)


def associations_busy(stage: LiveStage) -> None:
    """Out and in at once."""
    receiving(stage)
    sending(stage)
    _select_association(stage)


def associations_failed(stage: LiveStage) -> None:
    """Refused, not established, broken off."""
    receiving_failed(stage)
    sending_failed(stage)
    _select_association(stage)


def query_failed(stage: LiveStage) -> None:
    """Nobody listens where the peer is said to be."""
    _ask(stage, free_port())


def query_large(stage: LiveStage) -> None:
    """An archive of a thousand studies answers with all of them."""
    area = stage.folder / "area"
    area.mkdir()
    configuration = stage.folder / "dcmqrscp.cfg"
    configuration.write_text(configuration_text(area))
    written = patients.thousand(stage.folder / "studies")
    _, port = stage.serve("dcmqrscp", "--config", configuration)
    process = stage.start("archive", "import", "--config", configuration, written)
    stage.until(lambda: process.poll() is not None)
    _ask(stage, port)
    view = stage.window.query.view
    view.select_nodes(list(stage.window.query.flow.tree.ordered()[2:5]))


def _ask(stage: LiveStage, port: int) -> None:
    query = stage.window.query
    stage.window.open_view("query")
    query.header.peer_entry.called.setText("ARCHIVE")
    query.header.peer_entry.host.setText("127.0.0.1")
    query.header.peer_entry.port.setText(str(port))
    query.ask()
    stage.until(lambda: bool(query.flow.askings) and not query.flow.is_loading)


def _drop(stage: LiveStage, *paths: object) -> None:
    flow = stage.window.send.flow
    before = flow.queue.total
    stage.window.send.list.area.dropped.emit([str(path) for path in paths])
    stage.until(lambda: not flow.is_scanning and flow.queue.total > before)


def _begin_to_send(stage: LiveStage, *words: object) -> "subprocess.Popen[bytes]":
    """Let a receiver be the peer of Jane's and Petr's study, which are ready to be sent to it; its process."""
    out = stage.folder / "stored"
    out.mkdir(exist_ok=True)
    process, port = stage.serve("dcmrecv", *words, "--output-directory", out)
    stage.window.open_view("send")
    peer = stage.window.send.header.peer_entry
    peer.called.setText("PACS")
    peer.host.setText("127.0.0.1")
    peer.port.setText(str(port))
    _drop(stage, patients.write(stage.folder / "studies", *patients.JANE, *patients.PETR))
    return process


def _listen(stage: LiveStage) -> None:
    folder = stage.folder / "received"
    folder.mkdir()
    receive = stage.window.receive
    receive.folder.setText(str(folder))
    receive.flow.listen(replace(receive.request(), port=0))
    stage.until(lambda: stage.session.is_receiving)
    stage.window.open_view("receive")


def _send_in(stage: LiveStage, title: str, series: tuple[patients.Series, ...]) -> "subprocess.Popen[bytes]":
    folder = patients.write(stage.folder / f"of-{title}", *series)
    words = ("--scan-directories", "--recurse", "-aet", title, "-aec", "WS1", "127.0.0.1")
    return stage.start("dcmsend", *words, stage.session.listening_port, folder)


def _open_first(stage: LiveStage) -> None:
    stage.window.send.list.view.expand_node(stage.window.send.flow.queue.studies[0])


def _open_received(stage: LiveStage) -> None:
    stage.session.second_passed.emit()
    children = stage.window.receive.flow.model.root.children
    stage.window.receive.view.expand_node(children[0])
    stage.window.receive.view.select_node(children[0])


def _select_association(stage: LiveStage) -> None:
    stage.window.open_view("associations")
    stage.settle()
    stage.window.associations.view.select_node(stage.window.associations.model.root.children[0])

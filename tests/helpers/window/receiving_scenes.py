"""States of the Receive and the Associations view, on a stage."""

import time
from dataclasses import replace

from PySide6.QtGui import QColor, QPainter, QPixmap, QRadialGradient

from dicomdesk.dicom.files.element_tree import ElementRow, ElementTree
from dicomdesk.engine.events import ItemOutcome
from dicomdesk.engine.facts.reception import StorageChanged, StorageState
from dicomdesk.engine.receive.book.completeness import CountSource
from dicomdesk.engine.receive.request import Storage, SubFolders
from dicomdesk.gui.dialogs.listener import ListenerDialog
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.models.received_nodes import ReceivedStudy
from dicomdesk.gui.receive.deletion import DeletionDialog, find_files, parts_of
from dicomdesk.gui.receive.element_nodes import top_nodes
from dicomdesk.gui.receive.elements_dialog import ElementsDialog
from dicomdesk.gui.receive.thumbnails import LARGE_SIDE, ROW_SIDE, Picture
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.security.security_store import ListenerSecurity
from tests.helpers.window import scenes
from tests.helpers.window.sending_scenes import busy
from tests.helpers.window.stage import Stage, just_now, progress, show_dialog, show_received


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
    stage.window.open_view("associations")


def associations(stage: Stage) -> None:
    """In and out, with refusals."""
    busy(stage)
    stage.session.echoed.arrived.emit(just_now(scenes.rejected(scenes.ECHO_JOB, 1)))
    stage.window.open_view("associations")
    stage.settle()
    view = stage.window.associations.view
    view.select_node(stage.window.associations.model.root.children[0])


def associations_messages(stage: Stage) -> None:
    """The messages of an association, one of them with a pause before it and a failure."""
    associations(stage)
    first = len(stage.window.associations.log)
    header = scenes.header(scenes.JANE, ("1", "Axial", "CT"), 1)
    job = scenes.SEND_JOB
    events = [*scenes.outgoing(7), *(scenes.finished(header, number, association=7) for number in range(24))]
    events.append(scenes.finished(header, 24, ItemOutcome.REFUSED, association=7, status=0xA700, reason="Disk is full"))
    events.append(scenes.released(job, 7))
    arrivals = just_now(events)
    late = [replace(each, at=each.at + 0.4 * (number > 20)) for number, each in enumerate(arrivals)]
    stage.session.sent.arrived.emit(late)
    stage.settle()
    pane = stage.window.associations
    pane.view.select_node(pane.model.root.children[first])
    pane.panel.chips.choose(1)


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
    stage.window.open_view("associations")
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


def associations_many(stage: Stage) -> None:
    """A thousand associations, in and out."""
    for number in range(1, 501):
        events = [*scenes.outgoing(number, is_refusing=number % 9 == 0), scenes.released(scenes.SEND_JOB, number)]
        stage.session.sent.arrived.emit(just_now(events))
        events = scenes.incoming(number, calling=("CT1", "MR2", "US3")[number % 3], host=f"10.1.4.{20 + number % 3}")
        end = scenes.aborted if number % 17 == 0 else scenes.released
        stage.session.received.arrived.emit(just_now([*events, end(scenes.RECEIVE_JOB, number)]))
    associations_empty(stage)


def drawn_slice(side: int, hue: int) -> QPixmap:
    """Something like a slice through somebody."""
    pixmap = QPixmap(2 * side, 2 * side)
    pixmap.fill(QColor("#000000"))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    body = QRadialGradient(side, side, side)
    for place, level in ((0.0, 190 - hue), (0.55, 120), (0.8, 200), (0.86, 20), (1.0, 0)):
        body.setColorAt(place, QColor(level, level, level))
    painter.setBrush(body)
    painter.drawEllipse(round(0.1 * side), round(0.3 * side), round(1.8 * side), round(1.4 * side))
    painter.end()
    pixmap.setDevicePixelRatio(2)
    return pixmap


def draw_pictures(stage: Stage) -> None:
    """Let the rows have pictures."""
    pictures = stage.window.receive.list.pictures.thumbnails
    for number, study in enumerate(stage.window.receive.flow.studies.studies):
        for series in study.series.values():
            picture = Picture(small=drawn_slice(ROW_SIDE, 25 * number), large=drawn_slice(LARGE_SIDE, 25 * number))
            pictures._keep(series.first_path(), picture)


def receive_pictures(stage: Stage) -> None:
    """Studies arrive, and their rows have pictures."""
    show_again(stage)
    stage.window.receive.view.expand_node(first_study(stage))
    draw_pictures(stage)


def receive_again(stage: Stage) -> None:
    """A study of which the first instances came twice, from two senders, is not complete."""
    show_again(stage)
    draw_pictures(stage)
    view = stage.window.receive.view
    study = first_study(stage)
    view.expand_node(study)
    view.select_node(study)


def show_again(stage: Stage) -> None:
    """60 of 100 instances, 40 of them again from another machine; and other studies."""
    now, job = time.time(), scenes.RECEIVE_JOB
    events = [*scenes.incoming(1, calling="MR2", host="10.1.4.31")]
    for number in range(1, 25):
        item = scenes.header(scenes.PETR, ("1", "T1 sagittal", "MR"), number)
        events.append(scenes.finished(item, number, path=f"/home/ws1/DICOM/MR.{number}", job_id=job))
    events += [scenes.released(job, 1), *scenes.incoming(2), *scenes.incoming(3, calling="CT1", host="10.1.4.77")]
    for association, last in ((2, 60), (3, 40)):
        for number in range(1, last + 1):
            item = scenes.header(scenes.JANE, ("4", "Axial 1.0", "CT"), number)
            path = f"/home/ws1/DICOM/CT.{item.sop_instance_uid}{'' if association == 2 else '_2'}"
            events.append(scenes.finished(item, number, path=path, association=association, job_id=job))
        events.append(scenes.released(job, association))
    stage.session.received.arrived.emit([Arrival(now - 95 + 0.5 * n, event) for n, event in enumerate(events)])
    study = first_study(stage)
    stage.window.receive.flow.studies.book.expect(study.record.uid, 100, CountSource.USER)
    stage.session.port = 11112
    stage.session.receiving = replace(progress(124, 0, 60_000_000, 0, 0.0), associations=0, bytes_per_s=0.0)
    stage.session.second_passed.emit()
    stage.session.changed.emit()
    stage.window.sidebar.choose(1)


def first_study(stage: Stage) -> ReceivedStudy:
    """The study at the top."""
    view = stage.window.receive.view
    node = view.node_of(view.model().index(0, 0))
    assert isinstance(node, ReceivedStudy)
    return node


def receive_instances(stage: Stage) -> None:
    """Instances below a series, several of them selected."""
    show_again(stage)
    draw_pictures(stage)
    view, study = stage.window.receive.view, first_study(stage)
    view.expand_node(study)
    view.expand_node(study.children[0])
    view.select_nodes(study.children[0].children[1:4])


def receive_low_disk(stage: Stage) -> None:
    """The disk is nearly full while studies arrive."""
    show_received(stage)
    fact = StorageChanged(
        job_id=scenes.RECEIVE_JOB,
        state=StorageState.LOW,
        folder="/home/ws1/DICOM",
        free_bytes=1_400_000_000,
        full_in_s=540.0,
        text="only 1.4 GB are free on the disk of /home/ws1/DICOM, which is full in about 9 minutes at the rate of now",
        advice="make room, or receive into another folder",
    )
    stage.session.received.arrived.emit(just_now([fact]))
    stage.window.receive.flow.free_bytes = 1_400_000_000
    stage.session.second_passed.emit()
    stage.window.sidebar.choose(1)


def receive_thousand(stage: Stage) -> None:
    """A thousand studies."""
    now, events = time.time(), list(scenes.incoming(1))
    for number in range(1000):
        study = (f"PATIENT{number:04}^ANNA", f"{10_000 + number}", "Thorax", "20261120")
        item = scenes.header(study, ("1", "pa", "CR"), 1)
        path = f"/home/ws1/DICOM/CR.{number}"
        events.append(scenes.finished(item, number, path=path, job_id=scenes.RECEIVE_JOB))
    events.append(scenes.released(scenes.RECEIVE_JOB, 1))
    stage.session.received.arrived.emit([Arrival(now - 9000 + 8.0 * n, event) for n, event in enumerate(events)])
    stage.session.port = 11112
    stage.session.receiving = replace(progress(1000, 0, 60_000_000, 0, 0.0), associations=0, bytes_per_s=0.0)
    stage.session.second_passed.emit()
    stage.session.changed.emit()
    stage.window.sidebar.choose(1)


def element_tree() -> ElementTree:
    """The elements of an instance, as they are read."""
    code = [
        ElementRow(0x00080100, "SH", "CodeValue", "T-D4000", size_bytes=8),
        ElementRow(0x00080102, "SH", "CodingSchemeDesignator", "SRT", size_bytes=4),
        ElementRow(0x00080104, "LO", "CodeMeaning", "Abdomen", size_bytes=8),
    ]
    item = ElementRow(0xFFFEE000, "", "1", "3 elements", children=code)
    rows = [
        ElementRow(0x00020010, "UI", "TransferSyntaxUID", "1.2.840.10008.1.2.1 (LittleEndianExplicit)", size_bytes=20),
        ElementRow(0x00080005, "CS", "SpecificCharacterSet", "ISO_IR 100", size_bytes=10),
        ElementRow(0x00080016, "UI", "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2 (CTImageStorage)", size_bytes=26),
        ElementRow(0x00080020, "DA", "StudyDate", "20261120", size_bytes=8),
        ElementRow(0x00080060, "CS", "Modality", "CT", size_bytes=2),
        ElementRow(0x00081030, "LO", "StudyDescription", "CT abdomen", size_bytes=10),
        ElementRow(0x00082218, "SQ", "AnatomicRegionSequence", "1 item", children=[item]),
        ElementRow(0x00090010, "LO", "PrivateCreator", "ACME CT 2.1", size_bytes=12),
        ElementRow(0x00091001, "UN", "", "08\\00\\ff\\3c\\12\\9a\\00\\00", is_cut=True, size_bytes=4096),
        ElementRow(0x00100010, "PN", "PatientName", "DOE^JANE", size_bytes=8),
        ElementRow(0x00100020, "LO", "PatientID", "12345", size_bytes=6),
        ElementRow(0x00180050, "DS", "SliceThickness", "1.0", size_bytes=4),
        ElementRow(0x00280010, "US", "Rows", "512", size_bytes=2),
        ElementRow(0x00280011, "US", "Columns", "512", size_bytes=2),
        ElementRow(0x7FE00010, "OW", "PixelData", "0000\\0000\\0001", is_cut=True, size_bytes=524_288),
    ]
    return ElementTree(rows=rows, count=19)


def elements(stage: Stage) -> None:
    """The elements of an instance."""
    dialog = ElementsDialog(stage.theme, stage.tasks, "DOE, JANE   CT.1.2.840.99999.1.4.17", "/home/ws1/DICOM/CT.17")
    show_dialog(stage, dialog)
    tree = element_tree()
    dialog.show_tree(tree, top_nodes(tree.rows))
    sequence = dialog.model.root.children[6]
    dialog.model.fetchMore(dialog.model.index_of(sequence))
    dialog.view.expand_node(sequence)
    dialog.view.expand_node(sequence.children[0])
    dialog.view.select_node(dialog.model.root.children[9])


def delete_question(stage: Stage) -> None:
    """Files are to be deleted."""
    show_again(stage)
    study = first_study(stage)
    files = find_files(stage.window.receive.flow.studies.book, parts_of([study]))
    show_dialog(stage, DeletionDialog(files, study.text(0)))


def listener_files(stage: Stage) -> None:
    """How received files are named and sorted."""
    storage = Storage(sub_folders=SubFolders.PATIENT_STUDY_SERIES, extension=".dcm")
    credentials = Credentials(stage.tasks)
    dialog = ListenerDialog(stage.theme, stage.tasks, credentials, ListenerSecurity(), storage=storage)
    show_dialog(stage, dialog).storing_fold.open()

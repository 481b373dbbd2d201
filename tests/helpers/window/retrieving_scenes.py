"""States of retrieving, on a stage: jobs that are told how they stand, with outcomes instead of peers."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dicomdesk.dicom.pixels.small_image import SmallImage
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.engine.retrieve.facts import SubOperations
from dicomdesk.engine.retrieve.outcome import Diagnosis, DiagnosisKind, RetrieveOutcome, Standing
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui.models.found_entities import AskedPeer, FoundEntity, FoundPlace
from dicomdesk.gui.retrieve.errand import Errand, Target
from dicomdesk.gui.retrieve.here.already import here_words
from dicomdesk.gui.retrieve.job_nodes import JobNode, Stage
from dicomdesk.gui.retrieve.look.look_dialog import LookDialog
from dicomdesk.gui.retrieve.look.one_image import ChosenImage
from dicomdesk.settings import AssociationSettings, Peer
from tests.helpers.window import query_scenes
from tests.helpers.window.stage import Stage as Scene
from tests.helpers.window.stage import show_dialog

_FOLDER = Path("/home/ws1/DICOM")
_CARD = "AE title: WS1\nAddress:  10.1.4.31\nPort:     11112\nTLS:      no"


def found_study(title: str, instances: int, peer: str = "PACS", uid: str = "2.25.1") -> FoundEntity:
    """A study at a peer that is not there."""
    asked = AskedPeer(
        peer=Peer(host=f"{peer.lower()}.example", port=104, ae_title=peer),
        association=AssociationSettings(calling_ae_title="WS1"),
    )
    return FoundEntity(
        level=Level.STUDY,
        model=QueryModel.STUDY_ROOT,
        title=title,
        places=(FoundPlace(asked=asked, instances=instances),),
        study_instance_uid=uid,
    )


def row(
    stage: Scene,
    entity: FoundEntity,
    method: RetrieveMethod,
    standing: Standing,
    *,
    before: int = 0,
    destination: str = "",
) -> JobNode:
    """A retrieve that goes on."""
    target = Target(destination=destination) if destination else Target(folder=_FOLDER)
    node = JobNode(Errand(asked=entity.places[0].asked, entities=(entity,), target=target))
    node.stage, node.method, node.before, node.standing = Stage.RUNNING, method, before, standing
    node.reason = f"C-GET, which needs no connection from the peer {node.errand.asked.peer} to this machine"
    if method is RetrieveMethod.MOVE:
        node.reason = f"C-MOVE, since the peer {node.errand.asked.peer} does not accept C-GET for this model"
    stage.window.retrieve.flow.model.insert(None, [node])
    return node


def ended(node: JobNode, *diagnoses: Diagnosis, missing: Sequence[str] = (), refused: Sequence[str] = ()) -> None:
    """It is over."""
    node.end(
        RetrieveOutcome(
            outcome=JobOutcome.COMPLETED,
            ended=(),
            announced=node.standing.announced,
            reported=node.standing.reported,
            arrived=node.standing.arrived,
            stored=node.standing.stored,
            missing=tuple(missing),
            refused=tuple(refused),
            diagnoses=diagnoses,
        ),
        node.standing,
    )


def show(stage: Scene, chosen: JobNode | None = None) -> None:
    """Bring the view with the retrieves to the front."""
    window = stage.window
    window.sidebar.choose(2)
    window.retrieve.bar.folder.setText(str(_FOLDER))
    window.retrieve.bar.jobs.setChecked(True)
    window.retrieve.flow.changed.emit()
    if chosen is not None:
        window.retrieve.view.select_node(chosen)


def retrieve_running(stage: Scene) -> None:
    """One retrieve in its middle, with what was here before."""
    reported = SubOperations(completed=96, remaining=112)
    standing = Standing(announced=620, reported=reported, arrived=96, stored=96, bytes_stored=50_400_000)
    node = row(stage, found_study("DOE, JANE · 2026-11-20 · CT abdomen", 620), RetrieveMethod.GET, standing, before=412)
    node.rate, node.seconds_left = 41e6, 1.4
    show(stage, node)


def retrieves(stage: Scene) -> None:
    """Several: running, sent to a peer, complete, waiting, with problems."""
    done = row(
        stage,
        found_study("IVANOV, PETR · 2026-11-19 · MR head", 148),
        RetrieveMethod.GET,
        Standing(
            announced=148, reported=SubOperations(completed=148), arrived=148, stored=148, bytes_stored=39_000_000
        ),
    )
    ended(done)
    retrieve_running(stage)
    sent = row(
        stage,
        found_study("SATO, YUKI · 2026-11-18 · US heart", 44),
        RetrieveMethod.MOVE,
        Standing(announced=44, reported=SubOperations(completed=12, remaining=32)),
        destination="ARCHIVE2",
    )
    waiting = row(stage, found_study("DOE, JANE · 2025-03-02 · CT thorax", 310), RetrieveMethod.MOVE, Standing())
    waiting.stage = Stage.WAITING
    waiting.note = "Waiting for another retrieve, whose listener stores into /home/ws1/DICOM/research"
    show(stage, sent)


def retrieve_diagnosis(stage: Scene) -> None:
    """A destination that the peer does not know, with the card."""
    node = row(
        stage,
        found_study("DOE, JANE · 2026-11-20 · CT abdomen", 620),
        RetrieveMethod.MOVE,
        Standing(announced=620, arrived=0, stored=0),
    )
    one = Diagnosis(
        kind=DiagnosisKind.DESTINATION_UNKNOWN,
        text="The peer PACS@pacs.example:104 does not know the destination WS1 (status A801H).",
        advice="Ask whoever runs the peer to enter the AE title with its address and port, exactly as written here. "
        "The peer takes C-GET, which needs no connection to this machine: retrieve with that.",
        card=_CARD,
        other=RetrieveMethod.GET,
    )
    ended(node, one, missing=[f"2.25.1.{number}" for number in range(620)])
    show(stage, node)


def retrieve_partly(stage: Scene) -> None:
    """Some instances failed at the peer and some were not stored here: listed by UID."""
    node = row(
        stage,
        found_study("DOE, JANE · 2026-11-20 · CT abdomen", 620),
        RetrieveMethod.GET,
        Standing(
            announced=620,
            reported=SubOperations(completed=600, failed=20),
            arrived=600,
            stored=588,
            bytes_stored=310_000_000,
        ),
    )
    failed = Diagnosis(
        kind=DiagnosisKind.SUB_OPERATIONS_FAILED,
        text="The peer PACS@pacs.example:104 could not send 20 instances.",
        advice="The peer's log tells why it failed for each of them.",
    )
    refused = Diagnosis(
        kind=DiagnosisKind.REFUSED_BY_US,
        text="12 instances came from PACS@pacs.example:104 and could not be stored here: No space left on device (12).",
        advice="Remove the cause (disk space, the folder's rights, the rule for duplicates), then retrieve again.",
    )
    uids = [f"2.25.240571938274650182734650192837.{number}" for number in range(32)]
    ended(node, refused, failed, missing=uids, refused=uids[:12])
    show(stage, node)
    stage.window.retrieve.view.expand_node(node)


def look_at_image(stage: Scene) -> None:
    """One image of a series, before it is fetched."""
    dialog = _look(stage)
    side = 384
    pixels = bytearray(side * side)
    for y in range(side):
        for x in range(side):
            distance = ((x - 192) / 150) ** 2 + ((y - 200) / 120) ** 2
            inner = ((x - 150) / 40) ** 2 + ((y - 190) / 60) ** 2
            pixels[y * side + x] = 0 if distance > 1 else 60 if inner < 1 else 150 + (x * y) % 23
    image = SmallImage(
        width=side, height=side, is_colour=False, pixels=bytes(pixels), rows=512, columns=512, frame=1, frames=1
    )
    dialog.show_image(image, ChosenImage(sop_instance_uid="2.25.9", place=151, among=300))


def look_fails(stage: Scene) -> None:
    """A peer that cannot give one image."""
    _look(stage).show_failure(
        "The peer PACS@pacs.example:104 does not accept C-GET of this model. "
        "The peer takes C-MOVE: retrieve with that, once it knows this machine as a destination."
    )


def _look(stage: Scene) -> LookDialog:
    entity = replace(found_study("DOE, JANE · 2026-11-20 · Axial 1.0 mm", 300), level=Level.SERIES)
    return show_dialog(stage, LookDialog(stage.theme, stage.session, stage.tasks, entity, stage.window))


def retrieve_with_results(stage: Scene) -> None:
    """Results with what is here already, and one retrieve that goes on."""
    query_scenes.query_three_levels(stage)
    tops = stage.window.query.flow.tree.ordered()
    stage.window.query.view.collapseAll()
    shares = {
        node.unique_value(Level.STUDY): share for node, share in zip(tops, (1.0, 0.4, 0.0, 0.9, 0.0, 1.0), strict=False)
    }

    def words(study: str, _series: str, instance: str, of: int | None) -> str:
        return here_words(round((of or 1) * shares.get(study, 0.0)), of, is_instance=bool(instance))

    stage.window.query.show_here(words)
    reported = SubOperations(completed=96, remaining=112)
    standing = Standing(announced=620, reported=reported, arrived=96, stored=96, bytes_stored=50_400_000)
    node = row(stage, found_study("DOE, JANE · 2026-11-20 · CT abdomen", 620), RetrieveMethod.GET, standing, before=412)
    node.rate, node.seconds_left = 41e6, 1.4
    stage.window.retrieve.bar.folder.setText(str(_FOLDER))
    stage.window.retrieve.bar.jobs.setChecked(True)
    stage.window.retrieve.flow.changed.emit()
    stage.window.retrieve.view.select_node(node)

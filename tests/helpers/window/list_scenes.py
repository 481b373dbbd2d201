"""States of the dialog that works through a list, on a stage."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from dicomdesk.dicom.lists.columns import find_columns
from dicomdesk.dicom.lists.csv_rows import read_csv
from dicomdesk.dicom.lists.entries import read_entries
from dicomdesk.engine.lists.facts import LineEnded, LineStarted, ListFact, ListPaused
from dicomdesk.engine.lists.results import LineResult, LineState
from dicomdesk.engine.stats import Progress
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.lists.dialog import ListDialog
from dicomdesk.gui.lists.line_nodes import LineNode
from dicomdesk.gui.lists.wish_form import plan_text
from dicomdesk.gui.lists.wishes import Aim, ListWish
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.settings import AssociationSettings, Peer
from tests.helpers.window.stage import Stage, show_dialog

ASKED = AskedPeer(
    peer=Peer(host="pacs.example", port=104, ae_title="PACS"),
    association=AssociationSettings(calling_ae_title="WS1"),
    name="Main archive",
)
WISH = ListWish(
    aim=Aim.FETCH, folder="/home/ws1/DICOM/study 17", pause_s=2, at_once=1, window="20:00-06:00", takes_all=False
)
LINES = 50
_NAMES = ("Doe^Jane", "Ivanov^Petr", "Sato^Yuki", "Müller^Grete", "Okafor^Ada")


class GaugedJob:
    """A job whose gauges are told to it."""

    def cancel(self) -> None:
        """Nothing is to be ended."""

    def progress(self) -> Progress:
        """Something is on its way."""
        return Progress(items_total=LINES, items_done=23, bytes_done=4_812_000_000, bytes_per_s=38.4e6)


def list_text(lines: int = LINES) -> str:
    """A list as a study office sends it: some numbers have lost their zeros, and a line stands there twice."""
    body = []
    for number in range(1, lines + 1):
        accession = f"{20_260_000 + number * 7}" if number % 9 else f"{number * 7}"
        body.append(f"{accession};{_NAMES[number % 5]};2026-11-{number % 28 + 1:02}")
    body[30] = body[3]
    body[40] = ";Unknown^Person;2026-11-09"
    return "\n".join(("Accession No.;Patient;Date", *body))


def show_list(stage: Stage) -> ListDialog:
    """The dialog with a list that was read."""
    dialog = ListDialog(stage.theme, stage.session, stage.tasks, ASKED, parent=None)
    flow = dialog.flow
    flow.name, flow.rows = "study-17.csv", read_csv(list_text().encode())
    columns = find_columns(flow.rows)
    flow.entries, flow.column_names = read_entries(flow.rows, columns), columns.names
    flow._show([LineNode(entry, digits=flow.entries.lost_zeros_to) for entry in flow.entries.entries])
    dialog.fill_in(WISH)
    flow.changed.emit()
    return show_dialog(stage, dialog, (1000, 700))


def list_preview(stage: Stage) -> None:
    """A list before anything was asked, with warnings."""
    show_list(stage)


def list_half_done(stage: Stage) -> None:
    """Half of the lines have a result, and one is under way."""
    dialog = half_done(stage)
    dialog.flow.waiting_for = ""
    dialog.flow.changed.emit()


def list_waiting(stage: Stage) -> None:
    """The window of time is closed, and the list waits for the night."""
    dialog = half_done(stage)
    dialog.flow.nodes[23].is_under_way = False
    until = datetime.now().astimezone().replace(hour=20, minute=0, second=0) + timedelta(days=1)
    _tell(dialog, ListPaused(job_id="list-1", until=until, reason="Lines are asked for between 20:00 and 06:00"))


def list_stopped(stage: Stage) -> None:
    """It was stopped, and can be taken up again."""
    dialog = half_done(stage)
    dialog.flow._job = None
    dialog.flow.is_running = False
    dialog.flow.nodes[23].is_under_way = False
    dialog.flow.changed.emit()


def list_offer(stage: Stage) -> None:
    """No list is open yet."""
    dialog = show_dialog(stage, ListDialog(stage.theme, stage.session, stage.tasks, ASKED, parent=None), (1000, 700))
    dialog.earlier.show()


def half_done(stage: Stage) -> ListDialog:
    """A running list."""
    dialog = show_list(stage)
    flow = dialog.flow
    flow.is_running = True
    dialog.plan.setText(plan_text(WISH))
    flow.state_path = Path("study-17.sqlite")
    flow._job = GaugedJob()  # type: ignore[assignment]  # only its gauges are looked at
    results = [
        LineResult(
            number=number, state=LineState.FETCHED, matches=1, announced=240 + number, stored=240 + number, attempts=1
        )
        for number in range(1, 24)
    ]
    for number, state, reason in (
        (4, LineState.NOT_FOUND, ""),
        (7, LineState.AMBIGUOUS, "3 fit the line"),
        (12, LineState.FAILED, "Failed: UnableToProcess (C001H), says the peer to the query"),
        (15, LineState.INCOMPLETE, "2 instances could not be sent by the peer: it does not find their files"),
    ):
        results[number - 1] = replace(results[number - 1], state=state, reason=reason, stored=None, announced=None)
    results[6] = replace(results[6], matches=3)
    results[3] = replace(results[3], matches=0)
    results[14] = replace(results[14], stored=253, announced=255)
    _tell(dialog, *(LineEnded(job_id="list-1", result=result) for result in results))
    _tell(dialog, LineStarted(job_id="list-1", number=24))
    flow._since_s, flow._active_s = 0.0, 23 * 95.0
    flow.changed.emit()
    return dialog


def _tell(dialog: ListDialog, *facts: ListFact) -> None:
    dialog.flow.take([Arrival(0.0, fact) for fact in facts])

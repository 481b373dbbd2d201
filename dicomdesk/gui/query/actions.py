"""What the buttons and menus of the Query/Retrieve view do."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import DataError
from dicomdesk.gui import wording
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.query.asking import Question
from dicomdesk.gui.query.command import command_line
from dicomdesk.gui.query.flow import QueryFlow
from dicomdesk.gui.query.form.form_values import FormValues, question_of
from dicomdesk.gui.query.form.saved_queries import QueryMemory, SavedQuery
from dicomdesk.gui.query.header import QueryHeader
from dicomdesk.gui.query.results.export import csv_text, json_text, write_text
from dicomdesk.gui.query.results.result_nodes import ResultNode
from dicomdesk.gui.questions.file_dialogs import ask_new_file
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Tone
from dicomdesk.human import error_text

__all__ = ["QueryActions"]

_MINUTE_MS = 60_000
_BIRTH_DATE = 0x00100030
_PATIENT_NAME = 0x00100010


class QueryActions(QObject):
    """Asks, repeats, remembers, exports. For the Qt thread."""

    told = Signal(object)
    """``Details`` that the user should read now, or None where what is usual is to be shown."""
    changed = Signal()
    """Something worth remembering has changed."""

    def __init__(self, flow: QueryFlow, header: QueryHeader, tasks: Tasks, memory: QueryMemory, view: QWidget) -> None:
        """``view`` is the parent of dialogs."""
        super().__init__(view)
        self._flow = flow
        self._header = header
        self._tasks = tasks
        self._view = view
        self._is_preparing = False
        self.memory = memory
        self.asked: SavedQuery | None = None
        """What the rows answer."""
        self.new = 0
        """How much was new when the query was last repeated by itself, until somebody looks."""
        self.every_minutes = 0
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.ask_again)
        flow.renewed.connect(self._on_renewed)

    # Asking.

    def run_primary(self) -> None:
        """Ask, or stop where something is asked."""
        if self._flow.is_loading:
            self._flow.cancel()
        else:
            self.ask()

    def ask(self) -> None:
        """Ask the peers that are chosen what the form says."""
        if self._is_preparing:
            return
        if not self._header.form.insist():
            self.told.emit(Details(title=self._header.form.first_problem(), icon="warning", tone=Tone.WARNING))
            return
        self._tasks.start(self._ask(self._header.form.values()))

    def ask_again(self) -> None:
        """Ask the same again, and mark what is new; ask what the form says where nothing was asked."""
        if self.asked is None:
            self.ask()
        elif not self._flow.is_loading:
            question = self._question(self.asked.values)
            if question is not None:
                self._flow.ask_again(question)

    def ask_of_patient(self, node: ResultNode) -> None:
        """Ask the same peers for all studies of a patient: by the ID, else by name and birth date."""
        result = node.ancestor(Level.STUDY) or node.ancestor(Level.PATIENT) or node
        patient_id = node.unique_value(Level.PATIENT)
        values = FormValues(patient_id=patient_id)
        if not patient_id:
            name, born = result.result.value(_PATIENT_NAME), result.result.value(_BIRTH_DATE)
            values = FormValues(patient_name=name, birth_date=born)
        if not any((values.patient_id, values.patient_name)):
            title = self.tr("The peer has named no patient: neither ID nor name")
            self.told.emit(Details(title=title, icon="warning", tone=Tone.WARNING))
            return
        self._header.form.set_values(values)
        self.ask()

    def repeat_every(self, minutes: int) -> None:
        """Ask the same again every so many minutes; 0 no longer."""
        self.every_minutes = minutes
        self._clock.stop()
        if minutes:
            self._clock.start(minutes * _MINUTE_MS)
        self.changed.emit()

    def look(self) -> None:
        """Somebody looks: what is new is no news any more."""
        self.new = 0

    # Queries that are kept.

    def open(self, query: SavedQuery) -> None:
        """Show a query in the form, and ask it."""
        self._header.form.set_values(query.values)
        self._header.choice.choose(*query.peers)
        self.repeat_every(query.every_minutes)
        self.ask()

    def save(self, name: str) -> None:
        """Keep what the form says under a name."""
        query = replace(self._current(self._header.form.values()), name=name, every_minutes=self.every_minutes)
        self.memory = self.memory.with_saved(query)
        self.changed.emit()

    def forget(self, name: str) -> None:
        """Keep a query no longer."""
        self.memory = self.memory.without(name)
        self.changed.emit()

    # Results for others.

    def command_text(self) -> str:
        """Return the commands that ask the same, one a line for each peer; "" where nothing was asked."""
        question = self._flow.question
        if question is None:
            return ""
        return "\n".join(command_line(each.question, each.asked) for each in self._flow.askings)

    def copy_command(self) -> None:
        """Put the commands into the clipboard."""
        text = self.command_text()
        if not text:
            self._tell_to_ask()
            return
        QGuiApplication.clipboard().setText(text)
        self.told.emit(Details(title=self.tr("Copied: it asks the same in a terminal"), text=text, icon="copy"))

    def save_results(self, *, as_json: bool) -> None:
        """Have the user name a file, and write what is listed into it."""
        if not self._flow.tree.passing:
            self._tell_to_ask()
            return
        self._tasks.start(self._save_results(as_json=as_json))

    def _tell_to_ask(self) -> None:
        title = self.tr("There is nothing yet: press Query first")
        self.told.emit(Details(title=title, icon="info", tone=Tone.WARNING))

    async def _save_results(self, *, as_json: bool) -> None:
        ending = "json" if as_json else "csv"
        name = f"results-{datetime.now().astimezone():%Y%m%d-%H%M}.{ending}"
        chosen = await ask_new_file(self._tasks, self._view, self.tr("Save results"), name)
        if not chosen:
            return
        path = Path(chosen)
        nodes = list(self._flow.tree.ordered())
        try:
            await self._tasks.run(write_results, path, nodes, as_json)
        except OSError as error:
            title = self.tr("The results could not be written")
            text = wording.sentence(f"{path}: {error_text(error, names_file=False)}")
            self.told.emit(Details(title=title, text=text, icon="failed", tone=Tone.BAD, can_copy=True))
            return
        title = wording.plural(len(nodes), self.tr("{count} result written"), self.tr("{count} results written"))
        self.told.emit(Details(title=title, text=str(path), icon="stored", tone=Tone.GOOD))

    async def _ask(self, values: FormValues) -> None:
        question = self._question(values)
        if question is None:
            return
        self._is_preparing = True
        try:
            peers = await self._header.prepared_peers()
        finally:
            self._is_preparing = False
        if not peers:
            return
        self.new = 0
        self.told.emit(None)
        self.asked = self._current(values)
        self.memory = replace(self.memory.with_recent(self.asked), peers=self._header.choice.names())
        self._flow.ask(question, peers)
        self.changed.emit()

    def _question(self, values: FormValues) -> Question | None:
        try:
            return question_of(values, date.today())  # noqa: DTZ011 - the day that people here call today
        except (DataError, ValueError) as error:
            title = self.tr("That cannot be asked")
            self.told.emit(Details(title=title, text=wording.sentence(str(error)), icon="warning", tone=Tone.WARNING))
            return None

    def _current(self, values: FormValues) -> SavedQuery:
        return SavedQuery(values=values, peers=self._header.choice.names())

    def _on_renewed(self, new: int) -> None:
        self.new += new
        at = f"{datetime.now().astimezone():%H:%M}"
        title = self.tr("{count} new at {at}") if new else self.tr("Nothing new at {at}")
        self.told.emit(Details(title=title.format(count=wording.count_text(new), at=at), icon="retry"))


def write_results(path: Path, nodes: Sequence[ResultNode], as_json: bool) -> None:  # noqa: FBT001 - called by position on a worker
    """Write what is listed as DICOM JSON or CSV; raises OSError. Not for the Qt thread."""
    write_text(path, json_text(nodes) if as_json else csv_text(nodes))

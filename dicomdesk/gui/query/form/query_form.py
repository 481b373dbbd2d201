"""The form of a query: what is known of patient and study, dates, modalities, and any other key."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.controls.buttons import set_words
from dicomdesk.gui.controls.chips import ChipRow
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.fields import Field, line_of_fields, word_before
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.query.form.form_values import (
    MODELS,
    FormValues,
    Period,
    birth_date_problem,
    date_problem,
    further_problem,
    modalities_problem,
    period_words,
)
from dicomdesk.gui.query.form.modality_chips import ModalityChips
from dicomdesk.gui.theme import GRID, Theme, Tone
from dicomdesk.gui.wording import plain_tip

__all__ = ["QueryFormPart"]

_LONGEST_KEY = 64


class QueryFormPart(QWidget):
    """Fields, chips, and a line of further fields that is folded at first."""

    changed = Signal()
    ask_wanted = Signal()
    """Return was pressed in a field."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.patient_name = Field(self.tr("Patient name"), _anything, hint=self.tr("Doe^J, or *jane*"))
        self.patient_id = Field(self.tr("Patient ID"), _anything)
        self.birth_date = Field(self.tr("Birth date"), birth_date_problem, hint=self.tr("1950-12-31"))
        self.accession = Field(self.tr("Accession number"), _anything)
        self.periods = ChipRow(theme, [(word, Tone.PLAIN) for _, word in period_words()])
        self.periods.set_counts([None] * len(Period))
        self.first_date = Field(self.tr("From date"), date_problem, hint=self.tr("from"))
        self.last_date = Field(self.tr("To date"), date_problem, hint=self.tr("to"))
        self.modalities = ModalityChips(theme)
        self.description = Field(self.tr("Study description"), _anything, hint=self.tr("any part of it"))
        self.further = Field(self.tr("Any other keys"), further_problem, hint=self.tr("StationName=CT1; (0010,0040)=F"))
        self.model = Combo(
            theme, [self.tr("Studies"), self.tr("Patients, then studies"), self.tr("Patient/study only")]
        )
        self.model.setAccessibleName(self.tr("Information model"))
        tip = self.tr("Study Root, Patient Root, Patient/Study Only, or Modality Worklist, which has scheduled steps")
        self.model.setToolTip(plain_tip(tip))
        self.more = QPushButton()
        self.more.setCheckable(True)
        self._period = Period.ANY
        self._further_line = QWidget()
        self._fields = (
            *(self.patient_name, self.patient_id, self.birth_date, self.accession, self.first_date, self.last_date),
            *(self.modalities.other, self.description, self.further),
        )
        self._lay_out()
        self._connect()
        self._show_more()

    def values(self) -> FormValues:
        """Return what is typed and chosen."""
        return FormValues(
            patient_name=self.patient_name.value(),
            patient_id=self.patient_id.value(),
            birth_date=self.birth_date.value(),
            accession_number=self.accession.value(),
            description=self.description.value(),
            period=self._period,
            first_date=self.first_date.value(),
            last_date=self.last_date.value(),
            modalities=self.modalities.chosen(),
            further=self.further.value(),
            model=MODELS[self.model.currentIndex()],
        )

    def set_values(self, values: FormValues) -> None:
        """Show other values."""
        self.patient_name.setText(values.patient_name)
        self.patient_id.setText(values.patient_id)
        self.birth_date.setText(values.birth_date)
        self.accession.setText(values.accession_number)
        self.description.setText(values.description)
        self.first_date.setText(values.first_date)
        self.last_date.setText(values.last_date)
        self.modalities.choose(values.modalities)
        self.further.setText(values.further)
        self.model.setCurrentIndex(MODELS.index(values.model))
        self.periods.choose(list(Period).index(values.period))
        self._show_more()
        if self._hidden_count():
            self.more.setChecked(True)

    def put_before_more(self, button: QPushButton) -> None:
        """Show a button that belongs to the form."""
        self._kinds.insertWidget(self._kinds.indexOf(self.more), button)

    def insist(self) -> bool:
        """Whether all fields are well; if not, the first that is not takes the focus."""
        if modalities_problem(self.values()):
            self.modalities.setFocus()
            return False
        wrong = next((field for field in self._fields if field.problem()), None)
        if wrong is not None and not wrong.isVisible():
            self.more.setChecked(True)
        return wrong is None or wrong.insist()

    def first_problem(self) -> str:
        """Return what is wrong with the first field that is not well."""
        problems = (field.problem() for field in self._fields)
        return modalities_problem(self.values()) or next((problem for problem in problems if problem), "")

    # Building.

    def _lay_out(self) -> None:
        known = line_of_fields(
            (
                (self.tr("&Name"), self.patient_name, 110, 420),
                (self.tr("&ID"), self.patient_id, 76, 240),
                (self.tr("&Born"), self.birth_date, 116, 150),
                (self.tr("&Accession"), self.accession, 80, 240),
            )
        )
        known.addStretch(1)
        for field in (self.first_date, self.last_date):
            field.setMinimumWidth(88)
            field.setMaximumWidth(104)
        dates = row_of(self.periods, self.first_date, self.last_date, 1, spacing=GRID - 2)
        self._kinds = row_of(self.modalities, 1, self.more, spacing=GRID - 2)
        fields = line_of_fields(
            (
                (self.tr("&Description"), self.description, 110, 260),
                (self.tr("&Keys"), self.further, 150, 420),
            )
        )
        row_of((fields, 1), word_before(self.tr("Sho&w"), self.model), self.model, inside=self._further_line)
        column_of(known, dates, self._kinds, self._further_line, inside=self, spacing=GRID)
        self._further_line.hide()
        for field in self._fields:
            field.setMaxLength(2000 if field is self.further else _LONGEST_KEY)

    def _connect(self) -> None:
        for field in self._fields:
            field.returnPressed.connect(self.ask_wanted)
            field.checked.connect(self._on_changed)
        for field in (self.first_date, self.last_date):
            field.textEdited.connect(lambda _text: self.periods.choose(list(Period).index(Period.RANGE)))
        self.periods.chosen.connect(self._on_period)
        self.modalities.changed.connect(self._on_changed)
        self.model.currentIndexChanged.connect(lambda _number: self._on_changed())
        self.more.toggled.connect(self._further_line.setVisible)
        self.more.toggled.connect(lambda _is_on: self._show_more())

    def _on_period(self, number: int) -> None:
        self._period = list(Period)[number]
        if self._period is not Period.RANGE:
            for field in (self.first_date, self.last_date):
                field.clear()
        self._on_changed()

    def _on_changed(self) -> None:
        self._show_more()
        self.changed.emit()

    def _hidden_count(self) -> int:
        values = self.values()
        return sum((bool(values.description), bool(values.further), values.model is not QueryModel.STUDY_ROOT))

    def _show_more(self) -> None:
        """Say on the button whether something is set in what it hides."""
        count = self._hidden_count()
        is_open = self.more.isChecked()
        text = self.tr("&More ({count})").format(count=count) if count and not is_open else self.tr("&More")
        set_words(self.more, text)
        self.more.setToolTip(plain_tip(self.tr("Description, any other key, and the information model")))
        self._theme.keep_icon(self.more, "chevron-down" if is_open else "chevron-right")


def _anything(_text: str) -> str:
    return ""

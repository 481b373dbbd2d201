import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.query.form.form_values import FormValues, Period
from dicomdesk.gui.query.form.modality_chips import ModalityChips
from dicomdesk.gui.query.form.query_form import QueryFormPart
from dicomdesk.gui.theme import Theme

ALL = FormValues(
    patient_name="Doe",
    patient_id="4711",
    birth_date="1950-12-31",
    accession_number="A1",
    description="chest",
    period=Period.RANGE,
    first_date="2026-01-01",
    last_date="2026-02-01",
    modalities=("CT", "OPT"),
    further="StationName=CT1",
    model=QueryModel.PATIENT_ROOT,
)


@pytest.fixture
def form(theme: Theme, qtbot: QtBot) -> QueryFormPart:
    found = QueryFormPart(theme)
    qtbot.addWidget(found)
    found.show()
    return found


@pytest.mark.parametrize("values", [FormValues(), ALL, FormValues(period=Period.WEEK, modalities=("MR",))])
def test_what_is_shown_is_what_it_says(form: QueryFormPart, values: FormValues) -> None:
    form.set_values(values)
    assert form.values() == values
    form.set_values(FormValues())
    assert form.values() == FormValues()


def test_what_is_folded_and_set_is_counted_on_its_button_and_opened(form: QueryFormPart) -> None:
    form.description.setText("chest")
    assert form.more.accessibleName() == "More (1)"
    assert not form.description.isVisible()
    form.set_values(ALL)
    assert form.description.isVisible()
    assert form.more.accessibleName() == "More"


def test_a_typed_date_chooses_the_range_and_a_period_empties_it(form: QueryFormPart) -> None:
    QTest.keyClicks(form.first_date, "2026-01-05")
    assert (form.values().period, form.values().first_date) == (Period.RANGE, "2026-01-05")
    form.periods.choose(list(Period).index(Period.TODAY))
    assert form.values() == FormValues(period=Period.TODAY)


def test_a_wrong_field_takes_the_focus_even_where_it_was_folded(form: QueryFormPart) -> None:
    form.further.setText("NoSuchName=1")
    assert not form.insist()
    assert form.further.isVisible()
    assert "key" in form.first_problem()
    form.further.clear()
    form.birth_date.setText("yesterday")
    assert not form.insist()
    form.birth_date.clear()
    assert form.insist()


def test_return_in_a_field_asks(form: QueryFormPart, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.ask_wanted):
        QTest.keyClick(form.patient_id, Qt.Key.Key_Return)


def test_modalities_are_chips_of_which_any_can_be_on_by_key_too(theme: Theme, qtbot: QtBot) -> None:
    chips = ModalityChips(theme)
    qtbot.addWidget(chips)
    chips.show()
    for code in ("MR", "CT"):
        QTest.keyClick(chips.chip(code), Qt.Key.Key_Space)
    assert chips.chip("CT").accessibleName() == "Modality CT"
    chips.other.setText("opt, ct")
    assert chips.chosen() == ("CT", "MR", "OPT")
    chips.other.setText("o/p?")
    assert chips.other.problem()


def test_everything_has_a_name_for_screen_readers(form: QueryFormPart) -> None:
    form.more.setChecked(True)
    named = [form.patient_name, form.patient_id, form.birth_date, form.accession, form.first_date, form.last_date]
    named += [form.description, form.further, form.modalities.other]
    names = [widget.accessibleName() for widget in (*named, form.model, form.more)]
    assert all(names)
    assert len(set(names)) == len(names)

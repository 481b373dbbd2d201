from pathlib import Path

from PySide6.QtCore import Qt

from dicomdesk.archive.administration.keeping.making import make_archive
from dicomdesk.gui.archive.access import AccessState
from dicomdesk.gui.archive.cells import INSTANCES, NAME
from dicomdesk.gui.archive.choosing import ArchiveChoice
from dicomdesk.gui.archive.found import CONFLICTS, PATIENTS
from dicomdesk.gui.archive.pane import ArchivePane
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.receive.elements_dialog import ElementsDialog
from tests.gui.answers import wait_for
from tests.gui.archive.doing import WaitUntil, names, opened, row, search
from tests.helpers.archives.served_archives import Running, encoded


def test_without_an_archive_the_view_invites_to_choose_or_make_one(window: MainWindow) -> None:
    pane = window.archive
    assert pane.access.state is AccessState.NONE
    assert isinstance(pane.choice, ArchiveChoice)
    assert pane.area.currentIndex() == 0
    assert [button.accessibleName() for button in pane.choice.buttons()] == [
        "Choose a configuration…",
        "Choose a folder…",
        "Make a new one…",
    ]
    assert pane.filters.isHidden()
    assert pane.choice.empty.accessibleName() == "Look after an archive"


def test_studies_are_found_as_somebody_types_and_open_down_to_their_instances(
    pane: ArchivePane, wait_until: WaitUntil
) -> None:
    assert names(pane) == ["Doe, John", "Roe, Rich", "Doe, Jane"]
    assert search(pane, "doe", wait_until) == ["Doe, John", "Doe, Jane"]
    assert search(pane, "doe jan", wait_until) == ["Doe, Jane"]
    (series,) = opened(pane, row(pane, "Doe, Jane"), wait_until)
    assert series.text(INSTANCES) == "2"
    instances = opened(pane, series, wait_until)
    assert {node.listed.values["sop_instance_uid"] for node in instances} == {"1.1", "1.2"}
    assert search(pane, "nobody", wait_until) == []
    assert pane.list.accessibleDescription() == "Nothing fits what is searched for."


def test_patients_and_conflicts_are_lists_of_their_own(pane: ArchivePane, wait_until: WaitUntil) -> None:
    pane.filters.chips.choose(PATIENTS)
    wait_until(lambda: not pane.found.is_asking)
    assert names(pane) == ["Doe, John", "Roe, Rich", "Doe, Jane"]
    (study,) = opened(pane, row(pane, "Roe, Rich"), wait_until)
    (series,) = opened(pane, study, wait_until)
    (instance,) = opened(pane, series, wait_until)
    assert instance.listed.values["sop_instance_uid"] == "1.3"
    pane.filters.chips.choose(CONFLICTS)
    wait_until(lambda: not pane.found.is_asking)
    assert names(pane) == ["Roe, Rich", "Doe, Jane"]
    assert "another patient has the same UID, too" in row(pane, "Doe, Jane").spoken(NAME)


def test_rows_are_sorted_by_the_archive(pane: ArchivePane, wait_until: WaitUntil) -> None:
    pane.list.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
    wait_until(lambda: not pane.found.is_asking)
    assert names(pane) == ["Doe, Jane", "Doe, John", "Roe, Rich"]
    pane.list.sortByColumn(INSTANCES, Qt.SortOrder.DescendingOrder)
    wait_until(lambda: not pane.found.is_asking)
    assert names(pane)[0] == "Doe, Jane"


def test_what_is_selected_is_told_and_what_comes_meanwhile_is_shown(
    pane: ArchivePane, served: Running, wait_until: WaitUntil
) -> None:
    assert "3 studies" in pane.details.details().text
    jane = row(pane, "Doe, Jane")
    opened(pane, jane, wait_until)
    pane.list.select_node(jane)
    wait_until(lambda: "Sent by" in pane.details.details().text)
    assert "2 files" in pane.details.details().text
    served.put(encoded("1.9", name="Doe^Jane"))
    pane.access.look()
    wait_until(lambda: names(pane)[0] == "Doe, Jane" and jane.is_known and jane.text(INSTANCES) == "3")
    assert pane.selected() == [jane]
    assert pane.list.is_open(jane)
    assert [child.text(INSTANCES) for child in jane.children] == ["3"]
    wait_until(lambda: "3 files" in pane.details.details().text)


def test_an_archive_that_cannot_be_opened_is_told_with_the_reason(
    window: MainWindow, tmp_path: Path, wait_until: WaitUntil
) -> None:
    window.open_view("archive")
    pane = window.archive
    pane.choice.open(str(tmp_path / "nothing.cfg"))
    wait_until(lambda: pane.access.state is AccessState.FAILED)
    assert pane.choice.empty.accessibleName() == "The archive cannot be opened"
    assert "nothing.cfg" in pane.choice.empty.accessibleDescription()
    assert window.state().archive_view == str(tmp_path / "nothing.cfg")


def test_the_archive_is_remembered_and_another_one_replaces_it(
    pane: ArchivePane, window: MainWindow, tmp_path: Path, wait_until: WaitUntil
) -> None:
    assert window.state().archive_view == str(tmp_path / "area")
    (tmp_path / "other").mkdir()
    make_archive(tmp_path / "other")
    pane.choice.open(str(tmp_path / "other"))
    wait_until(lambda: pane.access.is_open and not pane.found.is_asking)
    assert names(pane) == []
    assert pane.list.accessibleDescription().startswith("The archive is empty")


def test_query_retrieve_counts_what_this_archive_has_as_here(
    pane: ArchivePane, window: MainWindow, wait_until: WaitUntil
) -> None:
    here = window.retrieve.here
    wait_until(lambda: here.words("1.2.3", of=9) == "3 of 9")
    window.retrieve._keep_archive("")
    pane.choice.open(str(pane.access.path))
    assert here.words("1.2.3", of=9) == ""


def test_what_is_done_is_told_to_an_audit_trail_where_one_is_wished(
    pane: ArchivePane, window: MainWindow, tmp_path: Path, wait_until: WaitUntil
) -> None:
    pane.access.audit_file = tmp_path / "audit.log"
    pane.choice.open(str(pane.access.path))
    wait_until(lambda: pane.access.is_open and not pane.found.is_asking)
    assert window.state().archive_audit == str(tmp_path / "audit.log")
    nodes = [row(pane, "Doe, John")]
    pane._tasks.start(pane.carrying.export_to(nodes, tmp_path / "cd", is_zip=False))
    wait_until(lambda: pane._notice is not None)
    assert "archive view, export" in (tmp_path / "audit.log").read_text()
    pane._on_audit()
    wait_until(lambda: pane.access.audit_file is None)
    assert window.state().archive_audit == ""


def test_return_on_an_instance_shows_its_elements(pane: ArchivePane, wait_until: WaitUntil) -> None:
    (series,) = opened(pane, row(pane, "Doe, John"), wait_until)
    (instance,) = opened(pane, series, wait_until)
    pane.list.node_activated.emit(instance)
    dialog = wait_for(ElementsDialog, wait_until)
    wait_until(lambda: dialog.tree is not None)
    dialog.close()


def test_the_focus_is_where_the_first_thing_is_to_be_done(pane: ArchivePane, window: MainWindow) -> None:
    assert window.focusWidget() is pane.filters.search

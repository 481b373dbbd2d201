"""The dialog that works through a list, with a real archive behind it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from shiboken6 import isValid

from dicomdesk.dicom.lists.entries import EntryValue, ListEntry
from dicomdesk.engine.lists.facts import LineStarted, ListPaused
from dicomdesk.engine.lists.results import LineResult, LineState
from dicomdesk.engine.lists.state_file import StateFile
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, Storage
from dicomdesk.engine.retrieve.request import RetrieveMethod, RunningListener
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.lists import kept as kept_module
from dicomdesk.gui.lists.dialog import LIST_SUFFIXES, ListDialog
from dicomdesk.gui.lists.flow import Reading
from dicomdesk.gui.lists.kept import MOST_KEPT, forget_old, kept_lists, new_state_file
from dicomdesk.gui.lists.line_nodes import LineColumn, LineNode, line_columns, state_mark
from dicomdesk.gui.lists.reading_form import ReadingForm
from dicomdesk.gui.lists.told import about_text
from dicomdesk.gui.lists.wish_form import WishForm, plan_text
from dicomdesk.gui.lists.wishes import Aim, KeptWish, ListWish, read_kept_wish, write_kept_wish
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.outline.model import Mark
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.settings import AssociationSettings, Peer
from tests.gui.conftest import KEPT, Finish
from tests.helpers.archives.listed_studies import accession, instance_uids, sent, study, write_list
from tests.helpers.archives.served_archives import ARCHIVE, Running, running
from tests.helpers.dcmtk.programs import free_port

WaitUntil = Callable[[Callable[[], bool]], None]
MakeDialog = Callable[[int], ListDialog]
NOW = datetime.fromisoformat("2026-11-30T12:00:00+01:00")


def asked_at(port: int) -> AskedPeer:
    return AskedPeer(
        peer=Peer(host="127.0.0.1", port=port, ae_title=ARCHIVE),
        association=AssociationSettings(calling_ae_title="WS1"),
    )


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's state folder is one of the test's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "dicomdesk" / "lists"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "archive") as found:
        found.put(*(data for number in range(1, 7) for data in study(number, instances=2)))
        yield found


@pytest.fixture
def make(theme: Theme, session: Session, tasks: Tasks) -> Iterator[MakeDialog]:
    """Makes dialogs, which are closed at the end."""
    made: list[ListDialog] = []

    def make_dialog(port: int) -> ListDialog:
        dialog = ListDialog(theme, session, tasks, asked_at(port))
        KEPT.append(dialog)
        made.append(dialog)
        dialog.show()
        return dialog

    yield make_dialog
    for dialog in made:
        if isValid(dialog):
            dialog.reject()


def states(dialog: ListDialog) -> list[LineState]:
    return [node.result.state for node in dialog.flow.nodes]


# -- the dialog


def test_a_list_is_shown_before_anything_is_asked(make: MakeDialog, tmp_path: Path, wait_until: WaitUntil) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Name;MRN;Acc\nDoe;0815;123456\nRoe;4711;3456\nRoe;4711;3456\n")
    dialog = make(1)
    assert dialog.empty.isVisible()
    assert not dialog.primary.isVisible()
    dialog.begin(str(path))
    wait_until(lambda: len(dialog.flow.nodes) == 3)
    assert [node.text(LineColumn.VALUE) for node in dialog.flow.nodes] == ["123456", "3456", "3456"]
    assert dialog.details.details().title == "2 lines to ask for: accession numbers from column Acc"
    assert "dropped the zeros" in dialog.details.details().text
    assert dialog.flow.nodes[1].mark(LineColumn.REASON) == Mark("warning", "Fewer digits than others", Tone.WARNING)
    assert dialog.flow.nodes[0].mark(LineColumn.REASON) is None
    (fill,) = dialog.details.buttons()
    assert fill.accessibleName() == "Fill up to 6 digits"
    fill.click()
    wait_until(lambda: dialog.flow.nodes[1].text(LineColumn.VALUE) == "003456")
    assert dialog.details.buttons() == []
    dialog.reading.column.setCurrentIndex(1)
    dialog.reading.kind.setCurrentIndex(1)
    dialog.reading.zeros.setText("6")
    dialog.reading.changed.emit()
    wait_until(lambda: dialog.flow.nodes[0].text(LineColumn.VALUE) == "000815")
    assert "patient IDs from column MRN" in dialog.details.details().title
    assert dialog.primary.accessibleName() == "Start"


def test_what_cannot_be_used_is_said(make: MakeDialog, tmp_path: Path, wait_until: WaitUntil) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(bytes(200))
    dialog = make(1)
    dialog.area.dropped.emit([str(path)])
    wait_until(lambda: dialog.flow.error != "")
    details = dialog.details.details()
    assert (details.title, details.tone) == ("This is no list that can be used", Tone.BAD)
    assert "list.csv is no text" in details.text
    assert not dialog.primary.isVisible()


def test_each_line_is_asked_for_and_reported(
    make: MakeDialog, archive: Running, tmp_path: Path, wait_until: WaitUntil, finish: Finish
) -> None:
    dialog = make(archive.port)
    dialog.begin(str(write_list(tmp_path / "list.csv", [1, 2, 99])))
    wait_until(lambda: bool(dialog.flow.nodes))
    dialog.primary.click()
    wait_until(lambda: dialog.flow.is_over)
    assert states(dialog) == [LineState.FOUND, LineState.FOUND, LineState.NOT_FOUND]
    for chip, rows in ((1, 2), (2, 1), (3, 0), (0, 3)):
        dialog.filters.chips.choose(chip)
        assert dialog.view.visible_rows() == rows
    dialog.filters.search.setText("a002")
    assert dialog.view.visible_rows() == 1
    dialog.filters.search.clear()
    assert dialog.details.details().title == "3 lines: 2 found, 1 not found"
    assert not dialog.reading.isVisible()
    dialog.view.select_node(dialog.flow.nodes[0])
    assert dialog.details.details().title == "Line 2, A001: Found"
    finish(dialog.flow.write_report(str(tmp_path / "report.csv")))
    assert (tmp_path / "report.csv").read_text().count("\n") == 4


def test_a_list_that_was_stopped_is_taken_up_after_the_window_was_closed(
    make: MakeDialog,
    archive: Running,
    tmp_path: Path,
    wait_until: WaitUntil,
    state_folder: Path,
    session: Session,
) -> None:
    path = write_list(tmp_path / "list.csv", range(1, 7))
    wish = ListWish(aim=Aim.FETCH, folder=str(tmp_path / "out"), pause_s=5)
    dialog = make(archive.port)
    dialog.begin(str(path))
    wait_until(lambda: bool(dialog.flow.nodes))
    dialog.fill_in(wish)
    dialog.primary.click()
    wait_until(lambda: dialog.flow.done == 1)
    assert not dialog.wish.isVisible()
    assert dialog.plan.text() == plan_text(wish)
    assert dialog.primary.accessibleName() == "Stop"
    assert dialog.close_button.accessibleName() == "Stop and close"
    assert session.is_busy
    dialog.reject()
    wait_until(lambda: not isValid(dialog))
    assert not session.is_busy
    (kept,) = kept_lists()
    assert (kept.done, kept.wish.name, kept.wish.wish) == (1, "list.csv", wish)
    assert kept.path.parent == state_folder
    again = make(archive.port)
    again.offer()
    wait_until(again.earlier.isVisible)
    (action,) = again._earlier.actions()
    assert action.text().startswith("list.csv, 1 of 6 lines, ARCHIVE@127.0.0.1:")
    action.trigger()
    assert again.wish.wish() == wish
    assert again.primary.accessibleName() == "Go on"
    again.fill_in(replace(wish, pause_s=0))
    again.primary.click()
    wait_until(lambda: again.flow.is_over)
    assert states(again) == [LineState.FETCHED] * 6
    assert not again.primary.isEnabled()
    assert again.details.details().title == "6 lines: 6 fetched"
    assert set(sent(archive).values()) == {1}
    assert len(list((tmp_path / "out").iterdir())) == 12


@dataclass
class Lender:
    """Lends a listener that it starts."""

    session: Session
    tasks: Tasks
    port: int
    released: int = 0
    ae_title: str = "WS1"

    @property
    def running(self) -> RunningListener:
        return RunningListener(port=self.port, address="127.0.0.1")

    async def acquire(self, folder: Path, waits: Callable[[str], object]) -> "Lender":
        listening = asyncio.Event()
        self.session.changed.connect(listening.set)
        request = ReceiveRequest(port=self.port, acceptance=Acceptance(accept_all=True), storage=Storage(folder=folder))
        self.tasks.start(self.session.listen(request))
        while not self.session.is_receiving:
            await listening.wait()
        return self

    def release(self) -> None:
        self.released += 1
        self.session.stop_listening()


def test_a_list_is_fetched_by_c_move_to_the_listener_of_this_machine(
    theme: Theme, session: Session, tasks: Tasks, tmp_path: Path, wait_until: WaitUntil
) -> None:
    lender = Lender(session, tasks, free_port())
    with running(tmp_path / "archive", peers={"WS1": lender.port}) as archive:
        archive.put(*(data for number in range(1, 7) for data in study(number, instances=2)))
        dialog = ListDialog(theme, session, tasks, asked_at(archive.port), lender=lender)
        KEPT.append(dialog)
        dialog.show()
        dialog.begin(str(write_list(tmp_path / "list.csv", range(1, 7))))
        wait_until(lambda: bool(dialog.flow.nodes))
        dialog.fill_in(ListWish(aim=Aim.FETCH, folder=str(tmp_path / "out"), by_move=True, at_once=2))
        dialog.primary.click()
        wait_until(lambda: dialog.flow.is_over)
        assert states(dialog) == [LineState.FETCHED] * 6
        assert [node.result.stored for node in dialog.flow.nodes] == [2] * 6
        assert set(sent(archive).values()) == {1}
        assert lender.released == 1
        wait_until(lambda: not session.is_receiving)
        dialog.reject()
    assert len(list((tmp_path / "out").iterdir())) == 12


def test_a_list_of_another_peer_is_not_taken_up(make: MakeDialog, tmp_path: Path, wait_until: WaitUntil) -> None:
    entries = (ListEntry(number=1, line=2, cells=("A1",), values=(EntryValue(0x00080050, "A1"),)),)
    StateFile(new_state_file("a.csv", NOW), "OTHER@h:104", entries).close()
    dialog = make(1)
    dialog.take_up(kept_lists()[0])
    dialog.primary.click()
    assert dialog.details.details().title == "This list was begun with another peer"
    assert not dialog.flow.is_running


def test_a_peer_that_cannot_be_reached_is_said_and_the_list_waits(
    make: MakeDialog, tmp_path: Path, wait_until: WaitUntil
) -> None:
    dialog = make(1)
    dialog.begin(str(write_list(tmp_path / "list.csv", [1, 2])))
    wait_until(lambda: bool(dialog.flow.nodes))
    dialog.primary.click()
    wait_until(lambda: dialog.flow.is_over)
    details = dialog.details.details()
    assert (details.title, details.tone) == ("The list was not worked through", Tone.BAD)
    assert "2 lines: 2 to do" in details.text
    assert dialog.primary.isEnabled()


def test_arrivals_are_shown_while_it_runs(
    make: MakeDialog, tmp_path: Path, archive: Running, wait_until: WaitUntil
) -> None:
    dialog = make(archive.port)
    dialog.begin(str(write_list(tmp_path / "list.csv", [1, 2])))
    wait_until(lambda: bool(dialog.flow.nodes))
    dialog.fill_in(ListWish(aim=Aim.FETCH, folder=str(tmp_path / "out"), pause_s=5, window=""))
    dialog.primary.click()
    wait_until(lambda: dialog.flow.done == 1)
    details = dialog.details.details()
    assert (details.title, details.progress) == ("2 lines: 1 fetched, 1 to do", 0.5)
    assert "fetched" in details.text
    dialog.flow.stop()
    assert dialog.primary.accessibleName() == "Stop now"
    wait_until(lambda: dialog.flow.is_over)
    assert states(dialog) == [LineState.FETCHED, LineState.WAITING]


def test_ten_thousand_lines_are_one_model(make: MakeDialog, tmp_path: Path, wait_until: WaitUntil) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Accession\n" + "".join(f"A{number}\n" for number in range(10_000)))
    dialog = make(1)
    dialog.begin(str(path))
    wait_until(lambda: len(dialog.flow.nodes) == 10_000)
    assert dialog.view.visible_rows() == 10_000
    dialog.view.sortByColumn(LineColumn.VALUE, Qt.SortOrder.DescendingOrder)


# -- its parts


LEFT = {0: "a minute", 89: "a minute", 150: "2 minutes", 2400: "40 minutes", 5399: "90 minutes", 7300: "2 hours"}


@pytest.mark.parametrize(("seconds", "text"), LEFT.items())
def test_what_is_left_is_told_as_nearly_as_anybody_can_know(seconds: float, text: str) -> None:
    assert about_text(seconds) == f"about {text} left"


def test_a_list_that_waits_says_so_first(make: MakeDialog, tmp_path: Path, wait_until: WaitUntil) -> None:
    dialog = make(1)
    dialog.begin(str(write_list(tmp_path / "list.csv", [1, 2])))
    wait_until(lambda: bool(dialog.flow.nodes))
    dialog.flow.is_running = True
    until = datetime.now().astimezone() + timedelta(hours=6)
    reason = "Lines are asked for between 20:00 and 06:00"
    dialog.flow.take([Arrival(0.0, ListPaused(job_id="l", until=until, reason=reason))])
    details = dialog.details.details()
    assert details.title == f"Waiting until {until:%H:%M}"
    assert details.text.splitlines() == [f"{reason}.", "2 lines: 2 to do"]
    dialog.flow.take([Arrival(0.0, LineStarted(job_id="l", number=1))])
    dialog.flow.changed.emit()
    assert dialog.details.details().title == "2 lines: 2 to do"
    dialog.flow.is_running = False


WISHES = st.builds(
    ListWish,
    aim=st.sampled_from(Aim),
    folder=st.text(),
    destination=st.text(),
    by_move=st.booleans(),
    takes_all=st.booleans(),
    pause_s=st.integers(0, 100),
    at_once=st.integers(1, 9),
    window=st.sampled_from(("", "20:00-06:00")),
)


@given(kept=st.builds(KeptWish, name=st.text(), columns=st.lists(st.text()).map(tuple), wish=WISHES))
def test_a_wish_is_read_as_it_was_kept(kept: KeptWish) -> None:
    assert read_kept_wish(write_kept_wish(kept)) == kept


@pytest.mark.parametrize("text", ["", "[]", "{", '{"wish": 3, "columns": 4, "name": 5}', '{"wish": {"window": "x"}}'])
def test_what_was_kept_otherwise_is_as_at_first(text: str) -> None:
    assert read_kept_wish(text) == KeptWish()


def test_a_wish_becomes_a_request() -> None:
    asked, entries = asked_at(104), ()
    assert ListWish().request(asked, entries, None).fetch is None
    got = ListWish(aim=Aim.FETCH, folder="/x", window="20:00-06:00", pause_s=3, at_once=2).request(asked, entries, None)
    assert got.fetch is not None
    assert (got.fetch.method, got.fetch.storage.folder) == (RetrieveMethod.GET, Path("/x"))
    assert (str(got.window), got.pause_s, got.parallel) == ("20:00-06:00", 3.0, 2)
    here = ("WS1", RunningListener(port=11112))
    moved = ListWish(aim=Aim.FETCH, folder="/x", by_move=True).request(asked, entries, None, listener=here).fetch
    assert moved is not None
    assert (moved.method, moved.destination, moved.running_listener) == (RetrieveMethod.MOVE, *here)
    there = ListWish(aim=Aim.SEND, destination="OTHER").request(asked, entries, None).fetch
    assert there is not None
    assert (there.method, there.destination, there.running_listener) == (RetrieveMethod.MOVE, "OTHER", None)


def test_what_is_done_is_told_while_it_is_done() -> None:
    assert plan_text(ListWish()) == "The peer is asked, nothing is fetched"
    wish = ListWish(aim=Aim.FETCH, folder="/x", takes_all=True, pause_s=2, at_once=3, window="20:00-06:00")
    assert plan_text(wish) == (
        "What is found is fetched into /x by C-GET, all studies where several fit, a pause of 2 s between lines, "
        "3 lines at once, only between 20:00 and 06:00"
    )


@pytest.mark.parametrize("can_listen", [False, True])
def test_the_form_gives_back_what_it_shows(theme: Theme, tasks: Tasks, can_listen: bool) -> None:
    form = WishForm(theme, tasks, can_listen=can_listen)
    wish = ListWish(aim=Aim.FETCH, folder="/x", by_move=can_listen, takes_all=True, pause_s=3, at_once=2)
    form.show_wish(wish)
    assert form.wish() == wish
    form.show_wish(ListWish(aim=Aim.SEND, destination="OTHER", window="20:00-06:00"))
    assert form.wish() == ListWish(aim=Aim.SEND, destination="OTHER", window="20:00-06:00")


@pytest.mark.parametrize(
    ("field", "text"), [("pause", "x"), ("at_once", "0"), ("at_once", "99"), ("hours", "night"), ("folder", "")]
)
def test_a_wrong_field_is_shown_and_nothing_begins(theme: Theme, tasks: Tasks, field: str, text: str) -> None:
    form = WishForm(theme, tasks, can_listen=False)
    form.show_wish(ListWish(aim=Aim.FETCH, folder="/x"))
    getattr(form, field).setText(text)
    assert form.wish() is None
    assert getattr(form, field).property("problem")


def test_the_reading_form_tells_what_was_chosen(theme: Theme) -> None:
    form = ReadingForm(theme)
    form.column.addItems(["a", "b"])
    form.column.setCurrentIndex(1)
    form.kind.setCurrentIndex(1)
    form.header.setChecked(True)
    form.zeros.setText("7")
    assert form.reading() == Reading(column=1, key="PatientID", has_header=True, fill_to=7)
    form.zeros.setText("x")
    assert form.reading().fill_to == 0


@pytest.mark.parametrize("state", LineState)
def test_each_state_has_a_mark_and_a_place_in_the_order(state: LineState) -> None:
    node = LineNode(ListEntry(number=1, line=2, cells=("A1", "x"), values=(EntryValue(0x00080050, "A1"),)))
    node.result = LineResult(number=1, state=state, stored=3, announced=4, reason="why", attempts=1)
    assert node.mark(LineColumn.STATE) == state_mark(state)
    texts = [node.text(column) for column in range(len(line_columns()))]
    assert texts == ["2", "A1", state_mark(state).word, "0", "3 of 4", "why"]
    assert len({type(node.sort_value(column)) for column in range(len(texts))}) == 2


def test_lines_that_cannot_be_asked_for_say_so_beforehand() -> None:
    node = LineNode(ListEntry(number=1, line=2, cells=("", "x"), fault="The line has no value to ask for"))
    mark = node.mark(LineColumn.STATE)
    assert mark is not None
    assert (mark.word, node.text(LineColumn.VALUE)) == ("Cannot be asked", "x")
    assert node.text(LineColumn.REASON) == "The line has no value to ask for"


def test_only_a_few_lists_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "MOST_KEPT", 2)
    paths = [new_state_file("a b/ü.csv", NOW) for _ in range(1)]
    entries = (ListEntry(number=1, line=2, cells=("A1",)),)
    for _ in range(3):
        path = new_state_file("list.csv", NOW)
        StateFile(path, "P@h:104", entries).close()
        paths.append(path)
    assert len(kept_lists()) == 3
    forget_old()
    assert len(kept_lists()) == 2
    assert MOST_KEPT > 2
    assert ".csv" in LIST_SUFFIXES
    assert accession(1) == "A001"
    assert instance_uids(1, 1)

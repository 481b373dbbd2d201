"""Several peers at once, cut answers, and peers that answer oddly."""

from pathlib import Path

import pytest

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.query import asking as asking_module
from dicomdesk.gui.query.asking import AskingState
from dicomdesk.gui.query.pane import QueryPane
from dicomdesk.gui.query.results.cells import INSTANCES, NAME, PEER
from dicomdesk.gui.query.results.result_nodes import NoteNode, ResultNode
from dicomdesk.gui.theme import Tone
from tests.gui.query.conftest import WaitUntil
from tests.helpers.archives.served_archives import ARCHIVE, encoded, running
from tests.helpers.data.datasets import EXPLICIT, Builder
from tests.helpers.peers.fake_peer import Abort, Action, Answer, AwaitCancel, FakePeer, Silence


def study(uid: str, date: str = "20260101", **more: str) -> bytes:
    tags = {"level": (0x00080052, "CS"), "name": (0x00100010, "PN"), "charset": (0x00080005, "CS")}
    elements = {0x00080020: ("DA", date), 0x0020000D: ("UI", uid)}
    elements |= {tags[word][0]: (tags[word][1], value) for word, value in more.items()}
    build = Builder(EXPLICIT)
    return b"".join(build.element(tag, vr, value) for tag, (vr, value) in sorted(elements.items()))


MIXED = study("1.2.1", charset="ISO_IR 192", name="D?e").replace(b"?", b"\xff")


def ask(pane: QueryPane, port: int, wait_until: WaitUntil) -> None:
    pane.header.peer_entry.port.setText(str(port))
    pane.ask()
    wait_until(lambda: bool(pane.flow.askings) and not pane.flow.is_asking)


def ask_fake(pane: QueryPane, wait_until: WaitUntil, *answers: Action) -> FakePeer:
    with FakePeer(answers=[list(answers)]) as peer:
        ask(pane, peer.port, wait_until)
    return peer


def rows(pane: QueryPane) -> list[ResultNode]:
    return [node for node in pane.flow.model.root.children if isinstance(node, ResultNode)]


def test_peers_of_the_address_book_are_asked_at_once_and_a_study_at_both_is_one_row(
    pane: QueryPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path / "one") as one, running(tmp_path / "two") as two:
        one.put(encoded("1.2.9.1"), encoded("1.2.9.2"))
        two.put(encoded("1.2.9.1"), encoded("1.2.9.4", "1.2.4", "1.2.4.5", patient="P2", name="Roe^Rick"))
        for name, archive in (("One", one), ("Two", two)):
            known = KnownPeer(name=name, ae_title=ARCHIVE, host="127.0.0.1", port=archive.port)
            pane.header.access.peers.book.add(known)
        pane.header.choice.choose("One", "Two")
        assert not pane.header.peer_entry.isVisible()
        pane.ask()
        wait_until(lambda: bool(pane.flow.askings) and not pane.flow.is_asking)
        found = {node.text(NAME): node for node in rows(pane)}
        assert set(found) == {"Doe, Jane", "Roe, Rick"}
        jane = found["Doe, Jane"]
        assert set(jane.text(PEER).split(", ")) == {"One", "Two"}
        assert (jane.text(INSTANCES), found["Roe, Rick"].text(PEER)) == ("2", "Two")
        pane.view.expand_node(jane)
        wait_until(lambda: not pane.flow.is_loading)
        (series,) = jane.children
        pane.view.expand_node(series)
        wait_until(lambda: not pane.flow.is_loading)
    instances = [node for node in series.children if isinstance(node, ResultNode)]
    assert sorted(len(node.places) for node in instances) == [1, 2]
    pane.view.select_node(jane)
    assert {place.asked.name: place.instances for place in pane.selected()[0].places} == {"One": 2, "Two": 1}


def test_one_peer_that_fails_costs_the_others_nothing(pane: QueryPane, wait_until: WaitUntil, tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.9.1"))
        pane.header.access.peers.book.add(KnownPeer(name="Well", ae_title=ARCHIVE, host="127.0.0.1", port=archive.port))
        pane.header.access.peers.book.add(KnownPeer(name="Gone", ae_title="GONE", host="127.0.0.1", port=9))
        pane.header.choice.choose("Well", "Gone")
        pane.ask()
        wait_until(lambda: bool(pane.flow.askings) and not pane.flow.is_asking)
    assert len(rows(pane)) == 1
    details = pane.details.details()
    assert (details.tone, details.title) == (Tone.BAD, "Gone did not answer the query")
    assert "Well: 1 answer." in details.text


def test_a_cut_answer_is_said_and_the_rest_brought_by_dates(pane: QueryPane, wait_until: WaitUntil) -> None:
    first = [Answer(0xFF00, study(f"1.2.{number}", "20260105")) for number in range(100)]
    rest = [Answer(0xFF00, study(f"1.2.{number}", "20260220")) for number in range(90, 130)]
    with FakePeer(answers=[[*first, Answer(0)], [*first, Answer(0)], [*rest, Answer(0)], [Answer(0)]]) as peer:
        ask(pane, peer.port, wait_until)
        assert [asking.state for asking in pane.flow.askings] == [AskingState.CUT]
        details = pane.details.details()
        assert "Exactly 100 answers: there may be more" in details.text
        assert pane.details.isVisible()
        (action,) = details.actions
        action.run()
        wait_until(lambda: not pane.flow.is_asking)
    assert len(peer.queries) > 2
    assert len(pane.flow.tree) == 130
    assert pane.flow.askings[0].state is AskingState.DONE


def test_a_peer_that_refuses_because_it_would_be_too_much_is_one_that_cuts(
    pane: QueryPane, wait_until: WaitUntil
) -> None:
    ask_fake(pane, wait_until, Answer(0xA700))
    details = pane.details.details()
    assert pane.flow.askings[0].state is AskingState.CUT
    assert "too much" in details.text
    assert details.actions


def test_a_query_is_stopped_and_what_has_come_stays(pane: QueryPane, wait_until: WaitUntil) -> None:
    answers: list[Action] = [Answer(0xFF00, study("1.2.1")), AwaitCancel(), Answer(0xFE00)]
    with FakePeer(answers=[answers]) as peer:
        pane.header.peer_entry.port.setText(str(peer.port))
        pane.ask()
        wait_until(lambda: len(pane.flow.tree) == 1)
        assert pane.header.primary.accessibleName() == "Stop"
        pane.header.primary.click()
        wait_until(lambda: not pane.flow.is_asking)
    assert pane.flow.askings[0].state is AskingState.CANCELLED
    assert pane.details.details().title == "Stopped. 1 study had come"
    assert pane.header.primary.accessibleName() == "Query"


def test_a_peer_that_answers_without_end_is_stopped(
    pane: QueryPane, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking_module, "MOST_ANSWERS", 3)
    answers: list[Action] = [Answer(0xFF00, study(f"1.2.{number}")) for number in range(3)]
    ask_fake(pane, wait_until, *answers, AwaitCancel(), Answer(0xFE00))
    assert len(rows(pane)) == 3
    details = pane.details.details()
    assert (details.tone, pane.flow.askings[0].state) == (Tone.WARNING, AskingState.CUT)
    assert "Stopped by us after 3 answers" in details.text


def test_an_answer_that_is_far_too_long_is_none(pane: QueryPane, wait_until: WaitUntil) -> None:
    long = study("1.2.1") + Builder(EXPLICIT).element(0x7FE00010, "OB", bytes(70_000))
    ask_fake(pane, wait_until, Answer(0xFF00, long), Answer(0xFF00, study("1.2.2")), Answer(0))
    assert [node.result.value(0x0020000D) for node in rows(pane)] == ["1.2.2"]
    assert "1 answer cannot be read" in pane.details.details().text


def test_a_peer_that_does_not_stop_is_left_at_the_second_press(pane: QueryPane, wait_until: WaitUntil) -> None:
    with FakePeer(answers=[[Answer(0xFF00, study("1.2.1")), Silence()]]) as peer:
        pane.header.peer_entry.port.setText(str(peer.port))
        pane.ask()
        wait_until(lambda: len(pane.flow.tree) == 1)
        pane.header.primary.click()
        assert pane.header.primary.accessibleName() == "Stop now"
        pane.header.primary.click()
        wait_until(lambda: not pane.flow.is_asking)
    assert pane.flow.askings[0].state is AskingState.CANCELLED
    assert len(rows(pane)) == 1


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([Answer(0xFF00, study("1.2.1")), Answer(0xFF00, study("1.2.1"))], "1 answer came twice"),
        ([Answer(0xFF00, study("1.2.1", level="SERIES"))], "1 answer says another level"),
        ([Answer(0xFF00, study("1.2.1")), Answer(0xFF00, b"\x08\0\x05\0CS\xff\xff")], "1 answer cannot be read"),
        ([Answer(0xFF00, study(""))], "1 answer has no UID or ID, and cannot be opened or retrieved"),
        ([Answer(0xFF01, study(f"1.2.{number}")) for number in range(3)], "for 3 answers not all keys were taken"),
        (
            [Answer(0xFF00, study("1.2.1", charset="ISO_IR 192", name="D?e").replace(b"?", b"\xff"))],
            "1 answer has text that its",
        ),
    ],
)
def test_odd_answers_are_shown_as_far_as_they_go_and_said(
    pane: QueryPane, wait_until: WaitUntil, answers: list[Action], said: str
) -> None:
    ask_fake(pane, wait_until, *answers, Answer(0))
    assert pane.flow.askings[0].state is AskingState.DONE
    assert said in pane.details.details().text
    assert pane.details.isVisible() is ("keys" not in said)


def test_an_abort_in_the_middle_leaves_what_has_come_and_says_why(pane: QueryPane, wait_until: WaitUntil) -> None:
    ask_fake(pane, wait_until, Answer(0xFF00, study("1.2.1")), Answer(0xFF00, study("1.2.2")), Abort())
    assert len(rows(pane)) == 2
    details = pane.details.details()
    assert details.title == "PACS broke off; 2 studies had come"
    assert "abort" in details.text.casefold()


def test_a_failure_status_is_said_with_what_the_peer_says_of_it(pane: QueryPane, wait_until: WaitUntil) -> None:
    ask_fake(pane, wait_until, Answer(0xC001, elements=[(0x0902, b"no such\nkey")]))
    details = pane.details.details()
    assert (details.title, details.tone) == ("PACS did not answer the query", Tone.BAD)
    assert "C001" in details.text
    assert "no such\\nkey" in details.text


def test_responses_after_the_final_one_do_no_harm(pane: QueryPane, wait_until: WaitUntil) -> None:
    ask_fake(pane, wait_until, Answer(0xFF00, study("1.2.1")), Answer(0), Answer(0xFF00, study("1.2.2")))
    assert [node.result.value(0x0020000D) for node in rows(pane)] == ["1.2.1"]


def test_nothing_found_says_what_to_try(pane: QueryPane, wait_until: WaitUntil) -> None:
    ask_fake(pane, wait_until, Answer(0))
    assert pane.empty.accessibleName() == "PACS found nothing"
    assert "Try less" in pane.empty.accessibleDescription()


def test_a_study_whose_series_are_refused_says_so_below_it(pane: QueryPane, wait_until: WaitUntil) -> None:
    with FakePeer(answers=[[Answer(0xFF00, study("1.2.1")), Answer(0)], [Answer(0xC000)]]) as peer:
        ask(pane, peer.port, wait_until)
        (found,) = rows(pane)
        pane.view.expand_node(found)
        wait_until(lambda: not pane.flow.is_loading)
    (note,) = found.children
    assert isinstance(note, NoteNode)
    assert "C000" in note.text(NAME)

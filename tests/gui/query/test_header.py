from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.query.header import QueryHeader
from dicomdesk.gui.query.pane import QueryPane
from dicomdesk.gui.theme import Tone
from tests.gui.conftest import Finish


def test_the_typed_peer_is_asked_unless_some_are_chosen(pane: QueryPane, finish: Finish) -> None:
    header: QueryHeader = pane.header
    (typed,) = finish(header.prepared_peers()) or []
    assert (str(typed.word), typed.association.calling_ae_title) == ("PACS", "WS1")
    known = KnownPeer(
        name="Clinic", ae_title="C1", host="h", port=104, calling_ae_title="OWN", character_set="ISO_IR 100"
    )
    header.access.peers.book.add(known)
    header.choice.choose("Clinic")
    (asked,) = finish(header.prepared_peers()) or []
    assert (asked.word, asked.peer.ae_title, asked.character_set) == ("Clinic", "C1", "ISO_IR 100")
    assert asked.association.calling_ae_title == "OWN"
    header.choice.choose()
    assert header.peer_entry.isVisible()


def test_a_wrong_peer_is_said_instead_of_asked(pane: QueryPane, finish: Finish) -> None:
    pane.header.peer_entry.host.setText("")
    assert finish(pane.header.prepared_peers()) is None
    assert (pane.details.details().tone, pane.details.isVisible()) == (Tone.WARNING, True)
    pane.header.form.birth_date.setText("yesterday")
    pane.ask()
    assert "date" in pane.details.details().title
    assert not pane.flow.askings

from dicomdesk.engine.events import StudySender
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.receive.senders import SenderNames, senders_text


def sender(title: str, host: str = "10.0.0.5", address: str = "10.0.0.5") -> StudySender:
    return StudySender(calling_ae_title=title, called_ae_title="DESK", host=host, address=address)


NAMES = SenderNames(
    [
        KnownPeer(name="CT room", ae_title="CT1", host="ct1.example", port=104),
        KnownPeer(name="Old CT", ae_title="CT9", host="10.0.0.9", port=104),
        KnownPeer(name="New CT", ae_title="CT9", host="10.0.0.10", port=104),
    ]
)


def test_sender_has_title_address_and_name() -> None:
    one = {sender("CT1", "ct1.example"): 60}
    assert senders_text(one, 0, NAMES) == "From CT room, CT1 at 10.0.0.5 (ct1.example)."
    assert senders_text({}, 0, NAMES) == ""


def test_name_is_told_only_where_it_is_certain() -> None:
    assert NAMES.find(sender("CT9", "10.0.0.10", "10.0.0.10")) == "New CT"
    assert NAMES.find(sender("CT9", "10.0.0.77", "10.0.0.77")) == ""
    assert NAMES.find(sender("CT1", "elsewhere")) == "CT room"


def test_several_senders_are_told_with_how_much_each_sent() -> None:
    many = {sender(f"X{n}", "", f"10.0.0.{n}"): 10 * n for n in range(1, 6)}
    assert senders_text(many, 7, NAMES) == (
        "From X1 at 10.0.0.1: 10; X2 at 10.0.0.2: 20; X3 at 10.0.0.3: 30; others: 97."
    )

"""Where a listener is to be found by a peer."""

import socket
from dataclasses import replace

from dicomdesk.engine.reach.firewalls import FirewallFinding
from dicomdesk.engine.reach.port_check import PortReach
from dicomdesk.engine.receive.request import ReceiveRequest
from dicomdesk.engine.retrieve.diagnosis.own_listener import OwnListener, check_own_listener, find_own_listener
from dicomdesk.engine.retrieve.request import RetrieveRequest, RunningListener
from dicomdesk.settings import AssociationSettings, Peer

REQUEST = RetrieveRequest(
    peer=Peer(host="127.0.0.1", port=104),
    identifiers=(),
    association=AssociationSettings(calling_ae_title="DESK"),
)


def test_the_card_has_the_port_that_is_really_listened_on() -> None:
    request = RetrieveRequest(
        peer=REQUEST.peer, identifiers=(), destination="ME", listener=ReceiveRequest(port=0, address="127.0.0.9")
    )
    assert find_own_listener(request, 4242) == OwnListener(ae_title="ME", address="127.0.0.9", port=4242)


def test_a_listener_that_runs_already_has_a_card_too() -> None:
    request = RetrieveRequest(
        peer=REQUEST.peer,
        identifiers=(),
        association=REQUEST.association,
        running_listener=RunningListener(port=11112, has_tls=True),
    )
    found = find_own_listener(request, 0)
    assert found == OwnListener(ae_title="DESK", address="127.0.0.1", port=11112, has_tls=True)
    assert find_own_listener(REQUEST, 0) is None


LISTENER = OwnListener(ae_title="DESK", address="10.0.0.7", port=11112)


def firewall(name: str, *, blocks: bool | None, rule: str = "") -> FirewallFinding:
    return FirewallFinding(name=name, blocks=blocks, rule=rule, command=f"open {name}")


def test_the_advice_names_the_surest_cause_alone() -> None:
    def advice(reach: PortReach | None) -> str:
        return replace(LISTENER, reach=reach).advice

    blocking, unknown = firewall("ufw", blocks=True, rule="deny it"), firewall("nftables", blocks=None)
    assert "ufw allow 11112/tcp" in advice(None)
    assert "listen on all addresses" in advice(PortReach(answers=False, firewalls=(blocking,)))
    found = advice(PortReach(answers=True, firewalls=(blocking,)))
    assert "ufw, keeps connections from port 11112 (deny it)" in found
    assert "open ufw" in found
    assert "nftables, may keep" in advice(PortReach(firewalls=(unknown,)))
    assert "none was found here" in advice(PortReach(answers=True))
    assert "(ufw) lets port 11112 through" in advice(PortReach(firewalls=(firewall("ufw", blocks=False),)))
    for reach in (None, PortReach(), PortReach(firewalls=(unknown,))):
        assert "compare with the card" in advice(reach)
    only_here = replace(LISTENER, is_for_this_machine_only=True, reach=PortReach(firewalls=(blocking,)))
    assert "this machine only" in only_here.advice


def test_a_port_is_tried_only_where_the_listener_is_the_jobs_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        listener = ReceiveRequest(port=port, address="127.0.0.1")
        own = RetrieveRequest(peer=REQUEST.peer, identifiers=(), listener=listener)
        running = RetrieveRequest(peer=REQUEST.peer, identifiers=(), running_listener=RunningListener(port=port))
        reach, other = check_own_listener(own, port), check_own_listener(running, 0)
    assert reach is not None
    assert reach.answers is True
    assert other is not None
    assert other.answers is None
    assert check_own_listener(REQUEST, 0) is None

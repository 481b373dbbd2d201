"""A port that is listened on answers, one that is not does not; firewalls that block come first."""

import socket

from dicomdesk.engine.reach.firewalls import FirewallFinding
from dicomdesk.engine.reach.port_check import PortReach, check_port
from tests.helpers.dcmtk.programs import free_port


def test_a_port_answers_where_somebody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert check_port("127.0.0.1", port, tries=True).answers is True
        assert check_port("127.0.0.1", port, tries=False).answers is None
        assert check_port("", port, tries=True).answers is None
    assert check_port("127.0.0.1", free_port(), tries=True).answers is False


def test_a_firewall_that_lets_the_port_through_is_none_that_blocks() -> None:
    def finding(*, blocks: bool | None) -> FirewallFinding:
        return FirewallFinding(name="ufw", blocks=blocks)

    assert PortReach(firewalls=(finding(blocks=False),)).blocking is None
    assert PortReach(firewalls=(finding(blocks=None),)).blocking == finding(blocks=None)

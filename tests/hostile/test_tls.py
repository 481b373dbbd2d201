"""After whatever a peer sends to a port that speaks TLS, the next is served as if nothing had been."""

import ssl
from collections.abc import Iterator

import pytest

from tests.helpers.peers.requestors import Requestor
from tests.helpers.tls.certificates import Authority
from tests.hostile.kinds import Kind, names
from tests.hostile.steps import call
from tests.hostile.tls_kinds import TLS
from tests.hostile.victims import Victim, archive_words, receiver_words, victim


@pytest.fixture(scope="module", params=["receiver", "archive"])
def secured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    folder = tmp_path_factory.mktemp("secured")
    (folder / "tls").mkdir()
    authority = Authority(folder / "tls")
    files = authority.issue("server")
    context = ssl.create_default_context(cafile=authority.certificate)

    def secure(requestor: Requestor) -> None:
        requestor.socket = context.wrap_socket(requestor.socket, server_hostname="localhost")

    keys = (str(files.key), str(files.certificate))
    words = {
        "receiver": receiver_words("+tls", *keys, "-ic"),
        "archive": archive_words("--enable-tls", *keys, "--ignore-peer-cert"),
    }
    with victim(words[request.param], folder / "home", secure) as made:
        yield made


@pytest.mark.parametrize("hostile", TLS, ids=names(TLS))
def test_port_with_tls_serves_on_after(hostile: Kind, secured: Victim) -> None:
    call(secured.port, hostile.steps)
    secured.check()

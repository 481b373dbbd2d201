"""The corpus over TLS, with certificates on both sides: what arrives is what the plain run brings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.dcmtk.delivery import OURS, Sent, arrived, receiver, send
from tests.helpers.tls.tls_files import TlsFiles

pytestmark = [pytest.mark.corpus, pytest.mark.dcmtk, pytest.mark.filterwarnings("ignore")]

SENDER = (*OURS, "dcmsend")
RECEIVERS = {"ours": (*OURS, "dcmrecv"), "dcmtk": ("dcmrecv",)}
PROFILE = ("-xf", str(Path(__file__).parent / "data" / "profiles.cfg"), "Any")
RECEIVING = "+tls {server_key} {server_pem} +cf {ca}"
SENDING = "--enable-tls {client_key} {client_pem} --add-cert-file {ca} --verify-hostname"


@pytest.fixture(autouse=True)
def odd_values_are_expected(announce_log: Callable[[str], None]) -> None:
    announce_log("^pydicom: WARNING: ")


def outcome(item: Sent) -> tuple[str, str, int | None]:
    return item.original, item.network, item.status


def deliver(
    takes: tuple[str, ...], corpus: Path, folder: Path, receiving: list[str], sending: list[str]
) -> tuple[dict[str, tuple[str, str, int | None]], dict[str, bytes]]:
    """Send the corpus; what became of each file, and what arrived of it."""
    folder.mkdir()
    into = folder / "received"
    into.mkdir()
    with receiver(takes, into, *PROFILE, *receiving) as port:
        sent = send(SENDER, port, [corpus], folder / "report.txt", *sending)
    files = arrived(into, sent)
    return {item.path: outcome(item) for item in sent}, {path: file.read_bytes() for path, file in files.items()}


@pytest.mark.parametrize("takes", RECEIVERS.values(), ids=RECEIVERS.keys())
def test_what_the_plain_run_delivers_is_delivered_over_tls(
    corpus: Path, tmp_path: Path, takes: tuple[str, ...]
) -> None:
    tls = tmp_path / "tls"
    tls.mkdir()
    files = TlsFiles(tls)
    plain = deliver(takes, corpus, tmp_path / "plain", [], [])
    secured = deliver(takes, corpus, tmp_path / "secured", files.words(RECEIVING), files.words(SENDING))
    assert len(plain[1]) > 500
    assert secured[0] == plain[0]
    assert secured[1].keys() == plain[1].keys()
    assert [path for path, data in secured[1].items() if data != plain[1][path]] == []

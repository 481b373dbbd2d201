"""Sends through the engine in this process and prints the seconds of the data phase: from association to release."""

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import AssociationAccepted, AssociationReleased, Event, ItemOutcome
from dicomdesk.engine.journal.records import ErrandRecord
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from dicomdesk.engine.send.journaled_send import ErrandLedger, JournaledSendRequest
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.settings import AssociationSettings, Peer, PeerVerification, TlsSettings


def main(port: int, folder: Path, key: str = "", certificate: str = "") -> int:
    """Send everything below ``folder``, over TLS where a key and its certificate are given; print seconds.

    With "journal" for the key a journal is kept of it.
    """
    tls = None
    if certificate:
        tls = TlsSettings(
            private_key_file=Path(key), certificate_file=Path(certificate), peer_verification=PeerVerification.NONE
        )
    request = SendRequest(
        peer=Peer(host="127.0.0.1", port=port, tls=tls),
        inputs=InputSelection(paths=(str(folder),), scan_directories=True, recurse=True),
        association=AssociationSettings(max_pdu_bytes=131072),
    )
    if key != "journal":
        return _send(request)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        journal = SqliteJournal(str(Path(name) / "journal"))
        ledger = ErrandLedger(journal, ErrandRecord(title="bench", peer="BENCH", added_at=datetime.now(UTC)))
        code = _send(JournaledSendRequest(send=request, ledger=ledger))
        journal.close()
    return code


def _send(request: SendRequest | JournaledSendRequest) -> int:
    times: list[float] = []

    def sink(event: Event) -> None:
        if isinstance(event, AssociationAccepted | AssociationReleased):
            times.append(time.perf_counter())

    engine = Engine()
    result = engine.submit(request, sink).done.result()
    engine.close()
    items = result.report.items
    if any(item.outcome is not ItemOutcome.STORED for item in items):
        print("not everything was stored", file=sys.stderr)
        return 1
    print(times[1] - times[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))

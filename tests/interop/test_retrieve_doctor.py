"""Each cause that the retrieve doctor names, provoked with real peers: DCMTK's dcmqrscp, Orthanc, and our archive.

Only a scripted peer lies about its counters, or sends what nobody asked for: those two causes are provoked in
tests/integration/engine/retrieve.
"""

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.engine.events import ItemFinished, JobOutcome
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.receive.request import Acceptance
from dicomdesk.engine.retrieve.diagnosis.causes import Diagnosis, DiagnosisKind
from dicomdesk.engine.retrieve.facts import RetrieveDiagnosed, RetrieveFact
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
from dicomdesk.engine.retrieve.request import ExpectedInstance, RetrieveMethod, RetrieveRequest
from dicomdesk.engine.retrieve.retrieve import RetrieveJob
from dicomdesk.settings import AccessRules
from tests.helpers.archives import opened_archives
from tests.helpers.archives.opened_archives import AREA
from tests.helpers.archives.stored_studies import STUDIES, write_studies
from tests.helpers.dcmtk.commands import dcmtks, ours, run
from tests.helpers.dcmtk.delivery import orthanc
from tests.helpers.dcmtk.programs import dcmtk_server, free_port
from tests.helpers.jobs.querying import of
from tests.helpers.jobs.retrieving import getting, moving, retrieve, study

pytestmark = pytest.mark.dcmtk

WANTED = STUDIES[0]
UIDS = tuple(uid for uid, _ in WANTED.instances())
GET, MOVE = RetrieveMethod.GET, RetrieveMethod.MOVE
VERIFICATION_ONLY = Acceptance()
STRANGERS_ONLY = Acceptance(accept_all=True, access=AccessRules(calling_ae_titles=frozenset({"FRIEND"})))

Opening = Callable[[Path, int], AbstractContextManager[int]]
"""Runs an archive in a folder with the wanted study, that knows ASKER at a port of this machine; 0 for not at all."""


def _hosts(to_port: int) -> dict[str, tuple[str, int]]:
    return {"ASKER": ("127.0.0.1", to_port)} if to_port else {}


@contextmanager
def of_dcmtk(folder: Path, to_port: int, *options: str) -> Iterator[int]:
    kept = write_studies(folder / "kept", [WANTED])
    with opened_archives.dcmtk_archive(folder / "qr", kept, *options, configuration={"hosts": _hosts(to_port)}) as port:
        yield port


@contextmanager
def of_ours(folder: Path, to_port: int) -> Iterator[int]:
    kept = write_studies(folder / "kept", [WANTED])
    with opened_archives.our_archive(folder / "qr", kept, configuration={"hosts": _hosts(to_port)}) as archive:
        yield archive.port


@contextmanager
def of_orthanc(folder: Path, to_port: int) -> Iterator[int]:
    known = {"AET": "ASKER", "Host": "127.0.0.1", "Port": to_port, "AllowGet": True, "AllowMove": True}
    other = {**known, "AET": "OTHER", "Port": free_port()}
    modalities = {"other": other, "asker": known} if to_port else {"other": other}
    changes = {"DicomModalities": modalities, "DicomAlwaysAllowGet": True, "DicomAlwaysAllowMove": True}
    (folder / "orthanc").mkdir()
    with orthanc(folder / "orthanc", **changes) as (port, _):
        files = map(str, write_studies(folder / "kept", [WANTED]))
        assert run(dcmtks("dcmsend"), "127.0.0.1", str(port), *files).code == 0
        yield port


OPENINGS = [
    pytest.param(of_dcmtk, id="dcmtk"),
    pytest.param(of_ours, id="ours"),
    pytest.param(
        of_orthanc,
        id="orthanc",
        marks=[
            pytest.mark.long,
            pytest.mark.skipif(shutil.which("Orthanc") is None, reason="Orthanc is not installed"),
        ],
    ),
]
each_archive = pytest.mark.parametrize("opening", OPENINGS)


@dataclass(frozen=True)
class Told:
    """What a job said of a retrieve that did not bring all."""

    outcome: RetrieveOutcome
    kinds: list[DiagnosisKind]
    first: Diagnosis


def ask(request: RetrieveRequest, react: Callable[[RetrieveJob, RetrieveFact], None] | None = None) -> Told:
    """Retrieve; every cause names the peer and says what to do, and facts have the same as the result."""
    outcome, facts = retrieve(request, react)
    assert [fact.diagnosis for fact in of(facts, RetrieveDiagnosed)] == list(outcome.diagnoses)
    assert outcome.diagnoses
    for one in outcome.diagnoses:
        assert str(request.peer) in one.text
        assert one.text.endswith(".")
        assert one.advice.endswith((".", ")"))
    return Told(outcome, [one.kind for one in outcome.diagnoses], outcome.diagnoses[0])


def move(port: int, to_port: int, folder: Path, **changes: object) -> RetrieveRequest:
    changes.setdefault("explains", True)
    return moving(port, to_port, folder / "in", study(WANTED.uid), called=AREA, **changes)  # type: ignore[arg-type]  # any field


def get(port: int, folder: Path, *identifiers: Identifier, **changes: object) -> RetrieveRequest:
    changes.setdefault("explains", True)
    return getting(port, folder / "in", *(identifiers or (study(WANTED.uid),)), called=AREA, **changes)


# -- C-MOVE


@each_archive
def test_a_destination_that_is_unknown(opening: Opening, tmp_path: Path) -> None:
    with opening(tmp_path, 0) as port:
        told = ask(move(port, 0, tmp_path))
    if opening is of_orthanc:  # which answers C000 whatever it is
        assert told.kinds == [DiagnosisKind.NEVER_CONNECTED]
        assert "may not know ASKER" in told.first.advice
    else:
        assert told.kinds == [DiagnosisKind.DESTINATION_UNKNOWN]
    assert told.first.card.splitlines()[0] == "AE title: ASKER"
    assert "Address:  127.0.0.1" in told.first.card
    assert "Port:     " in told.first.card
    assert told.first.other is GET


@each_archive
def test_a_peer_that_never_connects(opening: Opening, tmp_path: Path) -> None:
    with opening(tmp_path, free_port()) as port:
        told = ask(move(port, 0, tmp_path))
    assert told.kinds[0] is DiagnosisKind.NEVER_CONNECTED
    assert "compare with the card" in told.first.advice or "firewall" in told.first.advice
    assert told.first.other is GET
    assert told.outcome.arrived == 0


@each_archive
def test_a_peer_that_we_do_not_let_in(opening: Opening, tmp_path: Path) -> None:
    to_port = free_port()
    with opening(tmp_path, to_port) as port:
        told = ask(move(port, to_port, tmp_path, acceptance=STRANGERS_ONLY))
    assert told.kinds[0] is DiagnosisKind.REJECTED_BY_US
    assert str(to_port) in told.first.text


@each_archive
def test_contexts_that_we_do_not_accept(opening: Opening, tmp_path: Path) -> None:
    to_port = free_port()
    with opening(tmp_path, to_port) as port:
        told = ask(move(port, to_port, tmp_path, acceptance=VERIFICATION_ONLY))
    assert told.kinds[0] is DiagnosisKind.CONTEXTS_REFUSED
    assert told.first.uids


@each_archive
def test_instances_that_find_no_room(opening: Opening, tmp_path: Path) -> None:
    to_port = free_port()
    with opening(tmp_path, to_port) as port:
        told = ask(move(port, to_port, tmp_path, min_free_bytes=1 << 62))
    assert told.kinds[0] is DiagnosisKind.REFUSED_BY_US
    assert set(told.first.uids) <= set(UIDS)
    assert told.outcome.stored == 0


def test_a_port_that_is_taken_where_the_peer_takes_no_get(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, of_dcmtk(tmp_path, 0, "--disable-get") as port:
        request = replace(move(port, taken.getsockname()[1], tmp_path), method=RetrieveMethod.AUTOMATIC)
        told = ask(request)
    assert told.kinds == [DiagnosisKind.NO_LISTENER]
    assert "does not accept C-GET" in told.outcome.choices[0].reason


# -- C-GET


def test_a_peer_that_takes_no_get_has_the_move_offered(tmp_path: Path) -> None:
    with of_dcmtk(tmp_path, 0, "--disable-get") as port:
        told = ask(get(port, tmp_path))
    assert told.kinds == [DiagnosisKind.METHOD_NOT_SUPPORTED]
    assert told.first.other is MOVE
    assert "C-MOVE" in told.first.advice


def test_a_peer_that_only_stores_takes_neither(tmp_path: Path) -> None:
    with dcmtk_server("storescp", [], tmp_path) as port:
        told = ask(get(port, tmp_path))
    assert told.kinds == [DiagnosisKind.METHOD_NOT_SUPPORTED]
    assert told.first.other is None
    assert "which ways" in told.first.advice


def test_a_get_that_cannot_be_sent_for_want_of_a_context(tmp_path: Path) -> None:
    with of_dcmtk(tmp_path, 0) as port:
        told = ask(get(port, tmp_path, storage_sop_classes=("1.2.840.10008.5.1.4.1.1.88.11",)))
    assert DiagnosisKind.SUB_OPERATIONS_FAILED in told.kinds
    assert told.first.other is MOVE


@each_archive
def test_a_study_that_is_not_there(opening: Opening, tmp_path: Path) -> None:
    with opening(tmp_path, 0) as port:
        told = ask(get(port, tmp_path, study("1.2.3.4.5.6.7")))
    if opening is of_orthanc:  # which answers C000 then
        assert told.kinds == [DiagnosisKind.REFUSED_BY_PEER]
        assert "may not have what was asked for" in told.first.advice
    else:
        assert told.kinds == [DiagnosisKind.NOTHING_FOUND]


@each_archive
def test_an_instance_that_was_there_when_it_was_asked_for(opening: Opening, tmp_path: Path) -> None:
    expected = tuple(ExpectedInstance(sop_instance_uid=uid) for uid in (*UIDS, "1.2.3.9"))
    with opening(tmp_path, 0) as port:
        told = ask(get(port, tmp_path, expected=expected))
    assert told.kinds == [DiagnosisKind.MISSING]
    assert told.first.uids == ("1.2.3.9",)
    assert told.outcome.stored == len(UIDS)


def test_keys_that_the_peer_refuses(tmp_path: Path) -> None:
    series = Identifier(keys=(QueryKey(tag=0x00080052, value="NOSUCHLEVEL"), QueryKey(tag=0x0020000E, value="1.2")))
    with of_dcmtk(tmp_path, 0) as port:
        told = ask(get(port, tmp_path, series))
    assert told.kinds == [DiagnosisKind.REFUSED_BY_PEER]


def test_a_called_title_that_the_peer_does_not_answer_to(tmp_path: Path) -> None:
    with of_dcmtk(tmp_path, 0) as port:
        request = get(port, tmp_path)
        told = ask(replace(request, peer=replace(request.peer, ae_title="NOBODY")))
    assert told.kinds == [DiagnosisKind.UNREACHABLE]
    assert told.outcome.outcome is JobOutcome.FAILED


def test_a_peer_that_goes_away_in_the_middle(tmp_path: Path) -> None:
    """Our archive is stopped as soon as the first of its instances has come."""
    kept = write_studies(tmp_path / "kept", [WANTED])
    with opened_archives.our_archive(tmp_path / "qr", kept) as archive:

        def stop(_job: RetrieveJob, fact: RetrieveFact) -> None:
            if isinstance(fact, ItemFinished):
                archive.stop(abort=True)

        expected = tuple(ExpectedInstance(sop_instance_uid=uid) for uid in UIDS)
        told = ask(get(archive.port, tmp_path, expected=expected), stop)
    assert told.kinds == [DiagnosisKind.BROKEN_OFF]
    assert set(told.first.uids) == set(told.outcome.missing)
    assert told.outcome.stored


@pytest.mark.long
@pytest.mark.skipif(shutil.which("Orthanc") is None, reason="Orthanc is not installed")
def test_an_orthanc_that_does_not_let_us_move(tmp_path: Path) -> None:
    us = {"AET": "ASKER", "Host": "127.0.0.1", "Port": free_port(), "AllowMove": False, "AllowGet": True}
    (tmp_path / "orthanc").mkdir()
    with orthanc(tmp_path / "orthanc", DicomModalities={"asker": us}) as (port, _):
        files = map(str, write_studies(tmp_path / "kept", [WANTED]))
        assert run(dcmtks("dcmsend"), "127.0.0.1", str(port), *files).code == 0
        told = ask(move(port, 0, tmp_path))
        outcome, _ = retrieve(move(port, 0, tmp_path, tries_other_way=True))
    assert told.kinds == [DiagnosisKind.NOT_PERMITTED]
    assert "ASKER" in told.first.advice
    assert told.first.card.startswith("AE title: ASKER")
    assert told.first.other is GET
    assert (outcome.stored, outcome.diagnoses) == (len(UIDS), ())


def test_what_we_refused_ourselves_is_no_failure_of_the_peer(tmp_path: Path) -> None:
    to_port = free_port()
    with of_dcmtk(tmp_path, to_port) as port:
        told = ask(move(port, to_port, tmp_path, min_free_bytes=1 << 62))
    assert told.kinds == [DiagnosisKind.REFUSED_BY_US]


# -- the other way, and the tools


@each_archive
def test_the_other_way_brings_what_the_first_did_not(opening: Opening, tmp_path: Path) -> None:
    with opening(tmp_path, 0) as port:
        outcome, _ = retrieve(move(port, 0, tmp_path, tries_other_way=True, asks_first=True))
    assert (outcome.stored, outcome.missing, outcome.diagnoses) == (len(UIDS), (), ())
    assert ("C000" if opening is of_orthanc else "A801") in outcome.choices[0].reason


def test_a_move_brings_what_a_get_was_not_allowed_to(tmp_path: Path) -> None:
    to_port = free_port()
    with of_dcmtk(tmp_path, to_port, "--disable-get") as port:
        request = replace(move(port, to_port, tmp_path, tries_other_way=True), method=GET)
        outcome, _ = retrieve(
            replace(request, storage=request.listener.storage if request.listener else request.storage)
        )
    assert (outcome.stored, outcome.diagnoses) == (len(UIDS), ())
    assert outcome.choices[0].method is MOVE


@pytest.mark.parametrize("destination", ["ASKER", "ELSEWHERE"])
def test_the_tool_tells_a_cause_alike_in_its_log_its_events_and_its_report(destination: str, tmp_path: Path) -> None:
    to_port, report = free_port(), tmp_path / "report.txt"
    keys = ["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={WANTED.uid}", "-aec", AREA]
    ours_only = ["--json", "--create-report-file", str(report)]
    with of_dcmtk(tmp_path, free_port()) as port:  # it knows ASKER, at a port where nobody listens
        titles = ["-aet", "ASKER", "-aem", destination, "+P", str(to_port)]
        done = run(ours("movescu"), *keys, *titles, *ours_only, "127.0.0.1", str(port), folder=tmp_path)
        told = ask(move(port, to_port, tmp_path, explains=False, destination=destination))
    lines = [line for one in told.outcome.diagnoses for line in one.lines]
    assert lines
    logged = [line.removeprefix("W: ") for line in done.err.splitlines() if line.startswith("W: ")]
    assert logged[-len(lines) :] == lines
    events = [json.loads(line) for line in done.out.splitlines()]
    documents = [json.loads(json.dumps(one.document)) for one in told.outcome.diagnoses]
    diagnosed = [event for event in events if event["event"] == "retrieve-diagnosed"]
    assert [{key: event[key] for key in documents[0]} for event in diagnosed] == documents
    (compared,) = [event for event in events if event["event"] == "retrieve-compared"]
    assert compared["diagnoses"] == documents
    reported = report.read_text(encoding="utf-8").splitlines()
    assert [line for line in reported if line in lines] == lines

"""The audit trail of an archive that DCMTK's tools store to, ask and fetch from."""

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from dicomdesk.archive.audit.auditor import open_auditor
from dicomdesk.archive.audit.settings import AuditSettings, SyslogTarget, Transport
from dicomdesk.archive.facts import RetentionApplied
from dicomdesk.archive.serve import ServeJob, ServeRequest
from dicomdesk.archive.setup.configuration import Quota
from dicomdesk.engine.engine import Engine
from dicomdesk.errors import StorageError
from tests.helpers.archives.audit_schema import checked_message
from tests.helpers.archives.served_archives import ARCHIVE, encoded, make_settings
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder
from tests.helpers.data.studies import write_study
from tests.helpers.dcmtk.commands import dcmtks, run
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.requestors import Proposal, connected

NODELAY = {"TCP_NODELAY": "1"}


@contextmanager
def serving(tmp_path: Path, audit: AuditSettings, quota: Quota | None = None) -> Iterator[ServeJob]:
    settings = make_settings(tmp_path / "area", quota=quota)
    with Engine() as engine:
        yield engine.submit(ServeRequest(settings=settings, audit=audit), lambda _event: None)


def start(name: str, run: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def trail(path: Path) -> list[Element]:
    return [checked_message(line) for line in path.read_text().splitlines()]


def told(message: Element) -> tuple[str, str]:
    event = message.find("EventIdentification")
    assert event is not None
    return event.find("EventID").attrib["originalText"], event.attrib["EventActionCode"]  # type: ignore[union-attr]  # there by the schema


def objects(message: Element) -> list[str]:
    return [one.attrib["ParticipantObjectID"] for one in message.findall("ParticipantObjectIdentification")]


@pytest.mark.dcmtk
def test_who_stored_asked_and_fetched_what_is_in_the_trail(tmp_path: Path) -> None:
    files = [str(path) for path in write_study(tmp_path / "study", 2)]
    path = tmp_path / "audit.log"
    with serving(tmp_path, AuditSettings(file=path, source_id="north")) as job:
        where = ("127.0.0.1", str(job.port))
        assert run(dcmtks("storescu"), "-aet", "CT1", "-aec", ARCHIVE, *where, *files, changes=NODELAY).code == 0
        keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3")
        assert run(dcmtks("findscu"), "-S", "-aet", "ASKER", "-aec", ARCHIVE, *keys, *where, changes=NODELAY).code == 0
        (tmp_path / "got").mkdir()
        words = ("-S", "-aet", "VIEWER", "-aec", ARCHIVE, *keys, "-od", str(tmp_path / "got"))
        assert run(dcmtks("getscu"), *words, *where, changes=NODELAY).code == 0
        refused = run(dcmtks("echoscu"), "-aet", "STRANGER", "-aec", "NOBODY", *where, changes=NODELAY)
        assert refused.code != 0
    messages = trail(path)
    assert [told(one) for one in messages] == [
        ("Application Activity", "E"),
        ("DICOM Instances Transferred", "C"),
        ("Query", "E"),
        ("Begin Transferring DICOM Instances", "E"),
        ("DICOM Instances Transferred", "R"),
        ("Security Alert", "E"),
        ("Application Activity", "E"),
    ]
    _started, stored, query, begun, fetched, alert, _ended = messages
    assert objects(stored) == ["1.2.3", "P1"]
    assert stored.find(".//SOPClass").attrib["NumberOfInstances"] == "2"  # type: ignore[union-attr]  # it is there
    source = stored.find("ActiveParticipant")
    assert source is not None
    assert source.attrib["UserID"] == "CT1"
    assert (source.attrib["NetworkAccessPointID"], source.attrib["UserIsRequestor"]) == ("127.0.0.1", "true")
    assert b"1.2.3" in base64.b64decode(query.findtext(".//ParticipantObjectQuery") or "")
    assert objects(begun)[0] == objects(fetched)[0] == "1.2.3"
    assert fetched.find(".//SOPClass").attrib["NumberOfInstances"] == "2"  # type: ignore[union-attr]  # it is there
    assert objects(alert) == ["STRANGER"]
    assert {one.find("AuditSourceIdentification").attrib["AuditSourceID"] for one in messages} == {"north"}  # type: ignore[union-attr]  # there by the schema


def test_what_goes_by_itself_is_in_the_trail(tmp_path: Path, announce_log: Callable[[str], None]) -> None:
    announce_log("due to quota")
    path = tmp_path / "audit.log"
    with (
        serving(tmp_path, AuditSettings(file=path), Quota(max_studies=1)) as job,
        connected(job.port) as peer,
    ):
        peer.associate(Proposal(contexts=((1, CT_IMAGE, (EXPLICIT,)),), called=ARCHIVE.encode()))
        for study in ("1.2.3", "1.2.4"):
            assert peer.store(f"{study}.9", [encoded(f"{study}.9", study, f"{study}.1")]) == 0
        peer.release()
    _started, deleted, *_rest = trail(path)
    assert (told(deleted), objects(deleted)) == (("DICOM Study Deleted", "D"), ["1.2.3"])


def test_what_the_retention_removes_is_in_the_trail(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    auditor = open_auditor(AuditSettings(file=path), [ARCHIVE])
    auditor.start(start)
    auditor.take(
        RetentionApplied(
            area=ARCHIVE,
            studies=2,
            instances=2,
            size_bytes=2,
            held=0,
            missing_bytes=0,
            study_instance_uids=("1.1", "1.2"),
        )
    )
    auditor.close()
    assert [objects(one) for one in trail(path)] == [["1.1"], ["1.2"], []]


def test_a_collector_that_is_not_there_holds_nobody_up(tmp_path: Path, announce_log: Callable[[str], None]) -> None:
    announce_log("udit messages were lost|audit trail cannot be written")
    target = SyslogTarget(transport=Transport.TCP, host="127.0.0.1", port=free_port())
    with serving(tmp_path, AuditSettings(syslog=target)) as job, connected(job.port) as peer:
        peer.associate(Proposal(contexts=((1, CT_IMAGE, (EXPLICIT,)),), called=ARCHIVE.encode()))
        assert peer.store("1.2.3.4", [Builder(EXPLICIT).instance(sop_instance_uid="1.2.3.4")]) == 0
        peer.release()


def test_a_trail_that_cannot_be_written_keeps_the_archive_from_starting(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="audit trail"), serving(tmp_path, AuditSettings(file=tmp_path / "no" / "x")):
        pass

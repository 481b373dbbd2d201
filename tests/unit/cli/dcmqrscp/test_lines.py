"""What an archive reports, as lines: DCMTK's in verbose mode, at the default level who was refused and why."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from dicomdesk.archive import facts
from dicomdesk.archive.facts import ServingEvent
from dicomdesk.cli.dcmqrscp.lines import ArchiveLines
from dicomdesk.cli.log.layouts import pattern_layout
from dicomdesk.dicom.query.sop_classes import Service
from dicomdesk.engine import events
from dicomdesk.logs import Level, Log, Record, Route, console_log
from dicomdesk.network.dimse.command_sets import read_command_set, write_command_set
from dicomdesk.network.dimse.responses import SubOperations
from tests.helpers.data.datasets import EXPLICIT, Builder

CT = "1.2.840.10008.5.1.4.1.1.2"
FIND, MOVE = "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.5.1.4.1.2.2.2"
RECEIVED = events.AssociationReceived(
    job_id="j",
    association=1,
    peer_host="localhost",
    peer_address="127.0.0.1",
    calling_ae_title="SCU\x1b",
    called_ae_title="ARCHIVE",
    contexts=(),
)
STARTED = events.ItemStarted(
    job_id="j", association=1, index=1, message_id=1, sop_class_uid=CT, sop_instance_uid="1.2.3"
)
RELEASED = events.AssociationReleased(job_id="j", association=1)
SMITH = Builder(EXPLICIT).element(0x00080052, "CS", "STUDY") + Builder(EXPLICIT).element(0x00100010, "PN", "Smith^John")

Tell = Callable[..., list[str]]
HEAD = re.compile(r"([A-Z]: )\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:\[1 127\.0\.0\.1\] |\[1\] )?(.*)")


def finished(status: int | None, path: str = "", reason: str = "") -> events.ItemFinished:
    outcome = events.ItemOutcome.STORED if status == 0 else events.ItemOutcome.REFUSED
    outcome = events.ItemOutcome.FAILED if status is None else outcome
    return events.ItemFinished(
        job_id="j", association=1, index=1, path=path, outcome=outcome, status=status, reason=reason, message_id=1
    )


def started(service: Service = Service.FIND) -> facts.OperationStarted:
    uid = FIND if service is Service.FIND else MOVE
    values: dict[int, bytes | int] = {0x0002: uid.encode(), 0x0110: 7, 0x0700: 1, 0x0600: b"DEST"}
    return facts.OperationStarted(
        association=1,
        service=service,
        command_set=read_command_set(write_command_set(values)),
        identifier=SMITH,
        transfer_syntax_uid=EXPLICIT,
    )


def sub_operation(status: int | None, reason: str = "") -> facts.SubOperationEnded:
    return facts.SubOperationEnded(
        association=1,
        service=Service.MOVE,
        message_id=7,
        sop_class_uid=CT,
        sop_instance_uid="1.2.3",
        path="ab/1.2/1.3/1.4.dcm",
        status=status,
        reason=reason,
    )


def ended(service: Service, status: int, **more: object) -> facts.OperationEnded:
    return facts.OperationEnded(association=1, service=service, message_id=7, status=status, **more)  # type: ignore[arg-type]  # fields by name


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    def tell(batch: Sequence[ServingEvent], level: Level = Level.WARN, *, shows_contexts: bool = False) -> list[str]:
        lines = ArchiveLines(console_log(level), max_pdu_bytes=16384, shows_contexts=shows_contexts)
        lines.show([one for one in batch if lines.wants(one) or isinstance(one, events.JobFinished)])
        return [text(line) for line in capsys.readouterr().err.splitlines()]

    return tell


def text(line: str) -> str:
    """A line without time and association, which it must have."""
    found = HEAD.fullmatch(line)
    assert found is not None, line
    return found[1] + found[2]


def test_a_query_is_told_in_verbose_mode_only(tell: Tell) -> None:
    batch = [RECEIVED, started(), ended(Service.FIND, 0, matches=2), RELEASED]
    lines = tell(batch, Level.INFO)
    assert lines[:3] == [
        "I: Association Received (localhost:SCU\\x1b -> ARCHIVE)",
        "I: Received Find SCP:",
        "I: ===================== INCOMING DIMSE MESSAGE ====================",
    ]
    assert "I: Affected SOP Class UID        : FINDStudyRootQueryRetrieveInformationModel" in lines
    assert "I: Priority                      : high" in lines
    assert any("[Smith^John]" in line for line in lines)
    assert lines[-2:] == ["I: Find SCP Response 3 [status: Success]", "I: Association Release"]
    assert tell(batch) == []


def test_who_is_refused_and_why_is_told_always_and_no_patient(tell: Tell) -> None:
    refusal = events.AssociationFailed(job_id="j", association=1, reason="there is no storage area")
    assert tell([RECEIVED, refusal]) == [
        "W: Refusing Association of localhost:SCU\\x1b -> ARCHIVE: there is no storage area"
    ]
    lines = tell([RECEIVED, started(), ended(Service.FIND, 0xA900, comment="Query/Retrieve Level is missing")])
    assert len(lines) == 1
    assert lines[0].startswith("W: Find SCP: answered Error: DataSetDoesNotMatchSOPClass to localhost:SCU\\x1b -> ")
    assert lines[0].endswith(": Query/Retrieve Level is missing")
    assert not any("Smith" in line for line in lines)


def test_a_move_is_told_step_by_step(tell: Tell) -> None:
    counts = SubOperations(completed=1, failed=1)
    end = ended(Service.MOVE, 0xB000, counts=counts, destination="DEST")
    batch = [RECEIVED, started(Service.MOVE), sub_operation(0), sub_operation(None, "no file"), end]
    lines = tell(batch, Level.INFO)
    assert "I: Move Destination              : DEST" in lines
    assert "I: Store SCU RQ: MsgID 1, (CT)" in lines
    assert "I: Move SCP: Received Store SCU RSP [Status=Success]" in lines
    assert "I: Move SCP Response 1 [status: Pending]" in lines
    assert "I: Move SCP Response 3 [status: Warning: SubOperationsCompleteOneOrMoreFailures]" in lines
    told = tell(batch)
    assert told[0] == "E: Move SCP: not sent: ab/1.2/1.3/1.4.dcm: no file"
    assert told[1].startswith("W: Move SCP to DEST: answered ")


def test_a_cancelled_operation_is_no_warning(tell: Tell) -> None:
    assert tell([RECEIVED, started(), ended(Service.FIND, 0xFE00)]) == []


def test_stores_are_told_as_blocks_and_refused_ones_always(tell: Tell) -> None:
    lines = tell([RECEIVED, STARTED, finished(0, "ab/1.dcm")], Level.INFO)
    assert lines[1] == "I: Received Store SCP:"
    assert "I: Sending:" in lines
    assert "I: DIMSE Status                  : 0x0000: Success" in lines
    assert tell([RECEIVED, STARTED, finished(0, "ab/1.dcm")]) == []
    refused = tell([RECEIVED, STARTED, finished(0xA700, reason="No space left on device")])
    assert len(refused) == 1
    assert refused[0].startswith("W: NOTICE: StoreSCP: answered Refused: OutOfResources to localhost:SCU\\x1b -> ")
    assert refused[0].endswith(": No space left on device")
    lost = tell([RECEIVED, STARTED, finished(None, reason="The association ended")])
    assert lost == ["W: StoreSCP: not stored, from localhost:SCU\\x1b -> ARCHIVE: The association ended"]


def test_aborts_notices_and_the_end_are_told(tell: Tell) -> None:
    def aborted(*, by_peer: bool) -> events.AssociationAborted:
        return events.AssociationAborted(job_id="j", association=1, by_peer=by_peer, reason="why")

    assert tell([RECEIVED, aborted(by_peer=False)])[0].startswith("E: Aborting Association of localhost:")
    assert tell([RECEIVED, aborted(by_peer=True)]) == []
    assert tell([events.Notice(job_id="j", level=events.NoticeLevel.ERROR, text="a\nb")]) == ["E: a", "E: b"]
    assert "asks the archive to end" in tell([RECEIVED, facts.ShutdownRequested(association=1)])[0]


@pytest.mark.parametrize(("failed", "is_reported", "level"), [(0, True, "I"), (1, True, "W"), (0, False, "W")])
def test_commitment_is_told(*, failed: int, is_reported: bool, level: str, tell: Tell) -> None:
    fact = facts.CommitmentAnswered(
        association=1, transaction_uid="1.2", committed=3, failed=failed, is_reported=is_reported
    )
    line = tell([RECEIVED, fact], Level.INFO)[-1]
    assert line.startswith(f"{level}: Storage Commitment: 3 committed, {failed} not, asked for by localhost:SCU")


def test_a_success_that_says_something_is_a_warning(tell: Tell) -> None:
    comment = "Cannot be decoded, nothing matches: PatientName"
    (line,) = tell([RECEIVED, ended(Service.FIND, 0, comment=comment)])
    assert line.startswith("W: Find SCP: answered Success to ")
    assert line.endswith(comment)
    assert tell([RECEIVED, ended(Service.FIND, 0)]) == []
    assert tell([RECEIVED, ended(Service.FIND, 0xFE00, comment=comment)]) == []


def test_commitment_that_was_asked_for_before_the_start_names_nobody(tell: Tell) -> None:
    fact = facts.CommitmentAnswered(association=0, transaction_uid="1.2", committed=1, failed=0, is_reported=False)
    (line,) = tell([fact])
    assert line.endswith("asked for by a peer of an earlier start, who could not be told")


def test_presentation_contexts_are_shown_where_asked_for(tell: Tell) -> None:
    assert any("A-ASSOCIATE-RQ" in line for line in tell([RECEIVED], Level.INFO, shows_contexts=True))
    assert len(tell([RECEIVED], Level.INFO)) == 1


def test_blocks_of_simultaneous_associations_can_be_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    other = replace(RECEIVED, association=2, peer_address="192.0.2.7")
    lines = ArchiveLines(console_log(Level.INFO), max_pdu_bytes=16384, shows_contexts=False)
    lines.show([RECEIVED, other, started(), replace(started(), association=2)])
    told = capsys.readouterr().err.splitlines()
    assert all(" [1 127.0.0.1] " in line or " [2 192.0.2.7] " in line for line in told)
    one, two = ([line.partition("] ")[2] for line in told if f" [{number} " in line][1:] for number in (1, 2))
    assert one == two
    assert one[0] == "Received Find SCP:"


def test_a_cause_that_many_instances_share_has_one_line(tell: Tell) -> None:
    refused = finished(0xA700, reason="No space left on device")
    not_sent = [sub_operation(None, "no presentation context for its SOP class was accepted")] * 5_000
    end = events.JobFinished(job_id="j", outcome=events.JobOutcome.COMPLETED, counts={}, error="")
    lines = tell([RECEIVED, *[refused] * 10_000, started(Service.MOVE), *not_sent, end])
    assert [re.search(r"\(([0-9,]+) more", line) is not None for line in lines] == [False, False, True, True]
    assert "(9,999 more like it within 0:0" in lines[2]
    assert "(4,999 more like it within 0:0" in lines[3]


def test_a_log_configuration_has_the_texts_as_they_are_and_the_association_apart() -> None:
    found: list[Record] = []

    class Kept:
        append = staticmethod(found.append)

        def flush(self) -> None:
            """Nothing waits."""

        close = flush

    log = Log({"": Route(level=Level.INFO, appenders=(Kept(),))})
    ArchiveLines(log, max_pdu_bytes=16384, shows_contexts=False).show([RECEIVED])
    (record,) = found
    assert record.text == "Association Received (localhost:SCU\\x1b -> ARCHIVE)"
    assert pattern_layout("%x: %m", lambda _text: None)(record) == f"1 127.0.0.1: {record.text}"


def test_what_retention_removed_and_what_room_is_missing_is_told(tell: Tell) -> None:
    applied = facts.RetentionApplied(
        area="ARCHIVE", studies=2, instances=9, size_bytes=5_000_000, held=1, missing_bytes=7_000_000
    )
    assert tell([applied]) == [
        "W: Retention of ARCHIVE: 2 studies with 9 instances removed (5.0 MB), 1 study stays for a hold",
        "W: Retention of ARCHIVE: 7.0 MB are missing to the free space, and nothing may go, 1 study stays for a hold",
    ]

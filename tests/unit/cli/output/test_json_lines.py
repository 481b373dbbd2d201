import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dicomdesk.cli.output import json_lines
from dicomdesk.cli.output.json_lines import JsonLinesReporter, describe, describe_progress
from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine import events
from dicomdesk.engine.check_findings import CheckStage, CheckState, CheckStep, ServiceGroup, SopClassCapability
from dicomdesk.engine.forecast import ForecastGroup, Help, Verdict
from dicomdesk.engine.stats import Progress

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
PROPOSED = (events.ProposedContext(context_id=1, abstract_syntax="1.2", transfer_syntaxes=("1.3", "1.4")),)
NEGOTIATED = tuple(
    events.NegotiatedContext(
        context_id=2 * result + 1,
        abstract_syntax="1.2",
        proposed_transfer_syntaxes=("1.3",),
        result=result,
        accepted_transfer_syntax="1.3" if result is events.ContextResult.ACCEPTED else None,
    )
    for result in events.ContextResult
)
NEGOTIATION = events.Negotiation(
    is_requestor=True,
    calling_ae_title="A",
    called_ae_title="B",
    responding_ae_title="B",
    peer_host="h",
    peer_port=104,
    our_implementation_class_uid="1",
    our_implementation_version="2",
    peer_implementation_class_uid="3",
    peer_implementation_version="4",
    our_max_pdu_bytes=16384,
    peer_max_pdu_bytes=0,
    max_send_pdv_bytes=131060,
    contexts=NEGOTIATED,
)
HEADER = InstanceHeader(
    sop_class_uid="1.2.3",
    sop_instance_uid="1.2.4",
    transfer_syntax_uid="1.2.5",
    data_set_offset=1,
    data_set_length=2,
    patient_id="SECRET",
    patient_name="SECRET",
    study_instance_uid="1.2.6",
    series_instance_uid="1.2.7",
)
ITEM_FINISHED = events.ItemFinished(
    job_id="j",
    association=1,
    index=0,
    path="f",
    outcome=events.ItemOutcome.STORED,
    status=0,
    message_id=1,
    size_bytes=2,
    header=HEADER,
)
SAMPLES: list[tuple[events.NamedEvent, str, set[str]]] = [
    (events.JobStarted(job_id="j", at=AT), "job-started", {"job"}),
    (events.Notice(job_id="j", level=events.NoticeLevel.INFO, text="t"), "notice", {"level", "text", "peer_host"}),
    (events.InputSkipped(job_id="j", path="p", reason="r"), "input-skipped", {"path", "reason", "cause", "advice"}),
    (
        events.ScanFinished(job_id="j", items=1, size_bytes=2, skipped=3),
        "scan-finished",
        {"items", "bytes", "skipped"},
    ),
    (
        events.AssociationRequested(job_id="j", association=1, peer="p", calling_ae_title="A", contexts=PROPOSED),
        "association-requested",
        {"association", "peer", "calling_ae_title", "presentation_contexts", "extended_negotiation", "user_identity"},
    ),
    (
        events.AssociationReceived(
            job_id="j", association=1, peer_host="h", calling_ae_title="A", called_ae_title="B", contexts=PROPOSED
        ),
        "association-received",
        {
            "association",
            "peer_host",
            "peer_address",
            "calling_ae_title",
            "called_ae_title",
            "presentation_contexts",
            "extended_negotiation",
            "user_identity",
        },
    ),
    (
        events.AssociationAccepted(job_id="j", association=1, negotiation=NEGOTIATION),
        "association-accepted",
        {
            "association",
            "is_requestor",
            "calling_ae_title",
            "called_ae_title",
            "peer_host",
            "peer_port",
            "peer_implementation_class_uid",
            "peer_implementation_version",
            "peer_max_pdu_bytes",
            "max_send_pdv_bytes",
            "presentation_contexts",
            "extended_negotiation",
            "user_identity",
            "tls",
        },
    ),
    (
        events.AssociationFailed(job_id="j", association=1, reason="r"),
        "association-failed",
        {"association", "reason", "cause", "advice"},
    ),
    (events.AssociationReleased(job_id="j", association=1), "association-released", {"association"}),
    (
        events.AssociationAborted(job_id="j", association=1, by_peer=True, reason="r"),
        "association-aborted",
        {"association", "by_peer", "reason", "cause", "advice"},
    ),
    (
        events.ItemStarted(
            job_id="j", association=1, index=0, message_id=1, sop_class_uid="1.2", sop_instance_uid="1.3"
        ),
        "item-started",
        {
            "association",
            "index",
            "message_id",
            "sop_class_uid",
            "sop_instance_uid",
            "converted_from",
            "converted_to",
        },
    ),
    (
        ITEM_FINISHED,
        "item-finished",
        {
            "association",
            "index",
            "message_id",
            "path",
            "outcome",
            "status",
            "reason",
            "bytes",
            "attempts",
            "sop_class_uid",
            "sop_instance_uid",
            "transfer_syntax_uid",
            "study_instance_uid",
            "series_instance_uid",
        },
    ),
    (
        events.RetryScheduled(job_id="j", items=1, attempt=2, at=AT, reason="r"),
        "retry-scheduled",
        {"items", "attempt", "next_try_at", "reason"},
    ),
    (events.ListenerStarted(job_id="j", address="", port=104), "listener-started", {"address", "port"}),
    (
        events.StudySettled(job_id="j", study_instance_uid="1", folder="f", items=1, command_exit_code=None),
        "study-settled",
        {
            "study_instance_uid",
            "folder",
            "items",
            "command_exit_code",
            "here",
            "again",
            "refused",
            "expected",
            "modalities",
            "senders",
        },
    ),
    (
        events.StorageChanged(
            job_id="j",
            state=events.StorageState.LOW,
            folder="f",
            free_bytes=7,
            full_in_s=720.4,
            text="t",
            advice="a",
        ),
        "storage-changed",
        {"state", "folder", "free_bytes", "full_in_s", "text", "advice"},
    ),
    (
        events.JobFinished(job_id="j", outcome=events.JobOutcome.FAILED, counts={events.ItemOutcome.STORED: 1}),
        "job-finished",
        {"outcome", "counts", "error"},
    ),
    (
        events.JobFinished(
            job_id="j", outcome=events.JobOutcome.COMPLETED, counts={}, arrivals={events.ArrivalKind.REPEATED: 2}
        ),
        "job-finished",
        {"outcome", "counts", "error", "arrivals"},
    ),
]
PROGRESS = Progress(
    items_total=10,
    items_done=3,
    bytes_total=1000,
    bytes_done=300,
    bytes_per_s=12.4,
    items_per_s=1.26,
    seconds_left=None,
    associations=1,
)
SAMPLES += [
    (
        events.CheckStepStarted(job_id="j", stage=CheckStage.TCP),
        "check-step-started",
        {"stage"},
    ),
    (
        events.CheckStepFinished(
            job_id="j", step=CheckStep(stage=CheckStage.TCP, state=CheckState.OK, text="t", details=("d",))
        ),
        "check-step-finished",
        {"stage", "state", "text", "duration_s", "cause", "advice", "details"},
    ),
    (
        events.CapabilityFound(
            job_id="j",
            capability=SopClassCapability(
                group=ServiceGroup.STORAGE, sop_class_uid="1.2", name="n", transfer_syntaxes=("1.3",)
            ),
        ),
        "capability-found",
        {"group", "sop_class_uid", "name", "transfer_syntaxes", "is_complete"},
    ),
    (
        events.GroupForecast(
            job_id="j",
            group=ForecastGroup(
                verdict=Verdict.CONVERTED,
                sop_class_uid="1.2",
                sop_class_name="n",
                transfer_syntax_uid="1.3",
                converted_to="1.4",
                reason="r",
                advice="a",
                helps=(Help.CHANGE_PEER,),
                items=2,
                size_bytes=3,
                paths=("p",),
                association=1,
            ),
        ),
        "group-forecast",
        {
            "verdict",
            "sop_class_uid",
            "sop_class_name",
            "transfer_syntax_uid",
            "converted_to",
            "reason",
            "advice",
            "helps",
            "items",
            "bytes",
            "paths",
            "association",
        },
    ),
]


@pytest.mark.parametrize(("event", "name", "keys"), SAMPLES, ids=lambda value: value if isinstance(value, str) else "")
def test_event_has_its_name_and_its_keys(event: events.NamedEvent, name: str, keys: set[str]) -> None:
    found, fields = describe(event)
    assert (found, set(fields)) == (name, keys)
    json.dumps(fields)


def test_every_event_has_a_sample() -> None:
    assert {type(event) for event, _, _ in SAMPLES} == set(events.NamedEvent.__args__)


def test_every_name_and_key_is_documented() -> None:
    text = json_lines.__doc__ or ""
    for _, name, keys in SAMPLES:
        assert f"``{name}``" in text
        assert all(f"``{key}``" in text for key in keys)
    assert all(f"``{key}``" in text for key in describe_progress(PROGRESS))


def test_patient_identifiers_do_not_appear() -> None:
    assert "SECRET" not in json.dumps(describe(ITEM_FINISHED))


def test_context_results_have_words() -> None:
    contexts = describe(events.AssociationAccepted(job_id="j", association=1, negotiation=NEGOTIATION))[1]
    found = json.loads(json.dumps(contexts))["presentation_contexts"]
    assert [context["result"] for context in found] == [
        "accepted",
        "user-rejection",
        "no-reason",
        "abstract-syntax-not-supported",
        "transfer-syntaxes-not-supported",
    ]
    assert found[0] == {
        "id": 1,
        "abstract_syntax": "1.2",
        "transfer_syntaxes": ["1.3"],
        "result": "accepted",
        "transfer_syntax": "1.3",
    }
    assert found[1]["transfer_syntax"] is None


def test_each_event_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = JsonLinesReporter()
    reporter.show([event for event, _, _ in SAMPLES])
    reporter.show_progress(PROGRESS)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == [name for _, name, _ in SAMPLES] + ["progress"]
    assert all(datetime.fromisoformat(line["at"]).tzinfo is not None for line in lines)


def test_gauges_are_rounded() -> None:
    fields = describe_progress(PROGRESS)
    assert (fields["bytes_per_s"], fields["items_per_s"], fields["seconds_left"]) == (12, 1.3, None)


def test_name_that_is_no_text_is_still_json(capsys: pytest.CaptureFixture[str]) -> None:
    path = b"\xff.dcm".decode("utf-8", "surrogateescape")
    JsonLinesReporter().show([events.InputSkipped(job_id="j", path=path, reason="r")])
    line = capsys.readouterr().out
    assert line.isascii()
    assert json.loads(line)["path"] == "\\xff.dcm"


def test_everything_that_was_negotiated_is_told_without_secrets() -> None:
    negotiation = replace(
        NEGOTIATION,
        contexts=(
            replace(
                NEGOTIATED[0],
                proposed_role=events.Role(scu=True, scp=True),
                accepted_role=events.Role(scu=False, scp=True),
            ),
        ),
        extensions=(
            events.NegotiatedExtension(sop_class_uid="1.2", proposed=b"\1\xff", accepted=None),
            events.NegotiatedExtension(sop_class_uid="1.3", proposed=b"", accepted=b""),
        ),
        user_identity=events.UserIdentityExchange(
            kind=2, user_name="joe", primary_bytes=3, wants_response=True, has_response=True, response_bytes=9
        ),
        tls=events.TlsSession(
            version="TLSv1.3", cipher="C", has_peer_certificate=True, peer_subject="CN=x", peer_expires=AT
        ),
    )
    _, told = describe(events.AssociationAccepted(job_id="j", association=1, negotiation=negotiation))
    contexts = told["presentation_contexts"]
    assert isinstance(contexts, list)
    assert (contexts[0]["proposed_role"], contexts[0]["accepted_role"]) == ("both", "scp")
    assert told["extended_negotiation"] == [
        {"sop_class_uid": "1.2", "proposed": "01ff", "accepted": None},
        {"sop_class_uid": "1.3", "proposed": None, "accepted": ""},
    ]
    assert told["user_identity"] == {"type": 2, "user_name": "joe", "wants_response": True, "has_response": True}
    assert told["tls"] == {
        "version": "TLSv1.3",
        "cipher": "C",
        "has_peer_certificate": True,
        "peer_subject": "CN=x",
        "peer_issuer": "",
        "peer_expires": "2026-11-20T10:00:00+00:00",
        "is_peer_verified": False,
    }
    assert json.dumps(told)


def test_proposal_tells_roles_extensions_and_identity() -> None:
    requested = events.AssociationRequested(
        job_id="j",
        association=1,
        peer="p",
        calling_ae_title="A",
        contexts=(replace(PROPOSED[0], role=events.Role(scu=False, scp=True)),),
        user_identity=events.UserIdentityExchange(kind=5, primary_bytes=100),
        extensions=(events.ExtendedNegotiation(sop_class_uid="1.2", information=b"\1"),),
    )
    _, told = describe(requested)
    assert told["presentation_contexts"] == [
        {"id": 1, "abstract_syntax": "1.2", "transfer_syntaxes": ["1.3", "1.4"], "proposed_role": "scp"}
    ]
    assert told["extended_negotiation"] == [{"sop_class_uid": "1.2", "proposed": "01"}]
    assert told["user_identity"] == {"type": 5, "user_name": "", "wants_response": False, "has_response": False}

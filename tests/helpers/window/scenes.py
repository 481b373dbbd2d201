"""Event lists that look like real transfers: for the window's tests and its screenshots. All people are invented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.check.check import CheckResult
from dicomdesk.engine.check_findings import CheckStage, CheckState, CheckStep, ServiceGroup, SopClassCapability
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    AssociationFailed,
    AssociationReceived,
    AssociationReleased,
    AssociationRequested,
    CapabilityFound,
    ContextResult,
    Event,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    JobOutcome,
    NegotiatedContext,
    NegotiatedExtension,
    Negotiation,
    ProposedContext,
    Role,
    TlsSession,
    UserIdentityExchange,
)
from dicomdesk.engine.forecast import ForecastGroup, Help, Verdict
from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.engine.preflight.preflight import PreflightResult
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.security.security_store import ListenerSecurity
from dicomdesk.settings import AccessRules, RevocationCheck, TlsProfile, TlsSettings

CT, MR, US, SC, SR, ENHANCED_CT = (
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.6.1",
    "1.2.840.10008.5.1.4.1.1.7",
    "1.2.840.10008.5.1.4.1.1.88.22",
    "1.2.840.10008.5.1.4.1.1.2.1",
)
IMPLICIT, EXPLICIT, JPEG_BASELINE, JPEG_2000 = (
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.91",
)
VERIFICATION = "1.2.840.10008.1.1"
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
SEND_JOB, RECEIVE_JOB, ECHO_JOB = "send-1", "receive-1", "echo-1"


def header(
    study: tuple[str, str, str, str],
    series: tuple[str, str, str],
    number: int,
    *,
    sop_class_uid: str = CT,
    transfer_syntax_uid: str = EXPLICIT,
    size_bytes: int = 525_000,
) -> InstanceHeader:
    """One instance: ``study`` is name, ID, description, date; ``series`` is number, description, modality."""
    name, patient_id, description, date = study
    series_number, series_description, modality = series
    study_uid = f"2.25.{abs(hash_text(name + date))}"
    series_uid = f"{study_uid}.{series_number or 0}"
    return InstanceHeader(
        sop_class_uid=sop_class_uid,
        sop_instance_uid=f"{series_uid}.{number}",
        transfer_syntax_uid=transfer_syntax_uid,
        data_set_offset=400,
        data_set_length=size_bytes,
        patient_id=patient_id,
        patient_name=name,
        study_instance_uid=study_uid,
        study_date=date,
        study_description=description,
        accession_number=f"A{patient_id}",
        series_instance_uid=series_uid,
        series_number=series_number,
        series_description=series_description,
        modality=modality,
    )


def hash_text(text: str) -> int:
    """A number that is the same in each run."""
    number = 7
    for character in text:
        number = (number * 31 + ord(character)) % 10**12
    return number


JANE = ("DOE^JANE", "12345", "CT abdomen", "20261120")
PETR = ("IVANOV^PETR", "88102", "MR head", "20261119")
YUKI = ("SATO^YUKI", "55410", "US heart", "20261118")
LONG = (
    "VON HOHENLOHE-WALDENBURG-SCHILLINGSFUERST^MAXIMILIANA FRIEDERIKE",
    "0000000000123456789",
    "Whole body",
    "20261117",
)


FIRST_ID = 1 << 40
"""Of the instances of scenes: none that a scan finds has such an id."""


def found(headers: list[InstanceHeader]) -> list[FoundInstance]:
    """What scanning finds for the headers."""
    return [
        FoundInstance(
            path=f"/data/{item.patient_id}/{item.series_number}/IM{number:05}", header=item, id=FIRST_ID + number
        )
        for number, item in enumerate(headers)
    ]


def usual_headers() -> list[InstanceHeader]:
    """Three studies of 812 instances."""
    headers = [header(JANE, ("1", "Scout", "CT"), n) for n in range(2)]
    headers += [header(JANE, ("2", "Axial 1.0 mm", "CT"), n) for n in range(600)]
    headers += [
        header(
            JANE,
            ("3", "Secondary capture", "SC"),
            n,
            sop_class_uid=SC,
            transfer_syntax_uid=JPEG_2000,
            size_bytes=700_000,
        )
        for n in range(6)
    ]
    headers += [header(JANE, ("4", "Dose report", "SR"), n, sop_class_uid=SR, size_bytes=90_000) for n in range(12)]
    headers += [header(PETR, ("1", "T1 sagittal", "MR"), n, sop_class_uid=MR, size_bytes=266_000) for n in range(148)]
    headers += [header(YUKI, ("1", "4 chamber", "US"), n, sop_class_uid=US, size_bytes=27_000_000) for n in range(44)]
    return headers


def contexts(*, is_refusing: bool) -> tuple[NegotiatedContext, ...]:
    """The presentation contexts of the usual studies; a refusing peer takes no JPEG 2000 and no dose reports."""
    rows: list[tuple[str, tuple[str, ...], ContextResult, str | None]] = [
        (CT, (EXPLICIT, IMPLICIT), ContextResult.ACCEPTED, EXPLICIT),
        (MR, (EXPLICIT, IMPLICIT), ContextResult.ACCEPTED, IMPLICIT),
        (US, (JPEG_BASELINE,), ContextResult.ACCEPTED, JPEG_BASELINE),
        (SC, (JPEG_2000,), ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED, None),
        (SR, (EXPLICIT, IMPLICIT), ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED, None),
    ]
    return tuple(
        NegotiatedContext(
            context_id=2 * number + 1,
            abstract_syntax=abstract_syntax,
            proposed_transfer_syntaxes=proposed,
            result=result if is_refusing else ContextResult.ACCEPTED,
            accepted_transfer_syntax=accepted if is_refusing else proposed[0],
        )
        for number, (abstract_syntax, proposed, result, accepted) in enumerate(rows)
    )


def negotiation(
    *, is_requestor: bool, calling: str, called: str, host: str, found_contexts: tuple[NegotiatedContext, ...]
) -> Negotiation:
    """An agreement between us and a peer."""
    return Negotiation(
        is_requestor=is_requestor,
        calling_ae_title=calling,
        called_ae_title=called,
        responding_ae_title=called,
        peer_host=host,
        peer_port=104 if is_requestor else 51032,
        our_implementation_class_uid="2.25.1",
        our_implementation_version="DICOMDESK_010",
        peer_implementation_class_uid="1.2.3",
        peer_implementation_version="SOME_PACS_42",
        our_max_pdu_bytes=131072,
        peer_max_pdu_bytes=16384,
        max_send_pdv_bytes=16372,
        contexts=found_contexts,
    )


def outgoing(association: int, *, is_refusing: bool = True, job_id: str = SEND_JOB) -> list[Event]:
    """We ask the PACS for an association, and get it."""
    agreed = contexts(is_refusing=is_refusing)
    proposed = tuple(
        ProposedContext(
            context_id=context.context_id,
            abstract_syntax=context.abstract_syntax,
            transfer_syntaxes=context.proposed_transfer_syntaxes,
        )
        for context in agreed
    )
    return [
        AssociationRequested(
            job_id=job_id,
            association=association,
            peer="PACS@pacs.example:104",
            calling_ae_title="WS1",
            contexts=proposed,
        ),
        AssociationAccepted(
            job_id=job_id,
            association=association,
            negotiation=negotiation(
                is_requestor=True, calling="WS1", called="PACS", host="pacs.example", found_contexts=agreed
            ),
        ),
    ]


def incoming(association: int, *, calling: str = "CT1", host: str = "10.1.4.20") -> list[Event]:
    """A modality asks us for an association, and gets it."""
    agreed = contexts(is_refusing=False)[:2]
    return [
        AssociationReceived(
            job_id=RECEIVE_JOB,
            association=association,
            peer_host=host,
            calling_ae_title=calling,
            called_ae_title="WS1",
            contexts=(),
        ),
        AssociationAccepted(
            job_id=RECEIVE_JOB,
            association=association,
            negotiation=negotiation(
                is_requestor=False, calling=calling, called="WS1", host=host, found_contexts=agreed
            ),
        ),
    ]


def tls_session(*, days_left: int = 400, is_verified: bool = True) -> TlsSession:
    """What is agreed with a peer that has a certificate of the hospital's authority."""
    return TlsSession(
        version="TLSv1.3",
        cipher="TLS_AES_256_GCM_SHA384",
        has_peer_certificate=True,
        peer_subject="CN=pacs.example,OU=Radiology,O=Example Hospital",
        peer_issuer="CN=Example Hospital Issuing CA 2,O=Example Hospital",
        peer_expires=datetime.now(UTC) + timedelta(days=days_left, hours=6),
        is_peer_verified=is_verified,
    )


def secured(events: list[Event], *, days_left: int = 400) -> list[Event]:
    """The same associations over TLS, with a user identity, roles and extended negotiation."""
    return [
        replace(event, negotiation=_secured_negotiation(event.negotiation, days_left))
        if isinstance(event, AssociationAccepted)
        else event
        for event in events
    ]


def _secured_negotiation(agreed: Negotiation, days_left: int) -> Negotiation:
    both = Role(scu=True, scp=True)
    first, second, *others = agreed.contexts
    return replace(
        agreed,
        contexts=(
            replace(first, proposed_role=both, accepted_role=both),
            replace(second, proposed_role=both, accepted_role=Role(scu=True, scp=False)),
            *others,
        ),
        user_identity=UserIdentityExchange(kind=2, user_name="ws1", wants_response=True, has_response=True),
        extensions=(
            NegotiatedExtension(
                sop_class_uid=CT, proposed=bytes((2, 0, 3, 0, 1, 0)), accepted=bytes((2, 0, 0, 0, 0, 0))
            ),
            NegotiatedExtension(sop_class_uid=STUDY_FIND, proposed=bytes((1, 1, 1)), accepted=None),
        ),
        tls=tls_session(days_left=days_left),
    )


def rejected(job_id: str, association: int, *, peer: str = "OLDPACS@10.1.4.7:104") -> list[Event]:
    """We ask for an association, and are rejected."""
    return [
        AssociationRequested(
            job_id=job_id,
            association=association,
            peer=peer,
            calling_ae_title="WS1",
            contexts=(ProposedContext(context_id=1, abstract_syntax=VERIFICATION, transfer_syntaxes=(IMPLICIT,)),),
        ),
        AssociationFailed(
            job_id=job_id,
            association=association,
            reason="The peer rejected the association for good: it does not know our AE title WS1",
            advice="Have WS1 entered there, with this machine's address.",
        ),
    ]


def started(item: InstanceHeader, index: int, *, instance_id: int | None = None) -> Event:
    """We begin to send an instance: that of ``found`` at the index, or another."""
    return ItemStarted(
        job_id=SEND_JOB,
        association=1,
        index=index,
        message_id=index + 1,
        sop_class_uid=item.sop_class_uid,
        sop_instance_uid=item.sop_instance_uid,
        instance_id=FIRST_ID + index if instance_id is None else instance_id,
    )


def finished(
    item: InstanceHeader,
    index: int,
    outcome: ItemOutcome = ItemOutcome.STORED,
    *,
    instance_id: int | None = None,
    path: str = "",
    association: int = 1,
    job_id: str = SEND_JOB,
    status: int | None = 0,
    reason: str = "",
) -> Event:
    """An instance ends: that of ``found`` at the index, or another; ``path`` is where it was received."""
    return ItemFinished(
        job_id=job_id,
        association=association,
        index=index,
        path=path,
        instance_id=FIRST_ID + index if instance_id is None else instance_id,
        outcome=outcome,
        status=status,
        reason=reason,
        message_id=index + 1,
        size_bytes=item.data_set_length,
        header=item,
    )


def at_noon(events: list[Event], *, step_s: float = 0.01) -> list[Arrival[Event]]:
    """The events as the bridge delivers them, one after the other from noon on."""
    first = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return [
        Arrival((first + timedelta(seconds=number * step_s)).timestamp(), event) for number, event in enumerate(events)
    ]


def released(job_id: str, association: int) -> Event:
    """An association ends in order."""
    return AssociationReleased(job_id=job_id, association=association)


def aborted(job_id: str, association: int) -> Event:
    """The peer breaks an association off."""
    return AssociationAborted(
        job_id=job_id, association=association, by_peer=True, reason="The peer aborted the association in mid-object"
    )


def refused_by_us(association: int) -> list[Event]:
    """A peer that is not on the list asks us for an association."""
    return [
        AssociationReceived(
            job_id=RECEIVE_JOB,
            association=association,
            peer_host="10.9.0.33",
            calling_ae_title="GUEST",
            called_ae_title="WS1",
            contexts=(),
        ),
        AssociationFailed(
            job_id=RECEIVE_JOB, association=association, reason="the calling AE title GUEST is not among those served"
        ),
    ]


PEER_SECURITY = PeerSecurity(
    uses_tls=True,
    tls=TlsSettings(
        certificate_file=Path("/etc/dicom/ws1.pem"),
        private_key_file=Path("/etc/dicom/ws1-key.pem"),
        authority_files=(Path("/etc/dicom/hospital-ca.pem"),),
        authority_folders=(Path("/etc/ssl/certs"),),
        checks_host_name=True,
        revocation_check=RevocationCheck.LEAF,
        revocation_files=(Path("/etc/dicom/hospital.crl"),),
        profile=TlsProfile.BCP_195_RFC_8996,
    ),
    user_name="ws1",
    sends_passcode=True,
)
LISTENER_SECURITY = ListenerSecurity(
    uses_tls=True,
    tls=TlsSettings(
        certificate_file=Path("/etc/dicom/ws1.pem"),
        private_key_file=Path("/etc/dicom/ws1-key.pem"),
        authority_files=(Path("/etc/dicom/hospital-ca.pem"),),
        profile=TlsProfile.BCP_195_RFC_8996,
    ),
    access=AccessRules(
        calling_ae_titles=frozenset({"CT1", "CT2", "MR1"}),
        networks=("10.1.4.0/24", "10.2.0.7"),
        user_pass_codes={"ct-room": "hash", "mr-room": "hash"},
    ),
)


def check_steps() -> list[CheckStep]:
    """The steps of a check that finds everything well but a certificate that ends soon."""
    return [
        CheckStep(
            stage=CheckStage.RESOLUTION,
            state=CheckState.OK,
            text="pacs.example is 10.1.4.7.",
            duration_s=0.003,
        ),
        CheckStep(stage=CheckStage.TCP, state=CheckState.OK, text="Port 2762 of 10.1.4.7 answers.", duration_s=0.001),
        CheckStep(
            stage=CheckStage.TLS,
            state=CheckState.WARNING,
            text="TLS 1.3 with TLS_AES_256_GCM_SHA384.",
            duration_s=0.021,
            cause="The peer's certificate ends in 12 days.",
            advice="Ask whoever runs pacs.example for a new certificate.",
        ),
        CheckStep(
            stage=CheckStage.ASSOCIATION,
            state=CheckState.OK,
            text="PACS accepts us as WS1.",
            duration_s=0.034,
            details=("SOME_PACS_42", "largest PDU 16 KB"),
        ),
        CheckStep(stage=CheckStage.ECHO, state=CheckState.OK, text="The echo was answered.", duration_s=0.004),
        CheckStep(
            stage=CheckStage.CAPABILITIES,
            state=CheckState.OK,
            text="It accepts 6 of 228 SOP classes.",
            duration_s=1.34,
        ),
    ]


def failed_check_steps() -> list[CheckStep]:
    """The steps of a check that ends at TLS."""
    text = "The peer's certificate is not from an authority that we trust."
    skipped = [
        CheckStep(stage=stage, state=CheckState.SKIPPED, text="Not tried.")
        for stage in (CheckStage.ASSOCIATION, CheckStage.ECHO, CheckStage.CAPABILITIES)
    ]
    failed = CheckStep(
        stage=CheckStage.TLS,
        state=CheckState.FAILED,
        text=text,
        duration_s=0.018,
        cause="It was issued by CN=Example Hospital Issuing CA 2, which is in none of the files of authorities.",
        advice="Get the certificate of that authority and add it to the node's trusted authorities.",
    )
    return [*check_steps()[:2], failed, *skipped]


def check_result(steps: list[CheckStep]) -> CheckResult:
    """What a check with these steps ends with."""
    is_failed = any(step.state is CheckState.FAILED for step in steps)
    outcome = JobOutcome.FAILED if is_failed else JobOutcome.COMPLETED
    return CheckResult(outcome=outcome, steps=tuple(steps), capabilities=None)


def capabilities_found() -> list[Event]:
    """What a small PACS accepts."""
    rows = (
        (ServiceGroup.VERIFICATION, VERIFICATION, "Verification", (IMPLICIT, EXPLICIT)),
        (ServiceGroup.STORAGE, CT, "CT Image Storage", (IMPLICIT, EXPLICIT, JPEG_BASELINE, JPEG_2000)),
        (ServiceGroup.STORAGE, MR, "MR Image Storage", (IMPLICIT, EXPLICIT)),
        (ServiceGroup.STORAGE, US, "Ultrasound Image Storage", (EXPLICIT, JPEG_BASELINE)),
        (ServiceGroup.STORAGE, SC, "Secondary Capture Image Storage", (EXPLICIT,)),
        (ServiceGroup.QUERY_RETRIEVE, STUDY_FIND, "Study Root Query/Retrieve - FIND", (IMPLICIT,)),
    )
    return [
        CapabilityFound(
            job_id="check-1",
            capability=SopClassCapability(group=group, sop_class_uid=uid, name=name, transfer_syntaxes=syntaxes),
        )
        for group, uid, name, syntaxes in rows
    ]


def forecast(verdict: Verdict, sop_class_uid: str, syntax: str, items: int, **others: object) -> ForecastGroup:
    """One group of a pre-flight."""
    said: dict[str, object] = {
        "converted_to": "",
        "reason": "",
        "advice": "",
        "helps": (),
        "paths": tuple(f"/data/{sop_class_uid[-4:]}/IM{number:05}" for number in range(min(items, 3))),
        "association": 1,
    } | others
    return ForecastGroup(
        verdict=verdict,
        sop_class_uid=sop_class_uid,
        sop_class_name="",
        transfer_syntax_uid=syntax,
        items=items,
        size_bytes=items * 525_000,
        **said,  # type: ignore[arg-type] # plain values of the dataclass
    )


def mixed_forecast() -> list[ForecastGroup]:
    """Some can go, some are converted, some cannot go for reasons of all kinds."""
    return [
        forecast(
            Verdict.CANNOT_GO,
            US,
            JPEG_BASELINE,
            44,
            reason="the peer takes Ultrasound Image Storage only uncompressed, and these are compressed with loss",
            advice="Allow lossy compressed instances to be decompressed.",
            helps=(Help.ALLOW_LOSSY_DECOMPRESSION,),
        ),
        forecast(
            Verdict.CANNOT_GO,
            SR,
            EXPLICIT,
            12,
            reason="the peer does not take Enhanced SR Storage at all",
            advice="Ask whoever runs the peer to accept this SOP class.",
            helps=(Help.CHANGE_PEER,),
        ),
        forecast(
            Verdict.CANNOT_GO, "", "", 1, reason="the file ends before its data set does", helps=(Help.REPAIR_INPUT,)
        ),
        forecast(
            Verdict.CONVERTED,
            SC,
            JPEG_2000,
            6,
            converted_to=EXPLICIT,
            reason="the peer takes Secondary Capture Image Storage only uncompressed",
        ),
        forecast(Verdict.AS_IS, CT, EXPLICIT, 602),
        forecast(Verdict.AS_IS, MR, EXPLICIT, 148),
    ]


def preflight_result(groups: list[ForecastGroup]) -> PreflightResult:
    """What a pre-flight with these groups ends with."""
    return PreflightResult(
        outcome=JobOutcome.COMPLETED,
        failure=None,
        error=None,
        groups=tuple(groups),
        items=(),
        skipped=(),
        negotiations=(),
    )

"""Words for rejected and aborted associations (PS3.8 9.3.4 and 9.3.8), and DCMTK's wording for scripts that read it."""

from dicomdesk.errors import AssociationAbortedError, AssociationRejectedError, DicomdeskError
from dicomdesk.network.wire.connection import PEER_ABORTED
from dicomdesk.records import dataclass

DCMTK_REJECTED = "DUL Association Rejected"

_RESULTS = {1: "permanently", 2: "for now"}
_DCMTK_RESULTS = {1: "Rejected Permanent", 2: "Rejected Transient"}
_SOURCES = {
    1: "its application",
    2: "its protocol layer",
    3: "its transport layer",
}
_DCMTK_SOURCES = {
    1: "Service User",
    2: "Service Provider (ACSE Related)",
    3: "Service Provider (Presentation Related)",
}
_RETRY = "Try again later."


@dataclass(frozen=True, slots=True)
class _Reason:
    words: str
    dcmtk: str
    advice: str


_REASONS: dict[tuple[int, int], _Reason] = {
    (1, 1): _Reason(
        "no reason given",
        "No Reason",
        "Ask the administrator of the peer; often it does not know our AE title or our address.",
    ),
    (1, 2): _Reason(
        "it does not support the DICOM application context",
        "App Context Name Not Supported",
        "Check that host and port are those of a DICOM service; look into the peer's log.",
    ),
    (1, 3): _Reason(
        "it does not know our AE title",
        "Calling AE Title Not Recognized",
        "Have our AE title registered at the peer, with our address, or use one that it knows.",
    ),
    (1, 7): _Reason(
        "it is not called by the AE title that we used for it",
        "Called AE Title Not Recognized",
        "Correct the AE title of the peer; capitals matter.",
    ),
    (2, 1): _Reason(
        "no reason given",
        "No Reason",
        "Ask the administrator of the peer; where a user identity is required, it was not accepted.",
    ),
    (2, 2): _Reason(
        "it does not support our protocol version",
        "Protocol Version Not Supported",
        "Check that host and port are those of a DICOM service; look into the peer's log.",
    ),
    (3, 1): _Reason("it is congested", "Temporary Congestion", _RETRY),
    (3, 2): _Reason(
        "it has reached its limit of associations",
        "Local Limit Exceeded",
        "Try again later, or with fewer associations at once.",
    ),
}

_ABORT_SOURCES = {0: "by its application", 2: "by its protocol layer"}
_ABORT_REASONS = {
    0: "reason not specified",
    1: "it received a PDU that it does not know",
    2: "it received a PDU that it did not expect",
    4: "it received a PDU parameter that it does not know",
    5: "it received a PDU parameter that it did not expect",
    6: "it received a PDU parameter with an invalid value",
}


def rejection_error(
    result: int, source: int, reason: int, calling_ae_title: str = "", called_ae_title: str = ""
) -> AssociationRejectedError:
    """The error for an A-ASSOCIATE-RJ, with its numbers in words; unknown numbers are named as such.

    The AE titles that were used are quoted where they are known.
    """
    known = _REASONS.get((source, reason))
    words = known.words if known else f"unknown reason {reason}"
    title = {(1, 3): calling_ae_title, (1, 7): called_ae_title}.get((source, reason), "")
    if title:
        words = f'{words}, "{title}"'
    advice = known.advice if known else "Ask the administrator of the peer, whose log may say more."
    how = _RESULTS.get(result, f"(unknown result {result})")
    who = _SOURCES.get(source, f"an unknown source {source}")
    return AssociationRejectedError(
        f"The peer rejected the association {how}: {words}, says {who}",
        result=result,
        source=source,
        reason=reason,
        advice=advice if result != 2 or advice.startswith(_RETRY[:-1]) else f"{_RETRY} {advice}",
        condition=DCMTK_REJECTED,
    )


def dcmtk_rejection_lines(error: AssociationRejectedError) -> tuple[str, str]:
    """The two lines that DCMTK's tools print below "Association Rejected:"."""
    known = _REASONS.get((error.source, error.reason))
    result = _DCMTK_RESULTS.get(error.result, f"Unknown Result {error.result}")
    source = _DCMTK_SOURCES.get(error.source, f"Unknown Source {error.source}")
    reason = known.dcmtk if known else f"Unknown Reason {error.reason}"
    return f"Result: {result}, Source: {source}", f"Reason: {reason}"


def abort_error(source: int, reason: int) -> AssociationAbortedError:
    """The error for an A-ABORT from the peer, with its numbers in words."""
    who = _ABORT_SOURCES.get(source, f"by an unknown source {source}")
    why = ""
    if source != 0:
        why = ": " + _ABORT_REASONS.get(reason, f"unknown reason {reason}")
    text = f"The peer aborted the association ({who}{why})"
    return AssociationAbortedError(text, source=source, reason=reason, condition=PEER_ABORTED)


def condition_text(error: DicomdeskError) -> str:
    """Text that DCMTK would print for this error; our own sentence where it has no words for it."""
    return str(getattr(error, "condition", "")) or str(error)

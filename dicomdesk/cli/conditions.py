"""DCMTK's numbers for conditions, as its messages show them before the text: "0006:0317 Peer aborted ..."."""

_NUMBERS = (
    ("I/O suspension or premature end of stream", "0001:000a"),
    ("ASC Bad presentation context ID", "0006:0101"),
    ("Total length of user items", "0006:0103"),
    ("ASC Coding error in ASC_requestAssociation", "0006:0103"),
    ("ASC User Identification Negotiation failed", "0006:0108"),
    ("DIMSE Bad command type", "0006:0201"),
    ("DIMSE Badly formed message", "0006:0203"),
    ("DIMSE No data available", "0006:0207"),
    ("DIMSE No valid Presentation Context ID", "0006:0208"),
    ("DIMSE Read PDV failed", "0006:020c"),
    ("DIMSE Failed to receive message", "0006:020d"),
    ("DIMSE Failed to send message", "0006:020e"),
    ("DIMSE: Unexpected Response MsgId", "0006:0211"),
    ("DUL Finite State Machine Error", "0006:0303"),
    ("Illegal service parameter", "0006:030c"),
    ("DUL Unexpected PDU", "0006:0314"),
    ("Peer aborted Association", "0006:0317"),
    ("DUL Peer Requested Release", "0006:0319"),
    ("DUL network read timeout", "0006:031a"),
    ("TCP Initialization Error", "0006:031c"),
    ("TCP I/O Error", "0006:031d"),
    ("Attempt to connect to unknown host", "0006:0320"),
    ("Unrecognized PDU type", "0006:0321"),
    ("profile key undefined", "0006:0426"),
)


def numbered_condition(text: str) -> str:
    """The text with its number before it; as it is where DCMTK has no such condition."""
    for beginning, number in _NUMBERS:
        if text.startswith(beginning):
            return f"{number} {text}"
    return text

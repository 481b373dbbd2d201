"""What a peer means by a status, the likely cause, and what to do, by service, as data.

Names and meanings: PS3.7 annex C for all services; PS3.4 B.2.3 (C-STORE), C.4.1.1.4 (C-FIND), C.4.2.1.5 (C-MOVE),
C.4.3.1.4 (C-GET), H.4 (printing), CC.2 (unified procedure step). A number that a service
does not define is explained as what it is elsewhere, and said to be out of place.
"""

from collections.abc import Mapping
from typing import NamedTuple

from dicomdesk.network.status import DimseService, Status

__all__ = ["Meaning", "defined_statuses", "explain_status", "status_advice"]


class Meaning(NamedTuple):
    """What a status means; each part a sentence or two, or "" where there is nothing to say."""

    name: str
    """In the standard's words, for people to look up."""
    cause: str
    advice: str

    @property
    def text(self) -> str:
        """Cause and advice in one line."""
        return f"{self.cause} {self.advice}".strip()


_LOG = "Look into the peer's log."
_WHO_RUNS = "Ask who runs the peer."
_NO_USE = "Sending again will not help"
_LATER = "Try again later, or ask who runs it."
_SUPPORT = "Look into both logs, and report it to the makers of either program: it is a fault in one of them."

_GENERAL: Mapping[int, Meaning] = {
    0x0000: Meaning("Success", "", ""),
    0x0001: Meaning("Warning", "The peer has done it, with a warning of its own.", _LOG),
    0x0105: Meaning(
        "No Such Attribute",
        "The peer does not know an attribute that was named to it.",
        "Leave it out, or look into the peer's log.",
    ),
    0x0106: Meaning(
        "Invalid Attribute Value",
        "The peer finds the value of an attribute out of its range.",
        "Correct the value; the Offending Element or the peer's log names the attribute.",
    ),
    0x0107: Meaning(
        "Attribute List Error",
        "The peer has done it, but did not take some of the attributes.",
        "See which in its log.",
    ),
    0x0110: Meaning("Processing Failure", "The peer failed while processing.", f"{_LOG} Try again later."),
    0x0111: Meaning(
        "Duplicate SOP Instance",
        "The peer holds an instance of this UID already.",
        "Nothing is lost if that is the same instance: compare. A changed one needs a new SOP Instance UID.",
    ),
    0x0112: Meaning(
        "No Such SOP Instance",
        "The peer does not have the instance that it was asked about.",
        "Send it first; if it was sent, ask who runs the peer where it went.",
    ),
    0x0113: Meaning("No Such Event Type", "The peer does not know the event that was reported to it.", _WHO_RUNS),
    0x0114: Meaning("No Such Argument", "The peer does not know an argument of the request.", _LOG),
    0x0115: Meaning(
        "Invalid Argument Value",
        "The peer finds the value of an argument out of its range.",
        "Correct it; the peer's log names it.",
    ),
    0x0116: Meaning(
        "Attribute Value Out of Range",
        "The peer has done it, but finds the value of an attribute out of its range.",
        "Correct the value if it matters; the peer's log names it.",
    ),
    0x0117: Meaning(
        "Invalid SOP Instance",
        "The peer finds the SOP Instance UID invalid.",
        "It may be longer than 64 characters or break the rules of UIDs: the program that made it must mend it.",
    ),
    0x0118: Meaning("No Such SOP Class", "The peer does not know the SOP class.", _WHO_RUNS),
    0x0119: Meaning(
        "Class-Instance Conflict",
        "The peer holds an instance of this UID that is of another SOP class.",
        "One of the two has a wrong UID or class; look which program made them.",
    ),
    0x0120: Meaning(
        "Missing Attribute", "The peer misses an attribute that it needs.", "Add it; the peer's log names it."
    ),
    0x0121: Meaning(
        "Missing Attribute Value",
        "The peer misses the value of an attribute that it needs.",
        "Fill it; the peer's log names it.",
    ),
    0x0122: Meaning(
        "SOP Class Not Supported",
        "The peer accepted the presentation context but does not serve this SOP class.",
        "Ask who runs it to have the SOP class switched on.",
    ),
    0x0123: Meaning("No Such Action", "The peer does not know the action that it was asked for.", _WHO_RUNS),
    0x0124: Meaning(
        "Not Authorized", "The peer does not allow our AE title to do this.", "Ask who runs it to permit it."
    ),
    0x0131: Meaning(
        "Duplicate Transaction UID",
        "The peer believes that it has this request for storage commitment already.",
        "Ask again: each request has a new transaction UID.",
    ),
    0x0132: Meaning(
        "Referenced Instance Failure", "The peer could not use an instance that the request refers to.", _LOG
    ),
    0x0210: Meaning(
        "Duplicate Invocation",
        "The peer believes that it has this message already: an answer of it went astray.",
        f"Try again on a new association. {_SUPPORT}",
    ),
    0x0211: Meaning(
        "Unrecognized Operation",
        "The peer does not know this operation, although it accepted the presentation context.",
        "Use another service of it, or ask who runs it.",
    ),
    0x0212: Meaning(
        "Mistyped Argument", "The peer finds an argument wrong: something in the message is not as it may be.", _SUPPORT
    ),
    0x0213: Meaning("Resource Limitation", "The peer is out of resources: memory, connections or disk space.", _LATER),
    0xFE00: Meaning(
        "Cancel",
        "The operation was cancelled: by whoever asked for it, or by the peer itself, which may have a limit or be "
        "shutting down.",
        "If nobody here cancelled it, ask again, or for less at once: what came may not be all.",
    ),
}

_STORE: Mapping[int, Meaning] = {
    0x0122: Meaning(
        "Refused: SOP Class Not Supported",
        "The peer accepted the presentation context but does not store this SOP class.",
        "Ask who runs it to have the SOP class switched on.",
    ),
    0xB000: Meaning(
        "Coercion of Data Elements",
        "Stored; the peer changed some of the values.",
        "See which in its log, if it matters.",
    ),
    0xB006: Meaning(
        "Elements Discarded", "Stored; the peer dropped some of the elements.", "See which in its log, if it matters."
    ),
    0xB007: Meaning(
        "Data Set Does Not Match SOP Class",
        "Stored, though the peer finds that the data set does not match its SOP class.",
        "Look whether required attributes are missing, before others complain.",
    ),
    0xFE00: Meaning("Cancel", "The peer says that the storing was cancelled, which nobody can ask for.", _SUPPORT),
    0xFF00: Meaning(
        "Pending",
        "The peer says that more answers follow, which C-STORE does not know: it may be stored or not.",
        _SUPPORT,
    ),
    0xFF01: Meaning(
        "Pending",
        "The peer says that more answers follow, which C-STORE does not know: it may be stored or not.",
        _SUPPORT,
    ),
}

_NO_MODEL = Meaning(
    "Refused: SOP Class Not Supported",
    "The peer accepted the presentation context but does not serve this model.",
    "Ask by another one, patient root or study root.",
)

_RETRIEVAL: Mapping[int, Meaning] = {
    0x0122: _NO_MODEL,
    0xA701: Meaning(
        "Refused: Out of Resources - Unable to Calculate Number of Matches",
        "The peer could not count what is to be sent.",
        "Ask for less at once, or try again later.",
    ),
    0xA702: Meaning(
        "Refused: Out of Resources - Unable to Perform Sub-operations",
        "The peer could not send: it may be out of resources, or could not reach the destination.",
        "See that the destination takes connections of the peer; ask for less at once, or try again later.",
    ),
    0xA801: Meaning(
        "Refused: Move Destination Unknown",
        "The peer does not know the destination's AE title.",
        "Have the destination registered at the peer: AE title, address and port.",
    ),
    0xB000: Meaning(
        "Sub-operations Complete - One or More Failures or Warnings",
        "The peer has finished, and some instances failed or came with a warning.",
        "Compare what has arrived with a query at image level, and retrieve what is missing.",
    ),
    0xFF00: Meaning("Pending", "The peer is still sending; more answers follow.", ""),
}

_FIND: Mapping[int, Meaning] = {
    0x0122: _NO_MODEL,
    0xFF00: Meaning("Pending", "A match; more answers follow.", ""),
    0xFF01: Meaning(
        "Pending - Optional Keys Not Supported",
        "A match, but the peer has not looked at some of the keys: it may be one that was not asked for.",
        "Look through the answers yourself for the keys that the peer does not know.",
    ),
}

_Ranges = tuple[tuple[int, int, Meaning], ...]
"""Mask, value under it, meaning."""

_NO_RESOURCES = Meaning(
    "Refused: Out of Resources",
    "The peer is out of resources, often disk space.",
    "Try again later, or ask who runs it.",
)
_STORE_RANGES: _Ranges = (
    (0xFF00, 0xA700, _NO_RESOURCES),
    (
        0xFF00,
        0xA900,
        Meaning(
            "Error: Data Set Does Not Match SOP Class",
            "The peer finds that the data set does not match its SOP class.",
            f"{_NO_USE}: look which attributes are missing or wrong.",
        ),
    ),
    (
        0xF000,
        0xC000,
        Meaning(
            "Error: Cannot Understand", "The peer cannot understand the data set.", f"{_NO_USE}; look into its log."
        ),
    ),
    (0xF000, 0xB000, Meaning("Warning", "Stored, with a warning of the peer.", "See which in its log, if it matters.")),
)
_KEYS = Meaning(
    "Error: Identifier Does Not Match SOP Class",
    "The peer wants other keys.",
    "Each level needs the unique keys of those above it, and its own; or ask by the other model (patient, study root).",
)
_FIND_RANGES: _Ranges = (
    (
        0xFF00,
        0xA700,
        Meaning(
            "Refused: Out of Resources", "The peer could not search now.", "Ask for less at once, or try again later."
        ),
    ),
    (0xFF00, 0xA900, _KEYS),
    (
        0xF000,
        0xC000,
        Meaning(
            "Failed: Unable to Process",
            "The peer could not carry out the query.",
            "Ask with fewer or other keys; look into the peer's log.",
        ),
    ),
)
_RETRIEVAL_RANGES: _Ranges = (
    (
        0xFF00,
        0xA700,
        Meaning(
            "Refused: Out of Resources", "The peer could not do it now.", "Ask for less at once, or try again later."
        ),
    ),
    (0xFF00, 0xA900, _KEYS),
    (
        0xF000,
        0xC000,
        Meaning(
            "Failed: Unable to Process",
            "The peer may not have what was asked for.",
            "Query again, and look into its log.",
        ),
    ),
    (
        0xF000,
        0xB000,
        Meaning(
            "Warning",
            "The peer has finished, with a warning.",
            "Compare what has arrived with a query at image level.",
        ),
    ),
)

_ELSEWHERE: Mapping[int, Meaning] = {
    0xB600: Meaning("Memory Allocation Not Supported", "A printer reserves no memory for the film session.", ""),
    0xB601: Meaning(
        "No Printing Initiated", "A printer does not print this film session as a whole.", "Print film by film."
    ),
    0xB602: Meaning("Empty Film Session", "A printer was given no images to print.", "Add an image box with an image."),
    0xB603: Meaning("Empty Film Box", "A printer was given a page without images.", "Add an image to the page."),
    0xB604: Meaning("Image Demagnified", "A printer has made the image smaller so that it fits.", ""),
    0xB605: Meaning(
        "Density Out of Range", "A printer cannot reach the density asked for.", "Ask for one in its range."
    ),
    0xB609: Meaning("Image Cropped", "A printer has cut the image so that it fits.", ""),
    0xB60A: Meaning("Image Decimated", "A printer has left out lines of the image so that it fits.", ""),
    0xC600: Meaning(
        "Film Session Hierarchy Empty", "A printer was asked to print what has no pages.", "Make film boxes first."
    ),
    0xC601: Meaning("Print Queue Full", "A printer takes no more jobs now.", "Try again later."),
    0xC602: Meaning("Print Queue Full", "A printer takes no more jobs now.", "Try again later."),
    0xC603: Meaning(
        "Image Too Large",
        "An image is larger than the printer's page allows.",
        "Ask it to shrink the image, or send a smaller one.",
    ),
    0xC605: Meaning(
        "Insufficient Memory", "A printer has no room for the image.", "Try again later, or send smaller images."
    ),
    0xC613: Meaning(
        "Combined Print Images Too Large",
        "Images are larger than the printer's page allows.",
        "Print fewer on one page.",
    ),
    0xC616: Meaning(
        "Film Box Not Printed", "A page was made that has not been printed yet.", "Print or delete it first."
    ),
    0xC300: Meaning("No Longer Updatable", "A procedure step has been completed or discontinued.", "Make a new step."),
    0xC301: Meaning(
        "Wrong Transaction UID",
        "A procedure step is being worked at by somebody else.",
        "Use the transaction UID that locked it.",
    ),
    0xC302: Meaning("Already In Progress", "A procedure step is being worked at already.", ""),
    0xC303: Meaning("Only Through N-ACTION", "A procedure step's state is changed by N-ACTION only.", ""),
    0xC304: Meaning(
        "Final State Requirements Not Met",
        "A procedure step lacks values that it needs to be completed.",
        "Fill them in.",
    ),
    0xC307: Meaning("No Such Procedure Step", "The peer does not have the procedure step.", ""),
    0xC308: Meaning(
        "Receiving AE Title Unknown",
        "The peer does not know the AE title that is to be told of the step.",
        "Have it registered there.",
    ),
    0xC309: Meaning("Not Scheduled", "A procedure step can be made in the state SCHEDULED only.", ""),
    0xC310: Meaning("Not Yet In Progress", "A procedure step must be begun before it is completed.", ""),
    0xC311: Meaning("Already Completed", "A procedure step has been completed already.", ""),
    0xC312: Meaning("Performer Cannot Be Contacted", "Who works at the procedure step cannot be reached.", ""),
    0xC313: Meaning("Performer Does Not Cancel", "Who works at the procedure step goes on with it.", ""),
    0xC314: Meaning("Wrong Specific Request", "The procedure step is no such as was asked for.", ""),
    0xC315: Meaning("Events Not Subscribed", "The peer does not tell of events of this procedure step.", ""),
}
"""Of services that are not ours (PS3.4 annexes H and CC), for whom pastes such a number."""

_UNDEFINED = Meaning(
    "", "The standard does not define this status.", "Look into the peer's log for what it means by it."
)

_QUERIES = (_FIND, _FIND_RANGES)
_RETRIEVALS = (_RETRIEVAL, _RETRIEVAL_RANGES)
_BY_SERVICE: Mapping[DimseService, tuple[Mapping[int, Meaning], _Ranges]] = {
    DimseService.C_STORE: (_STORE, _STORE_RANGES),
    DimseService.C_ECHO: ({}, ()),
    DimseService.C_FIND: _QUERIES,
    DimseService.C_MOVE: _RETRIEVALS,
    DimseService.C_GET: _RETRIEVALS,
    DimseService.N_ACTION: ({}, ()),
    DimseService.N_EVENT_REPORT: ({}, ()),
}


def explain_status(status: int, service: DimseService = DimseService.C_STORE) -> Meaning:
    """What a status means where it answers that service; ``name`` is "" where the standard does not define it."""
    if found := _own(status, service):
        return found
    if found := _GENERAL.get(status) or _ELSEWHERE.get(status):
        return found
    elsewhere = [name for name in DimseService if _own(status, name) is not None]
    if elsewhere:
        names = " and ".join(each.value for each in elsewhere)
        return _UNDEFINED._replace(cause=f"The standard defines this status for {names}, not for {service.value}.")
    if status & 0xFF00 in {0x0100, 0x0200}:
        return _UNDEFINED._replace(cause="The peer failed, with a status that the standard does not define.")
    return _UNDEFINED


def _own(status: int, service: DimseService) -> Meaning | None:
    meanings, ranges = _BY_SERVICE[service]
    found = meanings.get(status)
    if found is None:
        found = next((meaning for mask, value, meaning in ranges if status & mask == value), None)
    return found


def status_advice(status: int, service: DimseService = DimseService.C_STORE) -> str:
    """Meaning of the status and what can be done, in one line; "" for success."""
    return explain_status(status, service).text


def defined_statuses(service: DimseService) -> tuple[int, ...]:
    """The numbers that mean something after that service, each range by its first; in order."""
    meanings, ranges = _BY_SERVICE[service]
    return tuple(sorted({*_GENERAL, *meanings, *(value for _, value, _ in ranges)} - {Status.SUCCESS}))

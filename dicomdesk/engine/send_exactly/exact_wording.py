"""What DCMTK's storescu says of a file that it cannot send."""

from dicomdesk.dicom.transfer_syntaxes import transfer_syntax_name
from dicomdesk.engine.delivery.delivery import NoContextError
from dicomdesk.engine.events import NoticeLevel
from dicomdesk.engine.preparation import failure_reason
from dicomdesk.engine.send_exactly.exact_choice import ExactShaper
from dicomdesk.errors import ConversionError, DataError, InvalidUidError

__all__ = ["FAILED_TO_SEND", "failure_notices", "local_condition"]

FAILED_TO_SEND = "0006:020e DIMSE Failed to send message"

_CONDITIONS = {
    "End of stream": "0001:0005",
    "I/O suspension or premature end of stream": "0001:000a",
    "File meta information header missing": "0001:001c",
}
_SYSTEM_ERROR = "0001:0012"
_BAD_DATA = "0006:0202 DIMSE Inappropriate data for message"
_NO_CONTEXT = "0006:0208 DIMSE No valid Presentation Context ID"


def local_condition(error: DataError | OSError) -> str:
    """Return what DCMTK calls a file that cannot be sent, with its number where there is one."""
    if isinstance(error, OSError):
        return f"{_SYSTEM_ERROR} {error.strerror or error}"
    if isinstance(error, NoContextError):
        return _NO_CONTEXT
    if isinstance(error, InvalidUidError):
        return _BAD_DATA
    if isinstance(error, ConversionError):
        return FAILED_TO_SEND
    code = _CONDITIONS.get(str(error), "")
    return f"{code} {error}".lstrip()


def failure_notices(
    path: str, error: DataError | OSError, shaper: ExactShaper, *, message_id: int, titles: tuple[str, str]
) -> list[tuple[NoticeLevel, str]]:
    """Return the lines on a file that failed before it was sent, in order.

    ``shaper`` has just seen it; ``titles`` are the calling and the called AE title.
    """
    notices = [(NoticeLevel.INFO, f"Sending file: {path}")]
    if shaper.invented is not None:
        notices.append((NoticeLevel.INFO, "\n".join(shaper.invented.lines())))
    if isinstance(error, NoContextError):
        notices.append((NoticeLevel.ERROR, error.words))
    elif isinstance(error, InvalidUidError):
        notices.append((NoticeLevel.ERROR, f"No SOP Class or Instance UID in file: {path}"))
    elif isinstance(error, ConversionError):
        notices += _conversion_notices(path, shaper, message_id, titles)
    else:
        notices.append((NoticeLevel.ERROR, f"Bad DICOM file: {path}: {failure_reason(error)}"))
    return notices


def _conversion_notices(
    path: str, shaper: ExactShaper, message_id: int, titles: tuple[str, str]
) -> list[tuple[NoticeLevel, str]]:
    own = transfer_syntax_name(shaper.header.transfer_syntax_uid if shaper.header else "")
    wanted = transfer_syntax_name((shaper.context and shaper.context.accepted_transfer_syntax) or "")
    cannot = f"unable to convert dataset from '{own}' transfer syntax to '{wanted}'"
    return [
        (NoticeLevel.INFO, f"Converting transfer syntax: {own} -> {wanted}"),
        (NoticeLevel.INFO, f"Sending Store Request (MsgID {message_id}, {shaper.modality})"),
        (NoticeLevel.WARNING, f"DIMSE Warning: ({','.join(titles)}): sendMessage: {cannot}"),
        (NoticeLevel.ERROR, f"Store Failed, file: {path}:\n{FAILED_TO_SEND}"),
    ]

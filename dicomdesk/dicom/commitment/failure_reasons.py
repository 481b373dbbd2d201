"""Failure Reasons of storage commitment in words that help (PS3.3 C.14.1.1)."""

from collections.abc import Mapping
from typing import Final

from dicomdesk.dicom.commitment.documents import NO_REASON

__all__ = ["failure_text"]

_TEXTS: Final[Mapping[int, str]] = {
    NO_REASON: "The peer does not commit to it and gives no reason. Look into the peer's log, and keep the file.",
    0x0110: "The peer failed while it looked after the instance. Look into the peer's log, then ask again.",
    0x0112: "The peer does not have the instance. It may still be processing it: ask again later, or send it again.",
    0x0119: "The peer has the instance under another SOP class. Compare the file with what the peer has.",
    0x0122: "The peer does not commit to instances of this SOP class. Keep the file.",
    0x0131: "The peer believes that this transaction was asked for before. Ask again.",
    0x0213: "The peer is out of resources, often disk space. Ask again later, or ask who runs it.",
}


def failure_text(reason: int) -> str:
    """Why a peer does not commit to an instance and what can be done, in sentences; "" for 0, which is no failure."""
    if reason == 0:
        return ""
    text = _TEXTS.get(reason)
    if text is not None:
        return text if reason == NO_REASON else f"{text[:-1]} (reason {reason:04X}H)."
    return (
        f"The peer does not commit to it, for a reason of its own ({reason:04X}H). "
        "Look into the peer's log, and keep the file."
    )

"""The text of elements, decoded and without padding, value by value."""

from dicomdesk.dicom.data_sets.character_sets import decode_text
from dicomdesk.dicom.documents.data_set import Element
from dicomdesk.dicom.documents.value_text import SINGLE_VALUED, TRAILING_ONLY

__all__ = ["text_values"]


def text_values(element: Element, character_set: bytes) -> list[str]:
    """The values of an element whose VR is one of text, without padding; [] where it is empty."""
    raw = element.value
    if not raw:
        return []
    if raw.isascii() and b"\x1b" not in raw:
        text = raw.decode("ascii")
    else:
        start = len(raw) - len(raw.lstrip(b" "))
        text = " " * start + decode_text(raw[start:], character_set)
    parts = [text] if element.vr in SINGLE_VALUED else text.split("\\")
    if element.vr in TRAILING_ONLY:
        return [part.rstrip(" \0") for part in parts]
    return [part.strip(" \0") for part in parts]

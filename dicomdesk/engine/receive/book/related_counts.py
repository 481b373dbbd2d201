"""Reads from the first bytes of an instance how many its study and its series have, where it says so.

(0020,1208) Number of Study Related Instances and (0020,1209) Number of Series Related Instances (PS3.4 C.3.4.2) are
made for queries; some archives write them into what they send.
"""

from dicomdesk.dicom.encodings import UNDEFINED_LENGTH, Encoding
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.engine.receive.book.completeness import related_instances

__all__ = ["read_related_counts"]

_STUDY, _SERIES = 0x1208, 0x1209
_GROUP = 0x0020
_MOST_ELEMENTS = 400
_SHORTEST_ELEMENT = 8


def read_related_counts(prefix: bytes, offset: int, transfer_syntax_uid: str) -> tuple[int | None, int | None]:
    """Return the counts of study and series; None where the bytes do not say. The data set begins at ``offset``."""
    syntax = find_transfer_syntax(transfer_syntax_uid)
    if syntax is None or syntax.is_deflated:
        return None, None
    encoding, found = Encoding.of_transfer_syntax(transfer_syntax_uid), {}
    for _ in range(_MOST_ELEMENTS):
        element = encoding.read_element(prefix, offset) if offset + _SHORTEST_ELEMENT <= len(prefix) else None
        if element is None:
            break
        group, number, _vr, header_size, length = element
        if length == UNDEFINED_LENGTH or (group, number) > (_GROUP, _SERIES):
            break
        start, offset = offset + header_size, offset + header_size + length
        if group == _GROUP and number in (_STUDY, _SERIES) and offset <= len(prefix):
            found[number] = related_instances(prefix[start:offset].decode("ascii", "replace"))
    return found.get(_STUDY), found.get(_SERIES)

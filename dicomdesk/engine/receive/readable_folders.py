"""Folders of patient, study and series with names that people can read.

Text of a data set is hostile: nothing in it leaves the folder, hides a name or names a device. Letters of every script
stay. Study and series end with some digits made from their UID, so that those of the same words have folders of
their own, the same ones after every start.
"""

import hashlib
import os
import re
import unicodedata

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.dicom.uids import is_device_name

__all__ = ["readable_folder", "readable_name"]

_MOST_CHARACTERS = 60
_MOST_BYTES = 120
"""Of a name, in UTF-8: with digits and number it stays far below the 255 that file systems take."""
_FORBIDDEN = re.compile(r'[/\\:*?"<>|]')
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, invisible and direction marks, lone surrogates, what nobody has assigned, line ends (Unicode)."""
_DIGEST_BYTES = 3


def readable_name(text: str) -> str:
    """Return text as a name of a file or folder on every system; "" where nothing is left of it."""
    plain = "".join(
        " " if each.isspace() else "" if unicodedata.category(each) in _HIDDEN_CATEGORIES else each
        for each in unicodedata.normalize("NFC", text[: 4 * _MOST_CHARACTERS])
    )
    plain = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", plain)).strip()[:_MOST_CHARACTERS]
    while len(plain.encode()) > _MOST_BYTES:
        plain = plain[:-1]
    plain = plain.rstrip(" .")
    if plain.startswith((".", "~", "-")):
        plain = "_" + plain[1:]
    return "_" + plain if is_device_name(plain) else plain


def readable_folder(header: InstanceHeader | None) -> str:
    """Return the folder for an instance, relative: patient, study, series. None is one that cannot be read."""
    known = header or _NO_HEADER
    return os.path.join(_patient(known), _study(known), _series(known))


def _patient(header: InstanceHeader) -> str:
    name = " ".join(header.patient_name.partition("=")[0].replace("^", " ").split())
    return _joined(name, header.patient_id) or "No patient name"


def _study(header: InstanceHeader) -> str:
    words = _joined(_date(header.study_date), header.study_description or header.modality)
    return _with_digest(words or "Study", header.study_instance_uid)


def _series(header: InstanceHeader) -> str:
    words = _joined(header.series_number.strip(), header.modality, header.series_description)
    return _with_digest(words or "Series", header.series_instance_uid)


def _joined(*words: str) -> str:
    return readable_name(" ".join(filter(None, (readable_name(word) for word in words))))


def _date(text: str) -> str:
    """DA as people sort it; anything else stays as it is."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch("[0-9]{8}", text) else text


def _with_digest(words: str, uid: str) -> str:
    if not uid:
        return f"{words} (no UID)"
    digest = hashlib.blake2s(uid.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{words} ({digest})"


_NO_HEADER = InstanceHeader(
    sop_class_uid="", sop_instance_uid="", transfer_syntax_uid="", data_set_offset=0, data_set_length=0
)

"""Names of received files and of the folders that they are sorted into: a strategy for each scheme.

Names are built from a table of prefixes, our own clock and random bits, and the SOP Instance UID of the request, which
is hostile: what is not plain in it is replaced and a digest of the original keeps the name unlike all others.
"""

import hashlib
import os
import re
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.dicom.sop_classes import file_name_prefix
from dicomdesk.dicom.uids import new_uid, safe_file_name_part
from dicomdesk.engine.receive.readable_folders import readable_folder
from dicomdesk.engine.receive.request import FileNaming, Storage, SubFolders

__all__ = ["FileStemMaker", "SubFolderMaker", "example_path", "file_stem_maker", "series_folder", "sub_folder_maker"]

_PLAIN_UID = re.compile(r"[0-9.]{1,64}", re.ASCII)
_SAFE_UID = re.compile(r"[0-9](?:[0-9.]{0,62}[0-9])?", re.ASCII)
"""That is a file name on every system as it is."""
_UID_PART_LIMIT = 100

FileStemMaker = Callable[[str, str], str]
"""Makes a file name, without extension, of SOP Class and SOP Instance UID."""
SubFolderMaker = Callable[[InstanceHeader | None], str]
"""Makes a path below the folder; the header is None where the data set cannot be read."""


def file_stem_maker(naming: FileNaming) -> FileStemMaker:
    """Return the maker of file names for a naming scheme."""
    makers: dict[FileNaming, FileStemMaker] = {
        FileNaming.INSTANCE_UID: _instance_stem,
        FileNaming.UNIQUE_UID: _unique_stem,
        FileNaming.SHORT_UNIQUE: partial(_short_stem, int(time.time()) & 0xFFFFFFFF),
        FileNaming.SYSTEM_TIME: _time_stem,
        FileNaming.ONLY_INSTANCE_UID: _uid_stem,
    }
    return makers[naming]


def sub_folder_maker(sub_folders: SubFolders) -> SubFolderMaker | None:
    """Return the maker of sub-folders; None where all files are together."""
    makers: dict[SubFolders, SubFolderMaker | None] = {
        SubFolders.NONE: None,
        SubFolders.SERIES_DATE: _by_series_date,
        SubFolders.PATIENT_STUDY_SERIES: readable_folder,
    }
    return makers[sub_folders]


def example_path(storage: Storage, header: InstanceHeader) -> str:
    """Return where an instance would be stored, relative to the folder; names that are made anew are examples."""
    sub_folder = sub_folder_maker(storage.sub_folders)
    name = file_stem_maker(storage.naming)(header.sop_class_uid, header.sop_instance_uid) + storage.extension
    return os.path.join(sub_folder(header), name) if sub_folder is not None else name


def _by_series_date(header: InstanceHeader | None) -> str:
    return series_folder(header.series_date if header is not None else "", datetime.now().astimezone())


def series_folder(series_date: str, today: datetime) -> str:
    """Return the sub folder for a series: ``data/YYYY/MM/DD``, or ``undef/YYYYMMDD`` with today's date."""
    if len(series_date) == 8 and series_date.isascii() and series_date.isdigit() and _is_date(series_date):
        return os.path.join("data", series_date[:4], series_date[4:6], series_date[6:])
    return os.path.join("undef", f"{today:%Y%m%d}")


def _is_date(text: str) -> bool:
    try:
        datetime(int(text[:4]), int(text[4:6]), int(text[6:]))  # noqa: DTZ001 - only whether there is such a day
    except ValueError:
        return False
    return True


def _instance_stem(sop_class_uid: str, sop_instance_uid: str) -> str:
    prefix = file_name_prefix(sop_class_uid)
    if _PLAIN_UID.fullmatch(sop_instance_uid):
        return f"{prefix}.{sop_instance_uid}"
    return f"{prefix}.{_safe_part(sop_instance_uid)}"


def _uid_stem(_sop_class_uid: str, sop_instance_uid: str) -> str:
    return _safe_part(sop_instance_uid)


def _safe_part(uid: str) -> str:
    if _SAFE_UID.fullmatch(uid):
        return uid
    safe = safe_file_name_part(uid, _UID_PART_LIMIT)
    if safe == uid:
        return safe
    digest = hashlib.blake2s(uid.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return f"{safe}-{digest}"


def _unique_stem(sop_class_uid: str, _sop_instance_uid: str) -> str:
    return f"{file_name_prefix(sop_class_uid)}.X.{new_uid()}"


def _time_stem(sop_class_uid: str, _sop_instance_uid: str) -> str:
    return f"{datetime.now().astimezone():%Y%m%d%H%M%S.%f}.{file_name_prefix(sop_class_uid)}"


def _short_stem(started: int, sop_class_uid: str, _sop_instance_uid: str) -> str:
    prefix = file_name_prefix(sop_class_uid)
    prefix = "XX" if prefix == "UNKNOWN" else prefix
    return f"{prefix}_{started:08x}{os.urandom(4).hex()}"

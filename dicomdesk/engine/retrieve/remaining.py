"""What is still to be asked for, where it is known what exists and what is here."""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from dicomdesk.dicom.query.attributes import (
    QUERY_RETRIEVE_LEVEL,
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Level,
)
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.receive.request import FileNaming, Storage, SubFolders
from dicomdesk.engine.retrieve.request import ExpectedInstance

__all__ = ["Series", "find_present", "plan_remaining", "plan_series", "series_of"]

Series = tuple[str, str]
"""UIDs of a study and of a series in it."""


_NAME = re.compile(r"(?:[A-Za-z][A-Za-z0-9]*\.)?([0-9][0-9.]*)", re.ASCII)
"""Of a file: perhaps a prefix for the SOP class, and the UID."""
_UIDS_AT_ONCE = 200
"""In one list: identifiers stay below what peers take."""


def find_present(storage: Storage) -> frozenset[str]:
    """SOP Instance UIDs of what is stored by its name already: files have their names when they are whole.

    Nothing is opened. Names of other schemes than those with the UID tell nothing, nor does a folder that cannot be
    read.
    """
    if storage.naming not in {FileNaming.INSTANCE_UID, FileNaming.ONLY_INSTANCE_UID}:
        return frozenset()
    found = set()
    for folder, folders, names in os.walk(storage.folder):
        if storage.sub_folders is SubFolders.NONE:
            folders.clear()
        for name in names:
            matched = _NAME.fullmatch(name.removesuffix(storage.extension))
            if matched is not None and os.path.isfile(os.path.join(folder, name)):
                found.add(matched[1])
    return frozenset(found)


def plan_remaining(
    identifier: Identifier, expected: Sequence[ExpectedInstance], is_here: Callable[[str], bool]
) -> list[Identifier]:
    """The identifiers that ask for what is not here: as it was where nothing is, series as a whole, single instances.

    Where it is not known what exists, or not in which series, the identifier stays as it is.
    """
    missing = [instance for instance in expected if not is_here(instance.sop_instance_uid)]
    if not expected or len(missing) == len(expected):
        return [identifier]
    if any(not (instance.study_instance_uid and instance.series_instance_uid) for instance in missing):
        return [identifier]
    return list(_partly(identifier, expected, missing))


def plan_series(
    identifier: Identifier, expected: Sequence[ExpectedInstance], is_here: Callable[[str], bool], series: Series
) -> list[Identifier]:
    """The identifiers that ask for what is not here of one series: as a whole, or single instances."""
    missing = [one for one in expected if series_of(one) == series and not is_here(one.sop_instance_uid)]
    return list(_partly(identifier, expected, missing))


def series_of(instance: ExpectedInstance) -> Series:
    """The study and the series that an instance is in, by their UIDs."""
    return instance.study_instance_uid, instance.series_instance_uid


def _partly(
    identifier: Identifier, expected: Sequence[ExpectedInstance], missing: Sequence[ExpectedInstance]
) -> Iterator[Identifier]:
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    for instance in expected:
        sizes[instance.study_instance_uid, instance.series_instance_uid] += 1
    of_series: dict[tuple[str, str], list[str]] = defaultdict(list)
    for instance in missing:
        of_series[instance.study_instance_uid, instance.series_instance_uid].append(instance.sop_instance_uid)
    whole: dict[str, list[str]] = defaultdict(list)
    for (study, series), uids in of_series.items():
        if len(uids) == sizes[study, series]:
            whole[study].append(series)
    for study, all_series in whole.items():
        for some in _in_parts(all_series):
            yield _narrowed(identifier, Level.SERIES, {STUDY_INSTANCE_UID: study, SERIES_INSTANCE_UID: "\\".join(some)})
    for (study, series), uids in of_series.items():
        if len(uids) == sizes[study, series]:
            continue
        for some_uids in _in_parts(uids):
            keys = {STUDY_INSTANCE_UID: study, SERIES_INSTANCE_UID: series, SOP_INSTANCE_UID: "\\".join(some_uids)}
            yield _narrowed(identifier, Level.IMAGE, keys)


def _in_parts(uids: list[str]) -> Iterator[list[str]]:
    return (uids[start : start + _UIDS_AT_ONCE] for start in range(0, len(uids), _UIDS_AT_ONCE))


def _narrowed(identifier: Identifier, level: Level, keys: dict[int, str]) -> Identifier:
    """The identifier at another level, with these keys; what else stands in it stays."""
    added = [QueryKey(tag=QUERY_RETRIEVE_LEVEL, value=level.value)]
    added += [QueryKey(tag=tag, value=value) for tag, value in keys.items()]
    return Identifier(keys=(*identifier.keys, *added), data_set=identifier.data_set)

"""What stands in the columns of the archive's rows: words made once, on the thread that reads the archive."""

from datetime import datetime
from typing import Final

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.archive.administration.listing import Listed
from dicomdesk.archive.administration.search.orders import StudyValue
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column
from dicomdesk.records import dataclass

__all__ = [
    "ACCESSION",
    "DATE",
    "DESCRIPTION",
    "INSTANCES",
    "MODALITIES",
    "NAME",
    "PATIENT",
    "RECEIVED",
    "SERIES",
    "SIZE",
    "SORTED_BY",
    "Cells",
    "archive_columns",
    "cells_of",
    "moment",
]

NAME, PATIENT, DATE, MODALITIES, DESCRIPTION, ACCESSION, SERIES, INSTANCES, SIZE, RECEIVED = range(10)
SORTED_BY: Final = {
    NAME: StudyValue.NAME,
    PATIENT: StudyValue.PATIENT_ID,
    DATE: StudyValue.DATE,
    MODALITIES: StudyValue.MODALITIES,
    DESCRIPTION: StudyValue.DESCRIPTION,
    ACCESSION: StudyValue.ACCESSION,
    SERIES: StudyValue.SERIES,
    INSTANCES: StudyValue.INSTANCES,
    SIZE: StudyValue.SIZE,
    RECEIVED: StudyValue.RECEIVED,
}
_COLUMNS: Final = 10
_LONGEST: Final = 200
"""Characters of foreign text in a cell."""


def _say(text: str) -> str:
    return QCoreApplication.translate("archive_cells", text)


def archive_columns() -> tuple[Column, ...]:
    """Return the columns, in the order of their numbers."""
    return (
        Column(title=_say("Name"), width=156, grows=2),
        Column(title=_say("Patient ID"), width=92),
        Column(title=_say("Date"), width=122),
        Column(title=_say("Modality"), width=72),
        Column(title=_say("Description"), width=124),
        Column(title=_say("Accession"), width=104, yields=2),
        Column(title=_say("Series"), width=64, is_number=True, yields=3),
        Column(title=_say("Instances"), width=76, is_number=True),
        Column(title=_say("Size"), width=72, is_number=True),
        Column(title=_say("Last received"), width=152, yields=1),
    )


@dataclass(frozen=True, slots=True)
class Cells:
    """One row in words; all text is of one line, and bounded."""

    texts: tuple[str, ...]
    """By column."""
    identity: str = ""
    """Birth date and sex: what tells people of one name apart."""
    number: int | None = None
    """Of a series or an instance."""


def cells_of(row: Listed) -> Cells:
    """Return a row in words; for any thread."""
    texts = [""] * _COLUMNS
    makers = {
        Level.PATIENT: _patient_cells,
        Level.STUDY: _study_cells,
        Level.SERIES: _series_cells,
        Level.IMAGE: _instance_cells,
    }
    return makers[row.level](row, texts)


def moment(seconds: object) -> str:
    """Return local time as "2026-11-30 14:03", of seconds since 1970; "" for what is none."""
    if not isinstance(seconds, int | float) or seconds <= 0:
        return ""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")


def _patient_cells(row: Listed, texts: list[str]) -> Cells:
    identity = _who(row, texts)
    studies = _number(row, "studies")
    texts[DESCRIPTION] = wording.plural(studies, _say("{count} study"), _say("{count} studies"))
    _count(row, texts)
    texts[RECEIVED] = moment(row.values.get("last_received"))
    return Cells(tuple(texts), identity)


def _study_cells(row: Listed, texts: list[str]) -> Cells:
    identity = _who(row, texts)
    texts[DATE] = _date_and_time(_cut(row, "study_date"), _cut(row, "study_time"))
    texts[MODALITIES] = _cut(row, "modalities").replace("\\", "/")
    texts[DESCRIPTION] = _cut(row, "study_description")
    texts[ACCESSION] = _cut(row, "accession_number")
    texts[SERIES] = wording.count_text(_number(row, "series"))
    _count(row, texts)
    texts[RECEIVED] = moment(row.values.get("last_received"))
    return Cells(tuple(texts), identity)


def _series_cells(row: Listed, texts: list[str]) -> Cells:
    shown = _cut(row, "series_number")
    texts[NAME] = _say("Series {number}").format(number=shown) if shown else _say("Series")
    texts[DATE] = wording.date_text(_cut(row, "series_date"))
    texts[MODALITIES] = _cut(row, "modality")
    texts[DESCRIPTION] = _cut(row, "series_description")
    _count(row, texts)
    return Cells(tuple(texts), number=_whole(shown))


def _instance_cells(row: Listed, texts: list[str]) -> Cells:
    shown = _cut(row, "instance_number")
    texts[NAME] = _say("Instance {number}").format(number=shown) if shown else _say("Instance")
    texts[DESCRIPTION] = wording.sop_class_text(_cut(row, "sop_class_uid"))
    texts[SIZE] = human.size_text(_number(row, "bytes"))
    texts[RECEIVED] = moment(row.values.get("received"))
    return Cells(tuple(texts), number=_whole(shown))


def _who(row: Listed, texts: list[str]) -> str:
    texts[NAME] = wording.person_name_text(_cut(row, "patient_name")) or _say("No patient name")
    texts[PATIENT] = _cut(row, "patient_id")
    born = wording.date_text(_cut(row, "patient_birth_date"))
    return f"{born} {_cut(row, 'patient_sex')}".strip()


def _count(row: Listed, texts: list[str]) -> None:
    texts[INSTANCES] = wording.count_text(_number(row, "instances"))
    texts[SIZE] = human.size_text(_number(row, "bytes"))


def _number(row: Listed, name: str) -> int:
    value = row.values.get(name)
    return int(value) if isinstance(value, int | float) else 0


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _cut(row: Listed, name: str) -> str:
    text = str(row.values.get(name, ""))
    shown = human.printable(text[:_LONGEST])
    return shown if len(text) <= _LONGEST else f"{shown}…"


def _date_and_time(day: str, time: str) -> str:
    date = wording.date_text(day)
    if len(time) >= 4 and time[:4].isascii() and time[:4].isdigit():
        return f"{date} {time[:2]}:{time[2:4]}"
    return date

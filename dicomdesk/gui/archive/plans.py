"""What would change, in words: of corrections and removals; and the fields by which values are corrected."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.archive.administration.listing import Listed
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui import wording
from dicomdesk.gui.archive.dialogs.plan_dialog import Entry, Plan

if TYPE_CHECKING:
    from dicomdesk.archive.administration.desk.changing import PlannedRemoval
    from dicomdesk.archive.corrections.record import CorrectionRecord

__all__ = ["changed_words", "correction_entries", "correction_plan", "reason_entry", "record_lines", "removal_plan"]

_COLUMNS: Final = {
    "PatientID": "patient_id",
    "PatientName": "patient_name",
    "PatientBirthDate": "patient_birth_date",
    "PatientSex": "patient_sex",
    "AccessionNumber": "accession_number",
    "StudyDescription": "study_description",
    "StudyDate": "study_date",
    "SeriesDescription": "series_description",
}
_OF_PATIENT: Final = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex")
_KEYWORDS: Final = {
    Level.PATIENT: _OF_PATIENT,
    Level.STUDY: (*_OF_PATIENT, "AccessionNumber", "StudyDescription", "StudyDate"),
    Level.SERIES: ("SeriesDescription",),
    Level.IMAGE: (),
}
REASON: Final = "reason"


def _say(text: str) -> str:
    return QCoreApplication.translate("archive_plans", text)


def correction_entries(row: Listed) -> list[Entry]:
    """The fields of a correction of a row; [] where nothing of its level can be corrected."""
    words = {
        "PatientID": _say("Patient ID"),
        "PatientName": _say("Patient name"),
        "PatientBirthDate": _say("Birth date"),
        "PatientSex": _say("Sex"),
        "AccessionNumber": _say("Accession number"),
        "StudyDescription": _say("Study description"),
        "StudyDate": _say("Study date"),
        "SeriesDescription": _say("Series description"),
    }
    entries = [
        Entry(name=keyword, word=words[keyword], text=str(row.values.get(_COLUMNS[keyword], "")))
        for keyword in _KEYWORDS[row.level]
    ]
    return [*entries, reason_entry()] if entries else []


def reason_entry() -> Entry:
    """The field that says why."""
    return Entry(name=REASON, word=_say("Why, for the trail"), is_remark=True)


def changed_words(row: Listed, values: Mapping[str, str]) -> list[str]:
    """What was typed that is another value, as KEYWORD=VALUE."""
    return [
        f"{keyword}={values[keyword]}"
        for keyword in _KEYWORDS[row.level]
        if keyword in values and values[keyword] != str(row.values.get(_COLUMNS[keyword], ""))
    ]


def correction_plan(record: "CorrectionRecord | None") -> Plan:
    """Say what a correction would change; None where no value is another."""
    if record is None:
        return Plan(lines=[_say("No value is another than it was.")])
    if not record.instance_count:
        return Plan(
            lines=[_say("Nothing would change: the files say so already, or are not as the correction left them.")]
        )
    word = wording.plural(record.instance_count, _say("&Change {count} instance"), _say("&Change {count} instances"))
    return Plan(lines=record_lines(record), word=word)


def record_lines(record: "CorrectionRecord") -> list[str]:
    """Say what a correction changes, or has changed."""
    lines: list[str] = []
    for change in record.changes:
        count = wording.plural(len(change.instances), _say("{count} instance:"), _say("{count} instances:"))
        lines.append(count)
        lines += [
            f"    {human.printable(name)}: {_value(before)} → {_value(change.after.get(name))}"
            for name, before in change.before.items()
        ]
    lines += [
        _say("{old} becomes {new}").format(old=human.printable(old), new=human.printable(new))
        for old, new in record.uids.items()
    ]
    return lines


def _value(value: str | None) -> str:
    return _say("(not there)") if value is None else f'"{human.printable(value)}"'


def removal_plan(planned: "Sequence[PlannedRemoval]", titles: Mapping[str, str], keep_days: int) -> Plan:
    """Say what would go; ``titles`` are of studies, by their UIDs."""
    lines: list[str] = []
    going = 0
    for one in planned:
        for study in one.plan.studies:
            name = titles.get(study.study_instance_uid, human.printable(study.study_instance_uid))
            if study.held_why is not None:
                why = human.printable(study.held_why) or _say("no reason said")
                lines.append(_say("Stays: {study} is on hold ({why}).").format(study=name, why=why))
                continue
            going += study.instances
            count = wording.plural(study.instances, _say("{count} instance"), _say("{count} instances"))
            lines.append(f"{name}: {count}, {human.size_text(study.size_bytes)}")
    if not going:
        return Plan(lines=lines or [_say("Nothing of it is in the archive any more.")])
    days = wording.plural(keep_days, _say("{count} day"), _say("{count} days"))
    lines.append("")
    lines.append(
        _say("It goes into the trash of the archive, and can be put back from there for {days}.").format(days=days)
    )
    word = wording.plural(going, _say("&Remove {count} instance"), _say("&Remove {count} instances"))
    return Plan(lines=lines, word=word)

"""Words for a study and for a series: title, modality, and text to search in."""

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Part, Weight

NO_HEADER = InstanceHeader(
    sop_class_uid="", sop_instance_uid="", transfer_syntax_uid="", data_set_offset=0, data_set_length=0
)


def _say(text: str) -> str:
    return QCoreApplication.translate("study_words", text)


class StudyWords:
    """Patient and study, ready to be shown; the modalities grow with its series."""

    __slots__ = ("accession_number", "date", "description", "modalities", "patient_id", "patient_name", "search_text",
        "title", "uid")  # fmt: skip

    def __init__(self, header: InstanceHeader | None) -> None:
        """``header`` is that of any instance, None where it could not be read."""
        known = header or NO_HEADER
        self.patient_name = wording.person_name_text(known.patient_name)
        self.patient_id = human.printable(known.patient_id)
        self.description = human.printable(known.study_description)
        self.date = wording.date_text(known.study_date)
        self.accession_number = human.printable(known.accession_number)
        self.uid = known.study_instance_uid
        self.modalities: list[str] = []
        self.title = ""
        """What its title is sorted by, made when it is asked for."""
        words = (self.patient_name, self.patient_id, self.description, self.date, self.accession_number, self.uid)
        self.search_text = " ".join(words).casefold()

    def parts(self) -> tuple[Part, ...]:
        """Return the title in pieces."""
        date = (Part(self.date, Weight.QUIET),) if self.date else ()
        return (*self.parts_but_date(), *date)

    def parts_but_date(self) -> tuple[Part, ...]:
        """Return the title in pieces, for a list that has a column for the date."""
        parts = (
            Part(self.patient_name or _say("No patient name"), Weight.STRONG),
            Part(self.patient_id, Weight.QUIET),
            Part(self.description),
        )
        return tuple(part for part in parts if part.text)

    def title_key(self) -> str:
        """Return what its title is sorted by."""
        if not self.title:
            self.title = "   ".join(part.text for part in self.parts()).casefold()
        return self.title

    def modality_text(self) -> str:
        """Return "CT/SR"."""
        return "/".join(self.modalities)

    def add_modality(self, modality: str) -> None:
        """Take note of what a series is of."""
        if modality and modality not in self.modalities:
            self.modalities.append(modality)


class SeriesWords:
    """A series, ready to be shown."""

    __slots__ = ("description", "modality", "number", "search_text")

    def __init__(self, header: InstanceHeader) -> None:
        self.number = human.printable(header.series_number.strip())
        self.description = human.printable(header.series_description)
        self.modality = human.printable(header.modality)
        self.search_text = f"{self.description} {self.modality} {header.series_instance_uid}".casefold()

    def parts(self) -> tuple[Part, ...]:
        """Return the title in pieces."""
        description = self.description or _say("Series without description")
        weight = Weight.PLAIN if self.description else Weight.QUIET
        return tuple(part for part in (Part(self.number, Weight.QUIET), Part(description, weight)) if part.text)

"""What movescu and getscu say alike of what arrived, and of what did not."""

from collections.abc import Sequence
from dataclasses import replace
from os.path import basename, dirname

from dicomdesk.engine.events import Notice
from dicomdesk.engine.retrieve.outcome import Diagnosis

__all__ = ["diagnosis_lines", "overwriting_text"]

_OVERWRITING = "file already exists, overwriting: "


def overwriting_text(notice: Notice) -> Notice:
    """A notice in DCMTK's words where it has some: of a file that was there before."""
    if not notice.text.startswith(_OVERWRITING):
        return notice
    path = notice.text.removeprefix(_OVERWRITING)
    shown = basename(path) if dirname(path) in ("", ".") else path
    return replace(notice, text=f"DICOM {_OVERWRITING}{shown}")


def diagnosis_lines(diagnoses: Sequence[Diagnosis]) -> list[str]:
    """Why something did not arrive and what to do next, in lines for a log."""
    return [line for diagnosis in diagnoses for line in diagnosis.lines]

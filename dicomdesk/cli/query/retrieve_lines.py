"""What movescu and getscu say alike of what arrived, and of what did not."""

from collections.abc import Sequence
from dataclasses import replace
from os.path import basename, dirname

from dicomdesk.engine.events import Notice
from dicomdesk.engine.retrieve.diagnosis.causes import Diagnosis, DiagnosisKind

__all__ = ["diagnosis_lines", "overwriting_text"]

_OVERWRITING = "file already exists, overwriting: "


def overwriting_text(notice: Notice) -> Notice:
    """A notice in DCMTK's words where it has some: of a file that was there before."""
    if not notice.text.startswith(_OVERWRITING):
        return notice
    path = notice.text.removeprefix(_OVERWRITING)
    shown = basename(path) if dirname(path) in ("", ".") else path
    return replace(notice, text=f"DICOM {_OVERWRITING}{shown}")


def diagnosis_lines(diagnoses: Sequence[Diagnosis], *, has_told_failure: bool = False) -> list[str]:
    """Why something did not arrive and what to do next, in lines for a log.

    ``has_told_failure`` is whether it was told, and what to do about it, why there was no association.
    """
    told = {DiagnosisKind.UNREACHABLE} if has_told_failure else set()
    return [line for diagnosis in diagnoses if diagnosis.kind not in told for line in diagnosis.lines]

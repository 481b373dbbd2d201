"""What movescu and getscu say alike of what arrived, and of what did not."""

from collections.abc import Sequence
from dataclasses import replace
from os.path import basename, dirname

from dicomdesk.engine.events import Notice
from dicomdesk.engine.retrieve.outcome import Diagnosis
from dicomdesk.human import printable

__all__ = ["diagnosis_lines", "overwriting_text"]

_OVERWRITING = "file already exists, overwriting: "
_MOST_UIDS = 20


def overwriting_text(notice: Notice) -> Notice:
    """A notice in DCMTK's words where it has some: of a file that was there before."""
    if not notice.text.startswith(_OVERWRITING):
        return notice
    path = notice.text.removeprefix(_OVERWRITING)
    shown = basename(path) if dirname(path) in ("", ".") else path
    return replace(notice, text=f"DICOM {_OVERWRITING}{shown}")


def diagnosis_lines(diagnoses: Sequence[Diagnosis]) -> list[str]:
    """Why something did not arrive and what to do next, in lines for a log."""
    lines = []
    for diagnosis in diagnoses:
        lines.append(printable(" ".join(filter(None, (diagnosis.text, diagnosis.advice)))))
        lines += [printable(line) for line in diagnosis.card.splitlines() if line]
        lines += [f"  {printable(uid)}" for uid in diagnosis.uids[:_MOST_UIDS]]
        if len(diagnosis.uids) > _MOST_UIDS:
            lines.append(f"  and {len(diagnosis.uids) - _MOST_UIDS} more")
    return lines

"""A correction in a process of its own that is killed at one point: run as a script with the folder and the point."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.helpers.processes import tool_process

REPOSITORY = Path(__file__).resolve().parents[3]
DEADLINE_S = 60.0
POINTS = ("half-written", "begun", "exchanged", "half-removed")
"""In the order in which they are passed."""


def correct_until(folder: Path, point: str, study_uid: str) -> None:
    """Give a study another Patient ID, and be killed at the point."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpers.archives.killed_correction", str(folder), point, study_uid],
        cwd=REPOSITORY,
        env=tool_process.environment(),
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done


def _main(folder: str, point: str, study_uid: str) -> None:
    from dicomdesk.archive.areas.storage_area import StorageArea  # noqa: PLC0415 - the parent need not load it
    from dicomdesk.archive.corrections.corrector import Corrector  # noqa: PLC0415 - as above
    from dicomdesk.archive.corrections.record import CorrectionKind, new_origin  # noqa: PLC0415 - as above
    from dicomdesk.archive.corrections.remedies import correction  # noqa: PLC0415 - as above
    from dicomdesk.archive.corrections.selection import selection_of  # noqa: PLC0415 - as above
    from dicomdesk.archive.corrections.trail import Trail  # noqa: PLC0415 - as above
    from dicomdesk.archive.index import Index  # noqa: PLC0415 - as above
    from dicomdesk.dicom.query.attributes import STUDY_INSTANCE_UID, Level  # noqa: PLC0415 - as above
    from tests.helpers.archives.corrected_areas import Watcher, open_area  # noqa: PLC0415 - as above

    def killing(owner: type, name: str, *, before: bool, count: int = 1) -> None:
        whole: Callable[..., object] = getattr(owner, name)
        calls = iter(range(count))

        def call(*words: object, **named: object) -> object:
            is_last = next(calls) == count - 1
            if is_last and before:
                os.kill(os.getpid(), signal.SIGKILL)
            result = whole(*words, **named)
            if is_last:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        is_static = isinstance(vars(owner)[name], staticmethod)
        setattr(owner, name, staticmethod(call) if is_static else call)

    points: dict[str, tuple[type, str, bool, int]] = {
        "half-written": (StorageArea, "place_at", False, 3),
        "begun": (Trail, "begin", False, 1),
        "exchanged": (Index, "exchange", False, 1),
        "half-removed": (StorageArea, "_remove_empty_parents", True, 3),
    }
    with open_area(Path(folder)) as keeper:
        owner, name, before, count = points[point]
        killing(owner, name, before=before, count=count)
        remedy = correction(keeper, selection_of(Level.STUDY, STUDY_INSTANCE_UID, study_uid), {0x00100020: "P9"})
        Corrector(keeper, Watcher()).correct(remedy.find, new_origin(CorrectionKind.CORRECT), remedy.uids)


if __name__ == "__main__":
    _main(*sys.argv[1:])

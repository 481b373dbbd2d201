"""Detects that a study has been quiet for the settle time; runs the study command.

The command is split like a shell would, then run without one. In its words ``#p`` stands for the folder, ``#a`` for the
calling and ``#c`` for the called AE title, ``#s`` for the Study Instance UID. The same values, and the count of
instances, are in its environment: DICOMDESK_FOLDER, DICOMDESK_CALLING_AE_TITLE, DICOMDESK_CALLED_AE_TITLE,
DICOMDESK_STUDY_UID, DICOMDESK_INSTANCES. What it prints goes to standard error.

Titles and UID are the peer's words, and a command may hand its own to a shell or build a path from them. So what is not
harmless in a file name is an underscore in the words, and in the UID everywhere; titles in the environment keep every
printable character.
"""

import os
import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dicomdesk.dicom.uids import safe_file_name_part
from dicomdesk.errors import SettingsError
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    import subprocess

__all__ = ["SettledStudy", "StudyCommand", "StudySettler"]

_MOST_PENDING = 1000
"""Studies that may be waiting to become quiet; above that the one quiet for the longest settles early."""
_EXIT_CODE_NOT_STARTED = 127
_UNPRINTABLE = re.compile(r"[^ -~\u00a0-\ufffd]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledStudy:
    """Study of which nothing has arrived for the settle time."""

    study_instance_uid: str
    folder: str
    """Of the instance received last."""
    calling_ae_title: str
    called_ae_title: str
    items: int
    """Instances received since it last settled."""


class StudyCommand:
    """Command that is run for studies, one at a time. ``run`` belongs to one thread, ``abort`` to any."""

    def __init__(self, command: str) -> None:
        """Raise SettingsError when the command cannot be split into words."""
        import shlex  # noqa: PLC0415 - only where a command was asked for

        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise SettingsError(f"The command for studies cannot be understood: {error}") from error
        if not self._words:
            raise SettingsError("The command for studies is empty")
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_aborted = False

    def run(self, study: SettledStudy) -> int:
        """Run to its end and return the exit code: negative when killed by a signal, 127 when it does not start."""
        import subprocess  # noqa: PLC0415 - only where a command was asked for

        with self._lock:
            if self._is_aborted:
                return _EXIT_CODE_NOT_STARTED
            try:
                self._process = subprocess.Popen(
                    self.words(study), stdin=subprocess.DEVNULL, stdout=2, env=os.environ | _environment(study)
                )
            except OSError:
                return _EXIT_CODE_NOT_STARTED
            process = self._process
        exit_code = process.wait()
        with self._lock:
            self._process = None
        return exit_code

    def abort(self) -> None:
        """End the command that runs, and start none any more."""
        with self._lock:
            self._is_aborted = True
            if self._process is not None:
                self._process.terminate()

    def words(self, study: SettledStudy) -> Sequence[str]:
        """Return the command's words with the study's values in their places."""
        values = {
            "#p": study.folder,
            "#a": _harmless(study.calling_ae_title),
            "#c": _harmless(study.called_ae_title),
            "#s": _harmless(study.study_instance_uid),
        }
        return [re.sub("#[pacs]", lambda found: values[found.group()], word) for word in self._words]


class StudySettler:
    """Timer of studies by their last instance. ``run`` is the life of its one thread; the rest is for any."""

    def __init__(self, settle_s: float, settled: Callable[[SettledStudy], None]) -> None:
        """``settled`` is called on the settler's thread, and may take its time."""
        self._settle_s = settle_s
        self._settled = settled
        self._condition = threading.Condition()
        self._pending: dict[str, tuple[float, SettledStudy]] = {}
        """By Study Instance UID, quiet for the longest first."""
        self._is_stopping = False

    def arrived(self, study_instance_uid: str, folder: str, calling_ae_title: str, called_ae_title: str) -> None:
        """An instance of the study was stored."""
        with self._condition:
            known = self._pending.pop(study_instance_uid, None)
            study = SettledStudy(
                study_instance_uid=study_instance_uid,
                folder=folder,
                calling_ae_title=calling_ae_title,
                called_ae_title=called_ae_title,
                items=1 + (known[1].items if known else 0),
            )
            self._pending[study_instance_uid] = (time.monotonic() + self._settle_s, study)
            if len(self._pending) == 1 or len(self._pending) > _MOST_PENDING:
                self._condition.notify_all()

    def stop(self) -> None:
        """Let ``run`` settle what is pending, at once, and end."""
        with self._condition:
            self._is_stopping = True
            self._condition.notify_all()

    def run(self) -> None:
        """Wait for studies to become quiet, until ``stop``."""
        while (study := self._next()) is not None:
            self._settled(study)

    def _next(self) -> SettledStudy | None:
        """Wait for the next study to settle; None when there will be none any more."""
        with self._condition:
            while True:
                if not self._pending:
                    if self._is_stopping:
                        return None
                    self._condition.wait()
                    continue
                uid, (due_s, study) = next(iter(self._pending.items()))
                left_s = due_s - time.monotonic()
                if left_s <= 0 or self._is_stopping or len(self._pending) > _MOST_PENDING:
                    del self._pending[uid]
                    return study
                self._condition.wait(left_s)


def _plain(text: str) -> str:
    """Text from the wire as a command may have it: no control characters, and it does not look like an option."""
    plain = _UNPRINTABLE.sub("_", text).lstrip("-")
    return plain.strip()


def _harmless(text: str) -> str:
    """Text from the wire as it may stand in a path or before a shell."""
    return re.sub("[()~]", "_", safe_file_name_part(_plain(text)))


def _environment(study: SettledStudy) -> dict[str, str]:
    return {
        "DICOMDESK_FOLDER": study.folder,
        "DICOMDESK_CALLING_AE_TITLE": _plain(study.calling_ae_title),
        "DICOMDESK_CALLED_AE_TITLE": _plain(study.called_ae_title),
        "DICOMDESK_STUDY_UID": _harmless(study.study_instance_uid),
        "DICOMDESK_INSTANCES": str(study.items),
    }

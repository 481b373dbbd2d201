"""The support bundle: a ZIP file of what somebody needs who is to help."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from dicomdesk.gui.log.log_file import read_lines
from dicomdesk.gui.support.faults import all_reports
from dicomdesk.gui.support.scrubbing import harmless_settings, scrubbed
from dicomdesk.gui.window_state import WindowState
from dicomdesk.records import dataclass

NAME = "dicomdesk-support.zip"
_README = """\
Written by dicomdesk for somebody who is to help. Names of patients, paths of files, addresses and secrets are
left out. Look into it before you send it.

versions.txt  what the program is made of
settings.json what is set
window.log    what it did
problems.txt  how many problems each view has
faults/       what went wrong in the program
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of the program."""

    versions: Mapping[str, str]
    state: WindowState
    problems: Mapping[str, int]
    """How many, by view."""
    log_folder: Path
    faults_folder: Path


def bundle_of(case: Case) -> bytes:
    """Return the ZIP file; raises OSError where the log is there and cannot be read. Not for the Qt thread."""
    parts = {
        "README.txt": _README,
        "versions.txt": "".join(f"{name} {version}\n" for name, version in case.versions.items()),
        "settings.json": json.dumps(harmless_settings(case.state), indent=1, sort_keys=True) + "\n",
        "window.log": "".join(f"{scrubbed(line)}\n" for line in read_lines(case.log_folder)),
        "problems.txt": "".join(f"{view or 'window'} {count}\n" for view, count in case.problems.items()),
    }
    parts |= {f"faults/{name}": f"{text}\n" for name, text in all_reports(case.faults_folder).items()}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return written.getvalue()


def write_bundle(path: Path, case: Case) -> None:
    """Write the bundle to a file; raises OSError. Not for the Qt thread."""
    path.write_bytes(bundle_of(case))

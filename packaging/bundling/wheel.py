"""The wheel: the same bytes from the same commit."""

import subprocess
import sys
from pathlib import Path


def make_wheel(project: Path, folder: Path) -> Path:
    """Build the wheel; returns its path."""
    for old in folder.glob("dicomdesk-*.whl"):
        old.unlink()
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--wheel-dir",
            folder,
            project,
        ],
        check=True,
    )
    (wheel,) = folder.glob("dicomdesk-*.whl")
    return wheel

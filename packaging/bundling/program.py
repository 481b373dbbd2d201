"""The program in one folder, with the interpreter and every library in it."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from bundling.licences import write_licences

LARGEST_BYTES = 250 << 20
EXTRAS = ("gui", "codecs", "postgresql")


def make_program(project: Path, folder: Path) -> Path:
    """Build the folder; returns its path. RuntimeError where it is too large, or a licence is missing."""
    work = folder / "work"
    maker = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    specification = project / "packaging" / "bundling" / "dicomdesk.spec"
    subprocess.run([*maker, "--distpath", folder, "--workpath", work, specification], check=True)
    shutil.rmtree(work)
    program = folder / "dicomdesk"
    python_licence = Path(sysconfig.get_paths()["stdlib"], "LICENSE.txt")
    debian = Path(f"/usr/share/doc/python3.{sys.version_info.minor}/copyright")
    missing = write_licences(
        program / "licences", program, EXTRAS, python_licence if python_licence.is_file() else debian
    )
    shutil.copyfile(project / "LICENSE", program / "LICENSE")
    if missing:
        raise RuntimeError(f"no text of a licence was found for: {', '.join(missing)}")
    size = sum(file.lstat().st_size for file in program.rglob("*") if file.is_file() and not file.is_symlink())
    print(f"made {program.name}/: {size / (1 << 20):.0f} MB")
    if size > LARGEST_BYTES:
        raise RuntimeError(f"the program takes {size >> 20} MB, more than {LARGEST_BYTES >> 20}")
    return program

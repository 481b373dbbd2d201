"""Texts of the licences of everything that a one-folder program carries."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

_LOOKS_LIKE_ONE = re.compile(r"(licen[cs]e|copying|notice|copyright|authors)", re.IGNORECASE)
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?[^;]*(?:;(.*))?$")


def write_licences(folder: Path, program: Path, extras: tuple[str, ...], python_licence: Path | None) -> list[str]:
    """Copy the texts that belong to a program into a folder; returns the names of parts for which none was found."""
    missing = []
    for found in _bundled("dicomdesk", extras):
        name = found.metadata["Name"]
        texts = [
            file
            for file in found.files or ()
            if _LOOKS_LIKE_ONE.search(file.name)
            and file.suffix not in (".py", ".pyc")
            and Path(str(found.locate_file(file))).stat().st_size
        ]
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        said = found.metadata.get("License-Expression") or found.metadata.get("License") or _classified(found)
        (target / "ABOUT").write_text(f"{name} {found.version}\n{said}\n", encoding="utf-8")
        for text in texts:
            shutil.copyfile(found.locate_file(text), target / text.name)
        if not texts and not said:
            missing.append(name)
    if python_licence is not None and python_licence.is_file():
        (folder / "Python").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(python_licence, folder / "Python" / "LICENSE")
    return missing + _write_system_licences(folder, program)


def _bundled(name: str, extras: tuple[str, ...], seen: set[str] | None = None) -> Iterator[Distribution]:
    """Yield the distribution and all that it asks for."""
    seen = set() if seen is None else seen
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in seen:
        return
    seen.add(key)
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    yield found
    for requirement in found.requires or ():
        match = _REQUIREMENT.match(requirement)
        if match and _applies(match.group(2) or "", extras):
            yield from _bundled(match.group(1), (), seen)


def _applies(marker: str, extras: tuple[str, ...]) -> bool:
    asked = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", marker)
    return asked is None or asked.group(1) in extras


def _classified(found: Distribution) -> str:
    classes = found.metadata.get_all("Classifier") or []
    return ", ".join(text.rpartition("::")[2].strip() for text in classes if text.startswith("License"))


def _write_system_licences(folder: Path, program: Path) -> list[str]:
    """Copy what Debian says of the libraries of the system that the program carries."""
    missing = []
    for library in sorted(program.rglob("*.so*")):
        if library.is_symlink() or library.parent.name != "_internal":
            continue
        owners = subprocess.run(["dpkg-query", "-S", f"*/{library.name}"], capture_output=True, text=True, check=False)
        package = owners.stdout.partition(":")[0]
        text = Path("/usr/share/doc", package, "copyright") if package else None
        if text is not None and text.is_file():
            target = folder / "system" / package
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, target / "copyright")
        elif library.name.startswith("lib") and "-" not in library.name.split(".so")[0].removeprefix("lib"):
            missing.append(library.name)
    return missing

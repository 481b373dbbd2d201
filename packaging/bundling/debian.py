"""A Debian package of the program in one folder, with what a desktop and a server need of it."""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

_PLACE = "usr/lib/dicomdesk"
_CONTROL = """\
Package: dicomdesk
Version: {version}
Architecture: {architecture}
Maintainer: The dicomdesk developers <developers@dicomdesk.invalid>
Installed-Size: {size}
Depends: libc6 (>= 2.28)
Recommends: libegl1, libgl1, fonts-dejavu-core | fonts-liberation, shared-mime-info
Suggests: postgresql
Section: science
Priority: optional
Description: move DICOM between machines
 A window that sends, receives, queries and retrieves DICOM, shows what was
 negotiated, and keeps what is to be sent until it is there; and command line
 tools that take the place of those of DCMTK, option for option.
 .
 The package carries its Python interpreter and its libraries. Links with the
 names of the tools are in /usr/lib/dicomdesk/tools. Not for clinical
 diagnosis.
"""
_POSTINST = """\
#!/bin/sh
set -e
if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
    systemd-sysusers dicomdesk.conf || true
    systemctl daemon-reload || true
elif [ "$1" = configure ] && command -v systemd-sysusers >/dev/null; then
    systemd-sysusers dicomdesk.conf || true
fi
"""
_PRERM = """\
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    deb-systemd-invoke stop dicomdesk-dcmqrscp.service dicomdesk-dcmrecv.service || true
fi
"""
_OVERRIDES = """\
# The package carries its interpreter and the libraries of its Python packages as their makers built them.
dicomdesk: embedded-library
dicomdesk: hardening-no-fortify-functions
dicomdesk: hardening-no-pie
dicomdesk: shared-library-is-multi-arch-foreign
dicomdesk: custom-library-search-path
dicomdesk: shared-library-lacks-prerequisites
dicomdesk: unstripped-binary-or-object
dicomdesk: unstripped-static-library
dicomdesk: library-not-linked-against-libc
dicomdesk: binary-has-unneeded-section
dicomdesk: package-contains-documentation-outside-usr-share-doc
dicomdesk: extra-license-file
dicomdesk: non-standard-executable-perm
dicomdesk: executable-not-elf-or-script
dicomdesk: arch-dep-package-has-big-usr-share
dicomdesk: no-manual-page
# Made by no upload to Debian, so no request for a package is closed by it.
dicomdesk: initial-upload-closes-no-bugs
"""


def make_debian_package(project: Path, program: Path, folder: Path) -> Path:
    """Build the package of a program; returns its path."""
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    version = _version(program)
    root = folder / "debian-root"
    if root.exists():
        shutil.rmtree(root)
    shutil.copytree(program, root / _PLACE, symlinks=True)
    shutil.move(root / _PLACE / "licences", root / "usr/share/doc/dicomdesk/licences")
    (root / _PLACE / "LICENSE").unlink()
    _link(root / "usr/bin/dicomdesk", "../lib/dicomdesk/dicomdesk")
    linux = project / "packaging" / "linux"
    for tool in _man_pages(root / "usr/share/man/man1"):
        _link(root / _PLACE / "tools" / tool, "../dicomdesk")
    _copy(linux / "dicomdesk.desktop", root / "usr/share/applications/dicomdesk.desktop")
    for metainfo in linux.glob("*.metainfo.xml"):
        _copy(metainfo, root / "usr/share/metainfo" / metainfo.name)
    _copy(project / "resources/icons/dicomdesk.svg", root / "usr/share/icons/hicolor/scalable/apps/dicomdesk.svg")
    for unit in linux.glob("*.service"):
        _copy(unit, root / "lib/systemd/system" / unit.name)
        installed = root / "lib/systemd/system" / unit.name
        installed.write_text(installed.read_text("utf-8").replace("/usr/local/bin/", "/usr/bin/"), encoding="utf-8")
    _copy(linux / "dicomdesk.sysusers", root / "usr/lib/sysusers.d/dicomdesk.conf")
    _write_documents(project, root / "usr/share/doc/dicomdesk", version)
    _write(root / "usr/share/lintian/overrides/dicomdesk", _OVERRIDES)
    _set_modes(root)
    size = sum(file.lstat().st_size for file in root.rglob("*") if file.is_file()) // 1024
    _write(root / "DEBIAN/control", _CONTROL.format(version=version, architecture=architecture, size=size))
    _write(root / "DEBIAN/md5sums", _sums(root))
    for name, text in (("postinst", _POSTINST), ("prerm", _PRERM)):
        _write(root / "DEBIAN" / name, text)
        (root / "DEBIAN" / name).chmod(0o755)
    package = folder / f"dicomdesk_{version}_{architecture}.deb"
    maker = ["dpkg-deb", "--build", "--root-owner-group", "-Zxz", "-z4"]
    subprocess.run([*maker, root, package], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(root)
    return package


def _version(program: Path) -> str:
    said = subprocess.run([program / "dicomdesk", "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[-1]


def _man_pages(folder: Path) -> list[str]:
    """Write the manual pages, whose names say that they are not DCMTK's; returns the names of the tools."""
    plain = folder.parent / "plain"
    plain.mkdir(parents=True)
    made = "from pathlib import Path; import sys; from dicomdesk.cli.manual import write_manual_pages as write"
    subprocess.run(
        [sys.executable, "-c", f"{made}; write(Path(sys.argv[1]), date=sys.argv[2])", plain, _date()], check=True
    )
    folder.mkdir()
    for page in sorted(plain.glob("*.1")):
        _write_compressed(folder / f"dicomdesk-{page.name}.gz", page.read_bytes())
    names = "from dicomdesk.cli.catalogue import TOOLS; print(*TOOLS)"
    tools = subprocess.run([sys.executable, "-c", names], capture_output=True, text=True, check=True).stdout.split()
    lines = [
        ".TH DICOMDESK 1",
        ".SH NAME",
        "dicomdesk \\- move DICOM between machines",
        ".SH SYNOPSIS",
        ".B dicomdesk",
        "[FILE...]",
    ]
    lines += [".br", ".B dicomdesk", "TOOL [OPTION...] [ARGUMENT...]", ".SH DESCRIPTION"]
    lines += ["Without arguments, or with files, the window; with the name of a tool, that tool.", ".SH SEE ALSO"]
    lines.append(",\n".join(f".BR dicomdesk-{tool} (1)" for tool in tools))
    _write_compressed(folder / "dicomdesk.1.gz", ("\n".join(lines) + "\n").encode())
    shutil.rmtree(plain)
    return tools


def _date() -> str:
    return datetime.fromtimestamp(_epoch(), UTC).date().isoformat()


def _epoch() -> int:
    return int(os.environ.get("SOURCE_DATE_EPOCH", "0"))


def _write_documents(project: Path, folder: Path, version: str) -> None:
    when = datetime.fromtimestamp(_epoch(), UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    maintainer = "The dicomdesk developers <developers@dicomdesk.invalid>"
    change = f"dicomdesk ({version}) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- {maintainer}  {when}\n"
    _write_compressed(folder / "changelog.gz", change.encode())
    _write(
        folder / "copyright",
        "dicomdesk, made by its developers. What the program carries of others is in the folder licences.\n\n"
        + (project / "LICENSE").read_text("utf-8"),
    )
    _write_compressed(folder / "CHANGELOG.md.gz", (project / "CHANGELOG.md").read_bytes())
    shutil.copytree(project / "docs", folder / "docs")
    for example in (project / "resources").glob("*.cfg"):
        _copy(example, folder / "examples" / example.name)


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write_compressed(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, 9, mtime=0))


def _set_modes(root: Path) -> None:
    for path in root.rglob("*"):
        if not path.is_symlink():
            is_program = path.is_dir() or (
                path.name == "dicomdesk" and path.parent.name == "dicomdesk" and path.parent.parent.name == "lib"
            )
            path.chmod(0o755 if is_program else 0o644)
            os.utime(path, (_epoch(), _epoch()))


def _sums(root: Path) -> str:
    files = sorted(
        file for file in root.rglob("*") if file.is_file() and not file.is_symlink() and "DEBIAN" not in file.parts
    )
    return "".join(f"{hashlib.md5(file.read_bytes()).hexdigest()}  {file.relative_to(root)}\n" for file in files)

"""Tries packages where nothing of the project is: sends, receives, queries, and opens the window."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_DEADLINE_S = 60
_STARTS_WITHIN_S = 1.5
_SUITE = "bookworm"
_CLEAN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TCP_NODELAY": "1"}


def try_wheel(project: Path, wheel: Path) -> None:
    """Build it once more, which gives the same bytes; install it into an empty environment and work with it."""
    from bundling.wheel import make_wheel  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        again = make_wheel(project, folder)
        if again.read_bytes() != wheel.read_bytes():
            raise RuntimeError(f"{wheel.name} is not the same bytes when it is made again")
        repository = {path.name for path in project.iterdir()} - {"dicomdesk", "resources"}
        strangers = [entry for entry in zipfile.ZipFile(wheel).namelist() if entry.split("/")[0] in repository]
        if strangers:
            raise RuntimeError(f"{wheel.name} holds {strangers[0]}")
        environment = folder / "environment"
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        pip = [environment / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"{wheel}[gui,codecs]"], check=True, cwd=folder)
        _work_with((str(environment / "bin/dicomdesk"),), folder, "wheel")
        _open_window((str(environment / "bin/dicomdesk"),), folder, "wheel")


def try_program(program: Path) -> None:
    """Work with the folder where it stands, without Python on the path."""
    with tempfile.TemporaryDirectory() as name:
        moved = Path(name, "elsewhere with a blank")
        shutil.copytree(program, moved, symlinks=True)
        _work_with((str(moved / "dicomdesk"),), Path(name), "folder")
        _open_window((str(moved / "dicomdesk"),), Path(name), "folder")


def try_debian_package(package: Path) -> None:
    """Look it over with lintian, install it into a system that is made for that, work with it there, and remove it."""
    subprocess.run(["lintian", "--fail-on", "error,warning", package], check=True)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name, "root")
        subprocess.run(
            ["debootstrap", "--variant=minbase", _SUITE, root, *_mirror()], check=True, stdout=subprocess.DEVNULL
        )
        shutil.copyfile("/etc/resolv.conf", root / "etc/resolv.conf")
        shutil.copyfile(package, root / "tmp" / package.name)
        inside = [shutil.which("chroot") or "/usr/sbin/chroot", str(root)]
        apt = [*inside, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
        subprocess.run([*apt, "install", f"/tmp/{package.name}"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(
            [*apt, "install", "--no-install-recommends", "xvfb", "systemd"], check=True, stdout=subprocess.DEVNULL
        )
        for unit in ("dicomdesk-dcmqrscp.service", "dicomdesk-dcmrecv.service"):
            subprocess.run([*inside, "systemd-analyze", "verify", unit], check=True)
        _work_with((*inside, "dicomdesk"), root / "tmp", "Debian package", seen="/tmp")
        _open_window((*inside, "dicomdesk"), root / "tmp", "Debian package", seen="/tmp")
        subprocess.run([*apt, "purge", "dicomdesk"], check=True, stdout=subprocess.DEVNULL)
        left = [path for path in (root / "usr/lib/dicomdesk", root / "usr/bin/dicomdesk") if path.exists()]
        if left:
            raise RuntimeError(f"after its removal there is still {left[0]}")
    print("tried: Debian package, installed on a clean system, looked over, removed")


def _mirror() -> list[str]:
    """Return the mirror of Debian that this system uses, so that no other is asked; [] where none is known."""
    for source in [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]:
        for stanza in source.read_text("utf-8").split("\n\n") if source.is_file() else ():
            lines = [line for line in stanza.splitlines() if not line.startswith("#")]
            fields = dict(line.split(":", 1) for line in lines if ":" in line and line[0].isalpha())
            if _SUITE in fields.get("Suites", "").split():
                return fields["URIs"].split()[:1]
            for words in (line.split() for line in lines):
                if words[:1] == ["deb"] and _SUITE in words:
                    return [words[words.index(_SUITE) - 1]]
    return []


def _work_with(command: Sequence[str], folder: Path, what: str, *, seen: str = "") -> None:
    """Receive what is sent, and keep, list, find and fetch it; ``seen`` is the folder's name for the program."""
    seen = seen or str(folder)
    port, archive_port = _free_port(), _free_port()
    (folder / "in").mkdir()
    (folder / "archive").mkdir()
    (folder / "got").mkdir()
    sample = _sample(folder / "sample.dcm")
    (folder / "a.cfg").write_text(
        f"NetworkTCPPort = {archive_port}\nMaxPDUSize = 131072\nMaxAssociations = 8\nHostTable BEGIN\nHostTable END\n"
        f"VendorTable BEGIN\nVendorTable END\nAETable BEGIN\nARCHIVE {seen}/archive RW (10, 1024mb) ANY\nAETable END\n"
    )
    _run(*command, "--version")
    with _serving(*command, "dcmrecv", "--accept-all", "-od", f"{seen}/in", str(port), port=port):
        _run(*command, "dcmsend", "--strict", "127.0.0.1", str(port), f"{seen}/{sample.name}")
    if len(list((folder / "in").iterdir())) != 1:
        raise RuntimeError(f"{what}: what was sent was not received")
    with _serving(*command, "dcmqrscp", "--config", f"{seen}/a.cfg", port=archive_port):
        peer = ("-aec", "ARCHIVE", "127.0.0.1", str(archive_port))
        _run(*command, "storescu", *peer, f"{seen}/{sample.name}")
        found = _run(
            *command, "findscu", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID", "--csv", *peer
        )
        if "1.2.3.4" not in found:
            raise RuntimeError(f"{what}: the archive does not find what it holds: {found}")
        _run(
            *command,
            "getscu",
            "-S",
            "-k",
            "QueryRetrieveLevel=STUDY",
            "-k",
            "StudyInstanceUID=1.2.3.4",
            *peer,
            "-od",
            f"{seen}/got",
        )
    if len(list((folder / "got").iterdir())) != 1:
        raise RuntimeError(f"{what}: what was fetched did not arrive")
    print(f"tried: {what}: sends, receives, archives, finds, fetches")


def _open_window(command: Sequence[str], folder: Path, what: str, *, seen: str = "") -> None:
    """Open the window on a virtual screen, and close it; its start is timed."""
    home = folder / "home"
    home.mkdir()
    own = {**_CLEAN, "HOME": (seen and f"{seen}/home") or str(home), "QT_QPA_PLATFORM": "offscreen"}
    times = []
    for _ in range(5):
        begun = time.monotonic()
        process = subprocess.Popen(
            command, env=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        try:
            _wait_for_window(process, begun)
            times.append((_processor_s(process.pid), time.monotonic() - begun))
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=_DEADLINE_S)
        finally:
            process.kill()
            process.wait()
        if "Traceback" in said:
            raise RuntimeError(f"{what}: {said}")
    shutil.rmtree(home)
    start_s, passed_s = sorted(times)[len(times) // 2]  # of the processor: others may work here too
    print(
        f"tried: {what}: the window opens after {start_s:.2f} s of a processor, {passed_s:.2f} s on this machine today"
    )
    if start_s > _STARTS_WITHIN_S:
        raise RuntimeError(f"{what}: the window takes {start_s:.2f} s to open, more than {_STARTS_WITHIN_S} s")


def _wait_for_window(process: "subprocess.Popen[str]", begun: float) -> None:
    """Wait until its engine's process is there, which is begun once the window is painted."""
    while time.monotonic() - begun < _DEADLINE_S:
        if process.poll() is not None:
            raise RuntimeError(f"the window ended: {process.stdout.read() if process.stdout else ''}")
        if any(_children(process.pid)):
            return
        time.sleep(0.01)
    raise RuntimeError("the window did not open")


def _processor_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(parent: int) -> Iterator[int]:
    for task in Path(f"/proc/{parent}/task").glob("*"):
        yield from map(int, (task / "children").read_text().split())


@contextmanager
def _serving(*command: str, port: int) -> Iterator[None]:
    process = subprocess.Popen(command, env=_CLEAN, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        deadline = time.monotonic() + _DEADLINE_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"{' '.join(command)} ended: {process.stdout.read() if process.stdout else ''}")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield
        process.terminate()
        process.wait(_DEADLINE_S)
    finally:
        process.kill()
        process.wait()


def _run(*command: str) -> str:
    done = subprocess.run(command, env=_CLEAN, capture_output=True, text=True, check=False, timeout=_DEADLINE_S)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _sample(path: Path) -> Path:
    """Write a small image: Part 10, Explicit VR Little Endian."""
    text = """
(0002,0002) UI =CTImageStorage
(0002,0003) UI [1.2.3.4.5.6]
(0002,0010) UI =LittleEndianExplicit
(0008,0016) UI =CTImageStorage
(0008,0018) UI [1.2.3.4.5.6]
(0008,0060) CS [CT]
(0010,0010) PN [Sample^One]
(0010,0020) LO [S1]
(0020,000d) UI [1.2.3.4]
(0020,000e) UI [1.2.3.4.5]
(0020,0010) SH [1]
(0020,0011) IS [1]
(0020,0013) IS [1]
"""
    dump = path.with_suffix(".txt")
    dump.write_text(text)
    subprocess.run(["/usr/bin/dump2dcm", dump, path], check=True, env={**os.environ, "LC_ALL": "C"})
    return path

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.gui.handover.claim import LOCK_NAME, Claim, is_private, socket_address


def test_profile_has_one_window_at_a_time(tmp_path: Path) -> None:
    first, second = Claim(tmp_path / "state"), Claim(tmp_path / "state")
    assert not second.is_held(), "nothing is made to find out"
    assert not (tmp_path / "state").exists()
    assert first.take()
    assert second.is_held()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


def test_claim_of_a_process_that_was_killed_is_no_obstacle(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from dicomdesk.gui.handover.claim import Claim\n"
        "claim = Claim(Path(sys.argv[1]))\n"
        "assert claim.take()\n"
        "claim.tell_address('/nowhere/socket')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, timeout=60)
    claim = Claim(tmp_path)
    assert claim.address() == "", "there is no such folder"
    assert claim.take()
    claim.release()


def test_address_that_others_could_have_written_is_not_trusted(tmp_path: Path) -> None:
    claim = Claim(tmp_path)
    assert claim.take()
    private, shared = tmp_path / "private", tmp_path / "shared"
    private.mkdir(mode=0o700)
    shared.mkdir()
    shared.chmod(0o777)
    claim.tell_address(str(shared / "s"))
    assert claim.address() == ""
    claim.tell_address(str(private / "s"))
    assert claim.address() == str(private / "s")
    claim.release()
    kept = (tmp_path / LOCK_NAME).rename(tmp_path / "elsewhere")
    (tmp_path / LOCK_NAME).symlink_to(kept)
    assert claim.address() == ""
    with pytest.raises(OSError, match="symbolic"):
        claim.take()


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder of a short name, for sockets; those of tests are long."""
    with tempfile.TemporaryDirectory(prefix="dd") as name:
        yield Path(name)


@pytest.mark.skipif(os.name == "nt", reason="there it is a name")
def test_socket_is_in_a_folder_of_its_owner_alone(tmp_path: Path, short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(short))
    place = Path(socket_address(tmp_path / ("long" * 30)))
    assert place.parent == short / f"dicomdesk-{os.getuid()}"
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    place.parent.chmod(0o755)
    with pytest.raises(OSError, match="alone"):
        socket_address(tmp_path / ("long" * 30))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    short.chmod(0o755)
    assert Path(socket_address(short)).parent == short / "run"
    short.chmod(0o700)
    assert Path(socket_address(short)).parent == short
    assert not is_private(tmp_path / "missing")

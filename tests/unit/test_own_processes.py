import subprocess
import sys
from pathlib import Path

import pytest

from dicomdesk import own_processes
from dicomdesk.own_processes import MODULE_WORD, module_command, module_environment, run_named_module


def test_a_module_runs_wherever_it_is_asked_for(tmp_path: Path) -> None:
    command = module_command("dicomdesk.cli.exit_codes")
    assert command[0] == sys.executable
    done = subprocess.run(command, env=module_environment(), cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 0


def test_a_frozen_program_is_asked_by_a_word_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    command = module_command("dicomdesk.engine.pictures.drawing_process", "7")
    assert command == [sys.executable, MODULE_WORD, "dicomdesk.engine.pictures.drawing_process", "7"]


def test_what_the_environment_says_of_other_modules_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    root, known = module_environment()["PYTHONPATH"].split(":")
    assert Path(root, "dicomdesk", "own_processes.py").samefile(own_processes.__file__)
    assert known == "elsewhere"


@pytest.mark.parametrize("arguments", [[], ["os"], ["dicomdesk"], ["dicomdeskx.y"]])
def test_no_module_of_others_is_run(arguments: list[str]) -> None:
    with pytest.raises(ValueError, match="not a module of this program"):
        run_named_module(arguments)


def test_a_module_finds_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    monkeypatch.delitem(sys.modules, "dicomdesk.cli.exit_codes", raising=False)  # as in a process of its own
    run_named_module(["dicomdesk.cli.exit_codes", "one", "two"])
    assert sys.argv == ["dicomdesk.cli.exit_codes", "one", "two"]

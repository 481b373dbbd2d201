from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.cli.passcode import tool as passcode
from dicomdesk.cli.passcode.tool import PROGRAM
from dicomdesk.cli.program import run_program
from dicomdesk.engine.security.user_file import read_user_file
from dicomdesk.network.acceptor.passcodes import Passcodes

Typing = Callable[..., list[str]]


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Typing:
    """Somebody types the answers, on a terminal or into a pipe; what was asked."""

    def begin(*answers: str | None, on_terminal: bool = True) -> list[str]:
        asked: list[str] = []
        rest = list(answers)

        def ask(prompt: str) -> str | None:
            asked.append(prompt)
            return rest.pop(0)

        monkeypatch.setattr(passcode, "ask_secret", ask)
        monkeypatch.setattr(passcode, "has_terminal", lambda: on_terminal)
        return asked

    return begin


def is_right(file: Path, name: str, code: str) -> bool | None:
    return Passcodes(read_user_file(file)).are_right(name.encode(), code.encode())


def test_passcode_is_asked_for_twice_on_a_terminal(tmp_path: Path, typing: Typing) -> None:
    asked = typing("sesame", "sesame")
    assert run_program(PROGRAM, [str(tmp_path / "users"), "anna"]) == 0
    assert asked == ["Passcode for anna: ", "Once more: "]
    assert is_right(tmp_path / "users", "anna", "sesame")


def test_passcode_is_read_once_from_a_pipe(tmp_path: Path, typing: Typing) -> None:
    typing("sesame", on_terminal=False)
    assert run_program(PROGRAM, [str(tmp_path / "users"), "anna"]) == 0
    assert is_right(tmp_path / "users", "anna", "sesame")


@pytest.mark.parametrize("answers", [("sesame", "sesam"), ("",), (None,), ("sesame", None)])
def test_nothing_is_written_without_a_sure_passcode(
    tmp_path: Path, typing: Typing, capsys: pytest.CaptureFixture[str], answers: tuple[str | None, ...]
) -> None:
    typing(*answers)
    assert run_program(PROGRAM, [str(tmp_path / "users"), "anna"]) == 1
    assert not (tmp_path / "users").exists()
    error = capsys.readouterr().err
    assert error.startswith("F: ")
    assert "sesam" not in error


def test_user_is_taken_out(tmp_path: Path, typing: Typing, capsys: pytest.CaptureFixture[str]) -> None:
    typing("x", "x")
    file = str(tmp_path / "users")
    run_program(PROGRAM, [file, "anna"])
    assert run_program(PROGRAM, ["--remove", file, "anna"]) == 0
    assert read_user_file(tmp_path / "users") == {}
    assert run_program(PROGRAM, ["--remove", file, "anna"]) == 1
    assert "F: user 'anna' is not in" in capsys.readouterr().err

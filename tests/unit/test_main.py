import sys

import pytest

from dicomdesk import __version__, paths
from dicomdesk.__main__ import run_desk, run_tool
from dicomdesk.cli.catalogue import TOOLS


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_desk(["--version"]) == 0
    assert capsys.readouterr().out == f"dicomdesk {__version__}\n"


TOOL_NAMES = ", ".join(TOOLS)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_all_tools(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_desk([option]) == 0
    out = capsys.readouterr().out
    assert "  dcmsend " in out
    assert "  dcmrecv " in out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dcmsned", "dicomdesk: 'dcmsned' is neither a tool nor a file here; did you mean dcmsend?\n"),
        (
            "xyz",
            f"dicomdesk: 'xyz' is neither a tool nor a file here; the tools are: {TOOL_NAMES}\n",
        ),
        (
            "--foo",
            f"dicomdesk: unknown option '--foo'; the tools are: {TOOL_NAMES}\n",
        ),
    ],
)
def test_unknown_name_is_told_with_suggestions(name: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_desk([name]) == 1
    assert capsys.readouterr() == ("", text)


@pytest.mark.parametrize(
    "argv",
    [["dicomdesk", "dcmsend", "--version"], ["/usr/bin/dcmsend", "--version"], ["C/dcmsend.exe", "--version"]],
)
def test_tool_is_found_by_argument_or_by_the_name_of_the_link(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_tool(argv) == 0
    assert capsys.readouterr().out.startswith("$dicomdesk: dcmsend v")


@pytest.mark.parametrize("argv", [["dicomdesk"], ["dicomdesk", "--version"], ["dicomdesk", "dcmsned"]])
def test_no_tool_is_run_where_none_is_named(argv: list[str]) -> None:
    assert run_tool(argv) is None


def test_without_a_display_the_headless_tools_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert run_desk([]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "display" in err
    assert "dicomdesk dcmsend" in err
    assert "dicomdesk dcmrecv" in err


@pytest.mark.parametrize("arguments", [["--profile"], ["--profile", "../x"], ["--profile=a/b"], ["--profile="]])
def test_a_profile_that_cannot_be_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DICOMDESK_PROFILE", "")
    assert run_desk(arguments) == 1
    assert "profile" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--profile", "night"], ["--profile=night"]])
def test_a_profile_is_taken_and_what_follows_is_as_usual(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DICOMDESK_PROFILE", "")
    assert run_desk([*arguments, "--version"]) == 0
    assert paths.profile_name() == "night"
    assert capsys.readouterr().out == f"dicomdesk {__version__}\n"

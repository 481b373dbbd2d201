"""The files are real: made by openssl, as peers' tests have them."""

from pathlib import Path

import pytest

from dicomdesk.cli import tls_preparation
from dicomdesk.cli.options import shared as options
from dicomdesk.cli.options.grammar import CommandLine, Tool, parse
from dicomdesk.cli.options.tls import TlsRole, read_tls, tls_group
from dicomdesk.cli.tls_preparation import prepare_tls
from dicomdesk.logs import Level, console_log
from dicomdesk.settings import TlsSettings

TOOL = Tool(name="try", description="", parameters=(), groups=(options.general_options(), tls_group(TlsRole.ACCEPTOR)))


def line(*tokens: str) -> CommandLine:
    return parse(TOOL, tokens)


def prepare(*tokens: str) -> TlsSettings | None:
    words = line(*tokens)
    settings = read_tls(words, TlsRole.ACCEPTOR)
    assert settings is not None
    return prepare_tls(settings, words, console_log(Level.INFO).logger("dcmtk.apps.try"), TlsRole.ACCEPTOR)


def test_missing_key_is_told_in_dcmtks_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = str(tmp_path / "none.key")
    assert prepare("+tls", key, str(tmp_path / "none.pem")) is None
    assert capsys.readouterr().err.splitlines()[-1].startswith("F: ")


def test_options_without_effect_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare("+tls", str(tmp_path / "none.key"), str(tmp_path / "none.pem"), "+rs", "f")
    assert capsys.readouterr().err.startswith("I: --seed has no effect: ")


def test_nobody_is_asked_for_what_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tls_preparation, "ask_secret", asked.append)
    prepare("+tls", str(tmp_path / "none.key"), str(tmp_path / "none.pem"), "+pw", "x")
    assert not asked

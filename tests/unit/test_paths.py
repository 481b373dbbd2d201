from pathlib import Path

import pytest

from dicomdesk import paths


def test_resources_are_found() -> None:
    assert paths.resources_folder().is_dir()


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.here"):
        paths.resource("nothing.here")


def test_folders_follow_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert paths.configuration_folder() == tmp_path / "configuration" / "dicomdesk"
    assert paths.state_folder() == tmp_path / "state" / "dicomdesk"

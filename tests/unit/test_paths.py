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


def test_a_profile_has_folders_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv(paths.PROFILE_VARIABLE, "")
    usual = paths.state_folder()
    paths.choose_profile("night-shift.2")
    assert paths.profile_name() == "night-shift.2"
    assert paths.state_folder() == usual / "profiles" / "night-shift.2"


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", "a" * 41, "x.", "ä", "a\n", "-x"])
def test_a_name_that_could_lead_elsewhere_is_no_profile(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv(paths.PROFILE_VARIABLE, "")
    usual = paths.state_folder()
    with pytest.raises(ValueError, match="a profile is called"):
        paths.choose_profile(name)
    monkeypatch.setenv(paths.PROFILE_VARIABLE, name)
    assert paths.state_folder() in {usual, usual / "profiles" / "x."}

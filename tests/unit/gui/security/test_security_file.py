import contextlib
import json
import stat
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.errors import SettingsError
from dicomdesk.gui.security import security_file
from dicomdesk.gui.security.security_store import SecuritySettings
from dicomdesk.gui.window_state import TypedPeer
from tests.helpers.window import scenes

SETTINGS = SecuritySettings(
    nodes={TypedPeer(ae_title="PACS", host="pacs.example", port="2762"): scenes.PEER_SECURITY},
    listener=scenes.LISTENER_SECURITY,
)


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / security_file.FILE_NAME
    assert security_file.load_security(path) == SecuritySettings()
    security_file.save_security(path, SETTINGS)
    assert security_file.load_security(path) == SETTINGS
    assert [child.name for child in path.parent.iterdir()] == [security_file.FILE_NAME]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / security_file.FILE_NAME
    path.write_text("{}")
    path.chmod(0o644)
    security_file.save_security(path, SETTINGS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_pass_phrases_are_never_written() -> None:
    tls = replace(scenes.PEER_SECURITY.tls, pass_phrase="sesame")
    secret = replace(SETTINGS, listener=replace(SETTINGS.listener, tls=tls))
    assert "sesame" not in security_file.to_json(secret)


def test_each_field_has_a_reader() -> None:
    for kind, readers in security_file.READERS.items():
        assert set(readers) == {field.name for field in fields(kind)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no JSON", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "the whole is no object"),
        ('{"format": 9}', "another version"),
        ('{"format": 1, "nodes": 3, "listener": {}}', "nodes is no list"),
        ('{"format": 1, "nodes": [{}], "listener": {}}', "ae_title is no text"),
        ('{"format": 1, "nodes": []}', "ListenerSecurity is no object"),
        ('{"format": 1, "nodes": [], "listener": {"uses_tls": "yes"}}', "uses_tls is neither"),
        ('{"format": 1, "nodes": [], "listener": {"tls": {"profile": "ssl3"}}}', "profile is none of"),
        ('{"format": 1, "nodes": [], "listener": {"access": {"user_pass_codes": {"a": 1}}}}', "user_pass_codes is no"),
    ],
)
def test_damage_is_told_instead_of_passed_over(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / security_file.FILE_NAME
    path.write_text(text)
    with pytest.raises(SettingsError, match=problem):
        security_file.load_security(path)


def test_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        security_file.load_security(tmp_path)
    path = tmp_path / security_file.FILE_NAME
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="damaged"):
        security_file.load_security(path)


def test_failed_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / security_file.FILE_NAME
    path.mkdir()
    with pytest.raises(OSError, match=r".+"):
        security_file.save_security(path, SETTINGS)
    assert list(tmp_path.iterdir()) == [path]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["nodes", "listener", "tls", "access", "profile", "host"]), inner)
    ),
    max_leaves=12,
)


@pytest.mark.long
@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    for whole in (value, {"format": 1, "nodes": [], "listener": value}):
        with contextlib.suppress(SettingsError):
            assert isinstance(security_file.from_json(json.dumps(whole)), SecuritySettings)


def test_file_lies_in_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert security_file.security_file().name == "security.json"

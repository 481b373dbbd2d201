import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.gui.preferences.preferences import (
    SCALES,
    Preferences,
    early_preferences,
    keep_preferences,
    preferences_of,
)
from dicomdesk.gui.window_state import WindowState, from_json, to_json
from dicomdesk.settings import Timeouts

VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.integers(), max_size=2)
)
KEYS = st.sampled_from([*Preferences.__dataclass_fields__, "of_a_newer_version"])


@given(st.dictionaries(KEYS, VALUES))
def test_whatever_was_kept_gives_preferences_that_make_sense(kept: dict[str, object]) -> None:
    found = preferences_of(kept)
    assert found.scale_percent in SCALES
    assert 0 < found.peer_port < 65536
    assert all(seconds is None or seconds > 0 for seconds in (found.timeouts().connect_s, found.timeouts().acse_s))
    assert preferences_of(keep_preferences(WindowState(), found).preferences) == found


def test_a_first_start_has_the_time_outs_of_the_tools() -> None:
    assert Preferences().timeouts() == Timeouts()


def test_what_a_newer_version_has_kept_stays_when_settings_are_saved() -> None:
    state = from_json(json.dumps({"format": 1, "preferences": {"flies": True, "peer_port": "no number"}}))
    saved = keep_preferences(state, preferences_of(state.preferences))
    assert from_json(to_json(saved)).preferences == saved.preferences
    assert saved.preferences["flies"] is True
    assert saved.preferences["peer_port"] == 104


def test_they_are_known_before_there_is_a_window_and_a_bad_file_is_a_first_start(tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    assert early_preferences(file) == Preferences()
    file.write_bytes(b"\xff\xfe{")
    assert early_preferences(file) == Preferences()
    file.write_text(json.dumps({"preferences": {"scale_percent": 150}}))
    assert early_preferences(file).scale_percent == 150

import pytest

from dicomdesk.engine.events import ItemOutcome
from dicomdesk.gui.outline.states import ICONS, STATE_OF_OUTCOME, TONES, ItemState, state_word
from dicomdesk.paths import resource


@pytest.mark.parametrize("state", list(ItemState))
def test_each_state_has_word_icon_and_tone(state: ItemState) -> None:
    assert state_word(state)
    assert resource(f"icons/{ICONS[state]}.svg")
    assert state in TONES


def test_states_of_different_tone_differ_in_icon_too() -> None:
    tones: dict[str, set[str]] = {}
    for state in ItemState:
        tones.setdefault(ICONS[state], set()).add(TONES[state].value)
    assert all(len(found) == 1 for found in tones.values())


def test_each_outcome_is_a_state() -> None:
    assert set(STATE_OF_OUTCOME) == set(ItemOutcome)

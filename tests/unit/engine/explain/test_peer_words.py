"""What a peer says in words of its own stands apart: it may tell of a patient."""

import pytest

from dicomdesk.engine.explain.peer_words import PEER_SAYS, split_peer_words


@pytest.mark.parametrize(
    ("reason", "parts"),
    [
        ("Gone", ("Gone", "")),
        (f'Refused. {PEER_SAYS} "Doe^John"', ("Refused.", f'{PEER_SAYS} "Doe^John"')),
        (f'Refused. {PEER_SAYS} "say "no""', ("Refused.", f'{PEER_SAYS} "say "no""')),
        ("", ("", "")),
    ],
)
def test_a_reason_is_parted_from_what_the_peer_says(reason: str, parts: tuple[str, str]) -> None:
    assert split_peer_words(reason) == parts

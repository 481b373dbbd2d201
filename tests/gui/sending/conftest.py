"""What is sent here is sent as in the program: by a process of its own."""

import pytest


@pytest.fixture
def has_host() -> bool:
    """Whether there is such a process."""
    return True

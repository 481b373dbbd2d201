"""The tool ``archive``, run in this process."""

import pytest

from tests.helpers.archives.administered import Command, command_of


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command."""
    return command_of(capsys)

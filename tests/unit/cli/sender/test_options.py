import pytest

from dicomdesk.cli.catalogue import load_program
from dicomdesk.cli.sender.options import CHECK


@pytest.mark.parametrize("tool", ["dcmsend", "storescu"])
def test_sending_tool_has_the_option(tool: str) -> None:
    assert CHECK in load_program(tool).tool.options()
    assert not CHECK.short

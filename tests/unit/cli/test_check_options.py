from dicomdesk.cli.catalogue import load_program
from dicomdesk.cli.check_options import CHECK


def test_sending_tool_has_the_option() -> None:
    assert CHECK in load_program("dcmsend").tool.options()
    assert not CHECK.short

import pytest

from dicomdesk.cli.catalogue import TOOLS, load_program, suggest


@pytest.mark.parametrize("name", TOOLS)
def test_each_tool_has_a_program_of_its_name(name: str) -> None:
    assert load_program(name).tool.name == name


@pytest.mark.parametrize(("name", "guess"), [("dcmsnd", "dcmsend"), ("DCMRECV", "dcmrecv"), ("recv", "dcmrecv")])
def test_close_names_are_suggested(name: str, guess: str) -> None:
    assert suggest(name)[0] == guess


def test_nothing_is_suggested_for_nonsense() -> None:
    assert suggest("xyz") == []

import pytest

from dicomdesk.engine.peers import validity


@pytest.mark.parametrize("text", ["A", "PACS 1", "X" * 16, " PACS ", "a-b_c.d"])
def test_ae_title_is_well(text: str) -> None:
    assert validity.ae_title_problem(text) == ""


@pytest.mark.parametrize("text", ["", "  ", "X" * 17, "A\\B", "ÄRZTE", "A\nB"])
def test_ae_title_is_not_well(text: str) -> None:
    assert validity.ae_title_problem(text)


@pytest.mark.parametrize("text", ["pacs", "10.0.0.7", "fe80::1%eth0", "a.b.example"])
def test_host_is_well(text: str) -> None:
    assert validity.host_problem(text) == ""


@pytest.mark.parametrize("text", ["", "a b", "http://x", "PACS@host", "x" * 254, "a\0b"])
def test_host_is_not_well(text: str) -> None:
    assert validity.host_problem(text)


@pytest.mark.parametrize(("text", "is_well"), [("104", True), ("65535", True), ("0", False), ("65536", False),
    ("", False), ("1e3", False), ("٤", False), ("9" * 5000, False)])  # fmt: skip
def test_port(text: str, is_well: bool) -> None:
    assert (validity.port_problem(text) == "") is is_well


@pytest.mark.parametrize(("text", "is_well"), [("Main archive", True), ("主", True), ("", False), ("a\nb", False),
    ("x" * 65, False)])  # fmt: skip
def test_name(text: str, is_well: bool) -> None:
    assert (validity.name_problem(text) == "") is is_well

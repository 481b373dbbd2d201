import pytest

from dicomdesk.gui.entries.checks import (
    ae_title_problem,
    ae_titles_problem,
    folder_problem,
    host_problem,
    port_problem,
    split_list,
)


@pytest.mark.parametrize("text", ["PACS", " WS 1 ", "A" * 16, "x.y-z_1"])
def test_usual_ae_titles_are_well(text: str) -> None:
    assert ae_title_problem(text) == ""


@pytest.mark.parametrize("text", ["", "   ", "A" * 17, "A\\B", "KÖLN", "A\tB", "A\nB"])
def test_ae_titles_that_the_standard_forbids_are_told(text: str) -> None:
    assert ae_title_problem(text).endswith(".")


@pytest.mark.parametrize("text", ["pacs.example", "10.1.2.3", "::1", " host "])
def test_usual_hosts_are_well(text: str) -> None:
    assert host_problem(text) == ""


@pytest.mark.parametrize("text", ["", " ", "a b", "http://pacs", "AE@host"])
def test_what_is_no_host_is_told(text: str) -> None:
    assert host_problem(text)


@pytest.mark.parametrize("text", ["1", "104", " 11112 ", "65535"])
def test_usual_ports_are_well(text: str) -> None:
    assert port_problem(text) == ""


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "1e3", "104.0", "\uff11\uff10\uff14", "\u00b2"])
def test_what_is_no_port_is_told(text: str) -> None:
    assert port_problem(text)


def test_folder_is_needed() -> None:
    assert folder_problem(" ")
    assert folder_problem("/data") == ""


def test_lists_are_split_at_commas_and_checked_one_by_one() -> None:
    assert split_list(" CT1, MR2;CT1\n\nUS ") == ("CT1", "MR2", "US")
    assert ae_titles_problem("") == ""
    assert ae_titles_problem("CT1, MR2") == ""
    assert ae_titles_problem("CT1, MUCH_TOO_LONG_A_TITLE").startswith("MUCH_TOO_LONG_A_TITLE: An AE title has")

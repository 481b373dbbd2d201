import pytest

from dicomdesk.cli.output.dcmtk_conditions import numbered_condition


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Peer aborted Association (or never connected)", "0006:0317"),
        ("TCP Initialization Error: Connection refused", "0006:031c"),
        ("profile key undefined: X", "0006:0426"),
        ("DIMSE No data available (timeout in non-blocking mode)", "0006:0207"),
    ],
)
def test_known_condition_gets_its_number(text: str, number: str) -> None:
    assert numbered_condition(text) == f"{number} {text}"


def test_unknown_condition_stays_as_it_is() -> None:
    assert numbered_condition("The disk is full") == "The disk is full"

import re

from dicomdesk.cli import exit_codes
from dicomdesk.cli.exit_codes import ExitCode, died_of_signal


def test_table_and_codes_are_the_same() -> None:
    table = {int(number) for number in re.findall(r"^(\d+) ", exit_codes.__doc__ or "", re.MULTILINE)}
    assert table == {int(code) for code in ExitCode} | {died_of_signal(1), died_of_signal(2), died_of_signal(15)}


def test_numbers_are_dcmtks_below_72() -> None:
    dcmtk = {0, 1, 2, 3, 4, 5, 10, 20, 21, 22, 23, 25, 40, 43, 45, 60, 61, 62, 64, 65, 66, 67, 68, 69, 70, 71}
    assert {int(code) for code in ExitCode if code < 72} <= dcmtk

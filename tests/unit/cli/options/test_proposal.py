from dicomdesk.cli.options.proposal import PREFERRED_TRANSFER_SYNTAXES, PROPOSE_OPTIONS
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax


def test_each_option_prefers_a_known_transfer_syntax() -> None:
    assert {option.long for option in PROPOSE_OPTIONS} == set(PREFERRED_TRANSFER_SYNTAXES)
    assert all(find_transfer_syntax(uid) for uid in PREFERRED_TRANSFER_SYNTAXES.values())


def test_short_names_are_dcmtks() -> None:
    assert {option.short for option in PROPOSE_OPTIONS} == {f"-x{letter}" for letter in "=ebisyxvwtumhnl23o45rd"}

from dicomdesk.dicom.sop_classes import STORAGE_SOP_CLASSES
from dicomdesk.dicom.transfer_syntaxes import TRANSFER_SYNTAXES
from dicomdesk.dicom.uid_names import NAMES
from dicomdesk.dicom.uids import is_valid_uid


def test_names_are_unique_and_without_blanks() -> None:
    assert len(set(NAMES.values())) == len(NAMES) > 190
    assert all(is_valid_uid(uid) and name and " " not in name for uid, name in NAMES.items())


def test_names_are_of_nothing_that_another_table_holds() -> None:
    others = {entry.uid for entry in STORAGE_SOP_CLASSES} | {syntax.uid for syntax in TRANSFER_SYNTAXES}
    assert not others & set(NAMES)

from dicomdesk.dicom.instance import InputFormat, InputSelection, InstanceHeader


def test_absent_values_are_empty_text() -> None:
    header = InstanceHeader(
        sop_class_uid="1.2",
        sop_instance_uid="1.2.3",
        transfer_syntax_uid="1.2.840.10008.1.2",
        data_set_offset=0,
        data_set_length=10,
    )
    assert header.patient_id == header.study_instance_uid == header.modality == ""


def test_a_selection_takes_part_10_files_only_unless_asked() -> None:
    selection = InputSelection(paths=("a",))
    assert selection.format is InputFormat.FILE_ONLY
    assert selection.check_uids
    assert not selection.scan_directories

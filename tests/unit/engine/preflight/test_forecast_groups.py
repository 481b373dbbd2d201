from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.forecast import Help, Verdict
from dicomdesk.engine.preflight.forecast_groups import ForecastGroups, Prediction

CT = "1.2.840.10008.5.1.4.1.1.2"
AS_IS = Prediction(Verdict.AS_IS, "", "", "", (), 1)
CONVERTED = Prediction(Verdict.CONVERTED, "1.2", "why", "", (), 1)


def found(number: int, member: str = "") -> FoundInstance:
    header = InstanceHeader(
        sop_class_uid=CT,
        sop_instance_uid=f"1.2.{number}",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        data_set_offset=0,
        data_set_length=10,
    )
    return FoundInstance(path=f"{number}.dcm", header=header, archive_member=member)


def test_instances_of_one_fate_are_one_group() -> None:
    groups = ForecastGroups()
    for number in range(8):
        groups.add(AS_IS, found(number))
    groups.add(CONVERTED, found(9, "inner.dcm"))
    groups.add_input("text.dcm", "not DICOM")
    (bad, converted, as_is), items = groups.result()
    assert (bad.verdict, bad.helps, bad.paths) == (Verdict.CANNOT_GO, (Help.REPAIR_INPUT,), ("text.dcm",))
    assert (converted.verdict, converted.converted_to, converted.paths) == (
        Verdict.CONVERTED,
        "1.2",
        ("9.dcm:inner.dcm",),
    )
    assert (as_is.items, as_is.size_bytes, len(as_is.paths), as_is.sop_class_name) == (8, 80, 5, "CT Image Storage")
    assert [item.group for item in items] == [as_is] * 8 + [converted, bad]
    assert items[0].sop_instance_uid == "1.2.0"

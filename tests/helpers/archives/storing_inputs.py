"""Files and profiles for a tool that proposes to the letter, besides those that any sender is tried with."""

from pathlib import Path

from dicomdesk.dicom.sop_classes import STORAGE_SOP_CLASSES
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT, Builder, part10
from tests.helpers.data.inputs import image, instance, write_inputs

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
"""Known to DCMTK, and not among the classes that its storescu proposes unless told to."""

JPEG_LS = "1.2.840.10008.1.2.4.80"
CLASSES = 65
"""One more than fit into an association with two presentation contexts each."""

PROFILES = """
[[TransferSyntaxes]]
[Plain]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = LittleEndianImplicit
[Big]
TransferSyntax1 = BigEndianExplicit
[Deflated]
TransferSyntax1 = DeflatedLittleEndianExplicit
TransferSyntax2 = LittleEndianExplicit
[JPEG]
TransferSyntax1 = JPEGBaseline
TransferSyntax2 = JPEGLossless:Non-hierarchical-1stOrderPrediction
[[PresentationContexts]]
[Few]
PresentationContext1 = CTImageStorage\\Plain
PresentationContext2 = MRImageStorage\\Plain
PresentationContext3 = CTImageStorage\\JPEG
[Pair]
PresentationContext1 = CTImageStorage\\Plain
PresentationContext2 = MRImageStorage\\Plain
[Own]
PresentationContext1 = 1.2.826.0.1.3680043.9.9999.77\\Plain
[Swollen]
PresentationContext1 = CTImageStorage\\Deflated
[Turned]
PresentationContext1 = CTImageStorage\\Big
[[SCPSCURoleSelection]]
[Roles]
Role1 = CTImageStorage\\BOTH
Role2 = MRImageStorage\\SCP
[User]
Role1 = MRImageStorage\\SCU
[[ExtendedNegotiation]]
[Extended]
ExtendedNegotiation1 = CTImageStorage\\020101
ExtendedNegotiation2 = MRImageStorage\\00
[[Profiles]]
[Default]
PresentationContexts = Few
[Roles]
PresentationContexts = Pair
SCPSCURoleSelection = Roles
[User]
PresentationContexts = Few
SCPSCURoleSelection = User
[Extended]
PresentationContexts = Few
ExtendedNegotiation = Extended
[All]
PresentationContexts = Pair
SCPSCURoleSelection = Roles
ExtendedNegotiation = Extended
[Twice]
PresentationContexts = Few
SCPSCURoleSelection = Roles
[Own]
PresentationContexts = Own
[Swollen]
PresentationContexts = Swollen
[Turned]
PresentationContexts = Turned
"""


def write_storing_inputs(folder: Path) -> None:
    """Fill the folder; the names are those in the tables of the differential tests."""
    write_inputs(folder)
    padded = Builder(EXPLICIT).instance(sop_class_uid=f"{CT_IMAGE} ", sop_instance_uid="1.2.826.0.1.3680043.9.9999.7 ")
    files = {
        "seg.dcm": instance("seg", sop_class_uid=SEGMENTATION),
        "jls.dcm": image("jls", JPEG_LS, frame=b"\xff\xd8\xff\xd9"),
        "padded.dcm": part10(padded, sop_instance_uid="1.2.826.0.1.3680043.9.9999.7"),
        "new-vrs.dcm": instance("new-vrs", after_series=_new_vrs(EXPLICIT)),
        "new-vrs-implicit.dcm": instance(
            "new-vrs-implicit", transfer_syntax_uid=IMPLICIT, after_series=_new_vrs(IMPLICIT)
        ),
        "large.dcm": instance("large", after_series=Builder(EXPLICIT).element(0x00420011, "OB", bytes(100_000))),
        "studied.dcm": _studied(),
        "token": b"ticket\n",
        "large-token": b"x" * 65_600,
        "empty-token": b"",
        "profiles.cfg": PROFILES.encode(),
        "broken.cfg": PROFILES.replace("Deflated\n", "Nonsense\n").encode(),
        "names.txt": b"-R -v\n'ct1.dcm' mr.dcm\n",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "classes").mkdir()
    for number, known in enumerate(STORAGE_SOP_CLASSES[:CLASSES]):
        data = instance(f"classes/{number}", sop_class_uid=known.uid)
        (folder / "classes" / f"{number:03}.dcm").write_bytes(data)


def _new_vrs(transfer_syntax_uid: str) -> bytes:
    """Elements whose VRs are younger than 1993."""
    builder = Builder(transfer_syntax_uid)
    return builder.element(0x00291010, "UN", b"abcd") + builder.element(0x0040A160, "UT", "text")


def _studied() -> bytes:
    """Return an instance that has all that an identity consists of."""
    builder, uid = Builder(EXPLICIT), "1.2.826.0.1.3680043.9.9999.8"
    data_set = builder.instance(sop_instance_uid=uid)
    series_number = builder.element(0x00200011, "IS", "7")
    study_id, number = builder.element(0x00200010, "SH", "S1"), builder.element(0x00200013, "IS", "5")
    return part10(data_set.removesuffix(series_number) + study_id + series_number + number, sop_instance_uid=uid)

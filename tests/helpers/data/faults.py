"""The small inputs that once failed, which lie beside the corpus: Part 10 files, and bare data sets."""

from dataclasses import dataclass
from pathlib import Path

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat
from tests.helpers.data.comparison import data_set_bytes
from tests.helpers.data.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT, part10

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_SYNTAXES = {0: IMPLICIT, 1: EXPLICIT, 2: BIG_ENDIAN, 3: IMPLICIT}


@dataclass(frozen=True)
class Fault:
    """A data set and how it is encoded."""

    name: str
    transfer_syntax_uid: str
    data: bytes


def read_faults(folder: Path) -> list[Fault]:
    """All of them; of ``received-data-set-N.bin`` the first byte says how the rest is encoded."""
    found = []
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        if path.suffix == ".dcm":
            header = read_header(str(path), InputFormat.FILE_ONLY)
            found.append(Fault(path.name, header.transfer_syntax_uid, data_set_bytes(path)))
        elif path.name.startswith("received"):
            found.append(Fault(path.name, _SYNTAXES[data[0] % 4], data[1:] + bytes((len(data) - 1) % 2)))
        elif path.suffix == ".bin":
            found.append(Fault(path.name, IMPLICIT, data + bytes(len(data) % 2)))
    return found


def write_faults(folder: Path, into: Path) -> Path:
    """Part 10 files of all of them."""
    into.mkdir()
    for path in folder.glob("*.dcm"):
        (into / path.name).write_bytes(path.read_bytes())
    for fault in read_faults(folder):
        if fault.name.endswith(".bin"):
            whole = part10(
                fault.data, fault.transfer_syntax_uid, sop_class_uid=SECONDARY_CAPTURE, sop_instance_uid="1.2.3.4.5"
            )
            (into / f"{fault.name}.dcm").write_bytes(whole)
    return into

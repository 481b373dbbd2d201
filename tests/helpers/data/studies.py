"""Small studies on disk, for those who send and receive whole files."""

from pathlib import Path

from tests.helpers.data.datasets import Builder, part10


def write_study(folder: Path, instances: int, *, patient_name: str = "Doe^Jane", prefix: str = "1.2.3.4") -> list[Path]:
    """Write CT instances of one series; return their paths in the order in which they are scanned."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number in range(1, instances + 1):
        uid = f"{prefix}.{number}"
        data_set = Builder().instance(sop_instance_uid=uid, patient_name=patient_name.encode())
        path = folder / f"IM{number:04}"
        path.write_bytes(part10(data_set, sop_instance_uid=uid))
        written.append(path)
    return written

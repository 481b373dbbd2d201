import os
from pathlib import Path

from dicomdesk.dicom.data_set_source import FileRange


def test_a_range_names_the_bytes_of_the_data_set(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"metadataset")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        part = FileRange(descriptor, 4, 7)
        assert os.pread(part.file_descriptor, part.length, part.offset) == b"dataset"
    finally:
        os.close(descriptor)

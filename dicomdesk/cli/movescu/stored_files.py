"""The format of files that came, where another one is asked for than they were stored in."""

import os
from dataclasses import replace
from pathlib import Path

from dicomdesk.archive.setup.storing_format import StoringFormat, shaped
from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.files.part10 import file_meta_information, parse_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.errors import DataError

__all__ = ["needs_reshaping", "reshape_file"]


def needs_reshaping(wanted: StoringFormat) -> bool:
    """Whether files are to be otherwise than the receiver stores them."""
    is_usual = replace(wanted, compression_level=StoringFormat().compression_level) == StoringFormat()
    return not (is_usual or (wanted.is_bit_preserving and wanted.is_file_format))


def reshape_file(path: Path, wanted: StoringFormat) -> None:
    """Write a Part 10 file over with its data set in this format; on an error it stays as it is.

    Raises DataError where it cannot be converted, OSError where it cannot be read or written.
    """
    content = path.read_bytes()
    header = parse_header(content, len(content), InputFormat.FILE_ONLY)
    data = memoryview(content)[header.data_set_offset :]
    if not header.transfer_syntax_uid:
        raise DataError("its transfer syntax is not known")
    syntax = wanted.transfer_syntax_uid or header.transfer_syntax_uid
    meta = b""
    if wanted.is_file_format:
        meta = content[: header.data_set_offset]
        if syntax != header.transfer_syntax_uid:
            meta = file_meta_information(
                sop_class_uid=header.media_sop_class_uid,
                sop_instance_uid=header.media_sop_instance_uid,
                transfer_syntax_uid=syntax,
            )
    made, _ = shaped(data, header.transfer_syntax_uid, wanted, before_bytes=len(meta))
    file = AtomicFile(str(path.parent))
    try:
        file.write((meta, made))
        file.publish(os.fspath(path.name), replace=True)
    finally:
        file.discard()

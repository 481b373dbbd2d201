"""Responses as files: one DICOM or XML file each, or all in one XML file."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.cli.findscu.options import Extraction
from dicomdesk.dicom.documents.data_set import read_data_set
from dicomdesk.dicom.documents.xml_document import RESPONSES_END, RESPONSES_START, data_set_text, in_utf_8, xml_file
from dicomdesk.dicom.files.part10 import file_meta_information
from dicomdesk.dicom.uids import is_valid_uid, new_uids
from dicomdesk.errors import DataError
from dicomdesk.human import printable
from dicomdesk.logs import Level, Logger
from dicomdesk.named_files import open_to_write

__all__ = ["ResponseFiles"]

_RESPONSE_CLASS = "1.2.276.0.7230010.3.1.0.1"
"""DCMTK's, for data sets that are no instances."""
_INSTANCE_UID = b"\x08\0\x18\0"
_INSTANCE_UID_BIG = b"\0\x08\0\x18"
_FULL = "Maximum number of responses already written to file ... not writing this and all following responses to file"


class ResponseFiles:
    """Writes responses; trouble is told, and costs that file. For the main thread."""

    def __init__(self, kind: Extraction, logger: Logger, *, folder: str, xml_file_name: str, most: int | None) -> None:
        """``most`` is how many are written, None for all."""
        self._kind = kind
        self._logger = logger
        self._xml_file_name = xml_file_name
        self._left = most
        self._is_full = False
        self._stream: BinaryIO | None = None
        self.is_lost = False
        """Whether a file could not be written, or is not whole."""
        self._path = str(Path(folder))
        self._prefix = "" if folder in (".", "") else folder
        """The folder as names of files begin with it: not at all where it is the present one."""
        self._uids = new_uids()
        self._known_meta: dict[tuple[str, int], tuple[bytes, bytes]] = {}
        """What comes before and after a UID of a length, by the transfer syntax."""

    @property
    def is_wanted(self) -> bool:
        """Whether there are any."""
        return self._kind is not Extraction.NONE

    def open(self) -> None:
        """Begin the one file of all responses, if there is to be one."""
        if self._kind is not Extraction.SINGLE_XML:
            return
        path = os.path.join(self._prefix, self._xml_file_name)
        self._logger.info(f"Writing all response datasets to file: {printable(path)}")
        try:
            descriptor = open_to_write(path, os.O_CREAT | os.O_TRUNC)
            self._stream = os.fdopen(descriptor, "wb")
        except OSError as error:
            self._tell(path, error)
            return
        self._write_to_stream(RESPONSES_START)

    def take(self, number: int, identifier: bytes, transfer_syntax_uid: str) -> None:
        """Write one response; ``number`` is part of the name of its file."""
        if self._left == 0:
            if not self._is_full:
                self._logger.info(_FULL)
            self._is_full = True
            return
        if self._left is not None:
            self._left -= 1
        if self._kind is Extraction.DICOM:
            uid = _find_instance(identifier, transfer_syntax_uid) or next(self._uids)
            self._write_file(f"rsp{number:04}.dcm", *self._meta(uid, transfer_syntax_uid), identifier)
            return
        try:
            data_set = read_data_set(identifier, transfer_syntax_uid)
        except DataError as error:
            text = f"response {number} cannot be written as XML: {printable(str(error))}"
            self._logger.write(Level.ERROR, text)
            return
        if self._kind is Extraction.XML:
            self._write_file(f"rsp{number:04}.xml", xml_file(data_set))
        else:
            self._write_to_stream(data_set_text(in_utf_8(data_set)))

    def close(self) -> None:
        """End the one file of all responses, if there is one."""
        self._write_to_stream(RESPONSES_END)
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(OSError):  # what could not be flushed was told, or is told by nobody but the disk
                stream.close()

    def _meta(self, uid: str, transfer_syntax_uid: str) -> tuple[bytes, bytes, bytes]:
        """Meta information in three parts, of which most are those of the response before."""
        key = transfer_syntax_uid, len(uid)
        if key not in self._known_meta:
            placeholder = "\1" * len(uid)
            meta = file_meta_information(
                sop_class_uid=_RESPONSE_CLASS, sop_instance_uid=placeholder, transfer_syntax_uid=transfer_syntax_uid
            )
            before, _, after = meta.partition(placeholder.encode())
            self._known_meta[key] = before, after
        before, after = self._known_meta[key]
        return before, uid.encode(), after

    def _write_file(self, name: str, *content: bytes) -> None:
        if self._logger.is_enabled(Level.INFO):
            self._logger.info(f"Writing response dataset to file: {printable(os.path.join(self._prefix, name))}")
        try:
            file = AtomicFile(self._path)
            try:
                file.write(content)
                file.publish(name, replace=True)
            finally:
                file.discard()
        except OSError as error:
            self._tell(os.path.join(self._prefix, name), error)

    def _write_to_stream(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text.encode())
            self._stream.flush()
        except OSError as error:
            self._tell(os.path.join(self._prefix, self._xml_file_name), error)
            with suppress(OSError):
                self._stream.close()
            self._stream = None

    def _tell(self, path: str, error: OSError) -> None:
        self.is_lost = True
        self._logger.error(f"Writing file: {printable(path)}: {error.strerror or error}")


def _find_instance(identifier: bytes, transfer_syntax_uid: str) -> str:
    """The SOP Instance UID of a response, which few have; "" where there is none that can be written."""
    if _INSTANCE_UID not in identifier and _INSTANCE_UID_BIG not in identifier:
        return ""
    try:
        found = read_data_set(identifier, transfer_syntax_uid).elements.get(0x00080018)
    except DataError:
        return ""
    uid = found.value.decode("latin-1").strip(" \0") if found is not None else ""
    return uid if is_valid_uid(uid) else ""

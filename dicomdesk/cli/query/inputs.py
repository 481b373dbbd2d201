"""Identifiers from query files and keys, as the tools of DCMTK make them: the keys are laid over each file."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dicomdesk.cli.options.grammar import CommandLineError
from dicomdesk.cli.output.dcmtk_conditions import numbered_condition
from dicomdesk.dicom.dictionary import find_tag
from dicomdesk.dicom.documents.data_set import LARGEST_BYTES, DataSet, read_data_set, write_data_set
from dicomdesk.dicom.documents.key_paths import KeyPathError, apply_key
from dicomdesk.dicom.files.part10 import parse_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.errors import DataError
from dicomdesk.human import printable
from dicomdesk.named_files import read_named_file
from dicomdesk.records import dataclass

__all__ = ["Fault", "Identifiers", "as_sent", "check_files", "check_plain_keys", "make_identifiers"]

_PLAIN_TAG = re.compile(r"\s*([0-9a-fA-F]{1,4}),\s*([0-9a-fA-F]{1,4})")
_EMPTY = "0006:020e DIMSE Failed to send message"
_UNREADABLE = "I/O suspension or premature end of stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why there is no identifier where there was to be one."""

    text: str
    """What is wrong, with the name of the file or the key; "" where the condition says it all."""
    condition: str
    """With DCMTK's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """What is to be asked for, up to the first fault."""

    data_sets: tuple[DataSet, ...]
    fault: Fault | None = None
    bad_keys: tuple[Fault, ...] = ()
    """Those that were passed over, and are as bad for each of the data sets."""


def check_files(paths: Sequence[str]) -> None:
    """Raise CommandLineError for the first file that is not there."""
    for path in paths:
        if not Path(path).exists():
            raise CommandLineError(f"cannot access file: {path}")


def check_plain_keys(keys: Sequence[str]) -> tuple[str, ...]:
    """Keys without paths and parentheses, as movescu has them, in the form of those of the other tools.

    Raises CommandLineError for the first that is none.
    """
    return tuple(map(_check_plain_key, keys))


def _check_plain_key(key: str) -> str:
    name, _, value = key.partition("=")
    found = _PLAIN_TAG.match(key)
    tag = int(found[1], 16) << 16 | int(found[2], 16) if found is not None else find_tag(name)
    if tag is None:
        raise CommandLineError(f"bad key format or dictionary name not found in dictionary: {name}")
    shown = f"({tag >> 16:04x},{tag & 0xFFFF:04x})"
    plain = f"{shown}={value}"
    try:
        apply_key(DataSet(), plain)
    except KeyPathError as error:
        raise CommandLineError(f'cannot put tag value: {shown}="{value}"') from error
    return plain


def make_identifiers(paths: Sequence[str], keys: Sequence[str], *, passes_over: bool = False) -> Identifiers:
    """An identifier for each file, or one from the keys alone where there is no file.

    A key that is none is the fault of its identifier, unless it is passed over.
    """
    made: list[DataSet] = []
    bad_keys: dict[Fault, None] = {}
    for path in paths or (None,):
        try:
            data_set = DataSet() if path is None else _read_file(path)
        except DataError as error:
            text = printable(str(error))
            fault = Fault(text=f"Bad DICOM file: {printable(path or '')}: {text}", condition=numbered_condition(text))
            return Identifiers(data_sets=tuple(made), fault=fault, bad_keys=tuple(bad_keys))
        for key in keys:
            try:
                apply_key(data_set, key)
            except KeyPathError as error:
                fault = Fault(text=f"Bad override key/path: {printable(key)}", condition=printable(error.condition))
                if not passes_over:
                    return Identifiers(data_sets=tuple(made), fault=fault)
                bad_keys[fault] = None
        if not data_set.elements:
            empty = Fault(text="", condition=_EMPTY)
            return Identifiers(data_sets=tuple(made), fault=empty, bad_keys=tuple(bad_keys))
        made.append(data_set)
    return Identifiers(data_sets=tuple(made), bad_keys=tuple(bad_keys))


def as_sent(data_set: DataSet, transfer_syntax_uid: str) -> DataSet:
    """An identifier with the padding and the lengths that it has once it was sent in this transfer syntax."""
    sent = read_data_set(write_data_set(data_set), EXPLICIT_VR_LITTLE_ENDIAN)
    return replace(sent, transfer_syntax_uid=transfer_syntax_uid)


def _read_file(path: str) -> DataSet:
    try:
        content = read_named_file(path, LARGEST_BYTES)
    except OSError as error:
        raise DataError(_UNREADABLE) from error
    header = parse_header(content, len(content), InputFormat.FILE_OR_DATA_SET)
    data = content[header.data_set_offset : header.data_set_offset + header.data_set_length]
    return read_data_set(data, header.transfer_syntax_uid)

"""Retrieves from archives with DCMTK's movescu and getscu, and tells what they were answered and got."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.archives.opened_archives import AREA, DEADLINE_S
from tests.helpers.archives.stored_studies import ROOT, SECONDARY_CAPTURE, encode
from tests.helpers.data.comparison import differences
from tests.helpers.data.datasets import BIG_ENDIAN, DEFLATED, IMPLICIT, Builder, part10
from tests.helpers.dcmtk.delivery import ENVIRONMENT
from tests.helpers.dcmtk.programs import dcmtk_program

RLE = "1.2.840.10008.1.2.5"
SYNTAXES = {BIG_ENDIAN: "b", IMPLICIT: "i", DEFLATED: "d", RLE: "r"}


@dataclass(frozen=True, slots=True)
class Response:
    """A C-MOVE or C-GET response; None is a count that is not there."""

    status: int
    remaining: int | None
    completed: int | None
    failed: int | None
    warning: int | None
    has_data_set: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """What a retrieval brought."""

    responses: tuple[Response, ...]
    files: Mapping[str, Path]
    """By SOP Instance UID."""
    failed: tuple[str, ...]
    """The Failed SOP Instance UID List of the final response, as far as it is shown."""
    log: str

    @property
    def final(self) -> Response:
        """The last response."""
        return self.responses[-1]


def moving(port: int, storage_port: int, arguments: Sequence[str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start movescu, which receives into ``folder`` itself, bit by bit."""
    folder.mkdir(parents=True)
    command = [dcmtk_program("movescu"), "-d", "-aec", AREA, "+P", str(storage_port), "+B", *arguments]
    return _start(command, port, folder)


def getting(port: int, arguments: Sequence[str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start getscu, which stores into ``folder``, bit by bit."""
    folder.mkdir(parents=True)
    return _start([dcmtk_program("getscu"), "-d", "-aec", AREA, "+B", *arguments], port, folder)


def _start(command: Sequence[str], port: int, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*command, "127.0.0.1", str(port)],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


_BLOCK = re.compile(r"Message Type +: C-(?:MOVE|GET) RSP\n(.*?)END DIMSE MESSAGE", re.DOTALL)
_LINE = re.compile(r"^D: ([A-Z][A-Za-z ]*?) *: (\w+)", re.MULTILINE)
_FAILED = re.compile(r"\(0008,0058\) UI (?:\[([\d.\\]+)|=(\w+))")


def read_retrieved(process: "subprocess.Popen[bytes]", folder: Path) -> Retrieved:
    """Wait for the client and read what it brought."""
    _, stderr = process.communicate(timeout=DEADLINE_S)
    log = stderr.decode("utf-8", "replace")
    failed = _FAILED.search(log)
    return Retrieved(
        responses=tuple(_response(dict(_LINE.findall(block))) for block in _BLOCK.findall(log)),
        files={_uid(file.name): file for file in folder.iterdir()},
        failed=tuple(sorted(failed[1].split("\\"))) if failed and failed[1] else (),
        log=log,
    )


def _uid(name: str) -> str:
    return re.sub(r"^[A-Za-z]+\.", "", name)


def _response(values: Mapping[str, str]) -> Response:
    counts = [values.get(f"{kind} Suboperations", "none") for kind in ("Remaining", "Completed", "Failed", "Warning")]
    remaining, completed, failed, warning = (None if count == "none" else int(count) for count in counts)
    return Response(
        status=int(values["DIMSE Status"], 16),
        remaining=remaining,
        completed=completed,
        failed=failed,
        warning=warning,
        has_data_set=values["Data Set"] != "none",
    )


def different(ours: Retrieved, theirs: Retrieved) -> set[str]:
    """In which aspects two retrievals differ: status, counts, pending, failed, arrived, bytes."""
    aspects = set()
    if ours.final.status != theirs.final.status:
        aspects.add("status")
    if _counts(ours.final) != _counts(theirs.final):
        aspects.add("counts")
    if ours.responses[:-1] != theirs.responses[:-1]:
        aspects.add("pending")
    if ours.failed != theirs.failed or ours.final.has_data_set != theirs.final.has_data_set:
        aspects.add("failed")
    if ours.files.keys() != theirs.files.keys():
        aspects.add("arrived")
    both = [(ours.files[uid].read_bytes(), theirs.files[uid].read_bytes()) for uid in ours.files if uid in theirs.files]
    if any(one != other and differences(one, other) for one, other in both):
        aspects.add("bytes")
    return aspects


def _counts(response: Response) -> tuple[int, ...]:
    """A final response need not have counts (PS3.7 9.1.4.1)."""
    counts = response.remaining, response.completed, response.failed, response.warning
    return tuple(count or 0 for count in counts)


def write_encoded_study(folder: Path) -> list[Path]:
    """Write study 20: the same image in four transfer syntaxes, in one series."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, (syntax, letter) in enumerate(SYNTAXES.items(), 1):
        uid = f"{ROOT}.20.1.{number}"
        written.append(folder / f"{letter}.dcm")
        written[-1].write_bytes(
            part10(_image(uid, syntax), syntax, sop_class_uid=SECONDARY_CAPTURE, sop_instance_uid=uid)
        )
    return written


def _image(uid: str, syntax: str) -> bytes:
    values = {
        "SOPClassUID": SECONDARY_CAPTURE,
        "SOPInstanceUID": uid,
        "PatientID": "P20",
        "PatientName": "Encoded",
        "StudyInstanceUID": f"{ROOT}.20",
        "SeriesInstanceUID": f"{ROOT}.20.1",
        "Modality": "OT",
    }
    builder = Builder(syntax)
    words = ((0x00280002, 1), (0x00280010, 2), (0x00280011, 2), (0x00280100, 8), (0x00280101, 8), (0x00280102, 7))
    pixel_words = [builder.element(tag, "US", value) for tag, value in words]
    interpretation = builder.element(0x00280004, "CS", "MONOCHROME2")
    image = b"".join([pixel_words[0], interpretation, *pixel_words[1:], builder.element(0x00280103, "US", 0)])
    data = encode(values, "", syntax) + image
    if syntax == RLE:
        header = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56)
        return data + builder.fragments(header + b"\x03\x01\x02\x03\x04\x80")
    data += builder.element(0x7FE00010, "OW" if syntax == IMPLICIT else "OB", b"\x01\x02\x03\x04")
    if syntax == DEFLATED:
        from dicomdesk.dicom.data_sets.deflate import deflate  # noqa: PLC0415 - for one file

        return deflate(data, 6)
    return data

"""What senders bring to receivers, file by file, and where ours bring less or other than DCMTK's."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat
from tests.helpers.data.comparison import data_set_bytes, differences, dumped
from tests.helpers.dcmtk.delivery import OURS, Sent, arrived, receiver, send

DCMTK_SENDER = ("dcmsend",)
OUR_SENDER = (*OURS, "dcmsend")
DCMTK_RECEIVER = ("dcmrecv",)
OUR_RECEIVER = (*OURS, "dcmrecv")
PROFILES = Path(__file__).parents[2] / "corpus" / "data" / "profiles.cfg"
_UNCOMPRESSED = "TransferSyntax1 = LittleEndianExplicit\nTransferSyntax2 = LittleEndianImplicit\n[["


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one sender brought to one receiver."""

    sent: dict[str, Sent]
    files: dict[str, Path]


def profile(takes: str, folder: Path) -> tuple[str, ...]:
    """Options of a receiver that takes the classes of AllDICOM in "Any", "Uncompressed" or "Implicit" syntaxes."""
    if takes != "Implicit":
        return ("-xf", str(PROFILES), takes)
    text = PROFILES.read_text(encoding="ascii")
    assert text.count(_UNCOMPRESSED) == 1
    made = folder / "implicit.cfg"
    made.write_text(text.replace(_UNCOMPRESSED, "TransferSyntax1 = LittleEndianImplicit\n[["), encoding="ascii")
    return ("-xf", str(made), "Uncompressed")


def deliver(
    sender: Sequence[str], takes: Sequence[str], inputs: Sequence[Path], folder: Path, *options: str
) -> Delivery:
    """Send the inputs; ``takes`` is the receiver's command, profile included."""
    into = folder / "received"
    into.mkdir(parents=True)
    with receiver(takes[:-3], into, *takes[-3:]) as port:
        sent = send(sender, port, inputs, folder / "report.txt", *options)
    return Delivery(sent={item.path: item for item in sent}, files=arrived(into, sent))


def not_delivered(theirs: Delivery, ours: Delivery) -> list[str]:
    """Files that DCMTK brought and ours did not."""
    return sorted(set(theirs.files) - set(ours.files))


def is_alike(theirs: Path, ours: Path) -> bool:
    """Whether two files hold the same data set, as pydicom reads them or as DCMTK does."""
    if data_set_bytes(theirs) == data_set_bytes(ours):
        return True
    one, other = theirs.read_bytes(), ours.read_bytes()
    contents = sha256(one).digest() + sha256(other).digest()
    if contents not in _COMPARED:
        _COMPARED[contents] = _reads_alike(theirs, one, ours, other)
    return _COMPARED[contents]


_COMPARED: dict[bytes, bool] = {}
"""Results by the digests of both contents: the corpus is sent and fetched again and again."""


def _reads_alike(theirs: Path, one: bytes, ours: Path, other: bytes) -> bool:
    try:
        return not differences(one, other) or dumped(theirs) == dumped(ours)
    except (NotImplementedError, RecursionError, ValueError):  # what pydicom makes of damaged ones
        return dumped(theirs) == dumped(ours)


def altered(theirs: Delivery, ours: Delivery) -> list[str]:
    """Files sent in their own transfer syntax whose data set did not arrive byte for byte.

    Where values are odd in length, both senders pad them; those must arrive as from DCMTK.
    """
    found = []
    for path, file in ours.files.items():
        item = ours.sent[path]
        if item.network != item.original:
            continue
        header = read_header(path, InputFormat.FILE_ONLY)
        data = Path(path).read_bytes()[header.data_set_offset :][: header.data_set_length]
        if data_set_bytes(file) != data and (path not in theirs.files or not is_alike(theirs.files[path], file)):
            found.append(path)
    return found


def unlike(theirs: Delivery, ours: Delivery) -> list[str]:
    """Converted files that arrived with another data set than DCMTK's conversion gives."""
    return sorted(
        path
        for path in set(theirs.files) & set(ours.files)
        if ours.sent[path].network != ours.sent[path].original and not is_alike(theirs.files[path], ours.files[path])
    )

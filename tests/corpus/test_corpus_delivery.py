"""Every file of the corpus that DCMTK delivers is delivered by ours too, and arrives with an identical data set."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from dicomdesk.dicom.instance import InputFormat
from dicomdesk.dicom.part10 import read_header
from tests.helpers.comparison import data_set_bytes, differences
from tests.helpers.delivery import OURS, Sent, arrived, orthanc, orthanc_instances, receiver, send

pytestmark = [pytest.mark.corpus, pytest.mark.dcmtk, pytest.mark.filterwarnings("ignore")]

DCMTK_SENDER = ("dcmsend",)
OUR_SENDER = (*OURS, "dcmsend")
DCMTK_RECEIVER = ("dcmrecv",)
OUR_RECEIVER = (*OURS, "dcmrecv")
OPTIONS = {"default": (), "lossy decompression": ("+dly",)}


@pytest.fixture(autouse=True)
def odd_values_are_expected(announce_log: Callable[[str], None]) -> None:
    announce_log("^pydicom: WARNING: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one sender brought to one receiver."""

    sent: dict[str, Sent]
    files: dict[str, Path]


def profile(name: str) -> tuple[str, ...]:
    """Options of a receiver that takes the classes of AllDICOM, with any or with uncompressed syntaxes only."""
    return ("-xf", str(Path(__file__).parent / "data" / "profiles.cfg"), name)


def deliver(sender: tuple[str, ...], takes: tuple[str, ...], corpus: Path, folder: Path, *options: str) -> Delivery:
    """Send the corpus; ``takes`` is the receiver's command."""
    into = folder / "received"
    into.mkdir(parents=True)
    with receiver(takes[:-3], into, *takes[-3:]) as port:
        sent = send(sender, port, [corpus], folder / "report.txt", *options)
    return Delivery(sent={item.path: item for item in sent}, files=arrived(into, sent))


def not_delivered(theirs: Delivery, ours: Delivery) -> list[str]:
    """Files that DCMTK brought and ours did not."""
    return sorted(set(theirs.files) - set(ours.files))


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
        if data_set_bytes(file) != data and (
            path not in theirs.files or differences(theirs.files[path].read_bytes(), file.read_bytes())
        ):
            found.append(path)
    return found


def unlike(theirs: Delivery, ours: Delivery) -> list[str]:
    """Converted files that arrived with another data set than DCMTK's conversion gives."""
    found = []
    for path in sorted(set(theirs.files) & set(ours.files)):
        item = ours.sent[path]
        if item.network == item.original:
            continue
        unequal = differences(theirs.files[path].read_bytes(), ours.files[path].read_bytes())
        if unequal:
            found.append(f"{path}: {unequal[:3]}")
    return found


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
@pytest.mark.parametrize("takes", ["Any", "Uncompressed"])
def test_dcmrecv_gets_from_us_what_it_gets_from_dcmsend(
    corpus: Path, tmp_path: Path, takes: str, options: tuple[str, ...]
) -> None:
    receiver_command = (*DCMTK_RECEIVER, *profile(takes))
    theirs = deliver(DCMTK_SENDER, receiver_command, corpus, tmp_path / "theirs", *options)
    ours = deliver(OUR_SENDER, receiver_command, corpus, tmp_path / "ours", *options)
    assert len(theirs.files) > 500
    assert not not_delivered(theirs, ours)
    assert not altered(theirs, ours)
    assert not unlike(theirs, ours)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_our_receiver_gets_from_us_what_dcmrecv_gets_from_dcmsend(
    corpus: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    theirs = deliver(DCMTK_SENDER, (*DCMTK_RECEIVER, *profile("Any")), corpus, tmp_path / "theirs", *options)
    ours = deliver(OUR_SENDER, (*OUR_RECEIVER, *profile("Any")), corpus, tmp_path / "ours", *options)
    assert not not_delivered(theirs, ours)
    assert not altered(theirs, ours)
    assert not unlike(theirs, ours)


@pytest.mark.orthanc
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_orthanc_gets_from_us_what_it_gets_from_dcmsend(corpus: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    reached = []
    for name, sender in (("theirs", DCMTK_SENDER), ("ours", OUR_SENDER)):
        folder = tmp_path / name
        folder.mkdir()
        with orthanc(folder) as (dicom_port, http_port):
            sent = send(sender, dicom_port, [corpus], folder / "report.txt", *options)
            reached.append(({item.path for item in sent if item.is_stored}, orthanc_instances(http_port)))
    (their_paths, their_instances), (our_paths, our_instances) = reached
    assert len(their_paths) > 500
    assert not their_paths - our_paths
    assert not set(their_instances) - set(our_instances)


def test_our_receiver_takes_everything_in_one_run(corpus: Path, tmp_path: Path) -> None:
    """The 205 storage SOP classes need more presentation contexts than one association may have."""
    into = tmp_path / "received"
    into.mkdir()
    with receiver(OUR_RECEIVER, into, "--accept-all") as port:
        sent = send(OUR_SENDER, port, [corpus / "sop-classes"], tmp_path / "report.txt")
    assert len(sent) == 205
    assert all(item.is_stored for item in sent)
    assert len({item.association for item in sent}) == 2
    assert len(list(into.iterdir())) == 205

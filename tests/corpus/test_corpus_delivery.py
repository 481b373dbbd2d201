"""Every file of the corpus that DCMTK delivers is delivered by ours too, and arrives with an identical data set."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.data.faults import write_faults
from tests.helpers.dcmtk.deliveries import (
    DCMTK_RECEIVER,
    DCMTK_SENDER,
    OUR_RECEIVER,
    OUR_SENDER,
    altered,
    deliver,
    not_delivered,
    profile,
    unlike,
)
from tests.helpers.dcmtk.delivery import orthanc, orthanc_instances, receiver, send

pytestmark = [pytest.mark.corpus, pytest.mark.dcmtk, pytest.mark.filterwarnings("ignore")]

OPTIONS = {"default": (), "lossy decompression": ("+dly",)}

CONVERTED_OTHERWISE = {"syn_meta_group_in_dataset.dcm"}
"""DCMTK leaves out elements of group 0002 of a data set when it writes it."""


@pytest.fixture
def inputs(corpus: Path, faults: Path, tmp_path: Path) -> list[Path]:
    """The corpus, and the inputs that once failed."""
    return [corpus, write_faults(faults, tmp_path / "faults")]


@pytest.fixture(autouse=True)
def odd_values_are_expected(announce_log: Callable[[str], None]) -> None:
    announce_log("^pydicom: WARNING: ")


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
@pytest.mark.parametrize("takes", ["Any", "Uncompressed", "Implicit"])
def test_dcmrecv_gets_from_us_what_it_gets_from_dcmsend(
    inputs: list[Path], tmp_path: Path, takes: str, options: tuple[str, ...]
) -> None:
    receiver_command = (*DCMTK_RECEIVER, *profile(takes, tmp_path))
    theirs = deliver(DCMTK_SENDER, receiver_command, inputs, tmp_path / "theirs", *options)
    ours = deliver(OUR_SENDER, receiver_command, inputs, tmp_path / "ours", *options)
    assert len(theirs.files) > 600
    assert not not_delivered(theirs, ours)
    assert not altered(theirs, ours)
    assert {Path(path).name for path in unlike(theirs, ours)} <= CONVERTED_OTHERWISE


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_our_receiver_gets_from_us_what_dcmrecv_gets_from_dcmsend(
    inputs: list[Path], tmp_path: Path, options: tuple[str, ...]
) -> None:
    takes = profile("Any", tmp_path)
    theirs = deliver(DCMTK_SENDER, (*DCMTK_RECEIVER, *takes), inputs, tmp_path / "theirs", *options)
    ours = deliver(OUR_SENDER, (*OUR_RECEIVER, *takes), inputs, tmp_path / "ours", *options)
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
    assert not their_instances - our_instances


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

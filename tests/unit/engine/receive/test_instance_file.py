import itertools
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes
from dicomdesk.engine.receive.instance_file import IN_MEMORY_BYTES, SUCCESS, Buffers, InstanceFile, RefusedError
from dicomdesk.errors import CancelledError, DataError
from dicomdesk.network.dimse.store_reception import IncomingStore
from dicomdesk.network.status import Status
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder

META = b"what comes before"
SMALL = Builder().instance()
LONG = Builder().instance() + Builder().element(0x00080060, "CS", "CT") * 200_000
EACH_SIZE = pytest.mark.parametrize("data", [SMALL, LONG], ids=["small", "long"])


class Kept(InstanceFile):
    """Keeps the instance as "kept" in a folder, or makes something else of it before."""

    def __init__(self, folder: Path, *, made: bytes | DataError | None = None) -> None:
        request = IncomingStore(
            association=1,
            message_id=1,
            context_id=1,
            sop_class_uid=CT_IMAGE,
            sop_instance_uid="1.2.3.4",
            transfer_syntax_uid=EXPLICIT,
            calling_ae_title="MR1",
            peer_host="localhost",
        )
        super().__init__(request, META, Buffers().of(1), IN_MEMORY_BYTES)
        self.folder = folder
        self.made = made
        self.began: list[int] = []

    def take(self, data: bytes) -> "Kept":
        """Receive a data set piece by piece."""
        for start in range(0, len(data), 16_000):
            self.write([memoryview(data)[start : start + 16_000]])
        return self

    def _open(self) -> AtomicFile:
        self._file = AtomicFile(str(self.folder))
        return self._file

    def _begins(self, fragments: Sequence[memoryview]) -> None:
        self.began.append(sum(map(len, fragments)))

    def _store(self) -> None:
        self._check()
        if self.made is not None:
            self._rewrite(b"new", self._make)
        self._complete().publish("kept", replace=False)
        self._file = None

    def _make(self, data: memoryview) -> DataSetBytes:
        assert self.size_bytes == len(data)
        if isinstance(self.made, DataError):
            raise self.made
        return self.made or data


@pytest.mark.long
@EACH_SIZE
@pytest.mark.parametrize("is_early", [False, True])
def test_what_arrives_is_in_the_file_behind_what_comes_before(tmp_path: Path, data: bytes, *, is_early: bool) -> None:
    kept = Kept(tmp_path)
    if is_early:
        kept.open_early()
    assert kept.take(data).finish() == SUCCESS
    assert (tmp_path / "kept").read_bytes() == META + data
    assert kept.size_bytes == len(data)
    assert len(kept.began) == (data is LONG)


@pytest.mark.long
@EACH_SIZE
def test_what_is_made_of_it_takes_its_place_with_another_beginning(tmp_path: Path, data: bytes) -> None:
    assert Kept(tmp_path, made=b"made").take(data).finish() == SUCCESS
    assert (tmp_path / "kept").read_bytes() == b"newmade"


@pytest.mark.long
@EACH_SIZE
def test_what_stays_as_it_is_keeps_its_beginning(tmp_path: Path, data: bytes) -> None:
    assert Kept(tmp_path, made=b"").take(data).finish() == SUCCESS
    assert (tmp_path / "kept").read_bytes() == META + data


@pytest.mark.long
@EACH_SIZE
@pytest.mark.parametrize("cut", [3, 15])
def test_what_cannot_be_followed_is_refused_and_ends_the_association(tmp_path: Path, data: bytes, cut: int) -> None:
    torn = data + Builder().element(0x00204000, "LT", "0123456789012345")
    answer = Kept(tmp_path).take(torn[:-cut]).finish()
    assert (answer.status, answer.abort) == (Status.CANNOT_UNDERSTAND, True)
    assert list(tmp_path.iterdir()) == []


def test_a_long_check_can_be_broken_off(tmp_path: Path) -> None:
    moves = itertools.count()

    def cancel() -> None:
        if next(moves) == 3:
            raise CancelledError("the end")

    kept = Kept(tmp_path).take(LONG)
    kept.moving = cancel
    answer = kept.finish()
    assert (answer.status, answer.comment, answer.abort) == (Status.OUT_OF_RESOURCES, "the end", True)
    assert next(moves) == 4
    assert list(tmp_path.iterdir()) == []


@EACH_SIZE
@pytest.mark.parametrize("is_early", [False, True])
def test_where_there_is_no_folder_the_rest_is_swallowed_and_refused(
    tmp_path: Path, data: bytes, *, is_early: bool
) -> None:
    kept = Kept(tmp_path / "none")
    if is_early:
        kept.open_early()
    answer = kept.take(data).finish()
    assert (answer.status, answer.comment) == (Status.OUT_OF_RESOURCES, os.strerror(2))


@EACH_SIZE
def test_what_is_discarded_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    kept = Kept(tmp_path).take(data)
    kept.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_cuts_its_comment() -> None:
    assert RefusedError(Status.CANNOT_UNDERSTAND, "x" * 100).answer.comment == "x" * 64

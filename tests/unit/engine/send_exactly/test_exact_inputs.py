"""What is found out about a file before the association."""

from pathlib import Path

import pytest

from dicomdesk.dicom.instance import InputFormat, InputSelection
from dicomdesk.engine.send_exactly.exact_inputs import CheckedInput, InputChecker
from dicomdesk.engine.send_exactly.request import ExactSendRequest, Proposal
from dicomdesk.settings import Peer, ProfileSelection
from tests.helpers.data.datasets import CT_IMAGE, IMPLICIT, Builder
from tests.helpers.jobs.sending import write_instance


def checked(path: Path | str, proposal: Proposal | None = None) -> CheckedInput:
    request = ExactSendRequest(
        peer=Peer(host="localhost", port=104),
        inputs=InputSelection(paths=(), format=InputFormat.FILE_OR_DATA_SET),
        proposal=proposal or Proposal(only_required=True),
    )
    return InputChecker(request).check(str(path))


@pytest.mark.parametrize("proposal", [Proposal(), Proposal(only_required=True)])
def test_what_is_not_there_or_no_file(tmp_path: Path, proposal: Proposal) -> None:
    for path in (tmp_path / "missing", tmp_path, "a\0b", ""):
        found = checked(path, proposal)
        assert found.problem == "cannot access file"
        assert found.words == f"cannot access file: {path}"


def test_only_a_proposal_made_of_the_files_looks_into_them(tmp_path: Path) -> None:
    junk = tmp_path / "junk"
    junk.write_bytes(b"junk")
    profile = ProfileSelection(file=tmp_path, name="any")
    for proposal in (Proposal(), Proposal(only_required=True, profile=profile)):
        assert checked(junk, proposal) == CheckedInput(size_bytes=4)
    assert checked(junk).words == f"missing SOP class (or instance) in file: {junk}"


def test_the_class_of_a_sound_file(tmp_path: Path) -> None:
    path = Path(write_instance(tmp_path, "a"))
    assert checked(path) == CheckedInput(size_bytes=path.stat().st_size, sop_class_uid=CT_IMAGE)
    bare = tmp_path / "bare"
    bare.write_bytes(Builder(IMPLICIT).instance())
    assert checked(bare).sop_class_uid == CT_IMAGE


@pytest.mark.parametrize("cut", [0, 3, 140, 300, -1])
def test_a_file_that_ends_early_has_no_class(tmp_path: Path, cut: int) -> None:
    path = Path(write_instance(tmp_path, "a"))
    path.write_bytes(path.read_bytes()[:cut])
    assert checked(path).problem == "missing SOP class (or instance) in file"


def test_a_class_that_is_no_storage_class(tmp_path: Path) -> None:
    path = write_instance(tmp_path, "a", sop_class_uid="1.2.3.4")
    assert checked(path).words == f"unknown storage SOP class in file: {path}: 1.2.3.4"

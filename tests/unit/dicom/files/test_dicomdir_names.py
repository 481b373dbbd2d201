import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.files.dicomdir_names import FileNames
from dicomdesk.errors import DataError


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def find(folder: Path, file_id: str) -> str:
    return os.path.relpath(FileNames(str(folder)).find(file_id), folder)


@pytest.mark.parametrize(
    "name",
    [
        "DIR/SUB/IM1",
        "dir/sub/im1",
        "Dir/sUB/Im1",
        "DIR/SUB/IM1.",
        "DIR/SUB/IM1;1",
        "dir/sub/im1.;1",
        "DIR/SUB/IM1.dcm",
        "DIR/SUB/IM1.DCM",
        "dir/sub/im1.dcm;1",
        "dir./sub;1/im1.Dcm",
    ],
)
def test_names_that_media_show_in_another_way_are_followed(tmp_path: Path, name: str) -> None:
    folder = name.rpartition("/")[0]
    touch(tmp_path, name, f"{folder}x/im1", f"{folder}/im11", f"{folder}/IM1x.dcm", f"{folder}/IM.1")
    assert find(tmp_path, "DIR\\SUB\\IM1") == name
    assert find(tmp_path, "DIR/SUB/IM1") == name


@pytest.mark.parametrize("file_id", ["DIR\\IM1.DCM", "dir\\im1.dcm", "DIR\\IM1.DCM;1", "DIR\\IM1.DCM."])
def test_the_id_may_have_what_the_disk_has_not(tmp_path: Path, file_id: str) -> None:
    touch(tmp_path, "Dir/im1")
    assert find(tmp_path, file_id) == "Dir/im1"


def test_the_name_itself_comes_first_and_the_most_like_next(tmp_path: Path) -> None:
    touch(tmp_path, "IM1", "im1", "IM1.dcm", "x/im1", "x/IM1.dcm", "y/IM1.;1", "y/IM1.DCM")
    assert find(tmp_path, "IM1") == "IM1"
    assert find(tmp_path, "X\\IM1") == "x/im1"
    assert find(tmp_path, "Y\\IM1") == "y/IM1.;1"


@pytest.mark.parametrize("names", [("im1", "Im1"), ("IM1.dcm", "IM1.DCM"), ("IM1;1", "IM1;2"), ("a/im1", "A/IM1")])
def test_an_id_that_fits_several_leads_nowhere_and_says_so(tmp_path: Path, names: tuple[str, str]) -> None:
    touch(tmp_path, *names)
    if "/" in names[0]:
        assert find(tmp_path, "A\\IM1") == "A/IM1"  # a folder of that very name
        return
    with pytest.raises(DataError, match="fits several files: "):
        find(tmp_path, "IM1")


def test_what_is_nowhere_keeps_its_plain_name(tmp_path: Path) -> None:
    touch(tmp_path, "dir/other")
    assert find(tmp_path, "DIR\\IM1") == "DIR/IM1"
    assert find(tmp_path, "NODIR\\IM1") == "NODIR/IM1"


def test_links_are_followed_by_their_very_name_only(tmp_path: Path) -> None:
    touch(tmp_path, "outside/secret", "medium/x")
    (tmp_path / "medium" / "im1").symlink_to(tmp_path / "outside" / "secret")
    (tmp_path / "medium" / "sub").symlink_to(tmp_path / "outside")
    medium = tmp_path / "medium"
    assert find(medium, "im1") == "im1"
    assert find(medium, "IM1") == "IM1"
    assert find(medium, "SUB\\SECRET") == "SUB/SECRET"


def test_folders_and_what_is_no_file_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "im1").mkdir()
    os.mkfifo(tmp_path / "Im1")
    assert find(tmp_path, "IM1") == "IM1"


COMPONENTS = st.sampled_from(["..", ".", "", "A", "a", "SECRET", "secret.dcm", "~", "C:", "x/../..", "..;1", "..."])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(COMPONENTS, min_size=1, max_size=5))
def test_no_id_leads_out_of_the_folder(tmp_path: Path, components: list[str]) -> None:
    medium = tmp_path / "medium"
    touch(tmp_path, "secret.dcm", "medium/a/SECRET.dcm")
    try:
        path = FileNames(str(medium)).find("\\".join(components))
    except DataError:
        return
    assert Path(os.path.realpath(path)).is_relative_to(os.path.realpath(medium))

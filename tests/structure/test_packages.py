"""What is installed: the wheel has all of it, the same each time; desktop files and units say what is true."""

import os
import re
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dicomdesk import __version__

PROJECT = Path(__file__).resolve().parents[2]
LINUX = PROJECT / "packaging" / "linux"
EPOCH = "1700000000"


def build_wheel(folder: Path) -> Path:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.mark.long
def test_the_wheel_is_the_same_bytes_each_time(wheel: Path, tmp_path: Path) -> None:
    assert build_wheel(tmp_path).read_bytes() == wheel.read_bytes()


@pytest.mark.long
def test_the_wheel_holds_the_package_its_resources_and_nothing_else(wheel: Path) -> None:
    entries = set(zipfile.ZipFile(wheel).namelist())
    modules = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "dicomdesk").rglob("*.py")}
    shipped = {f"dicomdesk/{path.relative_to(PROJECT).as_posix()}" for path in (PROJECT / "resources").rglob("*.*")}
    assert modules | shipped <= entries
    about = f"dicomdesk-{__version__}.dist-info/"
    modules.add("dicomdesk/py.typed")
    assert {entry for entry in entries - modules - shipped if not entry.startswith(about)} == set()
    assert f"{about}licenses/LICENSE" in entries


@pytest.mark.long
def test_what_the_wheel_installs_works_without_the_repository(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    done = subprocess.run(
        [sys.executable, "-P", "-c", "from dicomdesk.paths import resource; print(resource('styles/dicomdesk.qss'))"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == str(tmp_path / "installed" / "dicomdesk" / "resources" / "styles" / "dicomdesk.qss")


def test_the_desktop_entry_names_what_is_there() -> None:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # documented: keys keep their case
    parser.read(LINUX / "dicomdesk.desktop", encoding="utf-8")
    entry = parser["Desktop Entry"]
    assert entry["Exec"] == "dicomdesk %F"
    assert (PROJECT / "resources" / "icons" / f"{entry['Icon']}.svg").is_file()
    assert "application/dicom" in entry["MimeType"].split(";")
    assert all(f"{key}[{language}]" in entry for key in ("GenericName", "Comment") for language in ("de", "fr"))


def test_the_metainfo_tells_of_this_version() -> None:
    (path,) = LINUX.glob("*.metainfo.xml")
    root = ElementTree.parse(path).getroot()
    assert root.findtext("id") == path.name.removesuffix(".metainfo.xml")
    release = root.find("releases/release")
    assert release is not None
    assert release.get("version") == __version__
    assert root.findtext("launchable") == "dicomdesk.desktop"


@pytest.mark.parametrize("name", sorted(path.name for path in LINUX.glob("*.service")))
def test_units_wait_until_the_server_says_that_it_serves(name: str) -> None:
    unit = (LINUX / name).read_text("utf-8")
    assert "\nType=notify\n" in unit
    assert re.search(r"^ExecStart=/usr/local/bin/dicomdesk dcm(recv|qrscp) ", unit, re.MULTILINE)


def test_modules_that_a_frozen_program_is_told_of_are_there() -> None:
    specification = (PROJECT / "packaging" / "bundling" / "dicomdesk.spec").read_text("utf-8")
    hidden = specification[specification.index("hiddenimports") : specification.index("datas")]
    names = re.findall(r'"([A-Za-z0-9_.]+)"', hidden)
    assert len(names) > 8
    assert [name for name in names if find_spec(name) is None] == []

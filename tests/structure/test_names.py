"""Names say what things are, and every module has a test file of its name."""

import re
from pathlib import Path

import pytest

from tests.structure.sources import MODULES, REPOSITORY, TESTS, relative

EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "tools"}
VALUES_ONLY = {"dicomdesk/dicom/uid_names.py"}
"""Data tables: tested through the modules that read them."""

TESTED = [module for module in MODULES if module.name != "__init__.py" and relative(module) not in VALUES_ONLY]


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_module_name_is_a_concept(module: Path) -> None:
    assert not EMPTY_WORDS & set(re.split(r"[_.]", module.name))


@pytest.mark.parametrize("module", TESTED, ids=relative)
def test_module_has_a_test_file_of_its_name(module: Path) -> None:
    wanted = f"test_{module.stem.strip('_')}"
    stems = {test.stem for test in TESTS}
    assert any(stem == wanted or stem.startswith(wanted + "_") for stem in stems), f"no {wanted}*.py below tests/"


@pytest.mark.parametrize("module", [*MODULES, *TESTS], ids=relative)
def test_no_path_of_one_machine(module: Path) -> None:
    roots = "|".join(["wo" + "rk", "ro" + "ot", "far" + "m"])
    assert not re.search(rf"(^|[^A-Za-z0-9_.])/({roots})/", module.read_text(encoding="utf-8"))


@pytest.mark.parametrize("test", TESTS, ids=relative)
def test_tests_never_sleep(test: Path) -> None:
    calls = re.findall(r"\b(?:time\.sleep|asyncio\.sleep|qWait)\(", test.read_text(encoding="utf-8"))
    assert test == Path(__file__) or not calls


def test_top_level_holds_what_is_promised() -> None:
    wanted = {
        "pyproject.toml",
        "dicomdesk",
        "resources",
        "tests",
        "packaging",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs",
    }
    assert wanted <= {path.name for path in REPOSITORY.iterdir()}

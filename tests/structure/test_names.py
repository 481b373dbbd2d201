"""Names say what things are; every module has a test file where one looks for it. Each test lists the offenders."""

import re
from pathlib import Path

from tests.structure.sources import MODULES, PACKAGE, REPOSITORY, TESTS, relative

EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "tools"}
MOST_MODULES = 12
"""In one folder."""
VALUES_ONLY = {"dicomdesk/dicom/uid_names.py"}
"""Data tables: tested through the modules that read them."""


def _wanted_tests(module: Path) -> tuple[str, str]:
    """The end of the folder and the beginning of the name that a test file of the module has."""
    path = module.relative_to(PACKAGE)
    folder = path.parent.as_posix()
    return ("unit" if folder == "." else folder), f"test_{path.stem.strip('_')}"


def _is_tested_with_its_room(module: Path) -> bool:
    """Small modules of a room may share a suite of the room's name, which imports them."""
    imported = ".".join(module.relative_to(REPOSITORY).with_suffix("").parts)
    suites = (test for test in TESTS if test.stem == f"test_{module.parent.name}" == f"test_{test.parent.name}")
    return any(f"from {imported} import" in suite.read_text(encoding="utf-8") for suite in suites)


def _is_tested(module: Path) -> bool:
    folder, stem = _wanted_tests(module)
    wanted = [(folder, stem)]
    if stem == "test_tool":  # tested as a process too, by its name
        wanted.append(("tests/cli", f"test_{module.parent.name}"))
    return _is_tested_with_its_room(module) or any(
        (test.stem == name or test.stem.startswith(f"{name}_")) and test.parent.as_posix().endswith(f"/{place}")
        for test in TESTS
        for place, name in wanted
    )


def test_module_names_are_concepts() -> None:
    assert not [relative(module) for module in MODULES if EMPTY_WORDS & set(re.split(r"[_.]", module.name))]


def test_every_module_has_a_test_file_of_its_name_in_a_folder_of_its_room() -> None:
    modules = [module for module in MODULES if module.name != "__init__.py" and relative(module) not in VALUES_ONLY]
    assert not [relative(module) for module in modules if not _is_tested(module)]


def test_no_folder_holds_more_modules_than_one_can_overlook() -> None:
    folders: dict[str, int] = {}
    for module in MODULES:
        if module.name != "__init__.py":
            folder = module.parent.relative_to(REPOSITORY).as_posix()
            folders[folder] = folders.get(folder, 0) + 1
    assert not {folder: count for folder, count in folders.items() if count > MOST_MODULES}


def test_every_folder_says_what_it_is_for() -> None:
    packages = [module for module in MODULES if module.name == "__init__.py"]
    assert not [relative(module) for module in packages if not module.read_text(encoding="utf-8").startswith('"""')]
    assert {module.parent for module in MODULES} == {module.parent for module in packages}


def _exists(reference: str) -> bool:
    """Whether a module, or what it defines, has this dotted name; it may begin in any folder of the package."""
    *folders, last = reference.split(".")
    if any(module.as_posix().endswith(f"/{'/'.join([*folders, last])}.py") for module in MODULES):
        return True
    named = [module for module in MODULES if module.as_posix().endswith(f"/{'/'.join(folders)}.py")]
    return any(re.search(rf"\b{last}\b", module.read_text(encoding="utf-8")) for module in named)


def test_modules_that_docstrings_refer_to_exist() -> None:
    rooms = "|".join(path.name for path in PACKAGE.iterdir() if path.is_dir())
    pattern = re.compile(rf"``((?:{rooms})(?:\.\w+)+)``")
    missing = {
        relative(module): names
        for module in MODULES
        if (names := [name for name in pattern.findall(module.read_text(encoding="utf-8")) if not _exists(name)])
    }
    assert not missing


def test_no_path_of_one_machine() -> None:
    roots = "|".join(["wo" + "rk", "ro" + "ot", "far" + "m"])
    pattern = re.compile(rf"(^|[^A-Za-z0-9_.])/({roots})/")
    assert not [relative(path) for path in (*MODULES, *TESTS) if pattern.search(path.read_text(encoding="utf-8"))]


def test_tests_never_sleep() -> None:
    pattern = re.compile(r"\b(?:time\.sleep|asyncio\.sleep|qWait)\(")
    sleepers = [test for test in TESTS if pattern.search(test.read_text(encoding="utf-8"))]
    assert not [relative(test) for test in sleepers if test != Path(__file__)]


def test_top_level_holds_what_is_promised() -> None:
    wanted = {
        "pyproject.toml",
        "dicomdesk",
        "resources",
        "tests",
        "packaging",
        "docs",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
    }
    assert wanted <= {path.name for path in REPOSITORY.iterdir()}

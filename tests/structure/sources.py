"""The project's own source files, as the structure tests see them."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "dicomdesk"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((REPOSITORY / "tests").rglob("*.py"))


def relative(path: Path) -> str:
    """The path below the repository, with forward slashes."""
    return path.relative_to(REPOSITORY).as_posix()

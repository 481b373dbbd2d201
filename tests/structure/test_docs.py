"""The papers: pages made from the program are up to date, links lead somewhere, the README stays short."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from dicomdesk.cli.catalogue import load_program
from dicomdesk.cli.options.grammar import parse
from dicomdesk.cli.program import find_command
from dicomdesk.cli.reference_pages import reference_pages
from dicomdesk.errors import SettingsError
from tests.structure.sources import MODULES, PACKAGE, REPOSITORY

DOCS = REPOSITORY / "docs"
PAPERS = [*sorted(REPOSITORY.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
MOST_README_LINES = 150
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {_anchor(title) for title in titles}


def _broken_links(page: Path) -> Iterator[str]:
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            yield f"{page.relative_to(REPOSITORY)}: {link}"
        elif anchor and anchor not in _anchors(target):
            yield f"{page.relative_to(REPOSITORY)}: {link} (no such heading)"


def test_pages_made_from_the_program_are_up_to_date() -> None:
    stale = [
        name
        for name, text in reference_pages().items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, "run packaging/reference-pages"


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    broken = [link for page in PAPERS for link in _broken_links(page)]
    assert not broken


def test_every_page_of_the_docs_is_reached_from_their_index() -> None:
    listed = set(_LINK.findall((DOCS / "README.md").read_text(encoding="utf-8")))
    listed |= {f"tools/{link}" for link in _LINK.findall((DOCS / "tools" / "README.md").read_text(encoding="utf-8"))}
    pages = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")} - {"README.md"}
    assert pages <= listed


def test_the_drawing_of_the_rooms_has_them_all() -> None:
    drawing = (DOCS / "architecture.md").read_text(encoding="utf-8")
    rooms = {module.parent for module in MODULES if module.parent.parent.parent == PACKAGE}
    assert rooms
    assert not [room.name for room in rooms if f"`{room.name}`" not in drawing]


def test_readme_can_be_read_at_once() -> None:
    assert len((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()) <= MOST_README_LINES


def test_what_the_guides_of_the_archive_say_can_be_typed() -> None:
    wrong = []
    for name in ("administration.md", "backup.md", "corrections.md"):
        for line in (DOCS / name).read_text(encoding="utf-8").splitlines():
            if not line.startswith("    dicomdesk "):
                continue
            _, tool, *words = shlex.split(line)
            try:
                program, rest = find_command(load_program(tool), words)
                parse(program.tool, rest)
            except SettingsError as error:
                wrong.append(f"{name}: {line.strip()}: {error}")
    assert not wrong

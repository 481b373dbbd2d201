import shutil
import subprocess
from pathlib import Path

import pytest

from dicomdesk.cli.catalogue import TOOLS, load_all_programs
from dicomdesk.cli.dcmrecv import options as dcmrecv_options
from dicomdesk.cli.dcmsend import options as dcmsend_options
from dicomdesk.cli.manual import manual_page, write_manual_pages
from dicomdesk.cli.options.grammar import Tool
from dicomdesk.cli.storescu import options as storescu_options

TOOL_TABLES = [dcmsend_options.TOOL, storescu_options.TOOL, dcmrecv_options.TOOL]
EACH = pytest.mark.parametrize("tool", TOOL_TABLES, ids=lambda tool: tool.name)


@EACH
def test_every_option_that_is_shown_is_explained(tool: Tool) -> None:
    page = manual_page(tool, date="2026-11-20")
    for option in tool.options():
        long = option.long.replace("-", "\\-")
        assert (f"\\fB{long}\\fP" in page) is not option.is_hidden


@EACH
def test_page_has_the_usual_sections(tool: Tool) -> None:
    lines = manual_page(tool, date="2026-11-20").splitlines()
    assert lines[0].startswith(f'.TH "{tool.name.upper()}" 1 "2026\\-11\\-20"')
    sections = [line[4:] for line in lines if line.startswith(".SH ")]
    assert sections == [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "PARAMETERS",
        "OPTIONS",
        "EXAMPLES",
        "ENVIRONMENT",
        "SEE ALSO",
    ]


@EACH
def test_no_text_becomes_a_request(tool: Tool) -> None:
    known = (".TH ", ".SH ", ".SS ", ".TP", ".PP", ".B ", ".I ", ".BR ", ".nf", ".fi")
    lines = manual_page(tool, date="2026-11-20").splitlines()
    assert all(line.startswith(known) for line in lines if line.startswith((".", "'")))


@EACH
def test_groff_has_nothing_to_complain_about(tool: Tool) -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed")
    page = manual_page(tool, date="2026-11-20").encode()
    done = subprocess.run([groff, "-man", "-Tutf8", "-ww", "-z"], input=page, capture_output=True, check=True)
    assert done.stderr == b""


def test_every_tool_gets_a_page(tmp_path: Path) -> None:
    paths = write_manual_pages(tmp_path, date="2026-11-20")
    names = [path.name.removesuffix(".1") for path in paths]
    assert names == [name.replace(" ", "-") for name in load_all_programs()]
    assert set(TOOLS) <= set(names)
    assert all(path.read_text().startswith(".TH ") for path in paths)

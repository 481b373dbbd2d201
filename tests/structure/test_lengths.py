"""Files and functions stay small; data tables are excepted."""

import ast
from pathlib import Path

import pytest

from tests.structure.sources import MODULES, relative

MOST_FILE_LINES = 600
MOST_FUNCTION_LINES = 60
DATA_TABLES = {"dicomdesk/dicom/uid_names.py", "dicomdesk/dicom/sop_classes.py", "dicomdesk/dicom/transfer_syntaxes.py"}


def _code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    first = node.body[0]
    docstring_lines = 0
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        assert first.end_lineno is not None
        docstring_lines = first.end_lineno - first.lineno + 1
    return node.end_lineno - node.lineno + 1 - docstring_lines


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_file_is_not_too_long(module: Path) -> None:
    if relative(module) in DATA_TABLES:
        return
    assert len(module.read_text(encoding="utf-8").splitlines()) <= MOST_FILE_LINES


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_functions_are_not_too_long(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    too_long = {f"{node.name}: {_code_lines(node)}" for node in functions if _code_lines(node) > MOST_FUNCTION_LINES}
    assert not too_long

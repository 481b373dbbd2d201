"""Files and functions stay small; data tables are excepted. One test a rule: it lists who breaks it."""

import ast
from collections.abc import Iterator
from pathlib import Path

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


def _long_functions(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _code_lines(node) > MOST_FUNCTION_LINES:
            yield f"{relative(module)}:{node.lineno} {node.name}: {_code_lines(node)}"


def test_files_are_not_too_long() -> None:
    lines = {relative(module): len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert not {path: count for path, count in lines.items() if count > MOST_FILE_LINES and path not in DATA_TABLES}


def test_functions_are_not_too_long() -> None:
    assert not [function for module in MODULES for function in _long_functions(module)]

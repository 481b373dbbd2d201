"""Dataclasses are those of ``dicomdesk.records``, which cost a tool's start a fraction of the standard library's."""

import ast

from tests.structure.sources import MODULES, PACKAGE, relative


def test_dataclasses_are_made_by_records() -> None:
    imports = [
        (relative(module), node)
        for module in MODULES
        if module != PACKAGE / "records.py"
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "dataclass" for alias in node.names)
    ]
    assert imports
    assert not [path for path, node in imports if node.module != "dicomdesk.records"]

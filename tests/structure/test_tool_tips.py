"""Qt takes text that looks like HTML for HTML, and peers and files write names, titles and reasons."""

import ast

from tests.structure.sources import MODULES, PACKAGE, relative

GUI_MODULES = [module for module in MODULES if module.is_relative_to(PACKAGE / "gui")]


def _name(called: ast.expr) -> str:
    match called:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _is_plain(tip: ast.expr) -> bool:
    return isinstance(tip, ast.Call) and _name(tip.func) == "plain_tip"


def test_every_tool_tip_is_plain_text() -> None:
    calls = [
        (relative(module), node)
        for module in GUI_MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _name(node.func) == "setToolTip"
    ]
    assert calls
    assert not [f"{path}:{call.lineno}" for path, call in calls if not all(map(_is_plain, call.args))]

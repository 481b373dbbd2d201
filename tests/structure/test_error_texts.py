"""What the system says of a failure reaches users through one function, without numbers such as [Errno 2]."""

import ast
from collections.abc import Iterator

import pytest

from tests.structure.sources import MODULES, PACKAGE, relative


def raw_texts(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what turns a caught OSError into text by itself."""
    for handler in ast.walk(tree):
        if isinstance(handler, ast.ExceptHandler) and handler.name and handler.type and _takes_os_errors(handler.type):
            for node in ast.walk(handler):
                if any(isinstance(part, ast.Name) and part.id == handler.name for part in _made_text(node)):
                    yield node


def _takes_os_errors(kinds: ast.expr) -> bool:
    return any(isinstance(kind, ast.Name) and kind.id == "OSError" for kind in ast.walk(kinds))


def _made_text(node: ast.AST) -> list[ast.expr]:
    """What a node makes text of."""
    match node:
        case ast.FormattedValue(value=value) | ast.Attribute(value=value, attr="strerror" | "args"):
            return [value]
        case ast.Call(func=ast.Name(id="str" | "repr" | "format"), args=arguments):
            return list(arguments)
        case ast.Call(func=ast.Attribute(attr="format"), args=arguments, keywords=keywords):
            return [*arguments, *(keyword.value for keyword in keywords)]
        case _:
            return []


@pytest.mark.parametrize(
    "line",
    [
        "show(str(error))",
        'show(f"It failed: {error}")',
        "show(error.strerror or 1)",
        'show("{why}".format(why=error))',
        "raise ValueError(repr(error)) from error",
    ],
)
def test_text_made_of_an_error_is_seen(line: str) -> None:
    source = "try:\n    work()\nexcept (KeyError, OSError) as error:\n    "
    assert list(raw_texts(ast.parse(source + line)))
    assert not list(raw_texts(ast.parse(source + "show(error_text(error))")))


def test_errors_of_the_system_are_told_by_one_function() -> None:
    gui = [path for path in MODULES if path.is_relative_to(PACKAGE / "gui")]
    assert gui
    assert not [relative(path) for path in gui if list(raw_texts(ast.parse(path.read_text(encoding="utf-8"))))]

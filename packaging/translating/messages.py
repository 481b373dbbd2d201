"""The texts that go through ``tr``, found by reading the sources: Qt's own reader knows no function around it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_WRAPPERS = frozenset({"_say", "say"})


class Message(NamedTuple):
    """One text that is looked up when the window shows it."""

    context: str
    """The class or the module's own word that Qt looks it up by."""
    text: str
    module: str
    """Below ``dicomdesk/gui``, "panes/send.py"."""


def messages(folder: Path) -> list[Message]:
    """Return the messages of all modules below a folder, each once for its context."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py"))}
    own = {path: _own_context(tree) for path, tree in trees.items()}
    by_name = {path.stem: context for path, context in own.items() if context}
    found: dict[tuple[str, str], Message] = {}
    for path, tree in trees.items():
        module = path.relative_to(folder).as_posix()
        for text in _of_tables(tree):
            found.setdefault((own[path], text), Message(own[path], text, module))
        for context, text in _calls(tree, own[path], by_name):
            found.setdefault((context, text), Message(context, text, module))
    return list(found.values())


def _own_context(tree: ast.Module) -> str:
    """The word that a module's own function around ``translate`` looks up by; "" for a module without one."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in _WRAPPERS:
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and _name(call.func) == "translate":
                    return str(_literal(call.args[0]) or "")
    return ""


def _of_tables(tree: ast.Module) -> Iterator[str]:
    """The texts of tables of a module that its function around ``translate`` is given: ``_say(_WORDS[key])``."""
    wanted = {
        call.args[0].value.id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and _name(call.func) in _WRAPPERS
        and call.args
        and isinstance(call.args[0], ast.Subscript)
        and isinstance(call.args[0].value, ast.Name)
    }
    for node in tree.body:
        is_wanted = isinstance(node, ast.Assign) and any(_name(target) in wanted for target in node.targets)
        if is_wanted and isinstance(node.value, ast.Dict):
            yield from (text for value in node.value.values if (text := _literal(value)) is not None)


def _calls(tree: ast.Module, own: str, by_name: dict[str, str]) -> Iterator[tuple[str, str]]:
    imported = _imported(tree, by_name)
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, inside = stack.pop()
        if isinstance(node, ast.ClassDef):
            inside = node.name
        if isinstance(node, ast.Call) and node.args:
            yield from _of_call(node, inside, own or imported, by_name)
        stack += [(child, inside) for child in reversed(list(ast.iter_child_nodes(node)))]


def _of_call(call: ast.Call, inside: str, own: str, by_name: dict[str, str]) -> Iterator[tuple[str, str]]:
    name, text = _name(call.func), _literal(call.args[0])
    if name == "tr" and text is not None and inside:
        yield inside, text
    elif name in _WRAPPERS and text is not None and len(call.args) > 1 and _literal(call.args[1]) is not None:
        yield text, str(_literal(call.args[1]))
    elif name in _WRAPPERS and text is not None:
        of = call.func.value if isinstance(call.func, ast.Attribute) else None
        yield (by_name.get(of.id, own) if isinstance(of, ast.Name) else own), text
    elif name == "translate" and len(call.args) > 1 and text is not None:
        said = _literal(call.args[1])
        if said is not None:
            yield text, said


def _imported(tree: ast.Module, by_name: dict[str, str]) -> str:
    """The word of another module, whose function is used here."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and any(each.name in _WRAPPERS for each in node.names):
            return by_name.get((node.module or "").rpartition(".")[2], "")
    return ""


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value else None

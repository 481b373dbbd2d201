"""Sentences for failures are data: what our errors say is known to the table, by their words or their class."""

import ast
from collections.abc import Iterator

import pytest

from dicomdesk import errors
from dicomdesk.engine.explain.recognition import FAILURES, explain_error, explain_line
from tests.structure.sources import MODULES, PACKAGE, relative

_ERRORS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.DicomdeskError) and kind is not errors.CancelledError
}
_GAP = "…"


def raised_texts(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield class and text of the errors that are made with a literal; what is filled in is a gap."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[text, *_]) if name in _ERRORS:
                found = _text_of(text)
                if found:
                    yield name, found
            case _:
                pass


def _text_of(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else _GAP for part in parts)
        case _:
            return ""


def is_sentence(text: str) -> bool:
    """Whether it stands by itself; what begins otherwise is put behind the name of a file or of a place."""
    return text[0].isupper() or text[0] == '"'


def unknown_texts(source: str) -> list[str]:
    """Sentences that neither the table's patterns nor its classes know."""
    return [
        text
        for name, text in raised_texts(ast.parse(source))
        if is_sentence(text) and explain_error(_ERRORS[name].__new__(_ERRORS[name], text)) is None
    ]


@pytest.mark.parametrize(
    ("source", "is_known"),
    [
        ('raise LocalError("The moon is in the wrong house")', False),
        ('raise SettingsError(f"The {moon} is in the wrong house")', False),
        ('raise ConversionError("The moon is compressed")', True),
        ('raise LocalError(f"Cannot listen on {port}: {why}")', True),
        ('raise SettingsError("it is not JSON")', True),
    ],
)
def test_a_sentence_that_the_table_does_not_know_is_seen(source: str, *, is_known: bool) -> None:
    assert (not unknown_texts(source)) == is_known


def test_every_error_of_the_engine_and_the_tools_is_in_the_table() -> None:
    sources = [path for path in MODULES if not path.is_relative_to(PACKAGE / "gui")]
    unknown = {relative(path): unknown_texts(path.read_text(encoding="utf-8")) for path in sources}
    assert not {path: texts for path, texts in unknown.items() if texts}


def test_each_failure_has_its_own_words() -> None:
    assert len({failure.key for failure in FAILURES}) == len(FAILURES)
    assert len({failure.sentence for failure in FAILURES}) == len(FAILURES)
    assert all(failure.sentence and failure.cause and failure.advice for failure in FAILURES)


def test_nothing_is_made_of_a_line_that_tells_of_nothing() -> None:
    assert explain_line("I: Releasing Association") is None

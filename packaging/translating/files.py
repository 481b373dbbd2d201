"""Files of translations: what each language says for each message, and what Qt makes of it."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from translating.messages import Message

LANGUAGES = ("de", "fr")
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n<TS version="2.1" language="{}" sourcelanguage="en">\n'


def read_file(path: Path) -> dict[tuple[str, str], str]:
    """Return the translations of a file by context and text; none where there is no file."""
    found: dict[tuple[str, str], str] = {}
    if not path.exists():
        return found
    for context in ElementTree.parse(path).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.findtext("translation") or ""
            if translation:
                found[name, message.findtext("source") or ""] = translation
    return found


def write_file(path: Path, messages: Sequence[Message], known: Mapping[tuple[str, str], str]) -> int:
    """Write the file of a language, and return how many messages have a translation.

    What was translated in another context is taken, too: the same words mean the same here.
    """
    by_text = {text: said for (_, text), said in known.items()}
    contexts: dict[str, list[Message]] = {}
    for message in messages:
        contexts.setdefault(message.context, []).append(message)
    lines, count = [_HEAD.format(path.stem)], 0
    for context in sorted(contexts):
        lines.append(f"<context>\n    <name>{context}</name>\n")
        for message in contexts[context]:
            said = known.get((context, message.text)) or by_text.get(message.text, "")
            count += bool(said)
            kept = f"<translation>{escape(said)}</translation>" if said else '<translation type="unfinished"/>'
            lines.append(f"    <message><source>{escape(message.text)}</source>{kept}</message>\n")
        lines.append("</context>\n")
    path.write_text("".join([*lines, "</TS>\n"]), encoding="utf-8")
    return count


def compile_file(source: Path, target: Path) -> None:
    """Have Qt's own tool make of a file what the window loads."""
    tool = Path(sys.executable).parent / "pyside6-lrelease"
    subprocess.run([tool, "-silent", source, "-qm", target], check=True, timeout=120)

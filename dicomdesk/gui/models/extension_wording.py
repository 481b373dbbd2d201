"""Words for the bytes of SOP Class Extended Negotiation (PS3.4 B.3.1, C.5.1.1, C.5.2.1, C.5.3.1)."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from dicomdesk.dicom.sop_classes import uid_symbol

_QUERY_ROOT = "1.2.840.10008.5.1.4.1.2."
"""Patient Root, Study Root and Patient/Study Only: "N.1" is FIND, "N.2" is MOVE, "N.3" is GET."""


def _say(text: str) -> str:
    return QCoreApplication.translate("extension_wording", text)


def hex_text(information: bytes, most: int = 32) -> str:
    """Return bytes as "01 00 01"; what is longer than ``most`` bytes is cut with its length."""
    shown = information[:most].hex(" ").upper()
    return (
        shown
        if len(information) <= most
        else _say("{bytes} … ({count} bytes)").format(bytes=shown, count=len(information))
    )


def extension_meaning(sop_class_uid: str, information: bytes) -> tuple[str, ...]:
    """Return what the application information says, a phrase for each byte that is known; empty for other classes."""
    kind = sop_class_uid.removeprefix(_QUERY_ROOT).partition(".")[2] if sop_class_uid.startswith(_QUERY_ROOT) else ""
    if kind == "1":
        return _flags(information, _find_flags())
    if kind in {"2", "3"}:
        return _flags(information, _retrieve_flags())
    if uid_symbol(sop_class_uid).endswith("Storage"):
        return _storage_meaning(information)
    return ()


def _find_flags() -> tuple[str, ...]:
    return (
        _say("relational queries"),
        _say("date and time matched together"),
        _say("fuzzy matching of names"),
        _say("time zone adjustment"),
        _say("enhanced multi-frame conversion"),
    )


def _retrieve_flags() -> tuple[str, ...]:
    return (_say("relational retrieval"), _say("enhanced multi-frame conversion"))


def _flags(information: bytes, names: Sequence[str]) -> tuple[str, ...]:
    said = []
    for value, name in zip(information, names, strict=False):
        pattern = {0: _say("no {what}"), 1: "{what}"}.get(value, _say("{what}: unknown value {value}"))
        said.append(pattern.format(what=name, value=value))
    return tuple(said)


def _storage_meaning(information: bytes) -> tuple[str, ...]:
    """PS3.4 table B.3-1: bytes 1, 3 and 5 have a meaning."""
    unknown = _say("unknown value {value}")
    tables = (
        (
            0,
            _say("level of support: {what}"),
            {0: "0", 1: "1", 2: _say("2, everything is kept"), 3: _say("not stated")},
        ),
        (2, _say("digital signatures: {what}"), {0: _say("not stated"), 1: "1", 2: "2", 3: "3"}),
        (
            4,
            _say("elements: {what}"),
            {0: _say("never changed"), 1: _say("may be changed"), 2: _say("not stated")},
        ),
    )
    return tuple(
        pattern.format(what=words.get(information[place], unknown.format(value=information[place])))
        for place, pattern, words in tables
        if place < len(information)
    )

"""Unique identifiers and other text from data sets that ends up in file names (PS3.5 section 9)."""

import itertools
import os
import re
from collections.abc import Iterator

_UID = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*", re.ASCII)
_UID_LIMIT = 64

_UNSAFE = r"[^A-Za-z0-9._+=,@()~-]"
_DEVICE_NAMES = r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?: *\.| *$)"

_FILE_NAME_LIMIT = 64


def is_valid_uid(text: str) -> bool:
    """Return whether this is a UID without padding: at most 64 characters, components without leading zeros."""
    return len(text) <= _UID_LIMIT and _UID.fullmatch(text) is not None


def new_uid() -> str:
    """Return a new UID below 2.25, made from 122 random bits (PS3.5 B.2)."""
    return next(new_uids())


def new_uids() -> Iterator[str]:
    """New UIDs below 2.25, the first made from 122 random bits, the others counted up from it."""
    number = int.from_bytes(os.urandom(16), "big")
    number = number & ~(0xF000 << 64) | 0x4000 << 64
    number = number & ~(0xC000 << 48) | 0x8000 << 48
    return (f"2.25.{one}" for one in itertools.count(number))


def safe_file_name_part(text: str, limit: int = _FILE_NAME_LIMIT) -> str:
    """Return the text so changed that it is harmless as a part of a file name on every system.

    What is not an ASCII letter, digit or one of ``._+=,@()~-`` becomes an underscore, as do ``.~-`` at the start and a
    dot at the end; names of Windows devices get an underscore in front. At most ``limit`` characters; "" stays "".
    """
    safe = re.sub(_UNSAFE, "_", text[:limit])
    if safe.startswith((".", "~", "-")):
        safe = "_" + safe[1:]
    if safe.endswith("."):
        safe = safe[:-1] + "_"
    if is_device_name(safe):
        safe = ("_" + safe)[:limit]
    return safe


def is_device_name(text: str) -> bool:
    """Return whether a file name, with any extension, would be that of a Windows device."""
    return re.match(_DEVICE_NAMES, text) is not None

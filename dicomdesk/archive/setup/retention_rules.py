"""Rules of retention: how old studies of a storage area may become, and how much of its disk stays free."""

from dicomdesk.errors import SettingsError
from dicomdesk.records import dataclass

__all__ = ["FreeSpace", "RetentionRule", "read_days", "read_free_space", "read_size"]

UNLIMITED = "unlimited"
_UNITS = {"b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40}
_MOST_DAYS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSpace:
    """Space that is to stay free: bytes, or a part of the disk."""

    size_bytes: int = 0
    percent: int = 0
    """Of the disk; 0 where bytes are said."""

    def of(self, total_bytes: int) -> int:
        """How many bytes of a disk."""
        return total_bytes * self.percent // 100 if self.percent else self.size_bytes

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.percent}%" if self.percent else f"{self.size_bytes}b"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """Rule of one storage area; None is unlimited."""

    keep_days: int | None = None
    """A study goes when so many days have passed since something last came to it."""
    keep_free: FreeSpace | None = None
    """The studies that have waited longest go until so much of the disk is free."""

    @property
    def removes_nothing(self) -> bool:
        """Whether it says nothing."""
        return self.keep_days is None and self.keep_free is None


def read_days(text: str) -> int | None:
    """Read a number of days, at least 1, or "unlimited"; raises SettingsError."""
    if text.lower() == UNLIMITED:
        return None
    if not (_is_number(text, 6) and 0 < int(text) <= _MOST_DAYS):
        raise SettingsError(f'"{text}" is no number of days')
    return int(text)


def read_free_space(text: str) -> FreeSpace | None:
    """Read "20gb", "10%" or "unlimited"; raises SettingsError."""
    if text.lower() == UNLIMITED:
        return None
    digits = text.removesuffix("%")
    if digits != text:
        if not (_is_number(digits, 2) and int(digits) > 0):
            raise SettingsError(f'"{text}" is no part of a disk: 1% to 99% are possible')
        return FreeSpace(percent=int(digits))
    return FreeSpace(size_bytes=read_size(text))


def read_size(text: str) -> int:
    """Read a size with its unit (b, kb, mb, gb, tb: powers of 1024); raises SettingsError."""
    digits = text[: len(text) - len(text.lstrip("0123456789"))]
    factor = _UNITS.get(text[len(digits) :].lower())
    if not _is_number(digits, 15) or int(digits) == 0 or factor is None:
        raise SettingsError(f'"{text}" is no size, as 20gb, and no part of a disk, as 10%')
    return int(digits) * factor


def _is_number(text: str, most_digits: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= most_digits

"""Natural order of names: IMG2 before IMG10."""

import re

__all__ = ["natural_key"]

_FIGURES = re.compile(r"(\d+)", re.ASCII)
_MOST_LOOKED_AT = 512
"""Characters; names may come from foreign archives."""

NaturalKey = tuple[tuple[tuple[str, int], ...], str]


def natural_key(name: str) -> NaturalKey:
    """Return what sorts names as people do: figures by their value, letters whatever their case."""
    parts = _FIGURES.split(name[:_MOST_LOOKED_AT].casefold())
    pairs = zip(parts[::2], [*parts[1::2], ""], strict=True)
    return tuple((text, int(figures) if figures else -1) for text, figures in pairs), name

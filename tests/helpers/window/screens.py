"""A screen of a certain size for processes that draw without any display."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def screen_of(width: int, height: int, *, scale: float = 1.0) -> Iterator[dict[str, str]]:
    """Return the environment of a process that has such a screen, in pixels, and draws everything larger by a scale."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        screen = {"name": "screen", "x": 0, "y": 0, "width": width, "height": height, "dpr": 1}
        json.dump({"screens": [{**screen, "logicalDpi": 96, "logicalBaseDpi": 96}]}, file)
        file.flush()
        platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
        if platform == "offscreen":
            platform = f"offscreen:configfile={file.name}"
        yield {**os.environ, "QT_QPA_PLATFORM": platform, "QT_SCALE_FACTOR": str(scale)}

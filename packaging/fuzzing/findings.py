"""Findings as files: the input, and beside it what it breaks."""

import hashlib
from pathlib import Path


def write_finding(folder: Path, target: str, signature: str, message: str, data: bytes) -> Path:
    """Write an input and what it breaks; one for each signature of a target, the shortest. Return its path."""
    path = folder / f"{target}-{hashlib.sha256(signature.encode()).hexdigest()[:8]}.bin"
    if not path.exists() or path.stat().st_size > len(data):
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(f"{message}\n", encoding="utf-8")
    return path

"""Harnesses of small pictures of files: what draws them, and what the process that draws may answer."""

import json
import tempfile
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.pixels.small_image import SmallImage
from dicomdesk.engine.pictures.drawer import ask
from dicomdesk.engine.pictures.drawing_process import answer_line
from dicomdesk.errors import ConversionError
from tests.fuzz.pixels import SYNTAXES, build_compressed
from tests.fuzz.properties import attempt, require
from tests.helpers.data.datasets import part10
from tests.helpers.data.encoded import explicit, image_module

_SIDE = 16
_SHAPE = {"width": 2, "height": 1, "is_colour": False, "rows": 2, "columns": 4, "frame": 1, "frames": 1}


@cache
def _folder() -> tuple["tempfile.TemporaryDirectory[str]", Path]:
    """A folder for this process; it goes when the process ends."""
    made = tempfile.TemporaryDirectory(prefix="fuzz-drawing-")
    return made, Path(made.name)


def draw(data: bytes) -> None:
    """Whatever a file holds, the process that draws answers, with a picture or with a reason, and lives on."""
    path = _folder()[1] / "picture"
    path.write_bytes(data)
    line = json.dumps({"path": str(path), "side": _SIDE}).encode("ascii")
    answer, pixels = attempt(lambda: answer_line(line)).value or ({}, b"")
    require(("image" in answer) != ("error" in answer), "there is a picture or a reason", answer)
    require(answer["length"] == len(pixels), "the length is that of the picture")
    if "image" in answer:
        _require_whole(SmallImage(pixels=pixels, **cast("dict[str, Any]", answer["image"])))


def build_picture(random: Random) -> bytes:
    """A file with an image, native or compressed."""
    if random.random() < 0.5:
        compressed = build_compressed(random)
        return part10(compressed[1:], SYNTAXES[compressed[0] % len(SYNTAXES)])
    bits, samples = random.choice(((8, 1), (16, 1), (32, 1), (8, 3)))
    photometric = random.choice((b"MONOCHROME1 ", b"MONOCHROME2 ", b"PALETTE COLOR ", b"RGB ", b"YBR_FULL"))
    module = image_module(
        rows=random.choice((0, 1, 5, 40, 65535)),
        columns=5,
        samples=samples,
        bits=bits,
        photometric=photometric,
        frames=random.choice((None, 1, 3)),
        planar=random.choice((0, 1)) if samples == 3 else None,
    )
    window = explicit(0x00281050, b"DS", random.choice((b"40", b"1e9 ", b"nan ", b"-1\\5"))) + explicit(
        0x00281051, b"DS", random.choice((b"400 ", b"0 ", b"inf ", b"1e-9"))
    )
    return part10(module + window + explicit(0x7FE00010, b"OW", random.randbytes(1200)), ts.EXPLICIT_VR_LITTLE_ENDIAN)


# -- what the process says


def read_answer(data: bytes) -> None:
    """Whatever is answered, it is a whole picture no larger than was asked for, or the process is of no more use."""
    process = SimpleNamespace(stdin=BytesIO(), stdout=BytesIO(data))
    drawn = attempt(lambda: ask(cast("Any", process), "x", _SIDE), ConversionError, ValueError).value
    if drawn is not None:
        _require_whole(drawn)


def _require_whole(drawn: SmallImage) -> None:
    numbers = (drawn.width, drawn.height, drawn.rows, drawn.columns, drawn.frame, drawn.frames)
    require(all(type(number) is int and number > 0 for number in numbers), "a picture has a size", numbers)
    require(type(drawn.is_colour) is bool, "a picture is grey or not", drawn.is_colour)
    require(max(drawn.width, drawn.height) <= _SIDE, "a picture is small", drawn.width)
    samples = drawn.width * drawn.height * (3 if drawn.is_colour else 1)
    require(len(drawn.pixels) == samples, "a picture has all its pixels", len(drawn.pixels))


def build_answer(random: Random) -> bytes:
    """What the process answers."""
    answer = {"image": _SHAPE, "length": 2} if random.random() < 0.7 else {"error": "it is no image", "length": 0}
    return json.dumps(answer).encode("ascii") + b"\nab"

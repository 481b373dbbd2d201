"""Data sets that cost the check of their structure the most for their size, and a search for dearer ones.

Run as a program, it prints how many times the time of a CT's header they take, byte for byte.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from random import Random

from dicomdesk.dicom.data_sets.structure_check import check_data_set
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE, IMPLICIT_LITTLE, Encoding
from dicomdesk.errors import DataError
from tests.fuzz.generating import build_data_set
from tests.fuzz.mutations import ENCODINGS, mutate_data_set
from tests.fuzz.properties import called_steps
from tests.helpers.data.datasets import Builder
from tests.helpers.data.encoded import ITEM_END, SEQUENCE_END, UNDEFINED, explicit, image_module, implicit, item

Kind = Callable[[int], bytes]
"""Makes a data set of about so many bytes."""

_PRIVATE = 0x00291010


def ct_header() -> bytes:
    """What stands before the pixels of a CT, explicit VR little endian."""
    geometry = b"".join(explicit(0x00180000 | number, b"DS", b"1.25\\2.5") for number in range(0x50, 0x250, 8))
    return Builder().instance(before_series=geometry) + image_module(rows=512, columns=512, bits=16)


def _nested(size: int, opened: Callable[[int], bytes], core: bytes, closed: bytes = b"") -> bytes:
    """Containers within containers; ``opened`` is told how much they hold."""
    inside = core
    parts: list[bytes] = []
    each = len(opened(0)) + len(closed)
    length = len(core)
    for _ in range((size - len(core)) // each):
        parts.append(opened(length))
        length += each
    parts.reverse()
    return b"".join(parts) + inside + closed * len(parts)


def _presumed(length: int) -> bytes:
    """A private element in implicit VR that may be a sequence, and its item."""
    return implicit(_PRIVATE, length=length + 8) + item(length=length)


def _beside(size: int, part: bytes) -> bytes:
    return part * (size // len(part))


def _presumed_beside(size: int) -> bytes:
    """Values that begin like items, of which none goes on so."""
    return _beside(size, implicit(_PRIVATE, item(b"") + b"\1\0\1\0\xff\xff\0\0"))


def _presumed_beside_in_one(size: int) -> bytes:
    """The same within one that holds them all, and is none either."""
    inside = _presumed_beside(size - 24)
    return implicit(_PRIVATE, item(inside) + b"\1\0\1\0\xff\xff\0\0")


def _presumed_whole(size: int) -> bytes:
    """Each holds all that follows, and the last does not end."""
    return _nested(size, _presumed, b"\1\0\1\0\xff\xff\xff\0")


def _presumed_inside_unknown(size: int) -> bytes:
    """The same in explicit VR, where UN of undefined length is implicit VR inside."""
    start = explicit(_PRIVATE, b"UN", length=UNDEFINED) + item(length=UNDEFINED)
    return start + _presumed_whole(size - len(start))


def _delimited(size: int) -> bytes:
    opened = explicit(0x00081140, b"SQ", length=UNDEFINED) + item(length=UNDEFINED)
    return _nested(size, lambda _length: opened, b"", ITEM_END + SEQUENCE_END)


def _defined(size: int) -> bytes:
    def opened(length: int) -> bytes:
        return explicit(0x00081140, b"SQ", length=length + 8) + item(length=length)

    return _nested(size, opened, b"")


def _longer_than_sequence(size: int) -> bytes:
    """Sequences whose one item says that it is longer."""
    return _beside(size, explicit(0x00081140, b"SQ", item(b"", length=8)) + explicit(0x00080060, b"CS"))


def _cut_off(size: int) -> bytes:
    """Sequences by the dictionary, each with a length that reaches behind the end."""
    return _beside(size, implicit(0x00081140, length=1 << 30) + item(length=1 << 30))


KINDS: Mapping[str, tuple[Encoding, Kind]] = {
    "presumed sequences in one another": (IMPLICIT_LITTLE, _presumed_whole),
    "presumed sequences beside one another": (IMPLICIT_LITTLE, _presumed_beside),
    "presumed sequences beside one another in a presumed one": (IMPLICIT_LITTLE, _presumed_beside_in_one),
    "presumed sequences in UN": (EXPLICIT_LITTLE, _presumed_inside_unknown),
    "delimited sequences in one another": (EXPLICIT_LITTLE, _delimited),
    "defined sequences in one another": (EXPLICIT_LITTLE, _defined),
    "items longer than their sequences": (EXPLICIT_LITTLE, _longer_than_sequence),
    "known sequences that are cut off": (IMPLICIT_LITTLE, _cut_off),
    "empty items": (
        EXPLICIT_LITTLE,
        lambda size: explicit(0x00081140, b"SQ", length=UNDEFINED) + _beside(size, item(b"")) + SEQUENCE_END,
    ),
    "empty delimited items": (
        EXPLICIT_LITTLE,
        lambda size: explicit(0x00081140, b"SQ", length=UNDEFINED) + _beside(size, item(length=UNDEFINED) + ITEM_END),
    ),
    "empty fragments": (
        EXPLICIT_LITTLE,
        lambda size: explicit(0x7FE00010, b"OB", length=UNDEFINED) + _beside(size, item(b"")) + SEQUENCE_END,
    ),
    "ends of items at top level": (EXPLICIT_LITTLE, lambda size: _beside(size, ITEM_END)),
    "unknown VRs": (EXPLICIT_LITTLE, lambda size: _beside(size, explicit(_PRIVATE, b"??"))),
    "empty sequences": (EXPLICIT_LITTLE, lambda size: _beside(size, explicit(0x00081140, b"SQ"))),
    "zeros": (IMPLICIT_LITTLE, lambda size: bytes(size // 8 * 8)),
}
"""By what it is: the encoding, and what makes it."""


def check(data: bytes, encoding: Encoding) -> None:
    """Check it, whatever comes out."""
    with suppress(DataError):
        check_data_set(data, is_explicit_vr=encoding.is_explicit_vr, is_little_endian=encoding.is_little_endian)


def steps_of(data: bytes, encoding: Encoding) -> int:
    """How many steps the check takes."""
    return called_steps(lambda: check(data, encoding))


def search(random: Random, cases: int, most_bytes: int = 2048) -> tuple[float, bytes]:
    """Steps for each byte of the dearest input found, and the input: a byte for the encoding, and a data set."""
    best, found = 0.0, b"\0"
    for _ in range(cases):
        data = build_data_set(random) if random.random() < 0.2 else mutate_data_set(random, found, [])
        data = data[:most_bytes]
        if len(data) > most_bytes // 2:
            dear = steps_of(data[1:], ENCODINGS[data[0] % 4]) / len(data)
            if dear > best:
                best, found = dear, data
    return best, found


def _seconds_for_each_byte(data: bytes, encoding: Encoding, runs: int = 9) -> float:
    """The least of some runs: what is more comes from elsewhere."""
    times = []
    for _ in range(runs):
        started = time.thread_time()
        check(data, encoding)
        times.append(time.thread_time() - started)
    return min(times) / len(data)


def measure(size: int = 1 << 16) -> Iterator[tuple[str, float, float]]:
    """For each kind: how many times the time of a CT's header it takes for each byte, and with four times the size."""
    header = ct_header()
    plain = _seconds_for_each_byte(_beside(size, header), EXPLICIT_LITTLE, runs=51)
    for name, (encoding, make) in KINDS.items():
        small, large = (_seconds_for_each_byte(make(many), encoding) for many in (size, 4 * size))
        yield name, small / plain, large / plain


if __name__ == "__main__":
    sys.stdout.write(f"{max(max(times) for _, *times in measure()):.2f}\n")

"""Changes of inputs: those that any bytes bear, those of texts, and those that know where DICOM keeps its lengths."""

import json
from collections.abc import Callable, Sequence
from random import Random
from struct import pack, unpack_from

from dicomdesk.dicom.encodings import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, LONG_VRS, SHORT_VRS, Encoding

LARGEST_BYTES = 1 << 13
UNDEFINED = 0xFFFFFFFF
VRS = (*sorted(SHORT_VRS), *sorted(LONG_VRS), b"ZZ", b"??", b"\0\0")
INTERESTING = (0, 1, 2, 7, 8, 12, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, UNDEFINED)
DICOM_WORDS = (
    b"\xfe\xff\x00\xe0",
    b"\xfe\xff\x00\xe0\xff\xff\xff\xff",
    b"\xfe\xff\x00\xe0\0\0\0\0",
    b"\xfe\xff\x0d\xe0\0\0\0\0",
    b"\xfe\xff\xdd\xe0\0\0\0\0",
    b"\xff\xfe\xe0\x00",
    b"\xff\xfe\xe0\x0d\0\0\0\0",
    b"\xff\xfe\xe0\xdd\0\0\0\0",
    b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff",
    b"\xe0\x7f\x10\x00\xff\xff\xff\xff",
    b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff",
    b"\x08\0\x40\x11\xff\xff\xff\xff",
    b"\x29\0\x10\x10UN\0\0\xff\xff\xff\xff",
    b"\x02\0\x10\0UI\x02\x001\0",
    b"\x02\0\x00\0UL\x04\0\0\0\0\0",
    b"\xfc\xff\xfc\xffOB\0\0\0\0\0\0",
    b"\0\0\0\0\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x1b$B",
    b"\x1b(B",
)

Mutation = Callable[[Random, bytes, Sequence[bytes]], bytes]


def changed(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes] = DICOM_WORDS) -> bytes:
    """One change that any bytes bear."""
    at = random.randint(0, len(data))
    end = min(len(data), at + random.choice((1, 2, 4, 8, 16, 64, 512)))
    kind = random.randrange(6)
    if kind == 0:
        return _grown(random, data)
    if kind == 1:
        return data[:at] + data[at:end] * random.choice((0, 2, 3, 17, 200)) + data[end:]
    if kind == 2 and others:
        other = random.choice(others)
        return data[:at] + other[random.randint(0, len(other)) :]
    if kind == 3:
        written = random.choice(INTERESTING).to_bytes(4, random.choice(("little", "big")))[: random.choice((2, 4))]
        return data[:at] + written + data[at + len(written) :]
    if kind == 4 and words:
        return data[:at] + random.choice(words) + data[at if random.random() < 0.5 else end :]
    if random.random() < 0.5:
        return data[:at] + random.randbytes(random.randint(1, 8)) + data[end:]
    return data[:at] + bytes(byte ^ 1 << random.randrange(8) for byte in data[at : at + 1]) + data[at + 1 :]


def _grown(random: Random, data: bytes) -> bytes:
    """More at the end, or less."""
    if random.random() < 0.5:
        return data[: random.randint(0, len(data))]
    return data + (bytes(random.randint(1, 15)) if random.random() < 0.5 else random.randbytes(3))


def mutation_of_bytes(words: Sequence[bytes] = (), most: int = LARGEST_BYTES) -> Mutation:
    """Some changes at once, with these words to be put in."""

    def mutate(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
        for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
            data = changed(random, data, others, words)
        return data[:most]

    return mutate


def mutation_of_text(words: Sequence[bytes], most: int = 1 << 14) -> Mutation:
    """Changes of lines and words beside those of bytes."""
    any_bytes = mutation_of_bytes(words, most)

    def mutate(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
        if random.random() < 0.4:
            return any_bytes(random, data, others)
        lines = data.split(b"\n")
        at = random.randrange(len(lines))
        kind = random.randrange(5)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines[at:at] = [lines[at]] * random.choice((1, 2, 50))
        elif kind == 2:
            other = random.choice(others).split(b"\n") if others else lines
            lines.insert(at, random.choice(other))
        elif kind == 3:
            parts = lines[at].split(b" ")
            parts[random.randrange(len(parts))] = random.choice(words)
            lines[at] = b" ".join(parts)
        else:
            random.shuffle(lines)
        return b"\n".join(lines)[:most]

    return mutate


JSON_VALUES: tuple[object, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 10**30, 0.5, -1e300, float("inf"), float("nan")),
    *("", "x", "1.2.3", "0", "\0", "\ud800", "\u202e", "../../x", "/etc/x", "a/b", "x" * 300, "2020-02-30", "1" * 30),
    *([], {}, [[]], [None, 1, "x"], {"": None}, {"x": [1]}, [1e999]),
)
"""What stands in the place of a value that is expected."""


def _changed_json(random: Random, value: object) -> object:
    """One value in it is another, or gone, or there twice."""
    if not isinstance(value, dict | list) or not value or random.random() < 0.1:
        return random.choice(JSON_VALUES)
    keys = list(value) if isinstance(value, dict) else range(len(value))
    key = random.choice(keys)
    kind = random.random()
    copied: dict[object, object] | list[object] = dict(value) if isinstance(value, dict) else list(value)
    if kind < 0.15:
        del copied[key]
    elif kind < 0.3 and isinstance(copied, list):
        copied[key:key] = [copied[key]] * random.choice((1, 2, 40))
    elif kind < 0.4 and isinstance(copied, dict):
        copied[random.choice(("x", "", "version", *map(str, keys)))] = random.choice(JSON_VALUES)
    else:
        copied[key] = _changed_json(random, copied[key])
    return copied


def mutation_of_json(words: Sequence[bytes] = (b"{", b"[", b"null", b"1e999", b'"'), most: int = 1 << 14) -> Mutation:
    """Changes of values and names in JSON, a document or one on each line, beside those of texts."""
    any_text = mutation_of_text(words, most)

    def mutate(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
        lines = data.split(b"\n")
        at = random.randrange(len(lines))
        for first, last in ((0, len(lines)), (at, at + 1)) if random.random() < 0.75 else ():
            try:
                found = json.loads(b"\n".join(lines[first:last]))
            except (ValueError, RecursionError):
                continue
            for _ in range(random.choice((1, 1, 2, 4))):
                found = _changed_json(random, found)
            lines[first:last] = [json.dumps(found).encode("ascii")]
            return b"\n".join(lines)[:most]
        return any_text(random, data, others)

    return mutate


def with_selector(mutation: Mutation) -> Mutation:
    """Changes what stands behind the first byte, which selects what it is, and seldom that."""

    def mutate(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
        selector = bytes((random.randrange(256),)) if not data or random.random() < 0.05 else data[:1]
        return selector + mutation(random, data[1:], [other[1:] for other in others])

    return mutate


def header_positions(data: bytes, encoding: Encoding, start: int = 0) -> list[tuple[int, int, int]]:
    """Position, bytes and length of headers that follow one another from ``start``, into sequences and items."""
    found: list[tuple[int, int, int]] = []
    position = start
    while position + 8 <= len(data) and len(found) < 2000:
        element = encoding.read_element(data, position)
        if element is None:
            break
        group, number, vr, header_bytes, length = element
        found.append((position, header_bytes, length))
        position += header_bytes
        is_open = length == UNDEFINED or vr == b"SQ" or (group == 0xFFFE and number == 0xE000)
        if not is_open and group != 0xFFFE:
            position += length
    return found


def _with_length(data: bytes, header: tuple[int, int, int], length: int, order: str) -> bytes:
    """The data with another length in a header."""
    position, header_bytes, _ = header
    is_short = header_bytes == 8 and data[position + 4 : position + 6] in SHORT_VRS
    field = pack(order + "H", length & 0xFFFF) if is_short else pack(order + "I", length & UNDEFINED)
    end = position + header_bytes
    return data[: end - len(field)] + field + data[end:]


def changed_data_set(random: Random, data: bytes, encoding: Encoding, start: int) -> bytes:
    """One change at an element header of the data set that begins at ``start``."""
    headers = header_positions(data, encoding, start)
    if not headers:
        return data
    header = random.choice(headers)
    position, header_bytes, length = header
    order = "<" if encoding.is_little_endian else ">"
    following = random.choice(headers)[0]
    first, last = sorted((position, following))
    kind = random.randrange(8)
    if kind <= 2:
        wanted = (length + random.choice((-8, -2, -1, 1, 2, 8)), UNDEFINED, following - position, len(data))
        return _with_length(data, header, random.choice(INTERESTING if kind == 0 else wanted), order)
    if kind == 3:
        words = [pack(order + "HHI", 0xFFFE, number, 0) for number in (0xE00D, 0xE0DD, 0xE000)]
        return data[:position] + random.choice(words) + data[position:]
    if kind == 4:
        return data[:last] + data[first:last] * random.choice((1, 2, 20)) + data[last:]
    if kind == 5:
        return _with_tag(random, data, position, order)
    if kind == 6:
        return data[:position] + _wrapped(random, data[position:], encoding, following - position)
    cut = position + random.randint(0, header_bytes + min(length, 16))
    return data[:cut] if random.random() < 0.5 else data[:first] + data[last:]


def _with_tag(random: Random, data: bytes, position: int, order: str) -> bytes:
    """The data with another tag, or VR, in a header."""
    if random.random() < 0.4:
        return data[: position + 4] + random.choice(VRS) + data[position + 6 :]
    group, number = unpack_from(order + "HH", data, position)
    tags = ((2, number), (0xFFFE, number), (group, 0), (group | 1, 0x1010), (0x7FE0, 0x10), (8, 0x1140), (group, 0x10))
    return data[:position] + pack(order + "HH", *random.choice(tags)) + data[position + 4 :]


def _wrapped(random: Random, data: bytes, encoding: Encoding, size: int) -> bytes:
    """The beginning of the data as the item of a sequence."""
    size = size if size > 0 else len(data)
    order = "<" if encoding.is_little_endian else ">"
    is_private = random.random() < 0.5
    tag = (0x29, 0x1010) if is_private else (8, 0x1140)
    item = pack(order + "HHI", 0xFFFE, 0xE000, random.choice((size, UNDEFINED))) + data[:size]
    if random.random() < 0.5:
        item += pack(order + "HHI", 0xFFFE, 0xE00D, 0)
    length = random.choice((len(item), len(item), UNDEFINED))
    if random.random() < 0.5:
        item += pack(order + "HHI", 0xFFFE, 0xE0DD, 0)
    vr = b"UN" if is_private and random.random() < 0.5 else b"SQ"
    head = pack(order + "HH2sHI", *tag, vr, 0, length) if encoding.is_explicit_vr else pack(order + "HHI", *tag, length)
    return head + item + data[size:]


ENCODINGS = (IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG, IMPLICIT_LITTLE)
"""By the first byte of an input that is a data set, modulo four."""


def mutate_data_set(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Of an input that is a byte for the encoding and a data set in it."""
    for _ in range(random.choice((1, 1, 2, 3, 5))):
        if data and random.random() < 0.6:
            data = changed_data_set(random, data, ENCODINGS[data[0] % 4], 1)
        else:
            data = changed(random, data, others)
    return data[:LARGEST_BYTES]


def mutate_part10(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Of a Part 10 file: at a header of its meta information, or of the data set behind it in any encoding."""
    for _ in range(random.choice((1, 1, 2, 3))):
        kind = random.random()
        if kind < 0.3:
            data = changed_data_set(random, data, EXPLICIT_LITTLE, 132)
        elif kind < 0.6:
            start = next(
                (at for at, *_ in header_positions(data, EXPLICIT_LITTLE, 132) if data[at : at + 2] != b"\2\0"), 0
            )
            data = changed_data_set(random, data, random.choice(ENCODINGS), start)
        else:
            data = changed(random, data, others)
    return data[:LARGEST_BYTES]

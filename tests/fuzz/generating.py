"""Builds data sets and files as they may arrive: most are right, some are odd in one of the ways that peers are odd."""

import zlib
from collections.abc import Sequence
from random import Random
from struct import pack

from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, LONG_VRS, SHORT_VRS, Encoding
from dicomdesk.dicom.files.part10 import file_meta_information, parse_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.errors import DataError
from tests.fuzz.mutations import ENCODINGS, UNDEFINED

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
SYNTAX_OF = {
    IMPLICIT_LITTLE: "1.2.840.10008.1.2",
    EXPLICIT_LITTLE: "1.2.840.10008.1.2.1",
    EXPLICIT_BIG: "1.2.840.10008.1.2.2",
}
DEFLATED = "1.2.840.10008.1.2.1.99"

PLAIN = (
    (0x00080005, b"CS"),
    (0x00080008, b"CS"),
    (0x00080020, b"DA"),
    (0x00080050, b"SH"),
    (0x00080060, b"CS"),
    (0x00081030, b"LO"),
    (0x00100010, b"PN"),
    (0x00100020, b"LO"),
    (0x00181020, b"LO"),
    (0x00181310, b"US"),
    (0x0020000D, b"UI"),
    (0x0020000E, b"UI"),
    (0x00200013, b"IS"),
    (0x00209161, b"UI"),
    (0x00280010, b"US"),
    (0x00280030, b"DS"),
    (0x00280103, b"US"),
    (0x00280106, b"xs"),
    (0x00281201, b"OW"),
    (0x00400254, b"LO"),
    (0x00720050, b"CS"),
    (0x0074100C, b"FL"),
    (0x00090010, b"LO"),
    (0x00091001, b"UN"),
    (0x00091002, b"FD"),
    (0x00291010, b"OB"),
    (0x50003000, b"OW"),
    (0x60003000, b"OW"),
)
_SEQUENCES = (
    0x00081115,
    0x00081140,
    0x00081199,
    0x00400275,
    0x00400555,
    0x300A0010,
    0x54000100,
    0x00291020,
    0x00091030,
)
_SAMPLES = (
    b"",
    b"CT",
    b"ISO_IR 100",
    b"ISO_IR 192",
    b"1.2.840.10008.1.2",
    b"20240102",
    b"Doe^Jane",
    b"12.5\\7",
    b"\xc4\xd6 ",
)
_PLAIN_VRS = sorted((SHORT_VRS | LONG_VRS) - {b"SQ"})
_NESTING = 4


class DataSetBuilder:
    """Builds one data set in one encoding."""

    def __init__(
        self, random: Random, encoding: Encoding, *, oddity: float = 0.02, plain: Sequence[tuple[int, bytes]] = PLAIN
    ) -> None:
        self.random = random
        self.encoding = encoding
        self.order = "<" if encoding.is_little_endian else ">"
        self.oddity = oddity
        """How probable each oddity is, wherever there could be one."""
        self.plain_elements = plain
        """Tags and VRs of elements that hold no others."""

    def _odd(self) -> bool:
        return self.random.random() < self.oddity

    def header(self, tag: int, vr: bytes, length: int) -> bytes:
        """An element header that says this length."""
        if tag >> 16 == 0xFFFE or not self.encoding.is_explicit_vr:
            return pack(self.order + "HHI", tag >> 16, tag & 0xFFFF, length & UNDEFINED)
        if vr in SHORT_VRS or not vr.isalpha():
            return pack(self.order + "HH2sH", tag >> 16, tag & 0xFFFF, vr, length & 0xFFFF)
        return pack(self.order + "HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, length & UNDEFINED)

    def element(self, tag: int, vr: bytes, value: bytes) -> bytes:
        """An element, now and then with a length that is not its own."""
        if vr == b"xs":
            vr = self.random.choice((b"US", b"SS"))
        if self._odd():
            vr = self.random.choice((b"UN", b"ZZ", b"??", b"LO", b"OB"))
        length = len(value)
        if self._odd():
            length += self.random.choice((-2, -1, 1, 2, 8, 4096, UNDEFINED))
        return self.header(tag, vr, length) + value

    def plain(self) -> bytes:
        """Any element that holds no others."""
        tag, vr = self.random.choice(self.plain_elements)
        if self.random.random() < 0.1:
            tag, vr = self.random.randrange(1 << 32), self.random.choice(_PLAIN_VRS)
            tag = tag & 0x7FFFFFFF
        if not tag & 0xFFFF:
            return self.element(tag, b"UL", pack(self.order + "I", self.random.choice((0, 8, 100))))
        return self.element(tag, vr, self.value(vr))

    def value(self, vr: bytes) -> bytes:
        """Bytes as such an element might have."""
        if self.random.random() < 0.6:
            value = self.random.choice(_SAMPLES)
        elif self.random.random() < 0.1:
            value = bytes(self.random.choice((300, 5000, 9000)))
        else:
            value = self.random.randbytes(self.random.choice((2, 4, 8, 10, 16)))
        if vr in {b"US", b"SS", b"xs", b"FL", b"FD", b"UL"}:
            value = self.random.randbytes({b"FD": 8, b"FL": 4, b"UL": 4}.get(vr, 2))
        return value + b" " * (len(value) % 2 and not self._odd())

    def sequence(self, depth: int = 0) -> bytes:
        """A sequence with its items, with lengths or delimiters or, oddly, both."""
        tag = self.random.choice(_SEQUENCES)
        is_explicit = self.encoding.is_explicit_vr
        vr = b"SQ"
        content: DataSetBuilder = self
        is_delimited = self.random.random() < 0.5
        if is_explicit and self.random.random() < 0.1:
            vr, is_delimited = b"UN", True
            content = DataSetBuilder(self.random, IMPLICIT_LITTLE, oddity=self.oddity, plain=self.plain_elements)
        items = b"".join(content.item(depth + 1) for _ in range(self.random.choice((0, 1, 1, 2, 3))))
        end = content.header(0xFFFEE0DD, b"", 0)
        if is_delimited:
            return self.header(tag, vr, UNDEFINED) + items + (b"" if self._odd() else end)
        length = len(items)
        if self._odd():
            items += end
            length += self.random.choice((0, 8))
        if self._odd():
            length += self.random.choice((-8, -2, 2, 8, 100))
        return self.header(tag, vr, max(0, length)) + items

    def item(self, depth: int) -> bytes:
        """An item with its elements."""
        content = self.elements(depth, most=3)
        end = self.header(0xFFFEE00D, b"", 0)
        if self.random.random() < 0.5:
            return self.header(0xFFFEE000, b"", UNDEFINED) + content + (b"" if self._odd() else end)
        length = len(content)
        if self._odd():
            content += end
            length += self.random.choice((0, 8))
        if self._odd():
            length += self.random.choice((-8, -2, 2, 8, 100))
        return self.header(0xFFFEE000, b"", max(0, length)) + content

    def elements(self, depth: int = 0, *, most: int = 8) -> bytes:
        """Elements one after the other."""
        parts = []
        for _ in range(self.random.randint(0, most)):
            if depth < _NESTING and self.random.random() < 0.25:
                parts.append(self.sequence(depth))
            else:
                parts.append(self.plain())
            if self._odd():
                parts.append(self.header(self.random.choice((0xFFFEE00D, 0xFFFEE0DD, 0xFFFEE000)), b"", 0))
        return b"".join(parts)

    def presumed(self) -> bytes:
        """A private element whose value begins with an item tag, whether or not it is a sequence."""
        value = self.header(0xFFFEE000, b"", self.random.choice((0, 8, 10, UNDEFINED))) + self.elements(1, most=2)
        return self.element(0x00291000 | self.random.randrange(256), b"UN", value)

    def fragments(self) -> bytes:
        """Encapsulated pixel data."""
        pieces = [self.random.choice((b"", bytes(4)))]
        pieces += [self.random.randbytes(self.random.choice((2, 8, 9))) for _ in range(self.random.randint(0, 3))]
        items = b"".join(self.header(0xFFFEE000, b"", len(piece)) + piece for piece in pieces)
        vr = b"OB" if not self._odd() else b"OW"
        return self.header(0x7FE00010, vr, UNDEFINED) + items + self.header(0xFFFEE0DD, b"", 0)

    def identity(self) -> bytes:
        """SOP Class and Instance UID, Study and Series Instance UID."""
        uid = f"1.2.826.0.1.3680043.9.9999.{self.random.randrange(10**6)}".encode()
        return b"".join(
            self.header(tag, b"UI", len(value) + len(value) % 2) + value + b"\0" * (len(value) % 2)
            for tag, value in (
                (0x00080016, CT_IMAGE.encode()),
                (0x00080018, uid),
                (0x0020000D, b"1.2"),
                (0x0020000E, b"1.3"),
            )
        )

    def data_set(self, *, may_hold_fragments: bool = True) -> bytes:
        """A whole one."""
        parts = [self.identity() if self.random.random() < 0.8 else b"", self.elements()]
        if self._odd():
            tag = self.random.choice((0x00020010, 0x00020000, 0x00020002, 0x00000002))
            parts.insert(0, self.element(tag, find_vr(tag), self.value(b"UI")))
        if self.random.random() < 0.1:
            parts.append(self.presumed())
        if self.random.random() < 0.3:
            is_encapsulated = may_hold_fragments and self.random.random() < 0.5
            parts.append(self.fragments() if is_encapsulated else self.element(0x7FE00010, b"OW", bytes(32)))
        if self._odd():
            parts.append(self.header(self.random.choice(_SEQUENCES), b"SQ", self.random.choice((0, 100, UNDEFINED))))
        if self._odd():
            parts.append(bytes(self.random.randint(1, 17)))
        return b"".join(parts)


def build_data_set(random: Random) -> bytes:
    """A byte for the encoding (modulo four: implicit, explicit, big endian, implicit) and a data set in it."""
    selector = random.choice((0, 0, 1, 1, 2, 3))
    oddity = random.choice((0.0, 0.02, 0.1))
    return bytes((selector,)) + DataSetBuilder(random, ENCODINGS[selector], oddity=oddity).data_set()


def build_part10(random: Random) -> bytes:
    """A Part 10 file, perhaps without preamble, with a wrong group length or without meta information."""
    encoding = random.choice(ENCODINGS)
    data = DataSetBuilder(random, encoding, oddity=random.choice((0.0, 0.02, 0.1))).data_set()
    syntax = SYNTAX_OF[encoding]
    if encoding is EXPLICIT_LITTLE and random.random() < 0.3:
        stream = zlib.compressobj(wbits=-15)
        data, syntax = stream.compress(data) + stream.flush(), DEFLATED
    if random.random() < 0.1:
        return data
    if random.random() < 0.1:
        syntax = random.choice(("", "1.2.3", "1.2.840.10008.1.2.4.50"))
    meta = file_meta_information(sop_class_uid=CT_IMAGE, sop_instance_uid="1.2.3", transfer_syntax_uid=syntax)
    if random.random() < 0.2:
        length = int.from_bytes(meta[140:144], "little") + random.choice((-8, -2, 2, 8, 100))
        meta = meta[:140] + length.to_bytes(4, "little", signed=True) + meta[144:]
    if random.random() < 0.1:
        meta = meta[128:]
    return meta + data


def build_deflated(random: Random) -> bytes:
    """A deflated data set, explicit VR little endian; perhaps with more behind the stream."""
    data = DataSetBuilder(random, EXPLICIT_LITTLE, oddity=random.choice((0.0, 0.05))).data_set()
    if random.random() < 0.05:
        data += bytes(random.choice((1000, 30_000)))
    stream = zlib.compressobj(random.choice((0, 1, 6, 9)), wbits=-15)
    deflated = stream.compress(data) + stream.flush()
    return deflated + random.choice((b"", b"\0", b"\0", random.randbytes(3)))


def data_set_of_file(content: bytes) -> bytes | None:
    """The input of ``build_data_set`` that a file in a native transfer syntax is."""
    try:
        header = parse_header(content, len(content), InputFormat.FILE_OR_DATA_SET)
    except DataError:
        return None
    syntaxes = [SYNTAX_OF[encoding] for encoding in ENCODINGS[:3]]
    if header.transfer_syntax_uid not in syntaxes:
        return None
    return bytes((syntaxes.index(header.transfer_syntax_uid),)) + content[header.data_set_offset :]

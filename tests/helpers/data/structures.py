"""Data sets whose lengths fit together or not, and why each of the others is refused; explicit VR little endian."""

from tests.helpers.data.datasets import IMPLICIT, ITEM, ITEM_END, PIXEL_DATA, SEQUENCE_END, UNDEFINED, Builder

SEQUENCE = 0x300A0010
PREMATURE_END = "I/O suspension or premature end of stream"
INVALID_STREAM = "Invalid stream"
NO_SEQUENCE_END = "Sequence Delimitation Item missing"
NO_ITEM_END = "Item Delimitation Item missing"
LARGER_THAN_ITEM = "Length of element larger than explicit length of surrounding item"
ILLEGAL = "Illegal element with OB or OW Value Representation and undefined length encountered"

B = Builder()
CODE = B.element(0x00080100, "SH", "A")
MEANING = B.element(0x00080104, "LO", "meaning")
PIXELS = B.element(PIXEL_DATA, "OW", b"\1\2" * 8)
HEADER = B.instance()
IMPLICIT_CODE = Builder(IMPLICIT).element(0x00080100, "SH", "A")


def sequence_of_length(length: int, content: bytes) -> bytes:
    return B.header(SEQUENCE, "SQ", length) + content


def open_sequence(*content: bytes) -> bytes:
    return B.header(SEQUENCE, "SQ", UNDEFINED) + b"".join(content)


def item_of_length(length: int, content: bytes) -> bytes:
    return B.header(ITEM, "", length) + content


END = B.header(SEQUENCE_END, "", 0)
END_OF_ITEM = B.header(ITEM_END, "", 0)
ONE_ITEM = B.item(CODE)
PRIVATE = B.element(0x00290010, "LO", "X")

ACCEPTED = {
    "nothing": b"",
    "plain elements": HEADER + PIXELS,
    "defined sequence": B.sequence(SEQUENCE, ONE_ITEM, ONE_ITEM) + PIXELS,
    "undefined sequence": B.sequence(SEQUENCE, B.item(CODE, is_defined=False), is_defined=False) + PIXELS,
    "empty undefined sequence": open_sequence(END) + PIXELS,
    "undefined item in defined sequence": B.sequence(SEQUENCE, B.item(CODE, is_defined=False)) + PIXELS,
    "defined sequence shorter than its item": sequence_of_length(14, ONE_ITEM) + PIXELS,
    "item longer than the data set": B.sequence(SEQUENCE, item_of_length(18, CODE)),
    "item shorter than a header": B.sequence(SEQUENCE, item_of_length(4, CODE)) + PIXELS,
    "undefined item without end in defined sequence": B.sequence(SEQUENCE, B.header(ITEM, "", UNDEFINED) + CODE),
    "item end in defined item": B.sequence(SEQUENCE, B.item(CODE + END_OF_ITEM), is_defined=False) + PIXELS,
    "sequence end in defined sequence": B.sequence(SEQUENCE, ONE_ITEM + END) + PIXELS,
    "lengths of delimiters": open_sequence(ONE_ITEM, B.header(SEQUENCE_END, "", 4000)) + PIXELS,
    "item end among the elements": HEADER + END_OF_ITEM + PIXELS,
    "sequence header at the end": HEADER + B.header(SEQUENCE, "SQ", 100),
    "fragments": HEADER + B.fragments(b"ab"),
    "fragments and more": HEADER + B.fragments(b"ab") + B.element(0xFFFCFFFC, "OB", b"\0\0"),
    "odd fragment": B.header(PIXEL_DATA, "OB", UNDEFINED) + item_of_length(3, b"abc") + END,
    "UN of undefined length": PRIVATE
    + B.header(0x00291010, "UN", UNDEFINED)
    + Builder(IMPLICIT).item(IMPLICIT_CODE)
    + END,
    "trailing zeros": HEADER + b"\0" * 16,
    "elements twice": HEADER + PIXELS + PIXELS,
    "odd length": B.header(0x00204000, "LT", 3) + b"abc" + PIXELS,
    "unknown VR": b"\x29\0\x10\x10ZZ\0\0\x02\0\0\0ab" + b"\x29\0\x11\x10??\x02\0ab" + PIXELS,
    "group of delimiters with another number": b"\xfe\xff\x01\xe0LO\x02\0ab" + PIXELS,
    "item longer than all": open_sequence(item_of_length(0x7FFFFFFF, CODE + END_OF_ITEM), END),
}

REFUSED = {
    "sequence longer than the data set": (sequence_of_length(26, ONE_ITEM), NO_SEQUENCE_END),
    "sequence longer than its items": (sequence_of_length(26, ONE_ITEM) + PIXELS, NO_SEQUENCE_END),
    "element larger than item": (B.sequence(SEQUENCE, item_of_length(8, CODE)) + PIXELS, LARGER_THAN_ITEM),
    "item reaching into the next": (
        B.sequence(SEQUENCE, item_of_length(18, CODE), ONE_ITEM) + PIXELS,
        LARGER_THAN_ITEM,
    ),
    "element after defined item": (B.sequence(SEQUENCE, item_of_length(10, CODE + MEANING)) + PIXELS, NO_SEQUENCE_END),
    "sequence without items": (B.header(SEQUENCE, "SQ", len(CODE)) + CODE + PIXELS, NO_SEQUENCE_END),
    "undefined sequence without end": (open_sequence(ONE_ITEM), NO_SEQUENCE_END),
    "undefined sequence without end and more": (open_sequence(ONE_ITEM) + PIXELS, NO_SEQUENCE_END),
    "undefined item without end": (open_sequence(B.header(ITEM, "", UNDEFINED), CODE), NO_SEQUENCE_END),
    "sequence end in undefined item": (open_sequence(B.header(ITEM, "", UNDEFINED), CODE, END), NO_ITEM_END),
    "item in undefined item": (open_sequence(B.header(ITEM, "", UNDEFINED), CODE, ONE_ITEM, END), "Invalid tag"),
    "item end between items": (open_sequence(ONE_ITEM, END_OF_ITEM, END), NO_SEQUENCE_END),
    "sequence end among the elements": (HEADER + END + PIXELS, NO_ITEM_END),
    "item among the elements": (HEADER + ONE_ITEM, "Invalid tag"),
    "fragments without end": (HEADER + B.fragments(b"ab")[:-8], NO_SEQUENCE_END),
    "fragment cut off": (HEADER + B.fragments(b"abcdef")[:-12], INVALID_STREAM),
    "fragment header cut off": (HEADER + B.fragments(b"abcdef")[:-18], PREMATURE_END),
    "fragment of undefined length": (
        B.header(PIXEL_DATA, "OB", UNDEFINED) + B.header(ITEM, "", UNDEFINED) + b"abcd" + END,
        PREMATURE_END,
    ),
    "element between fragments": (B.header(PIXEL_DATA, "OB", UNDEFINED) + CODE + END, NO_SEQUENCE_END),
    "words of undefined length": (B.header(0x00281201, "OW", UNDEFINED) + ONE_ITEM + END, ILLEGAL),
    "text of undefined length": (B.header(0x00324000, "UT", UNDEFINED) + ONE_ITEM + END, PREMATURE_END),
    "one byte more": (HEADER + b"\n", PREMATURE_END),
    "nine bytes more": (HEADER + b"\0" * 9, PREMATURE_END),
    "header of long VR cut off": (HEADER + PIXELS[:10], PREMATURE_END),
    "short value cut off": (HEADER + B.header(0x00284000, "LO", 8) + b"abc", INVALID_STREAM),
    "short value missing": (HEADER + B.header(0x00284000, "LO", 8), PREMATURE_END),
    "long value cut off": (HEADER + B.header(PIXEL_DATA, "OW", 4098) + b"abc", PREMATURE_END),
    "4 GB": (HEADER + B.header(PIXEL_DATA, "OW", 0xFFFFFFFE) + b"abc", PREMATURE_END),
}

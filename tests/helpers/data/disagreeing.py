"""Instances whose lengths and delimiters disagree, which DCMTK receives, each with the same instance made right."""

from dataclasses import dataclass

from tests.helpers.data.datasets import ITEM, ITEM_END, PIXEL_DATA, SEQUENCE_END, UNDEFINED, Builder

SEQUENCE = 0x00082218
RECEIVED_LENGTHS = "lengths or delimiters of the data set disagreed and were made right"


@dataclass(frozen=True, kw_only=True)
class Disagreeing:
    """A data set, what it becomes, and what is said of it."""

    data: bytes
    right: bytes
    words: str = RECEIVED_LENGTHS


def disagreeing(transfer_syntax_uid: str) -> dict[str, Disagreeing]:
    """Return one of each kind, in an encoding."""
    b = Builder(transfer_syntax_uid)
    code = b.element(0x00080100, "SH", "A")
    end, end_of_item = b.header(SEQUENCE_END, "", 0), b.header(ITEM_END, "", 0)
    item = b.item(code)
    right = b.sequence(SEQUENCE, item)

    def inside(content: bytes, becomes: bytes = right) -> Disagreeing:
        made = (b.instance(before_series=sequence) for sequence in (content, becomes))
        return Disagreeing(data=next(made), right=next(made))

    def behind(rest: bytes, becomes: bytes = b"") -> Disagreeing:
        said = f"the last {len(rest)} bytes of the data set are no element and were left out"
        return Disagreeing(data=b.instance() + rest, right=b.instance() + becomes, words=said)

    long_header = b.header(PIXEL_DATA, "OW", 100)
    empty = b.header(PIXEL_DATA, "OW", 0)
    patient = b.item(b.element(0x00100010, "PN", "A^B"))
    nested = b.sequence(SEQUENCE, patient)
    kinds = {
        "sequence of defined length with a delimiter": inside(b.header(SEQUENCE, "SQ", len(item) + 8) + item + end),
        "item of defined length with a delimiter": inside(b.sequence(SEQUENCE, b.item(code + end_of_item))),
        "item longer than its sequence": inside(b.header(SEQUENCE, "SQ", len(patient) - 4) + patient, nested),
        "item shorter than its elements": inside(b.sequence(SEQUENCE, b.header(ITEM, "", 4) + code)),
        "item of undefined length without delimiter": Disagreeing(
            data=b.instance() + b.sequence(0x300A0010, b.header(ITEM, "", UNDEFINED) + code),
            right=b.instance() + b.sequence(0x300A0010, item),
        ),
        "sequence of defined length of a delimiter only": inside(
            b.header(SEQUENCE, "SQ", 8) + end, b.sequence(SEQUENCE)
        ),
        "sequence too short for an item header": inside(b.header(SEQUENCE, "SQ", 2) + item),
        "sequence header at the end": Disagreeing(
            data=b.instance() + b.header(0x300A0010, "SQ", 40), right=b.instance() + b.sequence(0x300A0010)
        ),
        "item header at the end": Disagreeing(
            data=b.instance() + b.header(0x300A0010, "SQ", 8) + b.header(ITEM, "", 40),
            right=b.instance() + b.sequence(0x300A0010, b.item()),
        ),
        "item delimiter between elements": inside(end_of_item, b""),
        "item delimiter at the end": Disagreeing(data=b.instance() + end_of_item, right=b.instance()),
        "header without its value": Disagreeing(
            data=b.instance() + long_header,
            right=b.instance() + empty,
            words=f"the last {len(long_header)} bytes of the data set are no element and were left out",
        ),
    }
    kinds |= {f"{size} zeros behind": behind(bytes(size)) for size in range(1, 8)}
    kinds |= {
        f"{size} zeros behind": Disagreeing(
            data=b.instance() + bytes(size),
            right=b.instance() + b.element(0, "UN", b""),
            words=f"the last {size - 8} bytes of the data set are no element and were left out",
        )
        for size in range(9, 16)
    }
    kinds["letters behind"] = behind(b"abcdef")
    return kinds


def converted(source: str, target: str) -> dict[str, bytes]:
    """Return what each kind becomes in another encoding, or in its own.

    Of eight zeros implicit VR makes an element that the dictionary knows, explicit VR one of no VR.
    """
    unknown, known = (Builder(target).element(0, vr, b"") for vr in ("UN", "UL"))
    cases = disagreeing(target)
    if source == target:
        return {kind: case.right for kind, case in cases.items()}
    return {kind: case.right.replace(unknown, known) for kind, case in cases.items()}

"""A kind of hostility: a name that says what the peer does, and its steps. Add to the lists beside this file."""

import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from dicomdesk.network.dimse.command_sets import write_command_set
from tests.helpers.data.datasets import Builder
from tests.helpers.peers.requestors import (
    CT_IMAGE_STORAGE,
    EXPLICIT,
    IMPLICIT,
    VERIFICATION,
    Proposal,
    data_pdu,
    store_command,
)
from tests.hostile.steps import Associate, Step

PATIENT = "Whoever^Jane"
"""In every data set here; must be in no output."""

RANDOM = random.Random(20261130)
"""Rubbish is the same each time."""


@dataclass(frozen=True)
class Kind:
    """What one hostile peer does."""

    name: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return self.name


def kind(name: str, *steps: Step) -> Kind:
    """A kind."""
    return Kind(name, steps)


def names(kinds: Sequence[Kind]) -> list[str]:
    """For the IDs of tests."""
    return [each.name.replace(" ", "-") for each in kinds]


def rubbish(count: int) -> bytes:
    """Bytes without meaning."""
    return RANDOM.randbytes(count)


def ct_image(uid: str = "1.2.3.4", *, bytes_of_pixels: int = 9000) -> bytes:
    """A CT image in explicit VR little endian."""
    builder = Builder()
    return builder.instance(sop_instance_uid=uid, patient_name=PATIENT.encode()) + builder.element(
        0x7FE00010, "OW", bytes(bytes_of_pixels)
    )


def data_values(context_id: int, data: bytes) -> bytes:
    """A whole data set, in as many PDUs as it takes."""
    return b"".join(
        data_pdu(context_id, 2 if start + 16000 >= len(data) else 0, data[start : start + 16000])
        for start in range(0, max(len(data), 1), 16000)
    )


def stored(uid: str | bytes, data: bytes, message_id: int = 1, **changes: int | str) -> bytes:
    """A whole C-STORE-RQ in context 1; ``changes`` are those of ``store_command``."""
    return data_pdu(1, 3, store_command(uid, message_id, **changes)) + data_values(1, data)


def command(field_: int | None, *, sop_class: str = CT_IMAGE_STORAGE, data: bool = False, **more: int | bytes) -> bytes:
    """A command set; ``more`` are values by element number, written ``e1000=b"1.2"``."""
    values: dict[int, int | bytes] = {0x0002: sop_class.encode(), 0x0110: 1, 0x0800: 1 if data else 0x0101}
    if field_ is not None:
        values[0x0100] = field_
    values |= {int(name[1:], 16): value for name, value in more.items()}
    return write_command_set(dict(sorted(values.items())))


def raw_command(*elements: tuple[int, int, bytes]) -> bytes:
    """Elements of a command set without group length: element number, length as told, value."""
    return b"".join(struct.pack("<HHL", 0, number, length) + value for number, length, value in elements)


FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
COMMITMENT = "1.2.840.10008.1.20.1"
SENDER = Proposal(
    called=b"ARCHIVE",
    calling=b"HOSTILE",
    contexts=(
        (1, CT_IMAGE_STORAGE, (EXPLICIT,)),
        (3, VERIFICATION, (IMPLICIT,)),
        (5, FIND, (EXPLICIT,)),
        (7, MOVE, (EXPLICIT,)),
        (9, GET, (EXPLICIT,)),
        (11, COMMITMENT, (EXPLICIT,)),
        (13, CT_IMAGE_STORAGE, (IMPLICIT,)),
    ),
)
"""All that an archive serves; a receiver takes those of storage and verification."""
OPENED = Associate(SENDER)

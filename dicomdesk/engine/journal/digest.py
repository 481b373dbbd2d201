"""What a list needs of all instances of an errand: a few bytes for each, so that very many cost next to nothing."""

from array import array
from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.journal.records import InstanceRecord, InstanceState
from dicomdesk.records import dataclass

__all__ = ["STATE_CODES", "ErrandDigest", "digest_of", "instance_key"]

STATE_CODES: dict[InstanceState, int] = {state: code for code, state in enumerate(InstanceState)}
"""By which states stand in a digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandDigest:
    """The instances of an errand, each at the index that is its number."""

    headers: tuple[InstanceHeader, ...]
    """What instances have in common: without UID, place and length."""
    header_of: "array[int]"
    """Index into ``headers``."""
    states: bytes
    """As ``STATE_CODES``."""
    lengths: "array[int]"
    """Bytes of the data set."""
    keys: "array[int]"
    """See ``instance_key``."""


def instance_key(path: str, archive_member: str, sop_instance_uid: str) -> int:
    """Return by what an instance at its place is known again, in every process: 64 bits of a hash."""
    told = "\0".join((path, archive_member, sop_instance_uid)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(told, digest_size=8).digest(), "little", signed=True)


def digest_of(records: Iterable[InstanceRecord]) -> ErrandDigest:
    """Return the digest of all instances of an errand, which come by their numbers."""
    headers: dict[InstanceHeader, int] = {}
    header_of, lengths, keys, states = array("l"), array("q"), array("q"), bytearray()
    for record in records:
        found = record.found
        header = found.header
        common = replace(
            header,
            sop_instance_uid="",
            media_sop_instance_uid="",
            data_set_offset=0,
            data_set_length=0,
            start=(0, 0),
        )
        header_of.append(headers.setdefault(common, len(headers)))
        states.append(STATE_CODES[record.state])
        lengths.append(header.data_set_length)
        keys.append(instance_key(found.path, found.archive_member, header.sop_instance_uid))
    return ErrandDigest(headers=tuple(headers), header_of=header_of, states=bytes(states), lengths=lengths, keys=keys)

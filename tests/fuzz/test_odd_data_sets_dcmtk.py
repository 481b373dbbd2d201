"""Odd data sets to DCMTK's receiver and to ours: what one takes, the other takes; it takes what we make of them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from dicomdesk.dicom.transcode import convert_data_set, make_lengths_explicit
from dicomdesk.errors import DataError
from dicomdesk.network.dimse.command_sets import read_command_set
from tests.fuzz.data_sets import agrees_with_dictionary
from tests.fuzz.generating import PLAIN, SYNTAX_OF, DataSetBuilder
from tests.fuzz.mutations import ENCODINGS
from tests.helpers.dcmtk.differential import programs
from tests.helpers.peers.receptions import Script, receive
from tests.helpers.peers.requestors import (
    CT_IMAGE_STORAGE,
    P_DATA,
    Proposal,
    Requestor,
    connected,
    data_pdu,
    store_command,
)

pytestmark = pytest.mark.dcmtk

COUNT = 150
_CANNOT_UNDERSTAND = 0xC000
_TAKEN = {0, 0xB000, 0xB006, 0xB007}
_PLAIN = [(tag, vr) for tag, vr in PLAIN if vr != b"xs"]
"""DCMTK cannot write US or SS without Pixel Representation, nor read encapsulated pixel data in a native encoding."""
_LONGEST = 16_000
"""DCMTK's loader loses its place in odd data sets where one presentation data value ends and the next begins."""
PROFILE = """
[[TransferSyntaxes]]
[Any]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = LittleEndianImplicit
TransferSyntax3 = BigEndianExplicit
[[PresentationContexts]]
[All]
PresentationContext1 = CTImageStorage\\Any
[[Profiles]]
[Default]
PresentationContexts = All
"""

_DataSet = tuple[int, bytes]
"""Which of the encodings, and the data set."""


def odd_data_sets(seed: int, count: int = COUNT) -> list[_DataSet]:
    """Data sets of even length, all of them with their UIDs."""
    random = Random(seed)
    made: list[_DataSet] = []
    while len(made) < count:
        number = random.randrange(3)
        builder = DataSetBuilder(random, ENCODINGS[number], oddity=random.choice((0.02, 0.05, 0.1)), plain=_PLAIN)
        data = builder.identity() + builder.data_set(may_hold_fragments=False)
        if len(data) < _LONGEST:
            made.append((number, data + bytes(len(data) % 2)))
    return made


def storing(data_sets: Sequence[_DataSet]) -> Script:
    """Stores each; which were taken, in order. An association that ends is followed by another."""

    def script(port: int, _: Path) -> list[object]:
        taken: list[object] = []
        while len(taken) < len(data_sets):
            with connected(port) as requestor:
                contexts = [(2 * at + 1, CT_IMAGE_STORAGE, (SYNTAX_OF[ENCODINGS[at]],)) for at in range(3)]
                requestor.associate(Proposal(contexts=contexts))
                taken += _store(requestor, data_sets[len(taken) :])
        return taken

    return script


def _store(requestor: Requestor, data_sets: Sequence[_DataSet]) -> Iterator[bool]:
    """Whether each was taken, up to the first that was not: the association may end with it."""
    for number, (encoding, data) in enumerate(data_sets, 1):
        context, status = 2 * encoding + 1, _CANNOT_UNDERSTAND
        with suppress(ConnectionError):
            requestor.send(data_pdu(context, 3, store_command("1.2.3", number)) + data_pdu(context, 2, data))
            kind, body = requestor.read_pdu()
            if kind == P_DATA:
                status = read_command_set(body[6:]).number(0x0900)
        yield status in _TAKEN
        if status not in _TAKEN:
            return


def _received(program: Sequence[str], option: str, data_sets: Sequence[_DataSet], home: Path) -> list[object]:
    """Which a receiver has taken."""
    home.mkdir()
    (home / "profile.cfg").write_text(PROFILE)
    arguments = ["-xf", str(home / "profile.cfg"), "Default", option, "-od", "{out}", "{port}"]
    return receive(program, arguments, home, storing(data_sets)).seen[: len(data_sets)]


@pytest.mark.parametrize("option", ["+B", "-B"])
def test_receivers_take_the_same_odd_data_sets(option: str, tmp_path: Path) -> None:
    data_sets = odd_data_sets(1)
    theirs, ours = (
        _received(program, option, data_sets, tmp_path / name)
        for name, program in zip(("theirs", "ours"), programs("dcmrecv"), strict=True)
    )
    different = [data.hex() for at, (_, data) in enumerate(data_sets) if theirs[at] != ours[at]]
    assert not different
    assert any(ours)
    assert option == "+B" or not all(ours)


def test_dcmtk_takes_what_we_make_of_odd_data_sets(tmp_path: Path) -> None:
    converted: list[_DataSet] = []
    for number, data in odd_data_sets(2):
        source = ENCODINGS[number]
        with suppress(DataError):
            converted.append((number, bytes(make_lengths_explicit(data, SYNTAX_OF[source]))))
            for other, target in enumerate(ENCODINGS[:3]):
                if other != number and (target.is_explicit_vr or agrees_with_dictionary(data, source)):
                    made = convert_data_set(data, source=SYNTAX_OF[source], target=SYNTAX_OF[target])
                    converted.append((other, bytes(made)))
    taken = _received(programs("dcmrecv")[0], "-B", converted, tmp_path / "theirs")
    assert len(converted) > COUNT
    assert [data.hex() for at, (_, data) in enumerate(converted) if not taken[at]] == []

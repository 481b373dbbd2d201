"""An A-ASSOCIATE-AC with something odd in it, as DCMTK's requestors take it and as ours do.

Where DCMTK ends the association, or tries what cannot be sent, ours leave out what is odd and use the rest.
"""

import struct

import pytest

from tests.helpers.data.datasets import CT_IMAGE
from tests.helpers.data.inputs import MR_IMAGE, instance
from tests.helpers.dcmtk.commands import Done, dcmtks, ours, run
from tests.helpers.peers.fake_peer import Accept, FakePeer, item

pytestmark = pytest.mark.dcmtk

IMPLICIT, JPEG_LS = "1.2.840.10008.1.2", "1.2.840.10008.1.2.4.80"


def maximum(*values: bytes) -> bytes:
    return b"".join(item(0x51, value) for value in values)


SAID_TWICE = maximum(struct.pack(">L", 4096))
ALIKE = {
    "nothing about the maximum length": Accept(max_pdu_bytes=None),
    "a maximum length twice": Accept(extra_user_items=SAID_TWICE),
    "a maximum length of five bytes": Accept(max_pdu_bytes=None, extra_user_items=maximum(b"\0\0\x40\0\1")),
    "an unknown item": Accept(extra_user_items=item(0x77, b"abc")),
    "an item that exceeds the others": Accept(extra_user_items=b"\x52\0\0\x30abc"),
    "a context that was not proposed": Accept(extra_contexts={201: IMPLICIT}),
    "an even context": Accept(extra_contexts={2: IMPLICIT}),
    "no context accepted": Accept(refuse_all=True),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("odd accepts")
    written = {"ct.dcm": instance("ct"), "mr.dcm": instance("mr", sop_class_uid=MR_IMAGE)}
    for name, data in written.items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in written]


def ask(command: list[str], accept: Accept, *words: str) -> tuple[Done, list[str], list[str]]:
    """How the program ended, the sizes announced and the classes stored."""
    with FakePeer(associate=[accept]) as peer:
        done = run(command, "-v", "127.0.0.1", str(peer.port), *words)
        peer.finish()
    sizes = [line.rpartition("Max Send PDV: ")[2] for line in (done.out + done.err).splitlines() if "Max Send" in line]
    return done, sizes, [store.sop_class_uid for store in peer.stores]


@pytest.mark.parametrize("accept", ALIKE.values(), ids=ALIKE)
def test_echoscu_takes_it_as_dcmtk_does(accept: Accept) -> None:
    theirs, their_sizes, _ = ask(dcmtks("echoscu"), accept)
    done, sizes, _ = ask(ours("echoscu"), accept)
    assert (done.code, sizes) == (theirs.code, their_sizes)
    assert "Traceback" not in done.err


@pytest.mark.parametrize("accept", ALIKE.values(), ids=ALIKE)
def test_dcmsend_takes_it_as_dcmtk_does(accept: Accept, files: list[str]) -> None:
    theirs, their_sizes, their_stores = ask(dcmtks("dcmsend"), accept, *files)
    done, sizes, stores = ask(ours("dcmsend"), accept, *files)
    assert (done.code, sizes, stores) == (theirs.code, their_sizes, their_stores)


@pytest.mark.parametrize("tool", ["dcmsend", "storescu", "echoscu"])
def test_tools_of_ours_warn_of_contexts_that_were_not_proposed(tool: str, files: list[str]) -> None:
    done, _, _ = ask(ours(tool), Accept(extra_contexts={2: IMPLICIT}), *(files if tool != "echoscu" else []))
    assert done.code == 0
    assert "W: The peer answers presentation contexts that were not proposed: ignored (ID 2)\n" in done.out + done.err


def test_context_in_a_transfer_syntax_that_was_not_proposed_costs_its_own_instances_only(files: list[str]) -> None:
    done, sizes, stores = ask([*ours("dcmsend"), "-nh"], Accept(transfer_syntaxes={1: JPEG_LS}), *files)
    assert (done.code, sizes, stores) == (0, ["16372)"], [MR_IMAGE])
    assert "No presentation context found for sending C-STORE" in done.err


def test_context_beside_one_in_a_transfer_syntax_that_was_not_proposed_is_used_instead(files: list[str]) -> None:
    done, _, stores = ask([*ours("storescu"), "-R"], Accept(transfer_syntaxes={1: JPEG_LS}), *files)
    assert (done.code, stores) == (0, [CT_IMAGE, MR_IMAGE])

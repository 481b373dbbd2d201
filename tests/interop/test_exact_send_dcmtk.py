"""The same files through DCMTK's storescu and through an exact send job: what the peer sees is the same.

Tolerated: encodings of deflate (compared inflated), and invented identifiers (compared by their names and places).
"""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dicomdesk.dicom.data_sets.deflate import inflate
from dicomdesk.engine.send_exactly.request import Invention, Proposal
from tests.helpers.data.datasets import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, Builder
from tests.helpers.dcmtk.programs import DEADLINE_S, dcmtk_program, dcmtk_server
from tests.helpers.jobs.exact_sending import outcomes, send_exactly
from tests.helpers.jobs.sending import write_instance, write_instances
from tests.helpers.peers.fake_peer import Accept, FakePeer, Status

JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
RLE = "1.2.840.10008.1.2.5"
MPEG2 = "1.2.840.10008.1.2.4.100"


def storescu(port: int, *arguments: str) -> int:
    """DCMTK's exit code."""
    command = [dcmtk_program("storescu"), *arguments[:-1], "localhost", str(port), *arguments[-1].split("\n")]
    return subprocess.run(command, capture_output=True, timeout=DEADLINE_S, check=False).returncode


def preferring(uid: str, *, only_required: bool = False, combine: bool = False) -> dict[str, Any]:
    return {"proposal": Proposal(preferred_transfer_syntax=uid, only_required=only_required, combine=combine)}


CASES: dict[str, dict[str, Any]] = {
    "": {},
    "-xb": preferring(BIG_ENDIAN),
    "-xi": preferring(IMPLICIT),
    "-xd": preferring(DEFLATED),
    "-xs": preferring(JPEG_LOSSLESS),
    "-xr": preferring(RLE),
    "-xm": preferring(MPEG2),
    "+C": preferring(EXPLICIT, combine=True),
    "+C -xb": preferring(BIG_ENDIAN, combine=True),
    "+C -xi": preferring(IMPLICIT, combine=True),
    "+C -xm": preferring(MPEG2, combine=True),
    "-R": preferring(EXPLICIT, only_required=True),
    "-R +C -xd": preferring(DEFLATED, only_required=True, combine=True),
    "-u": {"allows_new_vrs": False},
    "-u -xb": {"allows_new_vrs": False, **preferring(BIG_ENDIAN)},
    "-u -xi": {"allows_new_vrs": False, **preferring(IMPLICIT)},
    "-u -xd": {"allows_new_vrs": False, **preferring(DEFLATED)},
    "-u -xs": {"allows_new_vrs": False, **preferring(JPEG_LOSSLESS)},
    "--repeat 3": {"repeats": 3},
}


def write_all(folder: Path) -> list[str]:
    """Files of all kinds: convertible, compressed, without context, broken."""
    build = Builder()
    every_vr = b"".join(
        build.element(0x00291001 + index, vr, b"12345678")
        for index, vr in enumerate(["OB", "OD", "OF", "OL", "OV", "OW", "SV", "UC", "UN", "UR", "UT", "UV", "LO"])
    )
    sequence = build.sequence(0x00400275, build.item(build.element(0x00400007, "UT", "text")))
    paths = [
        write_instance(folder, "plain"),
        write_instance(folder, "implicit", transfer_syntax_uid=IMPLICIT),
        write_instance(folder, "big", transfer_syntax_uid=BIG_ENDIAN),
        write_instance(folder, "vrs", rest=build.element(0x00290010, "LO", "PRIV") + every_vr + sequence),
        write_instance(
            folder, "lossless", transfer_syntax_uid=JPEG_LOSSLESS, rest=build.fragments(b"\xff\xd8\xff\xd9")
        ),
        write_instance(folder, "pixels", rest=build.element(0x7FE00010, "OW", b"12")),
        write_instance(folder, "bare", transfer_syntax_uid=JPEG_LOSSLESS),
        write_instance(folder, "tomo", sop_class_uid="1.2.840.10008.5.1.4.1.1.13.1.3"),
        write_instance(folder, "cut"),
        write_instance(folder, "last"),
    ]
    cut = Path(paths[8])
    cut.write_bytes(cut.read_bytes()[:-3])
    (folder / "empty").write_bytes(b"")
    return [*paths[:-1], str(folder / "empty"), str(folder / "missing"), paths[-1]]


def plain(data: bytes, transfer_syntax_uid: str) -> bytes:
    return inflate(data) if transfer_syntax_uid == DEFLATED else data


def seen_by(peer: FakePeer) -> tuple[object, list[tuple[int, int, str, str, bytes]]]:
    """The proposal and all that came, as comparable values."""
    contexts = peer.associations[0].contexts
    stores = [
        (
            store.message_id,
            store.context_id,
            store.sop_class_uid,
            store.sop_instance_uid,
            plain(store.data, contexts[store.context_id][1][0]),
        )
        for store in peer.stores
    ]
    return contexts, stores


@pytest.mark.parametrize("options", CASES)
def test_the_peer_sees_the_same(tmp_path: Path, options: str) -> None:
    paths = write_all(tmp_path)
    with FakePeer() as theirs, FakePeer() as ours:
        assert storescu(theirs.port, "-nh", *options.split(), "\n".join(paths)) == 0
        result, _ = send_exactly(ours.port, paths, halt_on_error=False, **CASES[options])
        theirs.wait_for("released")
    assert result.failure is None
    (their_contexts, their_stores), (our_contexts, our_stores) = seen_by(theirs), seen_by(ours)
    assert our_contexts == their_contexts
    assert [store[:4] for store in our_stores] == [store[:4] for store in their_stores]
    assert our_stores == their_stores


@pytest.mark.parametrize(
    "accept",
    [
        Accept(refused={1: 3, 3: 4}),
        Accept(refused={1: 3}),
        Accept(refused={3: 3}),
        Accept(refused={1: 3}, transfer_syntaxes={3: IMPLICIT}),
        Accept(refused={1: 1}, transfer_syntaxes={3: BIG_ENDIAN}),
    ],
)
@pytest.mark.parametrize("options", ["-R", "-R -xd", "-R -xb"])
def test_the_same_context_is_chosen(tmp_path: Path, options: str, accept: Accept) -> None:
    uid = {"-R": EXPLICIT, "-R -xd": DEFLATED, "-R -xb": BIG_ENDIAN}[options]
    if any(
        other not in (EXPLICIT, BIG_ENDIAN, IMPLICIT) or other == uid for other in accept.transfer_syntaxes.values()
    ):
        pytest.skip("not proposed in that context")
    paths = [write_instance(tmp_path, uid, transfer_syntax_uid=uid) for uid in (EXPLICIT, IMPLICIT, BIG_ENDIAN)]
    with FakePeer(associate=[accept]) as theirs, FakePeer(associate=[accept]) as ours:
        code = storescu(theirs.port, "-nh", *options.split(), "\n".join(paths))
        result, _ = send_exactly(ours.port, paths, halt_on_error=False, **preferring(uid, only_required=True))
    assert (result.failure is None) is (code == 0)
    assert [(store.message_id, store.context_id) for store in ours.stores] == [
        (store.message_id, store.context_id) for store in theirs.stores
    ]


@pytest.mark.parametrize(
    "status", [0x0000, 0x0001, 0x0107, 0x0122, 0x0210, 0xA700, 0xA900, 0xB000, 0xC000, 0xFE00, 0xFF00]
)
def test_the_same_statuses_halt(tmp_path: Path, status: int) -> None:
    paths = write_instances(tmp_path, 3)
    stores = [Status(), Status(status), Status()]
    with FakePeer(stores=stores) as theirs, FakePeer(stores=stores) as ours:
        code = storescu(theirs.port, "\n".join(paths))
        result, _ = send_exactly(ours.port, paths)
        theirs.wait_for("released")
        ours.wait_for("released")
    assert len(ours.stores) == len(theirs.stores)
    assert (result.status or 0) >> 8 == code


def test_invented_identities_are_written_to_the_same_places(tmp_path: Path) -> None:
    build = Builder()
    rest = build.element(0x00200013, "IS", "77") + build.sequence(
        0x00400275, build.item(build.element(0x00100020, "LO", "kept")), is_defined=False
    )
    paths = [write_instance(tmp_path, name, rest=rest) for name in ("a", "b", "c")]
    with FakePeer() as theirs, FakePeer() as ours:
        arguments = ["+IR", "2", "+IS", "2", "+IP", "1", "--repeat", "4"]
        assert storescu(theirs.port, *arguments, "\n".join(paths)) == 0
        invention = Invention(images_per_series=2, series_per_study=2, studies_per_patient=1)
        send_exactly(ours.port, paths, invention=invention, repeats=4)
    invented = re.compile(rb"UI..(?:1\.2\.276\.0\.7230010\.3\.1\.[234]|2\.25)\.[0-9.]+\0?", re.DOTALL)
    times = re.compile(rb"(PN_|PID_)[0-9]{10}")
    their_data, our_data = (
        [times.sub(b"\\1", invented.sub(b"<UID>", store.data)) for store in peer.stores] for peer in (theirs, ours)
    )
    assert our_data == their_data
    for store in ours.stores:
        assert store.sop_instance_uid.encode() in store.data
    series = re.compile(rb"\x20\x00\x0e\x00UI..([0-9.]+)", re.DOTALL)
    their_series, our_series = ([series.findall(store.data)[0] for store in peer.stores] for peer in (theirs, ours))
    assert [our_series.index(uid) for uid in our_series] == [their_series.index(uid) for uid in their_series]


@pytest.mark.parametrize(
    ("options", "uid"), [("+xa", JPEG_LOSSLESS), ("+xd", DEFLATED), ("+xi", IMPLICIT), ("", EXPLICIT)]
)
def test_storescp_stores_what_is_sent(tmp_path: Path, options: str, uid: str) -> None:
    folder = tmp_path / "received"
    folder.mkdir()
    paths = write_instances(tmp_path, 3)
    paths.append(
        write_instance(tmp_path, "j", transfer_syntax_uid=JPEG_LOSSLESS, rest=Builder().fragments(b"\xff\xd8"))
    )
    with dcmtk_server("storescp", [*options.split(), "-od", str(folder)], folder) as port:
        result, _ = send_exactly(port, paths, halt_on_error=False, **preferring(uid))
    sent = [outcome.value for outcome in outcomes(result)]
    assert sent == ["stored"] * 3 + ["stored" if options == "+xa" else "not-sent"]
    assert len([path for path in folder.iterdir() if path.suffix != ".log"]) == sent.count("stored")

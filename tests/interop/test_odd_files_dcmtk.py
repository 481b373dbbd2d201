"""Files that other tools made oddly, through DCMTK's senders and ours: the same comes of them, the same arrives."""

from pathlib import Path

import pytest

from tests.helpers.data.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT
from tests.helpers.data.meta_elements import OWN_ELEMENTS, meta_information, own_data_set
from tests.helpers.dcmtk.differential import differing, programs, run
from tests.helpers.peers.fake_peer import Accept, FakePeer

pytestmark = pytest.mark.dcmtk


@pytest.mark.parametrize(
    ("tool", "accept"),
    [
        ("dcmsend", Accept(transfer_syntaxes={1: EXPLICIT})),
        ("dcmsend", Accept(transfer_syntaxes={1: IMPLICIT})),
        ("storescu", Accept()),
    ],
)
def test_group_0002_in_the_data_set_arrives_alike(tmp_path: Path, tool: str, accept: Accept) -> None:
    files = {
        f"{name}{syntax}.dcm": meta_information(syntax) + own_data_set(syntax, own)
        for name, own in OWN_ELEMENTS.items()
        for syntax in (EXPLICIT, IMPLICIT, BIG_ENDIAN)
    }
    files["short.dcm"] = meta_information(EXPLICIT, wrong_by=-12) + own_data_set(EXPLICIT, ())
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    outcomes = []
    for program in programs(tool):
        with FakePeer(associate=[accept]) as peer:
            outcomes.append(run(program, ["127.0.0.1", "{port}", *files], tmp_path, tmp_path, peer))
    theirs, ours = outcomes
    assert differing(theirs, ours, tolerated=("data_sets",)) == []
    assert ours.data_sets == theirs.data_sets
    assert ours.exit_code == 0
    assert len(ours.stores) == len(files)
